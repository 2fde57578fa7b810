"""Is the difference between two systems more than chance?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nmt.metrics.scores import segment_statistics
from nmt.metrics.statistics import NUM_RESAMPLES, SEED, SegmentStatistics, interval


@dataclass(frozen=True)
class Comparison:
    """Two systems on one test set by one metric.

    Attributes:
        metric: key in `METRICS`.
        difference: score of system b minus score of system a, in points.
        low: lower end of the difference's 95 % bootstrap interval.
        high: its upper end.
        p_value: two-sided; how often chance alone would produce a difference at least as large.
    """

    metric: str
    difference: float
    low: float
    high: float
    p_value: float

    @property
    def significant(self) -> bool:
        """Whether the difference may be called one: p below 0.05, and an interval that leaves out zero."""
        return self.p_value < 0.05 and (self.low > 0.0 or self.high < 0.0)


def paired_bootstrap(
    metric: str,
    hypotheses_a: Sequence[str],
    hypotheses_b: Sequence[str],
    references: Sequence[str],
    samples: int = NUM_RESAMPLES,
    seed: int = SEED,
    target_language: str = "",
) -> Comparison:
    """Compare system b with system a by paired bootstrap resampling (Koehn, 2004).

    Raises ConfigError for an unknown metric, DataError when the texts differ in length or are empty.
    """
    a = segment_statistics(metric, hypotheses_a, references, target_language)
    b = segment_statistics(metric, hypotheses_b, references, target_language)
    return compare_statistics(a, b, samples, seed)


def compare_statistics(
    a: SegmentStatistics, b: SegmentStatistics, samples: int = NUM_RESAMPLES, seed: int = SEED
) -> Comparison:
    """`paired_bootstrap` on counts already extracted, both from the same segments.

    The differences of the resamples, shifted to mean zero, show what chance alone does; p is the share of them at
    least as far from zero, on either side, as the difference observed (Efron and Tibshirani, 1993, chapter 16).
    sacreBLEU's `--paired-bs` draws the same resamples but counts one tail only and gives two identical systems a p
    near zero, which would contradict the interval beside it; hence this two-sided count.
    """
    observed = b.score() - a.score()
    differences = b.resampled_scores(samples=samples, seed=seed) - a.resampled_scores(samples=samples, seed=seed)
    shifted = np.abs(differences - differences.mean())
    as_extreme = int(np.count_nonzero(shifted >= abs(observed)))
    low, high = interval(differences)
    return Comparison(a.name, observed, low, high, (as_extreme + 1) / (samples + 1))
