"""Test sentences in groups that depend on no system: by length, by length ratio, by repetition, by rarity of words."""

from collections import Counter
from collections.abc import Mapping, Sequence

from nmt.corpus.languages import has_spaces
from nmt.reports.buckets import SMALLEST, Groups
from nmt.reports.evaluation_set import EvaluationSet
from nmt.reports.signs import tokens
from nmt.reports.training_text import words_of

_WIDTHS = (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000)
_RATIOS = (
    (3 / 4, "less than 3/4"),
    (9 / 10, "3/4 to 9/10"),
    (10 / 9, "9/10 to 10/9"),
    (4 / 3, "10/9 to 4/3"),
)  # of the usual ratio, below the first number
_LARGER = "4/3 or more"
_TIMES = ("once", "twice", "3 times", "4 times or more")
_SEEN = ((0, "never"), (5, "1 to 5 times"), (50, "6 to 50 times"))  # at most so often
_SEEN_OFTENER = "more than 50 times"


def length_unit(source: tuple[str, ...]) -> str:
    """ "words" (split at white space), or "characters" for text that has no spaces between words."""
    return "words" if has_spaces(source) else "characters"


def length_groups(source: tuple[str, ...]) -> Groups:
    """Short, middling and long sentences, shortest first."""
    spaced = has_spaces(source)
    return group_lengths([len(line.split()) if spaced else len(line) for line in source])


def group_lengths(lengths: Sequence[int]) -> Groups:
    """At most seven groups of a round width, unless some lengths are in the thousands.

    The first and the last are open, and take at least the shortest and the longest twentieth of the sentences.
    Neighbours are joined until each group holds twenty.
    """
    ordered = sorted(lengths)
    shortest, longest = ordered[len(ordered) // 20], ordered[-1 - len(ordered) // 20]
    width = next((width for width in _WIDTHS if 6 * width >= longest - shortest), _WIDTHS[-1])
    members: dict[int, list[int]] = {}
    first, last = (max(0, (length - 1) // width) for length in (shortest, longest))
    for index, length in enumerate(lengths):
        members.setdefault(min(max(first, (length - 1) // width), last), []).append(index)
    groups = [(number * width + 1, (number + 1) * width, members.get(number, [])) for number in range(first, last + 1)]
    groups = _join_small(groups)
    return [
        (_length_label(low, high, is_first=n == 0, is_last=n == len(groups) - 1), tuple(sorted(segments)))
        for n, (low, high, segments) in enumerate(groups)
    ]


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
    """By how often the reference has its most frequent word (or character)."""
    spaced = has_spaces(test.reference)
    most = [max(Counter(tokens(line, spaced)).values(), default=0) for line in test.reference]
    return _gather([_TIMES[min(times, len(_TIMES)) - 1] if times else None for times in most], _TIMES)


def rarity_groups(source: Sequence[str], counts: Mapping[str, int]) -> Groups:
    """By how often the rarest word occurs in training, rarest first; sentences without any word are in no group."""
    labels = []
    for words in map(words_of, source):
        rarest = min((counts.get(word, 0) for word in words), default=None)
        labels.append(
            None if rarest is None else next((label for most, label in _SEEN if rarest <= most), _SEEN_OFTENER)
        )
    return _gather(labels, (*(label for _, label in _SEEN), _SEEN_OFTENER))


def _gather(labels: Sequence[str | None], order: Sequence[str]) -> Groups:
    """Sentences by label, in the order of the labels; those that no sentence has are left out."""
    groups = [(label, tuple(index for index, own in enumerate(labels) if own == label)) for label in order]
    return [(label, segments) for label, segments in groups if segments]


def _join_small(groups: list[tuple[int, int, list[int]]]) -> list[tuple[int, int, list[int]]]:
    """Join each group below the smallest size with the next one, and such a last group with the one before."""
    joined: list[tuple[int, int, list[int]]] = []
    for low, high, segments in groups:
        if joined and len(joined[-1][2]) < SMALLEST:
            before = joined.pop()
            low, segments = before[0], before[2] + segments
        joined.append((low, high, segments))
    if len(joined) > 1 and len(joined[-1][2]) < SMALLEST:
        low, high, segments = joined.pop()
        before = joined.pop()
        joined.append((before[0], high, before[2] + segments))
    return joined


def _length_label(low: int, high: int, is_first: bool, is_last: bool) -> str:
    if is_first and is_last:
        return "all"
    if is_last:
        return f"{low} or more"
    if is_first:
        return f"up to {high}"
    return str(low) if low == high else f"{low} to {high}"
