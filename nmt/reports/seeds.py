"""Runs of one recipe that differ only in their seed form one system."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nmt.config import flat
from nmt.reports import numbers
from nmt.reports.run_results import RunResult

_SEEDS = " (seeds "  # in a name, which goes on with them
_WENT_ON = "how training went on"
_MAY_DIFFER = ("name", "seed", "search", "card")  # of each run; how it really searched is in its result


@dataclass(frozen=True)
class System:
    """A system: one run, or several runs of one recipe with different seeds.

    Attributes:
        name: of the run, or of what its runs have in common; unique within a report.
        members: which runs of the report, in its order. The first is shown where only one can be.
        seeds: of the members; empty where the recipe names none.
    """

    name: str
    members: tuple[int, ...]
    seeds: tuple[int, ...] = ()

    @property
    def first(self) -> int:
        return self.members[0]


def find_systems(results: Sequence[RunResult]) -> tuple[System, ...]:
    """The systems among some runs, in the order of their first runs.

    A run with the recipe and the seed of an earlier one says nothing new about chance: it is a system of its own.
    """
    found: list[tuple[str, list[int], list[int]]] = []
    for index, result in enumerate(results):
        key, seed = recipe_key(result), seed_of(result)
        fitting = [one for one in found if one[0] == key and seed is not None and seed not in one[2]]
        if fitting:
            fitting[0][1].append(index)
            fitting[0][2].append(seed or 0)
        else:
            found.append((key, [index], [] if seed is None else [seed]))
    names = _names([[results[index] for index in members] for _, members, _ in found])
    return tuple(
        System(name, tuple(members), tuple(seeds)) for name, (_, members, seeds) in zip(names, found, strict=True)
    )


def seed_of(result: RunResult) -> int | None:
    """The seed in the recipe of a run."""
    seed = result.record.experiment.get("seed")
    return seed if isinstance(seed, int) else None


def recipe_key(result: RunResult) -> str:
    """What runs of one system have in common: the recipe without name and seed, the text, and the search."""
    return json.dumps(_settings(result), sort_keys=True)


def differing_keys(first: RunResult, second: RunResult) -> list[str]:
    """What keeps two runs from being seeds of one system: keys with both values, such as "model.dropout (0.1, 0.3)"."""
    a, b = _settings(first), _settings(second)
    return [_with_values(key, a.get(key), b.get(key)) for key in (a | b) if a.get(key) != b.get(key)]


def are_named_alike(first: RunResult, second: RunResult) -> bool:
    """Whether a reader would take two runs for seeds of one recipe."""
    return any(name(first) == name(second) for name in (_recipe_name, _without_seed))


def _settings(result: RunResult) -> dict[str, Any]:
    recipe = {key: value for key, value in result.record.experiment.items() if key not in _MAY_DIFFER}
    texts = {f"the {name} text": result.record.hashes(part) for part, name in (("train", "training"), ("dev", "dev"))}
    ends = "; ".join(result.record.other_ends) or "in one go"
    return flat(recipe) | texts | flat({"search": result.search}) | {_WENT_ON: ends}


def _with_values(key: str, first: Any, second: Any) -> str:
    """The key with both values, but for paths and checksums, which belong to one machine or tell a reader nothing."""
    if key.startswith(("corpus.", "the ", "init_from")):
        return key
    return f"{key} ({', '.join('not set' if value is None else str(value) for value in (first, second))})"


def _names(systems: Sequence[Sequence[RunResult]]) -> list[str]:
    """A name for each system, given its runs; no two alike, and none that of a run of another system."""
    wanted = [_name(runs, [run for other in systems if other is not runs for run in other]) for runs in systems]
    counts = Counter(wanted)
    whole = {name for runs, name in zip(systems, wanted, strict=True) if len(runs) > 1}  # of seeds not named
    return [
        name if counts[name] == 1 and name.partition(_SEEDS)[0] not in whole - {name} else _listed(runs)
        for runs, name in zip(systems, wanted, strict=True)
    ]


def _listed(runs: Sequence[RunResult]) -> str:
    return numbers.listing([run.name for run in runs])


def _name(runs: Sequence[RunResult], others: Sequence[RunResult]) -> str:
    """What the names of its runs have in common, with their seeds where names of others share it."""
    if len(runs) == 1:
        return runs[0].name
    common: list[str] = []
    for name in (_recipe_name, _without_seed, _without_number):
        own = {name(run) for run in runs}
        if len(own) == 1 and own != {""}:
            common += own
            if not own & {each for run in others for each in (run.name, name(run))}:
                return common[-1]
    if not common:
        return _listed(runs)
    return f"{common[0]}{_SEEDS}{numbers.listing([str(seed_of(run)) for run in runs])})"


def _recipe_name(run: RunResult) -> str:
    return run.record.name


def _without_seed(run: RunResult) -> str:
    return re.sub(rf"((^|[\W_]+)s|[\W_]*seed)?[\W_]*{seed_of(run)}$", "", run.name)


def _without_number(run: RunResult) -> str:
    return re.sub(r"[\W_]*\d+$", "", run.name)
