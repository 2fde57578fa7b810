"""Approximate randomisation: the second test of whether a difference is more than chance.

Under the hypothesis that two systems are alike, it does not matter which of them translated a sentence. So the
outputs of random sentences change sides, many times, and p is how often the difference is then at least as large as
the one observed (Noreen, 1989; Riezler and Maxwell, 2005, "On some pitfalls in automatic evaluation and significance
testing for MT"). The exchanges are those that sacreBLEU's own test draws; it counts only strictly larger ones, by
which any difference between a handful of sentences, whose few exchanges are mostly ties, would look certain.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nmt.metrics.statistics import SEED, SegmentStatistics

NUM_TRIALS = 10_000  # sacreBLEU's default
_FEWEST_TRIALS = 1_000
_MAX_DRAWS = 20_000_000  # coins drawn in all, unless that is too few trials
_MAX_COINS = 4_000_000  # held at once, as bytes and as numbers
_COINS_A_DRAW = 32  # a generator makes so many of one number, and a call loses those it does not use
_TIE = 1e-9  # points; the counts are whole numbers, so tied scores differ in their last bits at most


def num_trials(num_segments: int) -> int:
    """How often sentences change sides: 10,000 times, or fewer for a test set of more than 2,000 sentences."""
    return max(_FEWEST_TRIALS, min(NUM_TRIALS, _MAX_DRAWS // max(1, num_segments)))


def approximate_randomization(
    a: Sequence[SegmentStatistics], b: Sequence[SegmentStatistics], trials: int | None = None, seed: int = SEED
) -> float:
    """The two-sided p of the difference between systems a and b by one metric on the same segments.

    Each is one run, or several that differ in their seed: then the score is the mean over runs, and a sentence changes
    sides in all of them at once. Systems with exactly the same score have p = 1.
    """
    blocks = math.lcm(len(a), len(b))  # as many runs on either side, each of one side equally often
    counts = [np.hstack([one.counts for one in side] * (blocks // len(side))) for side in (a, b)]
    segments = len(counts[0])
    number = num_trials(segments) if trials is None else trials
    generator = np.random.default_rng(seed)

    def mean_score(sums: NDArray[np.float64]) -> float:
        return math.fsum(a[0].score_of_sums(each) for each in sums.reshape(blocks, -1)) / blocks

    moved, second, both = counts[0] - counts[1], counts[1].sum(axis=0), (counts[0] + counts[1]).sum(axis=0)
    observed = abs(mean_score(both - second) - mean_score(second))
    as_large, chunk = 0, _COINS_A_DRAW * max(1, _MAX_COINS // segments // _COINS_A_DRAW)
    for start in range(0, number, chunk):
        coins = generator.integers(2, size=(min(chunk, number - start), segments), dtype=bool)  # true: stays
        for sums in coins.astype(np.float64) @ moved + second:  # of one side; the other has
            as_large += abs(mean_score(sums) - mean_score(both - sums)) >= observed - _TIE  # all the rest
    return (as_large + 1) / (number + 1)
