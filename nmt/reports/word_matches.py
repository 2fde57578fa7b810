"""Words of the references that one system has and another has not."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from nmt.corpus.languages import has_spaces
from nmt.reports.signs import tokens


@dataclass(frozen=True)
class WordCount:
    """One word: how often it occurs in the references, and how often only one of two systems has it there."""

    word: str
    in_references: int
    only_baseline: int
    only_system: int


@dataclass(frozen=True)
class WordMatches:
    """The words of all references by who has them in the same sentence, wherever in it; the four counts add up.

    `words` are those on which the systems differ most, largest difference first; empty in a report without text.
    """

    baseline: str
    system: str
    both: int
    only_baseline: int
    only_system: int
    neither: int
    words: tuple[WordCount, ...] = ()

    @property
    def total(self) -> int:
        return self.both + self.only_baseline + self.only_system + self.neither


def match_words(
    baseline: tuple[str, Sequence[str]],
    system: tuple[str, Sequence[str]],
    references: tuple[str, ...],
    num_shown: int,
) -> WordMatches:
    """Compare two systems, each its name and its outputs. A word that a reference has twice is wanted twice."""
    spaced = has_spaces(references)
    both, neither = 0, 0
    wanted, only_a, only_b = Counter[str](), Counter[str](), Counter[str]()
    for output_a, output_b, reference in zip(baseline[1], system[1], references, strict=True):
        a, b = Counter(tokens(output_a, spaced)), Counter(tokens(output_b, spaced))
        for word, number in Counter(tokens(reference, spaced)).items():
            has_a, has_b = min(a[word], number), min(b[word], number)
            both += min(has_a, has_b)
            neither += number - max(has_a, has_b)
            wanted[word] += number
            only_a[word] += max(0, has_a - has_b)
            only_b[word] += max(0, has_b - has_a)
    order = sorted(wanted, key=lambda word: (-abs(only_a[word] - only_b[word]), -only_a[word] - only_b[word], word))
    words = tuple(WordCount(word, wanted[word], only_a[word], only_b[word]) for word in order[:num_shown])
    return WordMatches(
        baseline[0],
        system[0],
        both,
        only_a.total(),
        only_b.total(),
        neither,
        tuple(word for word in words if word.only_baseline != word.only_system),
    )
