"""Test sentences by length of their source."""

from collections.abc import Sequence

from nmt.reports.buckets import SMALLEST
from nmt.reports.evaluation_set import has_spaces

_WIDTHS = (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000)


def length_unit(source: tuple[str, ...]) -> str:
    """ "words" (split at white space), or "characters" for text that has no spaces between words."""
    return "words" if has_spaces(source) else "characters"


def length_groups(source: tuple[str, ...]) -> list[tuple[str, tuple[int, ...]]]:
    """Labels and indices of short, middling and long sentences, shortest first."""
    spaced = has_spaces(source)
    return group_lengths([len(line.split()) if spaced else len(line) for line in source])


def group_lengths(lengths: Sequence[int]) -> list[tuple[str, tuple[int, ...]]]:
    """Labels and indices of at most seven buckets of a round width, unless some lengths are in the thousands.

    The first and the last are open, and take at least the shortest and the longest twentieth of the sentences.
    Neighbours are joined until each bucket holds twenty.
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
        (_label(low, high, is_first=n == 0, is_last=n == len(groups) - 1), tuple(sorted(segments)))
        for n, (low, high, segments) in enumerate(groups)
    ]


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


def _label(low: int, high: int, is_first: bool, is_last: bool) -> str:
    if is_first and is_last:
        return "all"
    if is_last:
        return f"{low} or more"
    if is_first:
        return f"up to {high}"
    return str(low) if low == high else f"{low} to {high}"
