"""Runs of one recipe that differ only in their seed form one system."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from nmt.reports.systems import SystemResult


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
    other = ("name", "seed", "search", "card")
    recipe = {key: value for key, value in result.record.experiment.items() if key not in other}
    hashes = result.record.text_sha256 or {}
    return json.dumps([recipe, hashes.get("train"), hashes.get("dev"), result.search], sort_keys=True)


def _names(groups: Sequence[Sequence[SystemResult]]) -> list[str]:
    """A name for each group, no two alike and none that of a run in another group."""
    wanted = [_common_name(group) for group in groups]
    counts = Counter(wanted)
    names = []
    for group, name in zip(groups, wanted, strict=True):
        taken = {result.name for other in groups if other is not group for result in other}
        names.append(_first_and_more(group) if counts[name] > 1 or name in taken else name)
    return names


def _common_name(group: Sequence[SystemResult]) -> str:
    """The recipe's name where all runs share it, else what their names have in common but for the seed."""
    if len(group) > 1 and len({result.record.name for result in group}) == 1:
        return group[0].record.name
    without_seed = {re.sub(rf"[\W_]*(seed|s)?[\W_]*{seed_of(result)}$", "", result.name) for result in group}
    if len(group) > 1 and len(without_seed) == 1 and "" not in without_seed:
        return without_seed.pop()
    return _first_and_more(group)


def _first_and_more(group: Sequence[SystemResult]) -> str:
    return group[0].name if len(group) == 1 else f"{group[0].name} and {len(group) - 1} more"
