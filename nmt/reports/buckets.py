"""Quality on parts of the test set."""

from collections.abc import Sequence
from dataclasses import dataclass

from nmt.metrics import Score, SegmentStatistics, mean_score_of

SMALLEST = 20  # sentences in a bucket: fewer make a score that means nothing

Groups = list[tuple[str, tuple[int, ...]]]  # labels, each with the indices of its sentences
Runs = Sequence[SegmentStatistics]  # those of one system, whose scores are averaged


@dataclass(frozen=True)
class Bucket:
    """Test sentences that have something in common.

    Attributes:
        label: such as "6 to 10".
        segments: indices of its sentences.
        bleu: of each system on them, in the systems' order; empty where the sentences are too few.
        chrf: likewise.
    """

    label: str
    segments: tuple[int, ...]
    bleu: tuple[Score, ...] = ()
    chrf: tuple[Score, ...] = ()


def score_buckets(groups: Groups, bleu: Sequence[Runs], chrf: Sequence[Runs], smallest: int = 1) -> tuple[Bucket, ...]:
    """Score each system on each group of sentences; a group of less than `smallest` has no scores."""
    buckets = []
    for label, segments in groups:
        if len(segments) < smallest:
            buckets.append(Bucket(label, segments))
            continue
        scores = [tuple(mean_score_of(runs, segments) for runs in systems) for systems in (bleu, chrf)]
        buckets.append(Bucket(label, segments, *scores))
    return tuple(buckets)
