"""Formats: as many records out as lines in, in order, and nothing in a line that a reader would take for its end."""

import codecs
import dataclasses
import io
import json
import math
import sys
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt.errors import DataError
from nmt.translation.formats import FORMATS, Record, read_jsonl, read_records
from nmt.translation.result import Candidate, Term, Translation

SEPARATORS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


def candidate(text: str, score: float = -0.5, **more: Any) -> Candidate:
    return Candidate(text, score, ("\u2581" + text, "</s>"), (math.log(0.25), 0.0), None, "eos", **more)


def translation(*candidates: Candidate) -> Translation:
    first = candidates[0] if candidates else candidate("")
    return Translation(first.text, first.score, candidates, (), "eos" if candidates else "blank")


TWO_BEST = translation(candidate("one"), candidate("a ||| b\u2028", -1.25))
DETAILS = {"log_prob": math.log(0.25), "finish_reason": "eos", "confidence": 0.5, "word_confidences": [0.25]}
DETAILS |= {"repeats": False}


def read(name: str, data: bytes) -> list[Record]:
    return list(FORMATS[name].read(io.BytesIO(data)))


def written(name: str, record: Record, result: Translation, n_best: int = 1, alignment: bool = False) -> bytes:
    stream = io.BytesIO()
    FORMATS[name].write(stream, record, result, n_best, alignment)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        (b"", []),
        (b"a", ["a"]),
        (b"a\nb\n", ["a", "b"]),
        (b"\n\n\n", ["", "", ""]),
        (b"a\n \n\nb", ["a", " ", "", "b"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\rb\x0b\x0c\n", ["a\rb\x0b\x0c"]),
        ("a\x85\u2028b\n".encode(), ["a\x85\u2028b"]),
        (b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n", ["a", "\ufeffb"]),
        (b"\x00\n", ["\x00"]),
        (b"\xef\xbb\xbf", []),
        (b"\xef\xbb\xbf\n", [""]),
        (b"a\n\xef\xbb\xbf", ["a", "\ufeff"]),
    ],
)
def test_text_has_one_record_for_each_line(data: bytes, texts: list[str]) -> None:
    records = read("text", data)
    assert [record.text for record in records] == texts
    assert [record.index for record in records] == list(range(len(texts)))


def test_invalid_utf8_is_replaced_and_counted() -> None:
    assert [(record.text, record.num_replaced) for record in read("text", b"a\xff\xfe\nb\n\x80")] == [
        ("a\ufffd\ufffd", 2),
        ("b", 0),
        ("\ufffd", 1),
    ]


@given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_give_as_many_lines_as_they_have(data: bytes) -> None:
    num_lines = data.count(b"\n") + (not data.endswith(b"\n") and data not in (b"", codecs.BOM_UTF8))
    records = read("text", data)
    assert len(records) == num_lines
    output = b"".join(written("text", record, translation(candidate(record.text))) for record in records)
    assert output.count(b"\n") == num_lines
    assert len(output.decode("utf-8").splitlines()) == num_lines


def test_reading_does_not_wait_for_the_end() -> None:
    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:
            buffer[:4] = b"abc\n"
            return 4

    records = read_records(io.BufferedReader(Endless(), buffer_size=64))
    assert [next(records).text for _ in range(1000)] == ["abc"] * 1000


def test_n_best_text_is_the_moses_form() -> None:
    assert written("text", Record(7, "eins"), TWO_BEST, n_best=5) == (
        b"7 ||| one ||| -0.500000\n7 ||| a ||| b  ||| -1.250000\n"
    )
    assert written("text", Record(7, "eins"), TWO_BEST, n_best=1) == b"one\n"


def test_a_blank_line_without_hypotheses_still_has_its_line_in_n_best() -> None:
    assert written("text", Record(0, ""), translation(), n_best=2) == b"0 |||  ||| 0.000000\n"


def test_a_blank_line_has_as_many_fields_as_the_others_where_an_alignment_is_asked_for() -> None:
    aligned = translation(candidate("one", alignment=((0, 0),)), candidate("two", -1.0, alignment=()))
    for result in (aligned, translation()):
        lines = written("text", Record(0, "x"), result, n_best=2, alignment=True).decode().splitlines()
        assert {len(line.split(" ||| ")) for line in lines} == {4}
        (record,) = read("jsonl", b'{"source": ""}')
        assert "alignment" in json.loads(written("jsonl", record, result, alignment=True))
    assert written("text", Record(0, ""), translation(), alignment=True) == b"\n"


def test_an_alignment_is_one_more_field() -> None:
    aligned = translation(candidate("one two", alignment=((1, 0), (0, 1))), candidate("one", -1.0, alignment=()))
    assert written("text", Record(0, "x"), aligned) == b"one two ||| 1-0 0-1\n"
    assert (
        written("text", Record(0, "x"), aligned, n_best=2).split(b"\n")[0] == b"0 ||| one two ||| -0.500000 ||| 1-0 0-1"
    )
    (record,) = read("jsonl", b'{"text": "eins"}')
    assert json.loads(written("jsonl", record, aligned))["alignment"] == "1-0 0-1"


def test_a_json_line_may_ask_for_the_first_words() -> None:
    first, second = read("jsonl", b'{"source": "a", "prefix": "The"}\n{"source": "b"}')
    assert (first.prefix, second.prefix) == ("The", "")
    with pytest.raises(DataError) as failure:
        read("jsonl", b'{"source": "a", "prefix": 1}')
    assert str(failure.value) == 'Input line 1: "prefix" must be a string, the first words to write; it is a number.'


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('{"source": 3}', '"source" is a number'),
        ('{"source": 0.5, "text": "a"}', '"source" is a number'),
        ('{"id": 1, "text": true}', '"text" is a boolean'),
        ('{"source": null}', '"source" is null'),
        ('{"source": ["a"]}', '"source" is a list'),
        ('{"text": {"de": "a"}}', '"text" is an object'),
        ('{"id": 1, "src": "a"}', "it has the fields id, src"),
        ("{}", "it has no fields"),
    ],
)
def test_a_json_line_without_a_sentence_is_refused_with_what_it_has(line: str, found: str) -> None:
    with pytest.raises(DataError) as failure:
        read("jsonl", line.encode())
    needed = 'the object needs the sentence as a string in the field "source" (or "text")'
    assert str(failure.value) == f"Input line 1: {needed}; {found}."


