"""From systems to a report: every number and sentence that will be shown, none of how it looks."""

from collections.abc import Sequence
from dataclasses import dataclass

from nmt.errors import ConfigError, DataError
from nmt.metrics import METRICS, Comparison, Score, compare_statistics, score_of, segment_statistics
from nmt.reports.differences import Lead, largest_leads
from nmt.reports.evaluation_set import EvaluationSet
from nmt.reports.lengths import Bucket, bleu_by_length, length_unit
from nmt.reports.systems import SystemResult
from nmt.reports.times import round_levels, seconds_to_reach

COMPARED = ("BLEU", "chrF", "TER")
_NUM_LEADING = 5  # examples shown for each system


@dataclass(frozen=True)
class System:
    """A system with its scores, in the order of METRICS."""

    result: SystemResult
    scores: tuple[Score, ...]

    @property
    def name(self) -> str:
        return self.result.name

    @property
    def sentences_per_second(self) -> float:
        return len(self.result.outputs) / max(self.result.translate_seconds, 1e-9)

    def score(self, metric: str) -> Score:
        return next(score for score in self.scores if score.name == metric)


@dataclass(frozen=True)
class Pairing:
    """The paired bootstrap of two named systems; differences are system minus baseline."""

    baseline: str
    system: str
    comparison: Comparison


@dataclass(frozen=True)
class Level:
    """Training seconds of each system, in order, until its dev BLEU reached `bleu`; None when it never did."""

    bleu: float
    seconds: tuple[float | None, ...]


@dataclass(frozen=True)
class Report:
    """All that a report says.

    Attributes:
        systems: as given; the first is the baseline of every pairing.
        pairings: other systems against the first, for each metric compared.
        length_unit: what `buckets` count, "words" or "characters".
        leads: for each system where it is furthest ahead; empty without text.
        sample_indices: of the sentences whose translations and attention are shown; empty without text.
        with_text: whether sentences of the test set may be shown.
        created: date of the report, such as "2026-01-31".
    """

    evaluation_set: EvaluationSet
    systems: tuple[System, ...]
    pairings: tuple[Pairing, ...]
    levels: tuple[Level, ...]
    length_unit: str
    buckets: tuple[Bucket, ...]
    leads: tuple[Lead, ...]
    sample_indices: tuple[int, ...]
    with_text: bool
    created: str


def compare_systems(
    results: Sequence[SystemResult],
    evaluation_set: EvaluationSet,
    *,
    created: str,
    sample_indices: Sequence[int] = (),
    with_text: bool = True,
    target_language: str = "",
) -> Report:
    """Score the systems and compare them with the first one.

    Raises:
        ConfigError: when no system is given, or two share a name.
        DataError: when a system's outputs are not one for each test sentence.
    """
    _check(results, evaluation_set)
    statistics = {
        metric: [
            segment_statistics(metric, result.outputs, evaluation_set.reference, target_language) for result in results
        ]
        for metric in METRICS
    }
    systems = tuple(
        System(result, tuple(score_of(statistics[metric][n]) for metric in METRICS)) for n, result in enumerate(results)
    )
    pairings = tuple(
        Pairing(results[0].name, results[n].name, compare_statistics(statistics[metric][0], statistics[metric][n]))
        for n in range(1, len(results))
        for metric in COMPARED
    )
    curves = [result.validations for result in results]
    levels = tuple(
        Level(bleu, tuple(seconds_to_reach(curve, bleu) for curve in curves)) for bleu in round_levels(curves)
    )
    leads = largest_leads(results, evaluation_set, statistics["chrF"], _NUM_LEADING) if with_text else ()
    return Report(
        evaluation_set=evaluation_set,
        systems=systems,
        pairings=pairings,
        levels=levels,
        length_unit=length_unit(evaluation_set.source),
        buckets=bleu_by_length(evaluation_set.source, statistics["BLEU"]),
        leads=leads,
        sample_indices=tuple(sample_indices) if with_text else (),
        with_text=with_text,
        created=created,
    )


def _check(results: Sequence[SystemResult], evaluation_set: EvaluationSet) -> None:
    if not results:
        raise ConfigError("A report needs at least one run.")
    names = [result.name for result in results]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ConfigError(f"Two runs are called {repeated[0]!r}. The systems of a report need different names.")
    for result in results:
        if len(result.outputs) != len(evaluation_set):
            raise DataError(
                f"{result.name} gave {len(result.outputs)} translations for the {len(evaluation_set)} lines of "
                f"{evaluation_set.source_path}. A report needs one for each."
            )
