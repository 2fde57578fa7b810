"""Approximate randomisation: the second test of whether a difference is more than chance.

Under the hypothesis that two systems are alike, it does not matter which of them translated a sentence. So the
outputs of random sentences change sides, many times, and p is how often the difference is then larger than the one
observed (Noreen, 1989; Riezler and Maxwell, 2005, "On some pitfalls in automatic evaluation and significance testing
for MT"). The test is sacreBLEU's, given the counts that were extracted for the scores already.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics.base import Score as SacreScore
from sacrebleu.significance import PairedTest

from nmt.metrics.statistics import SEED, SegmentStatistics

NUM_TRIALS = 10_000  # sacreBLEU's default
_FEWEST_TRIALS = 1_000
_MAX_DRAWS = 20_000_000  # coins that sacreBLEU holds at once, eight bytes each


def num_trials(num_segments: int) -> int:
    """How often sentences change sides: 10,000 times, or fewer for a test set of more than 2,000 sentences."""
    return max(_FEWEST_TRIALS, min(NUM_TRIALS, _MAX_DRAWS // max(1, num_segments)))


def approximate_randomization(
    a: Sequence[SegmentStatistics], b: Sequence[SegmentStatistics], trials: int | None = None, seed: int = SEED
) -> float:
    """The two-sided p of the difference between systems a and b by one metric on the same segments.

    Each is one run, or several that differ in their seed: then the score is the mean over runs, and a sentence changes
    sides in all of them at once. Systems of exactly the same score have p = 1, where sacreBLEU, which counts only what
    is larger than no difference at all, would call them different.
    """
    if np.mean([one.score() for one in a]) == np.mean([one.score() for one in b]):
        return 1.0
    blocks = math.lcm(len(a), len(b))  # as many runs on either side, each of one side equally often
    counts = [np.hstack([one.counts for one in side] * (blocks // len(side))) for side in (a, b)]
    metric: Any = _MeanScore(a[0], blocks)
    number = num_trials(len(a[0].counts)) if trials is None else trials
    systems: Any = [("a", counts[0]), ("b", counts[1])]
    test = PairedTest(systems, {_MeanScore.NAME: metric}, None, test_type="ar", n_samples=number)
    test._seed = seed  # else the environment would decide
    results: Any = test()[1][_MeanScore.NAME]
    return float(results[1].p_value)


class _MeanScore:
    """What sacreBLEU's test asks of a metric, answered from counts; the columns hold those of `blocks` runs."""

    NAME = "mean"

    def __init__(self, statistics: SegmentStatistics, blocks: int) -> None:
        self.statistics = statistics
        self.blocks = blocks

    def _extract_corpus_statistics(self, counts: NDArray[np.float64], references: None) -> NDArray[np.float64]:
        return counts

    def _aggregate_and_compute(self, rows: NDArray[np.float64]) -> SacreScore:
        sums = rows.sum(axis=0).reshape(self.blocks, -1)
        return SacreScore(self.NAME, math.fsum(self.statistics.score_of_sums(each) for each in sums) / self.blocks)

    def get_signature(self) -> Any:
        return self.statistics.metric.get_signature()