def test_jsonl_passes_other_fields_through() -> None:
    (record,) = read(
        "jsonl", '{"id": 3, "source": "Grüß Gott", "text": "x", "tags": [null, 1.5], "score": 9}\n'.encode()
    )
    assert record.text == "Grüß Gott"
    line = written("jsonl", record, TWO_BEST)
    assert json.loads(line) == {
        "id": 3,
        "source": "Grüß Gott",
        "text": "x",
        "tags": [None, 1.5],
        "translation": "one",
        "score": -0.5,
        "tokens": ["\u2581one", "</s>"],
        **DETAILS,
    }
    assert "Grüß Gott".encode() in line  # readable, not \u00fc


def test_jsonl_n_best_lists_the_hypotheses() -> None:
    (record,) = read("jsonl", b'{"text": "eins"}')
    assert json.loads(written("jsonl", record, TWO_BEST, n_best=2))["hypotheses"] == [
        {"text": "one", "score": -0.5, "tokens": ["\u2581one", "</s>"], **DETAILS},
        {"text": "a ||| b ", "score": -1.25, "tokens": ["\u2581a ||| b\u2028", "</s>"], **DETAILS},
    ]
    assert len(json.loads(written("jsonl", record, translation(), n_best=2))["hypotheses"]) == 1


def test_a_blank_json_line_stays_a_blank_line() -> None:
    records = read("jsonl", b'{"source": "a"}\n\n  \n{"source": ""}')
    assert [record.text for record in records] == ["a", "", "  ", ""]
    output = [written("jsonl", record, translation()) for record in records]
    assert [line == b"\n" for line in output] == [False, True, True, False]


