"""The sentences where systems differ most."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from nmt.corpus.languages import has_spaces
from nmt.reports.evaluation_set import EvaluationSet

NUM_LISTED = 1000  # sentences in the list that can be searched: more would make the page slow


@dataclass(frozen=True)
class Shown:
    """What is shown of a system for single sentences: its first run.

    Attributes:
        name: of the system.
        outputs: one translation per test sentence.
        chrf: of each of them alone, [segments].
        signs: of each of them, as in `signs.py`.
    """

    name: str
    outputs: Sequence[str]
    chrf: NDArray[np.float64]
    signs: Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class Output:
    """One system's translation of one sentence.

    Attributes:
        system: its name.
        parts: the text in order, each part with whether the reference has it at that place.
        chrf: of this sentence alone.
        signs: that something is left out or said twice.
    """

    system: str
    parts: tuple[tuple[str, bool], ...]
    chrf: float
    signs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Example:
    """One test sentence in every system's translation; `line` counts from 1."""

    line: int
    source: str
    reference: str
    outputs: tuple[Output, ...]


@dataclass(frozen=True)
class Lead:
    """The sentences on which one system is furthest ahead of all others, largest lead first."""

    system: str
    examples: tuple[Example, ...]


def largest_leads(systems: Sequence[Shown], evaluation_set: EvaluationSet, number: int) -> tuple[Lead, ...]:
    """For each system the `number` sentences where its chrF exceeds the best other system's by most.

    Grouping by system shows the merits of both sides even where one is ahead nearly everywhere.
    """
    if len(systems) < 2:
        return ()
    chrf = np.stack([system.chrf for system in systems])  # [systems, segments]
    leads = []
    for own, system in enumerate(systems):
        ahead = chrf[own] - np.delete(chrf, own, axis=0).max(axis=0)
        order = [int(i) for i in np.argsort(-ahead, kind="stable")[:number] if ahead[i] > 0]
        leads.append(Lead(system.name, _examples(order, systems, evaluation_set)))
    return tuple(leads)


def by_difference(systems: Sequence[Shown], evaluation_set: EvaluationSet, number: int) -> tuple[Example, ...]:
    """The `number` sentences that differ most, as examples."""
    return _examples(most_different([system.chrf for system in systems], number), systems, evaluation_set)


def most_different(chrf: Sequence[NDArray[np.float64]], number: int) -> list[int]:
    """The `number` sentences whose chrF differs most between the best and the worst system, largest difference first.

    Of one system alone, those of the lowest chrF. `chrf` holds every sentence's, for each system.
    """
    scores = np.stack(chrf)  # [systems, segments]
    spread = scores.max(axis=0) - scores.min(axis=0) if len(scores) > 1 else -scores[0]
    return [int(i) for i in np.argsort(-spread, kind="stable")[:number]]


def _examples(indices: Sequence[int], systems: Sequence[Shown], evaluation_set: EvaluationSet) -> tuple[Example, ...]:
    spaced = has_spaces(evaluation_set.reference)
    return tuple(_example(index, systems, evaluation_set, spaced) for index in indices)


def _example(index: int, systems: Sequence[Shown], evaluation_set: EvaluationSet, spaced: bool) -> Example:
    reference = evaluation_set.reference[index]
    outputs = tuple(
        Output(
            system.name,
            mark_matches(system.outputs[index], reference, spaced),
            float(system.chrf[index]),
            system.signs[index],
        )
        for system in systems
    )
    return Example(index + 1, evaluation_set.source[index], reference, outputs)


def mark_matches(text: str, reference: str, spaced: bool = True) -> tuple[tuple[str, bool], ...]:
    """Cut `text` into parts that `reference` has in the same order, and parts that it lacks.

    The longest run of words in common comes first, then the longest on either side of it, and so on (difflib). Where
    there are no spaces, characters are compared. The parts together are the text.
    """
    pattern = r"\w+|\s+|[^\w\s]" if spaced else r"."
    words, wanted = re.findall(pattern, text, re.DOTALL), re.findall(pattern, reference, re.DOTALL)
    matcher = difflib.SequenceMatcher(None, words, wanted, autojunk=False)
    same = [word.isspace() for word in words]  # space between two wrong words is not wrong
    for start, _, size in matcher.get_matching_blocks():
        same[start : start + size] = [True] * size
    groups = groupby(zip(words, same, strict=True), key=lambda pair: pair[1])
    return tuple(("".join(word for word, _ in group), matches) for matches, group in groups)
