"""Runs of one recipe that differ only in their seed form one system."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nmt.reports import numbers
from nmt.reports.systems import SystemResult

_SEEDS = " (seeds "  # in a name, which goes on with them
_WENT_ON = "how training went on"
_OF_ITS_OWN = ("name", "seed", "search", "card")  # of each run; how it really searched is in its result


@dataclass(frozen=True)
class SeedGroup:
    """A system: one run, or several runs of one recipe with different seeds.

    Attributes:
        name: of the run, or of what its runs have in common; unique within a report.
        members: which runs of the report, in its order. The first stands for all where one sentence can be shown.
        seeds: of the members; empty where the recipe tells none.
    """

    name: str
    members: tuple[int, ...]
    seeds: tuple[int, ...] = ()

    @property
    def first(self) -> int:
        return self.members[0]


def group_by_seed(results: Sequence[SystemResult]) -> tuple[SeedGroup, ...]:
    """The systems among some runs, in the order of their first runs.

    A run with the recipe and the seed of an earlier one says nothing new about chance: it stands for itself.
    """
    groups: list[tuple[str, list[int], list[int]]] = []
    for index, result in enumerate(results):
        key, seed = recipe_key(result), seed_of(result)
        fitting = [group for group in groups if group[0] == key and seed is not None and seed not in group[2]]
        if fitting:
            fitting[0][1].append(index)
            fitting[0][2].append(seed or 0)
        else:
            groups.append((key, [index], [] if seed is None else [seed]))
    names = _names([[results[index] for index in members] for _, members, _ in groups])
    return tuple(
        SeedGroup(name, tuple(members), tuple(seeds)) for name, (_, members, seeds) in zip(names, groups, strict=True)
    )


def seed_of(result: SystemResult) -> int | None:
    """The seed in the recipe of a run."""
    seed = result.record.experiment.get("seed")
    return seed if isinstance(seed, int) else None


def recipe_key(result: SystemResult) -> str:
    """What runs of one system have in common: the recipe without name and seed, the text, and the search."""
    return json.dumps(_settings(result), sort_keys=True)


def differing_keys(first: SystemResult, second: SystemResult) -> list[str]:
    """What keeps two runs from being seeds of one system: keys with both values, such as "model.dropout (0.1, 0.3)"."""
    a, b = _settings(first), _settings(second)
    return [_with_values(key, a.get(key), b.get(key)) for key in (a | b) if a.get(key) != b.get(key)]


def are_named_alike(first: SystemResult, second: SystemResult) -> bool:
    """Whether a reader would take two runs for seeds of one recipe."""
    return any(name(first) == name(second) for name in (_recipe_name, _without_seed))


def _settings(result: SystemResult) -> dict[str, Any]:
    recipe = {key: value for key, value in result.record.experiment.items() if key not in _OF_ITS_OWN}
    hashes = result.record.text_sha256 or {}
    texts = {f"the {name} text": hashes.get(part) for part, name in (("train", "training"), ("dev", "dev"))}
    ends = "; ".join(result.record.other_ends) or "in one go"
    return dict(_flat(recipe)) | texts | dict(_flat({"search": result.search})) | {_WENT_ON: ends}


def _flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The keys of nested tables, as `--set` takes them."""
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _with_values(key: str, first: Any, second: Any) -> str:
    """Without them where they are paths or checksums, which belong to one machine or say nothing to a reader."""
    if key.startswith(("corpus.", "the ", "init_from")):
        return key
    return f"{key} ({', '.join('not set' if value is None else str(value) for value in (first, second))})"


def _names(groups: Sequence[Sequence[SystemResult]]) -> list[str]:
    """A name for each group, no two alike and none that of a run in another group."""
    wanted = [_name(group, [run for other in groups if other is not group for run in other]) for group in groups]
    counts = Counter(wanted)
    whole = {name for group, name in zip(groups, wanted, strict=True) if len(group) > 1}  # of seeds not named
    return [
        name if counts[name] == 1 and name.partition(_SEEDS)[0] not in whole - {name} else _listed(group)
        for group, name in zip(groups, wanted, strict=True)
    ]


def _listed(group: Sequence[SystemResult]) -> str:
    return numbers.listing([run.name for run in group])


def _name(group: Sequence[SystemResult], others: Sequence[SystemResult]) -> str:
    """What its runs have in common, with their seeds where others have that in common with them."""
    if len(group) == 1:
        return group[0].name
    common: list[str] = []
    for name in (_recipe_name, _without_seed, _without_number):
        own = {name(run) for run in group}
        if len(own) == 1 and own != {""}:
            common += own
            if not own & {each for run in others for each in (run.name, name(run))}:
                return common[-1]
    if not common:
        return _listed(group)
    return f"{common[0]}{_SEEDS}{numbers.listing([str(seed_of(run)) for run in group])})"


def _recipe_name(run: SystemResult) -> str:
    return run.record.name


def _without_seed(run: SystemResult) -> str:
    return re.sub(rf"((^|[\W_]+)s|[\W_]*seed)?[\W_]*{seed_of(run)}$", "", run.name)


def _without_number(run: SystemResult) -> str:
    return re.sub(r"[\W_]*\d+$", "", run.name)
