"""Invented outputs of two systems, for the tests of what tells them apart."""

import random
from collections.abc import Sequence

from nmt.metrics import Comparison, compare_means, segment_statistics

WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


def systems(seed, num_sentences, changes_a, changes_b):
    """Outputs of two systems, and references; more changes make a worse system."""
    rng = random.Random(seed)

    def change(words, times):
        words = list(words)
        for _ in range(times):
            words[rng.randrange(len(words))] = rng.choice(WORDS)
        return " ".join(words)

    references = [[rng.choice(WORDS) for _ in range(rng.randint(6, 12))] for _ in range(num_sentences)]
    a = [change(words, rng.choice(changes_a)) for words in references]
    b = [change(words, rng.choice(changes_b)) for words in references]
    return a, b, [" ".join(words) for words in references]


def compare_texts(metric: str, a: Sequence[str], b: Sequence[str], references: Sequence[str], **how: int) -> Comparison:
    """The outputs of system b against those of system a; `how` is for `compare_means`."""
    return compare_means(*([segment_statistics(metric, outputs, references)] for outputs in (a, b)), **how)
