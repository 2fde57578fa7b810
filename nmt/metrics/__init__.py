"""Quality: sacreBLEU scores with intervals, paired tests between systems, means over seeds."""

from nmt.metrics.base import Score
from nmt.metrics.randomization import approximate_randomization, num_trials
from nmt.metrics.scores import (
    LOWER_IS_BETTER,
    METRICS,
    OTHER_METRICS,
    doubt_about,
    explain_left_out,
    mean_score_of,
    metric_name,
    metric_of,
    score,
    segment_statistics,
    signature_of,
    takes_long,
)
from nmt.metrics.seeds import SeedMean, difference_over_seeds, mean_over_seeds
from nmt.metrics.significance import Comparison, compare_means
from nmt.metrics.statistics import SegmentStatistics

__all__ = [
    "LOWER_IS_BETTER",
    "METRICS",
    "OTHER_METRICS",
    "Comparison",
    "Score",
    "SeedMean",
    "SegmentStatistics",
    "approximate_randomization",
    "compare_means",
    "difference_over_seeds",
    "doubt_about",
    "explain_left_out",
    "mean_over_seeds",
    "mean_score_of",
    "metric_name",
    "metric_of",
    "num_trials",
    "score",
    "segment_statistics",
    "signature_of",
    "takes_long",
]
