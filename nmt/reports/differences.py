"""The sentences where systems differ most."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from nmt.metrics import SegmentStatistics
from nmt.reports.evaluation_set import EvaluationSet, has_spaces
from nmt.reports.systems import SystemResult


@dataclass(frozen=True)
class Output:
    """One system's translation of one sentence.

    Attributes:
        system: its name.
        parts: the text in order, each part with whether the reference has it at that place.
        chrf: of this sentence alone.
    """

    system: str
    parts: tuple[tuple[str, bool], ...]
    chrf: float

    @property
    def text(self) -> str:
        return "".join(part for part, _ in self.parts)


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


def largest_leads(
    systems: Sequence[SystemResult],
    evaluation_set: EvaluationSet,
    statistics: Sequence[SegmentStatistics],
    number: int,
) -> tuple[Lead, ...]:
    """For each system the `number` sentences where its chrF exceeds the best other system's by most.

    Grouping by system shows the merits of both sides even where one is ahead nearly everywhere.
    """
    if len(systems) < 2:
        return ()
    chrf = np.stack([system.sentence_scores() for system in statistics])  # [systems, segments]
    spaced = has_spaces(evaluation_set.reference)
    leads = []
    for own, system in enumerate(systems):
        ahead = chrf[own] - np.delete(chrf, own, axis=0).max(axis=0)
        order = [int(i) for i in np.argsort(-ahead, kind="stable")[:number] if ahead[i] > 0]
        leads.append(Lead(system.name, tuple(_example(i, systems, evaluation_set, chrf, spaced) for i in order)))
    return tuple(leads)


def _example(
    index: int,
    systems: Sequence[SystemResult],
    evaluation_set: EvaluationSet,
    chrf: NDArray[np.float64],
    spaced: bool,
) -> Example:
    reference = evaluation_set.reference[index]
    outputs = tuple(
        Output(system.name, mark_matches(system.outputs[index], reference, spaced), float(chrf[n, index]))
        for n, system in enumerate(systems)
    )
    return Example(index + 1, evaluation_set.source[index], reference, outputs)


def mark_matches(text: str, reference: str, spaced: bool = True) -> tuple[tuple[str, bool], ...]:
    """Cut `text` into parts that the longest common word sequence with `reference` has, and parts it has not.

    Words are compared, or characters where there are no spaces. The parts together are the text.
    """
    pattern = r"\w+|\s+|[^\w\s]" if spaced else r"."
    words, wanted = re.findall(pattern, text, re.DOTALL), re.findall(pattern, reference, re.DOTALL)
    matcher = difflib.SequenceMatcher(None, words, wanted, autojunk=False)
    same = [word.isspace() for word in words]  # space between two wrong words is not wrong
    for start, _, size in matcher.get_matching_blocks():
        same[start : start + size] = [True] * size
    groups = groupby(zip(words, same, strict=True), key=lambda pair: pair[1])
    return tuple(("".join(word for word, _ in group), matches) for matches, group in groups)
