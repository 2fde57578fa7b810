"""nmt translate --score"""

import json
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, BinaryIO

from nmt.errors import DataError

if TYPE_CHECKING:
    from nmt.translation.formats import Format
    from nmt.translation.translator import Translator

CHUNK_LINES = 1024


def score_stream(
    translator: "Translator", source: BinaryIO, given: BinaryIO, sink: BinaryIO, format: "Format", as_json: bool
) -> None:
    """Write the log-probability of each line of `given` as the translation of the same line of `source`.

    As text a number in each line; as JSON lines the object of the input (or source and target) with "log_prob",
    "tokens" and "token_log_probs". Raises DataError where the files have different numbers of lines.
    """
    from nmt.translation.formats import read_records
    from nmt.translation.scoring import score_pairs

    records = zip_longest(format.read(source), read_records(given))
    while chunk := list(islice(records, CHUNK_LINES)):
        for record, target in chunk:
            if record is None or target is None:
                number, fewer = (record or target).index, "source" if record is None else "--score file"
                raise DataError(f"The {fewer} ends before line {number + 1}: both need the same number of lines.")
        scores = score_pairs(translator, [record.text for record, _ in chunk], [target.text for _, target in chunk])
        for (record, target), one in zip(chunk, scores, strict=True):
            line = f"{one.log_prob:.6f}"
            if as_json:
                fields = (record.fields or {"source": record.text}) | {"target": target.text, "log_prob": one.log_prob}
                line = json.dumps(fields | {"tokens": one.pieces, "token_log_probs": one.token_log_probs})
            sink.write(line.encode() + b"\n")
        sink.flush()
