"""Is the difference between two systems more than chance? Two tests answer, and a difference needs both."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nmt.metrics.randomization import approximate_randomization
from nmt.metrics.statistics import NUM_RESAMPLES, SegmentStatistics, interval


@dataclass(frozen=True)
class Comparison:
    """Two systems on one test set by one metric.

    Attributes:
        metric: key in `METRICS`.
        difference: score of system b minus score of system a, in points.
        low: lower end of the difference's 95 % bootstrap interval.
        high: its upper end.
        p_value: two-sided, by the bootstrap; how often chance alone would produce a difference at least as large.
        randomization_p: the same by approximate randomisation.
    """

    metric: str
    difference: float
    low: float
    high: float
    p_value: float
    randomization_p: float

    @property
    def significant(self) -> bool:
        """Whether the difference is more than chance: both p below 0.05, and an interval that leaves out zero."""
        return self.largest_p < 0.05 and (self.low > 0.0 or self.high < 0.0)

    @property
    def largest_p(self) -> float:
        """The larger of the two p."""
        return max(self.p_value, self.randomization_p)


def compare_means(
    a: Sequence[SegmentStatistics], b: Sequence[SegmentStatistics], samples: int = NUM_RESAMPLES
) -> Comparison:
    """Paired bootstrap (Koehn, 2004) and approximate randomisation of two systems, each of one run or of several whose
    scores are averaged. The difference is b minus a; `samples` are those of the bootstrap.

    Every run gets the same resamples. The result covers chance in which sentences were tested, not chance in training.

    The differences of the resamples, shifted to mean zero, show what chance alone does; p is the share of them at
    least as far from zero, on either side, as the difference observed (Efron and Tibshirani, 1993, chapter 16).
    sacreBLEU's `--paired-bs` draws the same resamples but counts one tail only and gives two identical systems a p
    near zero, which would contradict the interval beside it; hence this two-sided count.
    """
    observed = float(np.mean([one.score() for one in b]) - np.mean([one.score() for one in a]))
    means = [np.mean([one.resampled_scores(samples=samples) for one in side], axis=0) for side in (a, b)]
    differences = means[1] - means[0]
    shifted = np.abs(differences - differences.mean())
    as_extreme = int(np.count_nonzero(shifted >= abs(observed)))
    low, high = interval(differences)
    p_value = (as_extreme + 1) / (samples + 1)
    return Comparison(a[0].name, observed, low, high, p_value, approximate_randomization(a, b))
