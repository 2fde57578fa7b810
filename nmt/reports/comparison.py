"""From runs to a report: every number and sentence that will be shown, none of how it looks."""

from collections.abc import Callable, Mapping, Sequence

from nmt.corpus.languages import has_spaces
from nmt.errors import ConfigError, DataError
from nmt.metrics import METRICS, SegmentStatistics, explain_left_out, mean_score_of, segment_statistics, takes_long
from nmt.reports.buckets import SMALLEST, Bucket, score_buckets
from nmt.reports.differences import NUM_LISTED, Shown, by_difference, largest_leads, most_different
from nmt.reports.evaluation_set import EvaluationSet
from nmt.reports.hygiene import find_warnings
from nmt.reports.pairings import pair_with_first, seed_scores
from nmt.reports.pareto import Front, find_fronts
from nmt.reports.report import Report, ScoredRun
from nmt.reports.run_results import RunResult
from nmt.reports.seeds import find_systems
from nmt.reports.sentence_groups import length_groups, length_unit, rarity_groups, ratio_groups, repetition_groups
from nmt.reports.signs import find_signs
from nmt.reports.times import find_levels
from nmt.reports.training_text import TrainingText
from nmt.reports.word_matches import WordMatches, match_words

COMPARED = ("BLEU", "chrF", "TER")
_NUM_LEADING = 5  # examples shown for each system
_NUM_WORDS = 10  # shown for each pair of systems

TrainingTexts = Sequence[TrainingText | str]


def compare_systems(
    results: Sequence[RunResult],
    evaluation_set: EvaluationSet,
    *,
    created: str,
    sample_indices: Sequence[int] = (),
    differing_indices: Sequence[int] = (),
    with_text: bool = True,
    target_language: str = "",
    training: TrainingTexts = (),
    metrics: Sequence[str] = (),
    hardware: Mapping[str, str | int] | None = None,
    tick: Callable[[str], None] = lambda metric: None,
) -> Report:
    """Score the runs and compare their systems with the first one, also by `metrics` besides the usual ones.

    One of the usual ones that would take very long is left out, with a warning, unless it is among `metrics`.

    The samples of the runs are the sentences `sample_indices`, then `differing_indices`. `training` has for each
    run what its training text shares with the test set, or why that is unknown; empty where nobody looked.
    `hardware` describes the machine that translated. `tick` is called with each metric before it is computed.

    Raises:
        ConfigError: when no run is given, or two share a name; for an unknown metric.
        DataError: when a run's outputs are not one for each test sentence.
    """
    _check(results, evaluation_set)
    reference = evaluation_set.reference
    left_out = {name for name in METRICS if name not in metrics and takes_long(name, reference, target_language)}
    scored = [name for name in dict.fromkeys((*METRICS, *metrics)) if name not in left_out]
    statistics = _statistics(results, reference, scored, target_language, tick)
    runs = tuple(
        ScoredRun(result, tuple(mean_score_of([each[n]]) for each in statistics.values()))
        for n, result in enumerate(results)
    )
    systems = find_systems(results)
    by_system = {
        metric: [[each[n] for n in system.members] for system in systems] for metric, each in statistics.items()
    }
    compared = {name: by_system[name] for name in dict.fromkeys((*COMPARED, *metrics)) if name in by_system}
    bleu, chrf = by_system["BLEU"], by_system["chrF"]
    sentence_chrf = [each.sentence_scores() for each in statistics["chrF"]]
    signs = tuple(
        find_signs(result.outputs, evaluation_set, list(scores))
        for result, scores in zip(results, sentence_chrf, strict=True)
    )
    shown = [
        Shown(system.name, results[system.first].outputs, sentence_chrf[system.first], signs[system.first].found)
        for system in systems
    ]
    rarity, rarity_note = _rarity(evaluation_set, bleu, chrf, training)
    examples = with_text and len(systems) > 1
    return Report(
        evaluation_set=evaluation_set,
        runs=runs,
        systems=systems,
        seed_scores=seed_scores(systems, compared),
        pairings=pair_with_first(systems, compared),
        levels=find_levels([result.validations for result in results]),
        fronts=_fronts(runs),
        length_unit=length_unit(evaluation_set.source),
        buckets=score_buckets(length_groups(evaluation_set.source), bleu, chrf),
        rarity=rarity,
        rarity_note=rarity_note,
        ratios=score_buckets(ratio_groups(evaluation_set), bleu, chrf, SMALLEST),
        repetition=score_buckets(repetition_groups(evaluation_set), bleu, chrf, SMALLEST),
        signs=signs,
        words=_words(shown, reference, _NUM_WORDS if with_text else 0),
        leads=largest_leads(shown, evaluation_set, _NUM_LEADING) if examples else (),
        sentences=by_difference(shown, evaluation_set, NUM_LISTED) if examples else (),
        sample_indices=tuple(sample_indices) if with_text else (),
        differing_indices=tuple(differing_indices) if with_text else (),
        warnings=(
            *find_warnings(results, evaluation_set, training, target_language),
            *map(explain_left_out, sorted(left_out)),
        ),
        with_text=with_text,
        created=created,
        hardware=dict(hardware or {}),
    )


