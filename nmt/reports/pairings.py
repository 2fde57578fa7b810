"""Systems against the first one, and means over seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nmt.metrics import (
    Comparison,
    SeedMean,
    SegmentStatistics,
    compare_means,
    difference_over_seeds,
    mean_over_seeds,
)
from nmt.reports.seeds import System

BySystem = Mapping[str, Sequence[Sequence[SegmentStatistics]]]  # metric -> system -> run


@dataclass(frozen=True)
class Pairing:
    """Two systems by one metric; differences are system minus baseline, of their means where they have several seeds.

    Attributes:
        comparison: by paired bootstrap and approximate randomisation: chance in which sentences were tested.
        over_seeds: the same difference with its interval of chance in training, which needs two seeds of each.
        num_seeds: runs of the baseline and of the system.
    """

    baseline: str
    system: str
    comparison: Comparison
    over_seeds: SeedMean | None = None
    num_seeds: tuple[int, int] = (1, 1)

    @property
    def over_seeds_significant(self) -> bool | None:
        """Whether the interval over seeds leaves out zero; None where there is none."""
        if self.over_seeds is None or self.over_seeds.low is None or self.over_seeds.high is None:
            return None
        return self.over_seeds.low > 0.0 or self.over_seeds.high < 0.0

    @property
    def more_than_chance(self) -> bool:
        """Whether neither the choice of test sentences nor, where known, that of seeds explains the difference."""
        return self.comparison.significant and self.over_seeds_significant is not False


@dataclass(frozen=True)
class SeedScores:
    """The mean over seeds of each metric of one system, and the scores of its runs."""

    system: int
    means: Mapping[str, SeedMean]
    values: Mapping[str, tuple[float, ...]]


def pair_with_first(systems: Sequence[System], statistics: BySystem) -> tuple[Pairing, ...]:
    """Every other system against the first, by each metric."""
    return tuple(
        _pair(systems[0], systems[n], statistics[metric][0], statistics[metric][n])
        for n in range(1, len(systems))
        for metric in statistics
    )


def seed_scores(systems: Sequence[System], statistics: BySystem) -> tuple[SeedScores, ...]:
    """The means of the systems that have several seeds."""
    found = []
    for number, system in enumerate(systems):
        if len(system.members) > 1:
            values = {metric: tuple(run.score() for run in runs[number]) for metric, runs in statistics.items()}
            means = {metric: mean_over_seeds(scores) for metric, scores in values.items()}
            found.append(SeedScores(number, means, values))
    return tuple(found)


def _pair(baseline: System, system: System, a: Sequence[SegmentStatistics], b: Sequence[SegmentStatistics]) -> Pairing:
    over_seeds = difference_over_seeds([run.score() for run in a], [run.score() for run in b])
    return Pairing(
        baseline.name,
        system.name,
        compare_means(a, b),
        None if over_seeds.low is None else over_seeds,
        (len(a), len(b)),
    )
