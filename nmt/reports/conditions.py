"""What differs between the runs of a report besides their models: machine, code, text, search."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nmt.reports import numbers
from nmt.reports.run_results import RunResult

_TIMES = "training times and speeds are not comparable"
_CODE = "that may be a part of a difference in quality"
_TEXT = "a difference in quality may come from the text"
_SEARCH = "what is compared is each model with its own search"


def different_conditions(results: Sequence[RunResult]) -> list[str]:
    """One line with all differences and what they mean, and one for each run whose conditions changed."""
    records = [result.record for result in results]
    conditions = {
        _TIMES: [
            *_named("hardware", (sorted(record.hardware.items()) for record in records)),
            *_named("precision", (record.precision for record in records)),
            *_named("number of threads", (record.threads for record in records)),
        ],
        _CODE: [
            *_named("commit", (record.commit for record in records if record.commit)),
            *_parts("versions of {}", [_libraries(record.versions) for record in records]),
        ],
        _TEXT: _named("training text", _training_texts(results)),
        _SEARCH: _parts("{} of the search", [result.search for result in results]),
    }
    found = [f"{numbers.listing(names)} ({meaning})" for meaning, names in conditions.items() if names]
    lines = [f"The runs differ in {'; in '.join(found)}."] if found else []
    return lines + [
        f"{result.name} went on under other conditions ({'; '.join(result.record.changes)}): "
        "its quality and its training time come from both."
        for result in results
        if result.record.changes
    ]


def _named(name: str, values: Iterable[object]) -> list[str]:
    """The name, if the values differ."""
    first, *others = [*values] or [None]
    return [name] if any(value != first for value in others) else []


def _parts(name: str, values: Sequence[Mapping[str, Any]]) -> list[str]:
    """The name with the keys whose values differ, if any do."""
    keys = sorted({key for one in values for key in one})
    differing = [key for key in keys if any(one.get(key) != values[0].get(key) for one in values)]
    return [name.format(numbers.listing(differing))] if differing else []


def _libraries(versions: Mapping[str, str]) -> dict[str, str]:
    """Without sacreBLEU, which has a warning of its own."""
    return {name: version for name, version in versions.items() if name != "sacrebleu"}


def _training_texts(results: Sequence[RunResult]) -> list[object]:
    """By checksum where every run has recorded it, else as the recipes name it, without those that do not."""
    noted = [result.record.hashes("train") for result in results]
    if all(noted):
        return list(noted)
    named = [result.record.text("train") for result in results]
    return [text for text in named if text]
