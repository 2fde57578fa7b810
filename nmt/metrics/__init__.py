"""Quality: sacreBLEU scores with intervals, and paired tests between systems."""

from nmt.metrics.base import Score
from nmt.metrics.scores import LOWER_IS_BETTER, METRICS, score, score_of, segment_statistics
from nmt.metrics.significance import Comparison, compare_statistics, paired_bootstrap
from nmt.metrics.statistics import SegmentStatistics

__all__ = [
    "LOWER_IS_BETTER",
    "METRICS",
    "Comparison",
    "Score",
    "SegmentStatistics",
    "compare_statistics",
    "paired_bootstrap",
    "score",
    "score_of",
    "segment_statistics",
]
