"""What is said after a stream was translated, and that keeping it takes no memory."""

import io
import os
import tracemalloc
from typing import Any, cast

import pytest

from nmt.cli.stream_warnings import Oddities, Tally, Terms
from nmt.cli.translate import _translate_stream
from nmt.search.config import SearchConfig
from nmt.translation.formats import FORMATS, Record, read_records
from nmt.translation.result import Candidate, Term, Translation
from nmt.translation.translator import Translator
from tests.tiny import quiet_console

TERMS = (Term("a", "b", False), Term("c", "d", True), Term(None, "e", False))
CANDIDATE = Candidate("x x x", -1.0, ("x",), (-1.0,), None, "length", repeats=True, terms=TERMS)
ODD = Translation("x x x", -1.0, (CANDIDATE,), ("x",), "length", num_segments=2)  # everything at once


class OddTranslator:
    """Translates every line in the same, odd way."""

    search = SearchConfig(max_length_ratio=2.5)

    def honours(self, key: str) -> bool:
        return True

    def translate(self, lines: list[str], **_: Any) -> list[Translation]:
        return [ODD] * len(lines)


def test_a_tally_counts_all_and_names_the_first_few() -> None:
    tally = Tally()
    for number in range(1, 8):
        tally.add(str(number))
    assert (tally.count, tally.lines()) == (7, "lines 1, 2, 3, 4, 5 and 2 more")
    tally = Tally()
    tally.add("9")
    assert tally.lines() == "line 9"


def test_a_summary_of_terms_gives_a_few_examples() -> None:
    terms = Terms()
    for line in range(1, 11):
        terms.add(line, (Term("a", "b", line > 7),))
    terms.add(11, ())
    terms.add(12, (Term(None, "c", False),))
    assert str(terms) == (
        'glossary: 10 terms in 10 lines, 3 met, 7 not: line 1 "a" -> "b", line 2 "a" -> "b", line 3 "a" -> "b", '
        'line 4 "a" -> "b", line 5 "a" -> "b" and 2 more; 1 written without a source: line 12 "c".'
    )
    assert str(Terms()) == "glossary: 0 terms in 0 lines, 0 met."


def test_what_did_not_occur_is_not_said() -> None:
    assert Oddities().describe(False, SearchConfig()) == []
    oddities = Oddities()
    oddities.add(Record(0, "x", num_replaced=1), Translation("x", 0.0, (), (), "eos"))
    (said,) = oddities.describe(False, SearchConfig())
    assert said == (
        "Invalid UTF-8 was replaced in 1 place. If the text has another encoding, convert it first: iconv -f "
        "WINDOWS-1252 -t UTF-8 OLD > NEW"
    )


def test_text_that_looks_like_jsonl_throughout_gets_a_hint() -> None:
    for lines, hinted in ((['{"source": "x"}', "", '{"text": "x"}'], True), (['{"source": "x"}', "x"], False)):
        oddities = Oddities()
        for record in read_records(f"{line}\n".encode() for line in lines):
            oddities.add(record, Translation("x", 0.0, (), (), "eos"))
        assert any("Was --format jsonl meant?" in said for said in oddities.describe(False, SearchConfig())) == hinted
    oddities = Oddities()
    for record in FORMATS["jsonl"].read([b'{"source": "{\\"a\\": 1}"}\n']):
        oddities.add(record, Translation("x", 0.0, (), (), "eos"))
    assert oddities.describe(False, SearchConfig()) == []


def test_more_room_is_advised_for_what_was_cut_and_not_for_what_repeats() -> None:
    oddities = Oddities()
    for line, repeats in enumerate((True, False)):
        candidate = Candidate("x x x", -1.0, ("x",), (-1.0,), None, "length", repeats=repeats)
        oddities.add(Record(line, "x"), Translation("x x x", -1.0, (candidate,), ("x",), "length"))
    elsewhere = "Try --set no_repeat_ngram=4 without this backend."
    assert oddities.describe(False, SearchConfig(), ngrams=False)[0].endswith(elsewhere)
    looping, cut = oddities.describe(False, SearchConfig())
    assert looping == "Says the same again and again: line 1. Try --set no_repeat_ngram=4."
    assert cut == "Ended at the length limit, so perhaps incomplete: line 2. Raise it with --set max_length_ratio=4."
    assert oddities.describe(False, SearchConfig(max_length_ratio=60.0))[1].endswith("--set max_length_ratio=100.")
    assert oddities.describe(False, SearchConfig(no_repeat_ngram=9))[0].endswith("Try --set no_repeat_ngram=4.")


def test_nothing_is_advised_that_is_already_so() -> None:
    oddities = Oddities()
    for line, repeats in enumerate((True, False)):
        candidate = Candidate("x x x", -1.0, ("x",), (-1.0,), None, "length", repeats=repeats)
        oddities.add(Record(line, "x"), Translation("x x x", -1.0, (candidate,), ("x",), "length"))
    assert oddities.describe(False, SearchConfig(max_length_ratio=100.0, no_repeat_ngram=4)) == [
        "Says the same again and again: line 1.",
        "Ended at the length limit, so perhaps incomplete: line 2.",
    ]


def test_lines_in_capitals_are_named() -> None:
    oddities = Oddities()
    oddities.add(Record(2, "X Y"), Translation("x", 0.0, (), (), "eos", capitals=True))
    (said,) = oddities.describe(False, SearchConfig())
    assert said == (
        "All in capitals, which the model has hardly learnt, so perhaps wrong: line 3. Try them in lower case."
    )


def test_a_stream_takes_no_more_memory_where_it_is_longer(capsys: pytest.CaptureFixture[str]) -> None:
    def peak(lines: int) -> int:
        console, records = quiet_console(), read_records(io.BytesIO(b"x\n" * lines))
        tracemalloc.start()
        translator = cast(Translator, OddTranslator())
        with open(os.devnull, "wb") as sink:
            _translate_stream(
                translator, records, None, sink, FORMATS["text"], False, cast(Any, object()), console, False
            )
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        said = capsys.readouterr().err
        assert f"lines 1, 2, 3, 4, 5 and {lines - 5} more" in said
        assert "Says the same again and again: lines 1, 2, 3, 4, 5" in said
        return most

    peak(100)  # what is imported and compiled once
    assert (
        peak(24_000) - peak(6_000) < 500_000
    )  # a number a line would be more; what waits to be read varies by half of it


def test_characters_without_a_piece_are_named() -> None:
    oddities = Oddities()
    oddities.add(Record(0, "x"), Translation("x", 0.0, (), (), "eos"))
    oddities.add(Record(1, "x"), Translation("x", 0.0, (), (), "eos", unknown="😀你"))
    said = "Characters that the vocabulary does not have, so perhaps wrong: line 2 (😀你)."
    assert oddities.describe(False, SearchConfig()) == [said]