def differing_indices(
    results: Sequence[RunResult], test: EvaluationSet, number: int, target_language: str = ""
) -> tuple[int, ...]:
    """The sentences that lead the report's list by difference: none where there is one system only."""
    firsts = [results[system.first].outputs for system in find_systems(results)]
    if len(firsts) < 2:
        return ()
    chrf = [segment_statistics("chrF", outputs, test.reference, target_language) for outputs in firsts]
    return tuple(most_different([each.sentence_scores() for each in chrf], number))


def _statistics(
    results: Sequence[RunResult],
    reference: Sequence[str],
    metrics: Sequence[str],
    target_language: str,
    tick: Callable[[str], None],
) -> dict[str, list[SegmentStatistics]]:
    """The counts of each run by each metric; `tick` is called with a metric before it is computed."""
    statistics = {}
    for metric in metrics:
        tick(metric)
        statistics[metric] = [
            segment_statistics(metric, result.outputs, reference, target_language) for result in results
        ]
    return statistics


def _words(shown: Sequence[Shown], references: tuple[str, ...], number: int) -> tuple[WordMatches, ...]:
    """The words of the references in the first system and in each other one, with up to `number` of them listed."""
    first = shown[0].name, shown[0].outputs
    return tuple(match_words(first, (other.name, other.outputs), references, number) for other in shown[1:])


def _fronts(runs: Sequence[ScoredRun]) -> tuple[Front, ...]:
    return find_fronts(
        [run.score("BLEU").value for run in runs],
        [run.result.record.train_seconds for run in runs],
        [run.result.record.parameters for run in runs],
        [run.sentences_per_second for run in runs],
    )


def _rarity(
    test: EvaluationSet,
    bleu: Sequence[Sequence[SegmentStatistics]],
    chrf: Sequence[Sequence[SegmentStatistics]],
    training: TrainingTexts,
) -> tuple[tuple[Bucket, ...], str]:
    """Quality by rarity of the words, or why there is none."""
    if not has_spaces(test.source):
        return (), "The source has no spaces between its words, so they were not counted."
    if not training:
        return (), "The words of the training text were not counted."
    unknown = next((text for text in training if isinstance(text, str)), None)
    if unknown is not None:
        return (), f"The words of the training text were not counted: {unknown}."
    first = training[0]
    assert isinstance(first, TrainingText)
    if any(text != first for text in training):
        return (), "The runs were not trained on the same text, so no word is equally rare for all of them."
    return score_buckets(rarity_groups(test.source, first.word_counts), bleu, chrf, SMALLEST), ""


def _check(results: Sequence[RunResult], evaluation_set: EvaluationSet) -> None:
    if not results:
        raise ConfigError("A report needs at least one run.")
    names = [result.name for result in results]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ConfigError(f"Two runs are called {repeated[0]!r}. The runs of a report need different names.")
    for result in results:
        if len(result.outputs) != len(evaluation_set):
            raise DataError(
                f"{result.name} gave {len(result.outputs)} translations for the {len(evaluation_set)} lines of "
                f"{evaluation_set.source_path}. A report needs one for each."
            )
