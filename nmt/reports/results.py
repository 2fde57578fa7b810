"""results.json: every figure of a report for other programs, and no sentence of the corpus."""

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from nmt.reports.comparison import Report, System
from nmt.reports.record import RunRecord

# The recipe lies in the run directory; its paths belong to the machine it ran on.
_RECORDED = tuple(field.name for field in fields(RunRecord) if field.name not in ("name", "experiment"))


def results(report: Report) -> dict[str, Any]:
    """The report as JSON values: runs, comparisons, test, levels and buckets."""
    names = [system.name for system in report.systems]
    test = report.evaluation_set
    return {
        "created": report.created,
        "runs": [_run(system) for system in report.systems],
        "comparisons": [
            {"baseline": pairing.baseline, "system": pairing.system, **asdict(pairing.comparison)}
            for pairing in report.pairings
        ],
        "test": {
            "source": portable_path(test.source_path),
            "reference": portable_path(test.reference_path),
            "num_sentences": len(test),
            "source_sha256": test.source_sha256,
            "reference_sha256": test.reference_sha256,
        },
        "time_to_dev_bleu": [
            {"bleu": level.bleu, "train_seconds": dict(zip(names, level.seconds, strict=True))}
            for level in report.levels
        ],
        "bleu_by_source_length": [
            {
                "length": bucket.label,
                "unit": report.length_unit,
                "num_sentences": len(bucket.segments),
                "scores": {
                    name: {"value": score.value, "low": score.low, "high": score.high}
                    for name, score in zip(names, bucket.scores, strict=True)
                },
            }
            for bucket in report.buckets
        ],
        "with_text": report.with_text,
    }


def portable_path(path: Path) -> str:
    """The path below the working directory, or the file name alone: a report outlives the machine it was made on."""
    try:
        return path.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return path.name


def _run(system: System) -> dict[str, Any]:
    result = system.result
    return {
        "name": system.name,
        **{name: getattr(result.record, name) for name in _RECORDED},
        "scores": [asdict(score) for score in system.scores],
        "translate_seconds": result.translate_seconds,
        "translated_sentences_per_second": system.sentences_per_second,
        "search": dict(result.search),
        "finish_reasons": dict(result.finish_reasons),
        "num_split": result.num_split,
        "validations": [asdict(point) for point in result.validations],
    }
