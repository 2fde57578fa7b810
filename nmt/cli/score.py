"""nmt translate --score"""

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from nmt.translation.formats import Format, Record
    from nmt.translation.translator import Translator


def score_stream(
    translator: "Translator",
    source: Iterable[bytes],
    given: Iterable[bytes],
    sink: BinaryIO,
    format: "Format",
    patience: float | None = None,
) -> int:
    """Write the log-probability of each line of `given` as the translation of the same line of `source`.

    Returns how many times invalid UTF-8 was replaced. Raises DataError where the files differ in their number of lines
    or a line is bad; what comes before is written first. `patience`: see `chunks`.
    """
    from nmt.translation.formats import read_records
    from nmt.translation.scoring import score_pairs
    from nmt.translation.stream import chunks

    replaced = 0
    for chunk in chunks(_pairs(format.read(source), read_records(given)), patience=patience):
        scores = score_pairs(translator, [record.text for record, _ in chunk], [target.text for _, target in chunk])
        for (record, target), one in zip(chunk, scores, strict=True):
            replaced += record.num_replaced + target.num_replaced
            format.write_score(sink, record, target, one)
        sink.flush()
    return replaced


def _pairs(sources: "Iterator[Record]", targets: "Iterator[Record]") -> "Iterator[tuple[Record, Record]]":
    """Both, line by line. Raises DataError where one has fewer lines."""
    from nmt.errors import DataError

    for source, target in zip_longest(sources, targets):
        if source is None or target is None:
            number, fewer = (source or target).index, "source" if source is None else "--score file"
            raise DataError(f"The {fewer} ends before line {number + 1}: both need the same number of lines.")
        yield source, target
