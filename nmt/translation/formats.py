"""File formats of `translate`: records in, records out, as many and in the same order.

A format reads a binary stream line by line (lines end at LF and nowhere else) and writes one line for each record, or
`n_best` lines for n-best text. Each has one line in FORMATS.

text    in: one sentence in each line; out: its translation. With n-best, as Moses writes it, `index ||| text ||| score`
        with the index from 0; with an alignment ` ||| 0-0 1-2 ...` follows (source word-target word, from 0). The text
        may itself hold `|||`: split off the first field and the last ones.
jsonl   in: an object in each line with the sentence in "source" (or "text") and, if its translation must begin in a
        certain way, that text in "prefix"; out: the same object with "translation", "score", "log_prob", "tokens"
        (end-of-sentence too), "finish_reason" (eos, length or blank), "confidence" (0 to 1), "word_confidences" (one
        for each word of the translation), "repeats" (true: it hangs in a loop), "unknown" where the sentence has
        characters that the model does not know (those), "terms" where those of a glossary apply (a list of objects
        with "source", null for a target that should not be there, "target" and "met"), "alignment" where asked for and,
        with n-best, "hypotheses", a list of objects with the same fields but "text" for "translation" and no "unknown".
        Those that an earlier translation has left in the input do not stay.
        "score" is what the search ranked by, "log_prob" the natural logarithm of the probability of the whole
        translation, "confidence" the geometric mean of the probabilities of its tokens.
A blank line stays blank, without an alignment; in n-best text it has every field, those of text and alignment empty.
"""

import codecs
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, NoReturn

from nmt.corpus.lines import BYTE_ORDER_MARK, decode_line, one_line
from nmt.errors import DataError
from nmt.translation.result import Candidate, PairScore, Translation


@dataclass(frozen=True)
class Record:
    """One line of input."""

    index: int
    """Number of the line, from 0."""
    text: str
    """The sentence to translate, as it was written."""
    num_replaced: int = 0
    """How many times invalid UTF-8 in the line was replaced by U+FFFD."""
    prefix: str = ""
    """What the translation must begin with."""
    fields: dict[str, Any] | None = None
    """The whole object of a JSON line; None for plain text and for a blank line."""


# Fields of an earlier output that a new one need not have, and so need not replace.
_STALE_FIELDS = ("unknown", "terms", "alignment", "hypotheses", "token_log_probs")
# What else says something of a translation, and would be taken for something said of the target that is scored.
_TRANSLATION_FIELDS = (*_STALE_FIELDS, "finish_reason", "confidence", "word_confidences", "repeats")


@dataclass(frozen=True)
class Format:
    """How to read the records of lines, and how to write a record with its translation and `n_best` hypotheses.

    The last argument of `write` says whether an alignment was asked for. `write_score` writes a record with the score
    of a given translation, a record too.
    """

    read: Callable[[Iterable[bytes]], Iterator[Record]]
    write: Callable[[BinaryIO, Record, Translation, int, bool], None]
    write_score: Callable[[BinaryIO, Record, Record, PairScore], None]


def read_records(stream: Iterable[bytes]) -> Iterator[Record]:
    """Plain text: one record for each line, blank ones and a last one without LF included."""
    for index, line in enumerate(stream):
        text, num_replaced = decode_line(line)
        if index == 0:
            text = text.removeprefix(BYTE_ORDER_MARK)
            if line == codecs.BOM_UTF8:  # a mark and nothing else is no line
                return
        yield Record(index, text, num_replaced)


def write_text(
    stream: BinaryIO, record: Record, translation: Translation, n_best: int = 1, alignment: bool = False
) -> None:
    """The translation in one line, or the n-best list in Moses form."""
    lines = []
    for hypothesis in _to_write(translation, n_best, alignment and n_best > 1):
        fields = [one_line(hypothesis.text)]
        if n_best > 1:
            fields = [str(record.index), *fields, f"{hypothesis.score:.6f}"]
        if hypothesis.alignment is not None:
            fields.append(pharaoh(hypothesis.alignment))
        lines.append(" ||| ".join(fields))
    stream.write("".join(f"{line}\n" for line in lines).encode("utf-8"))


def pharaoh(links: Sequence[tuple[int, int]]) -> str:
    """Word links as `0-0 1-2`: source word, target word, counted from 0."""
    return " ".join(f"{source}-{target}" for source, target in links)


def read_jsonl(stream: Iterable[bytes]) -> Iterator[Record]:
    """JSON lines: one record for each object; a blank line is a blank record.

    Raises DataError naming the line which is not a JSON object with a string in "source" or "text".
    """
    for record in read_records(stream):
        if record.text.strip() == "":
            yield record
            continue
        fields = _parse(record)
        key = "source" if "source" in fields else "text"
        if not isinstance(fields.get(key), str):
            found = f'"{key}" is {_kind(fields[key])}' if key in fields else f"it has the fields {', '.join(fields)}"
            raise DataError(
                f'Input line {record.index + 1}: the object needs the sentence as a string in the field "source" '
                f'(or "text"); {found if fields else "it has no fields"}.'
            )
        prefix = fields.get("prefix", "")
        if not isinstance(prefix, str):
            raise DataError(
                f'Input line {record.index + 1}: "prefix" must be a string, the first words to write; it is '
                f"{_kind(prefix)}."
            )
        yield Record(record.index, fields[key], record.num_replaced, prefix, fields)


