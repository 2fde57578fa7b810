"""nmt translate --score"""

from collections.abc import Iterable
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from nmt.translation.formats import Format
    from nmt.translation.translator import Translator

CHUNK_LINES = 1024


def score_stream(
    translator: "Translator", source: Iterable[bytes], given: Iterable[bytes], sink: BinaryIO, format: "Format"
) -> int:
    """Write the log-probability of each line of `given` as the translation of the same line of `source`.

    Returns how many times invalid UTF-8 was replaced. Raises DataError where the files differ in their number of lines.
    """
    from nmt.errors import DataError
    from nmt.translation.formats import read_records
    from nmt.translation.scoring import score_pairs

    replaced = 0
    records = zip_longest(format.read(source), read_records(given))
    while chunk := list(islice(records, CHUNK_LINES)):
        for record, target in chunk:
            if record is None or target is None:
                number, fewer = (record or target).index, "source" if record is None else "--score file"
                raise DataError(f"The {fewer} ends before line {number + 1}: both need the same number of lines.")
            replaced += record.num_replaced + target.num_replaced
        scores = score_pairs(translator, [record.text for record, _ in chunk], [target.text for _, target in chunk])
        for (record, target), one in zip(chunk, scores, strict=True):
            format.write_score(sink, record, target, one)
        sink.flush()
    return replaced