@given(st.text(st.characters() | st.sampled_from(f"\ud800\udfff{SEPARATORS}\x00\x7f")))
def test_any_json_string_comes_back_in_one_line(text: str) -> None:
    data = json.dumps({"source": text, "copy": text}).encode()
    same = json.loads(data)["copy"]  # `text`, but JSON reads two surrogates in a row as one character
    (record,) = read("jsonl", data + b"\n")
    assert record.text == same
    line = written("jsonl", record, translation(candidate(same)))
    assert len(line.decode("utf-8").splitlines()) == 1
    fields = json.loads(line)
    assert fields["source"] == fields["copy"] == same
    assert not any("\ud800" <= character <= "\udfff" for character in fields["translation"])


@pytest.mark.parametrize(
    "line",
    [
        b"Guten Tag.",
        b"{",
        b'{"source": "a"} x',
        b'["source"]',
        b'"source"',
        b"null",
        b'{"source": "a", "x": NaN}',
        b'{"source": "a", "x": -Infinity}',
        b'{"source": "a", "x": 1e999}',
        b'{"source": "a", "x": ' + b"9" * 5000 + b"}",
        b'{"source": "a", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_a_malformed_json_line_is_named(line: bytes) -> None:
    records = read_jsonl(io.BytesIO(b'{"source": "a"}\n' + line + b"\n"))
    next(records)
    with pytest.raises(DataError, match=r"Input line 2 is not valid JSON: .*--format text"):
        next(records)


@pytest.mark.parametrize("line", [b"{}", b'{"sorce": "a"}', b'{"source": 1}', b'{"source": null, "text": "a"}'])
def test_a_json_line_without_a_sentence_is_named(line: bytes) -> None:
    with pytest.raises(
        DataError, match='Input line 1: the object needs the sentence as a string in the field "source"'
    ):
        read("jsonl", line)


def test_nesting_at_the_edge_of_the_stack_is_an_error_and_no_crash() -> None:
    for depth in range(sys.getrecursionlimit() // 2, sys.getrecursionlimit() + 50, 7):
        line = b'{"source": "a", "x": ' + b"[" * depth + b"]" * depth + b"}"
        with suppress(DataError):
            (record,) = read("jsonl", line)
            assert written("jsonl", record, translation(candidate("a"))).count(b"[") == depth + 2


def test_a_score_that_is_no_number_is_null_in_json() -> None:
    (record,) = read("jsonl", b'{"text": "eins"}')
    assert json.loads(written("jsonl", record, translation(candidate("", float("-inf")))))["score"] is None


def test_characters_that_the_model_does_not_know_are_in_the_json_where_there_are_any() -> None:
    (record,) = read("jsonl", b'{"text": "eins", "unknown": "old"}')
    odd = dataclasses.replace(translation(candidate("one")), unknown="\U0001f600")
    assert json.loads(written("jsonl", record, odd))["unknown"] == "\U0001f600"
    assert "unknown" not in json.loads(written("jsonl", record, translation(candidate("one"))))


def test_terms_are_listed_in_json_where_there_are_any() -> None:
    (record,) = read("jsonl", b'{"text": "eins"}')
    terms = (Term("eins", "one", True), Term(None, "two", False))
    answer = json.loads(written("jsonl", record, translation(candidate("one two", terms=terms), candidate("x")), 2))
    assert answer["terms"] == [
        {"source": "eins", "target": "one", "met": True},
        {"source": None, "target": "two", "met": False},
    ]
    assert answer["hypotheses"][0]["terms"] == answer["terms"]
    assert "terms" not in answer["hypotheses"][1]
    assert "terms" not in json.loads(written("jsonl", record, translation(candidate("one"))))


@pytest.mark.parametrize("result", [TWO_BEST, translation()], ids=["translated", "blank"])
def test_nothing_that_an_earlier_output_said_stays_beside_a_new_translation(result: Translation) -> None:
    old = ("terms", "alignment", "hypotheses", "token_log_probs", "translation", "tokens", "confidence")
    given = {"source": "eins", "target": "un"} | dict.fromkeys(old, "old")
    (record,) = read("jsonl", json.dumps(given).encode())
    answer = json.loads(written("jsonl", record, result))
    assert "old" not in answer.values()
    assert (answer["source"], answer["target"]) == ("eins", "un")
    assert not {"terms", "alignment", "hypotheses", "token_log_probs"} & answer.keys()