def write_jsonl(
    stream: BinaryIO, record: Record, translation: Translation, n_best: int = 1, alignment: bool = False
) -> None:
    """The fields of the input and the translation; what the input has of an earlier translation is dropped."""
    if record.fields is None:
        stream.write(b"\n")
        return
    hypotheses = _to_write(translation, n_best, alignment)
    fields = {name: value for name, value in record.fields.items() if name not in _STALE_FIELDS}
    fields |= {"translation": one_line(hypotheses[0].text)} | _details(hypotheses[0])
    if translation.unknown:
        fields["unknown"] = translation.unknown
    if n_best > 1:
        fields["hypotheses"] = [{"text": one_line(one.text)} | _details(one) for one in hypotheses]
    stream.write(_json_line(record, fields))


def write_score_text(stream: BinaryIO, record: Record, target: Record, score: PairScore) -> None:
    """The log-probability of the target in one line."""
    stream.write(f"{score.log_prob:.6f}\n".encode())


def write_score_jsonl(stream: BinaryIO, record: Record, target: Record, score: PairScore) -> None:
    """The fields of the input with "target", "score", "log_prob", "tokens" and "token_log_probs".

    What the input has of an earlier translation is dropped, but for its text.
    """
    if record.fields is None:
        stream.write(b"\n")
        return
    details = {"target": target.text, "score": score.score, "log_prob": score.log_prob, "tokens": score.pieces}
    fields = {name: value for name, value in record.fields.items() if name not in _TRANSLATION_FIELDS}
    stream.write(_json_line(record, fields | details | {"token_log_probs": score.token_log_probs}))


def _to_write(translation: Translation, n_best: int, alignment: bool) -> tuple[Candidate, ...]:
    """The n best; of a blank line, which is not searched, an empty one, with an alignment where that is asked for."""
    return translation.hypotheses[:n_best] or (Candidate("", 0.0, (), (), None, "blank", () if alignment else None),)


def _json_line(record: Record, fields: dict[str, Any]) -> bytes:
    try:
        line = json.dumps(fields, ensure_ascii=False, allow_nan=False)
    except RecursionError:  # writing takes more of the stack than reading
        raise _malformed(record, "it is nested too deeply") from None
    # What JSON leaves as it is but would end a line elsewhere, or cannot be written in UTF-8, only occurs in strings.
    return _ESCAPED_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", line).encode("utf-8") + b"\n"


def _details(hypothesis: Candidate) -> dict[str, Any]:
    details: dict[str, Any] = {
        "score": hypothesis.score if math.isfinite(hypothesis.score) else None,
        "log_prob": hypothesis.log_prob if math.isfinite(hypothesis.log_prob) else None,
        "tokens": hypothesis.pieces,
        "finish_reason": hypothesis.finish_reason,
        "confidence": round(hypothesis.confidence, 6),
        "word_confidences": [round(value, 6) for value in hypothesis.word_confidences],
        "repeats": hypothesis.repeats,
    }
    if hypothesis.terms:
        details["terms"] = [vars(term) for term in hypothesis.terms]
    if hypothesis.alignment is not None:
        details["alignment"] = pharaoh(hypothesis.alignment)
    return details


FORMATS: dict[str, Format] = {
    "text": Format(read_records, write_text, write_score_text),
    "jsonl": Format(read_jsonl, write_jsonl, write_score_jsonl),
}


_ESCAPED_IN_JSON = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")


def _parse(record: Record) -> dict[str, Any]:
    """The JSON object of a line; DataError where it is none, or holds what JSON cannot write again."""
    try:
        fields = json.loads(record.text, parse_constant=_refuse, parse_float=_finite_float)
    except json.JSONDecodeError as error:
        raise _malformed(record, f"{error.msg} at character {error.colno}") from None
    except ValueError as error:  # a number that Python does not convert
        raise _malformed(record, str(error)) from None
    except RecursionError:
        raise _malformed(record, "it is nested too deeply") from None
    if not isinstance(fields, dict):
        raise _malformed(record, "it is not an object")
    return fields


def _kind(value: Any) -> str:
    """What JSON calls a value that is no string."""
    kinds = {bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return kinds.get(type(value), "null")


def _malformed(record: Record, reason: str) -> DataError:
    return DataError(
        f"Input line {record.index + 1} is not valid JSON: {reason}. "
        'Each line must be an object such as {"source": "Guten Tag."}; plain text needs --format text.'
    )


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")


def _finite_float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits} is too large a number")
    return value
