"""Test sentences by how rare their words were in training."""

from collections.abc import Mapping, Sequence

from nmt.reports.training_text import words_of

_GROUPS = ((0, "never"), (5, "1 to 5 times"), (50, "6 to 50 times"))  # seen at most so often
_LAST = "more than 50 times"


def rarity_groups(source: Sequence[str], counts: Mapping[str, int]) -> list[tuple[str, tuple[int, ...]]]:
    """Labels and indices of sentences by their rarest word, rarest first; sentences without any word are in none."""
    members: dict[str, list[int]] = {label: [] for label in (*(label for _, label in _GROUPS), _LAST)}
    for index, line in enumerate(source):
        words = words_of(line)
        if words:
            rarest = min(counts.get(word, 0) for word in words)
            members[next((label for most, label in _GROUPS if rarest <= most), _LAST)].append(index)
    return [(label, tuple(segments)) for label, segments in members.items() if segments]
