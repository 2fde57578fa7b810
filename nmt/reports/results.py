"""results.json: every figure of a report for other programs, and no sentence or word of the corpus."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from nmt.metrics import Score
from nmt.reports.buckets import Bucket
from nmt.reports.pairings import Pairing
from nmt.reports.paths import portable_path
from nmt.reports.record import RunRecord
from nmt.reports.report import Report, ScoredRun
from nmt.reports.signs import SIGNS, RunSigns
from nmt.reports.word_matches import WordMatches

# The recipe lies in the run directory; its paths belong to the machine it ran on.
_RECORDED = tuple(field.name for field in fields(RunRecord) if field.name not in ("name", "experiment"))


def results(report: Report) -> dict[str, Any]:
    """The report as JSON values."""
    names = [run.name for run in report.runs]
    test = report.evaluation_set
    return {
        "created": report.created,
        "hardware": dict(report.hardware),
        "warnings": list(report.warnings),
        "runs": [_run(run, signs) for run, signs in zip(report.runs, report.signs, strict=True)],
        "systems": _systems(report, names),
        "comparisons": [_comparison(pairing) for pairing in report.pairings],
        "test": {
            "source": portable_path(test.source_path),
            "reference": portable_path(test.reference_path),
            "num_sentences": len(test),
            "source_sha256": test.source_sha256,
            "reference_sha256": test.reference_sha256,
        },
        "time_to_dev_bleu": [
            {
                "bleu": level.bleu,
                "share_of_best": level.share,
                "train_seconds": dict(zip(names, level.seconds, strict=True)),
            }
            for level in report.levels
        ],
        "fronts": [
            {"axis": front.axis, "on_front": dict(zip(names, front.on_front, strict=True))} for front in report.fronts
        ],
        "bleu_by_source_length": [
            {"length": bucket.label, "unit": report.length_unit, **_bucket(bucket, report)} for bucket in report.buckets
        ],
        "bleu_by_rarest_source_word": [{"seen": bucket.label, **_bucket(bucket, report)} for bucket in report.rarity],
        "bleu_by_length_ratio": [
            {"share_of_usual": bucket.label, **_bucket(bucket, report)} for bucket in report.ratios
        ],
        "bleu_by_repetition": [
            {"commonest_reference_word": bucket.label, **_bucket(bucket, report)} for bucket in report.repetition
        ],
        "reference_words": [_words(words) for words in report.words],
        "with_text": report.with_text,
    }


def _run(run: ScoredRun, signs: RunSigns) -> dict[str, Any]:
    result = run.result
    return {
        "name": run.name,
        **{name: getattr(result.record, name) for name in _RECORDED},
        "scores": [asdict(score) for score in run.scores],
        "translate_seconds": result.translate_seconds,
        "translated_sentences_per_second": run.sentences_per_second,
        "search": dict(result.search),
        "finish_reasons": dict(result.finish_reasons),
        "num_split": result.num_split,
        "length_ratio": signs.length_ratio,
        "signs": {sign: signs.count(sign) for sign in SIGNS},
        "validations": [asdict(point) for point in result.validations],
    }


def _systems(report: Report, names: Sequence[str]) -> list[dict[str, Any]]:
    """Which runs form one system, and its means where it has several seeds."""
    means = {scores.system: scores.means for scores in report.seed_scores}
    return [
        {
            "name": system.name,
            "runs": [names[run] for run in system.members],
            "seeds": list(system.seeds),
            "means_over_seeds": {metric: asdict(mean) for metric, mean in means.get(number, {}).items()},
        }
        for number, system in enumerate(report.systems)
    ]


def _comparison(pairing: Pairing) -> dict[str, Any]:
    return {
        "baseline": pairing.baseline,
        "system": pairing.system,
        **asdict(pairing.comparison),
        "over_seeds": asdict(pairing.over_seeds) if pairing.over_seeds else None,
        "more_than_chance": pairing.more_than_chance,
    }


def _bucket(bucket: Bucket, report: Report) -> dict[str, Any]:
    names = [system.name for system in report.systems]
    return {
        "num_sentences": len(bucket.segments),
        "scores": _scores(names, bucket.bleu),
        "chrf": _scores(names, bucket.chrf),
    }


def _scores(names: Sequence[str], scores: Sequence[Score]) -> dict[str, Any]:
    if not scores:
        return {}
    return {
        name: {"value": score.value, "low": score.low, "high": score.high}
        for name, score in zip(names, scores, strict=True)
    }


def _words(words: WordMatches) -> dict[str, Any]:
    """The counts, never the words."""
    return {
        "baseline": words.baseline,
        "system": words.system,
        "both": words.both,
        "only_baseline": words.only_baseline,
        "only_system": words.only_system,
        "neither": words.neither,
    }
