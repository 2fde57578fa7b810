"""Test sentences by kinds that depend on no system: how long the reference is for its source, and how it repeats."""

from collections import Counter

from nmt.reports.evaluation_set import EvaluationSet, has_spaces
from nmt.reports.signs import tokens

Groups = list[tuple[str, tuple[int, ...]]]

_RATIOS = (
    (3 / 4, "less than 3/4"),
    (9 / 10, "3/4 to 9/10"),
    (10 / 9, "9/10 to 10/9"),
    (4 / 3, "10/9 to 4/3"),
)  # of the usual ratio, below the first number
_LARGER = "4/3 or more"
_TIMES = ("once", "twice", "3 times", "4 times or more")


def ratio_groups(test: EvaluationSet) -> Groups:
    """By reference length to source length, as a share of what that is in the whole test set.

    Lengths are in words without punctuation, or in characters; sentences that have none on a side are in no group.
    """
    spaced_source, spaced = has_spaces(test.source), has_spaces(test.reference)
    lengths = [
        (len(tokens(source, spaced_source)), len(tokens(reference, spaced)))
        for source, reference in zip(test.source, test.reference, strict=True)
    ]
    usual = sum(length for _, length in lengths) / max(1, sum(length for length, _ in lengths))
    labels = []
    for source, reference in lengths:
        share = reference / (source * usual) if source and reference else None
        labels.append(None if share is None else next((label for most, label in _RATIOS if share < most), _LARGER))
    return _gather(labels, (*(label for _, label in _RATIOS), _LARGER))


def repetition_groups(test: EvaluationSet) -> Groups:
    """By how often the most frequent word (or character) of the reference stands in it."""
    spaced = has_spaces(test.reference)
    most = [max(Counter(tokens(line, spaced)).values(), default=0) for line in test.reference]
    return _gather([_TIMES[min(times, len(_TIMES)) - 1] if times else None for times in most], _TIMES)


def _gather(labels: list[str | None], order: tuple[str, ...]) -> Groups:
    """Indices by label, in the order of the labels; those that no sentence has are left out."""
    groups = [(label, tuple(index for index, own in enumerate(labels) if own == label)) for label in order]
    return [(label, segments) for label, segments in groups if segments]
