"""Data sets: files through the library itself, the hub by a stand-in, and what is said when they do not serve."""

import contextlib
import csv
import gzip
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from nmt.corpus.hub import file_format, read_columns
from nmt.corpus.readers import Pair, name_text
from nmt.errors import DataError

COLUMNS = ("de", "en")
PAIRS = [("Zwei Hunde.", "Two dogs."), ("Ein Vogel, ein Baum.", 'A "bird", a tree.'), ("Straße", "street 😀")]
ROWS = [dict(zip(COLUMNS, pair, strict=True)) for pair in PAIRS]


def write_jsonl(path: Path, rows: list[Any]) -> str:
    data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return str(path)


def write_file(path: Path, rows: list[dict[str, str]]) -> str:
    if path.name.endswith((".jsonl", ".gz")):
        return write_jsonl(path, rows)
    if path.suffix == ".json":
        path.write_text(json.dumps(rows), encoding="utf-8")
    elif path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    else:
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    return str(path)


def complaint(source: str, columns: tuple[str, str] = COLUMNS) -> str:
    with pytest.raises(DataError) as failure:
        list(read_columns(source, columns))
    return str(failure.value)


@pytest.mark.parametrize(
    "name", ["a.jsonl", "a.json", "a.csv", "a.parquet", "a.jsonl.gz", "with [brackets] and *.jsonl"]
)
def test_a_file_of_each_format_is_read_row_by_row(tmp_path: Path, name: str) -> None:
    source = write_file(tmp_path / name, ROWS)
    assert list(read_columns(source, COLUMNS)) == PAIRS
    assert list(read_columns(source, ("en", "de"))) == [(english, german) for german, english in PAIRS]


def test_in_a_csv_file_too_null_is_a_text_and_a_number_in_words(tmp_path: Path) -> None:
    rows = [{"de": "null", "en": "NA"}, {"de": "", "en": "x"}, {"de": "12", "en": "1.50"}]
    source = write_file(tmp_path / "a.csv", rows)
    assert list(read_columns(source, COLUMNS)) == [("null", "NA"), ("", "x"), ("12", "1.50")]


def test_a_cell_of_a_csv_file_is_the_text_that_is_written_whatever_stands_around_it(tmp_path: Path) -> None:
    words = [(f"Hund {number}", f"dog {number}") for number in range(10_500)]
    numbers = [("007", "7"), ("1e3", "True"), ("-0.50", "False")] * 4_000  # the library guesses by 10,000 rows
    rows = [dict(zip(COLUMNS, pair, strict=True)) for pair in words + numbers]
    assert list(read_columns(write_file(tmp_path / "a.csv", rows), COLUMNS)) == words + numbers


def write_csv(path: Path, text: str) -> str:
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return str(path)


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_cell_of_a_csv_file_may_hold_line_ends_and_separators(tmp_path: Path, name: str, end: str) -> None:
    lines = ["\ufeffde,en", '"a', 'b,","say ""x"""', "", "c\u2028d,e\x0cf\x00", ""]
    source = write_csv(tmp_path / name, end.join(lines))
    assert list(read_columns(source, COLUMNS)) == [
        ("a b,", 'say "x"'),
        ("c d", "e f"),
    ]


def test_a_long_cell_of_a_csv_file_is_read_and_an_endless_one_is_not(tmp_path: Path) -> None:
    assert list(read_columns(write_csv(tmp_path / "a.csv", f"de,en\n{'a' * 1_000_000},b\n"), COLUMNS)) == [
        ("a" * 1_000_000, "b")
    ]
    source = write_csv(tmp_path / "b.csv", 'de,en\na,b\n"' + f"{'a' * 1023}\n" * 20_000)
    assert complaint(source) == (
        f"{source}: line 16387: cannot be read as CSV (field larger than field limit (16777216)). Put a text with a "
        'quotation mark, a comma or a line end between quotation marks, and write each one in it twice: "".'
    )


@pytest.mark.parametrize(("row", "fields"), [("a,b,c", 3), ("a,b,", 3), ("a", 1), ("a\x1a", 1)])
def test_a_row_of_a_csv_file_with_other_fields_than_its_header_is_named(tmp_path: Path, row: str, fields: int) -> None:
    remedy = 'A text with a comma in it must stand between quotation marks, as in "yes, please".'
    for before, line in (("", 2), ("x,y\n\n", 4)):
        source = write_csv(tmp_path / "a.csv", f"de,en\n{before}{row}\n")
        plural = "field" if fields == 1 else "fields"
        assert complaint(source) == f"{source}: line {line} has {fields} {plural}, and the header has 2. {remedy}"
    source = write_csv(tmp_path / "b.csv", "de,en\n" + f"{row}\n" * 3)  # in all rows: no index that nobody named
    assert complaint(source).startswith(f"{source}: line 2 has {fields} field")


@pytest.mark.parametrize("blank", [" ", "\t ", '"  "', "\x1a", " \x1a"])
def test_a_row_of_a_csv_file_that_shows_nothing_is_none(tmp_path: Path, blank: str) -> None:
    source = write_csv(tmp_path / "a.csv", f"de,en\n{blank}\na,b\n{blank}")
    assert list(read_columns(source, COLUMNS)) == [("a", "b")]
    source = write_csv(tmp_path / "b.csv", f"de\n{blank}\na\n")  # of one column, it is a text like any other
    assert len(list(read_columns(source, ("de", "de")))) == 2


def test_a_lone_cr_in_a_csv_file_is_named(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "a.csv", "de,en\na\rb,c\n")
    assert complaint(source) == (
        f"{source}: line 2: cannot be read as CSV (a lone CR outside quotation marks). Put a text with a quotation "
        'mark, a comma or a line end between quotation marks, and write each one in it twice: "".'
    )
    source = write_csv(tmp_path / "b.csv", 'de,en\n"a\rb",c\n')
    assert list(read_columns(source, COLUMNS)) == [("a b", "c")]


def test_the_limit_of_other_csv_files_stays_what_it_is(tmp_path: Path) -> None:
    csv.field_size_limit(before := 131_072)  # Python's own
    for name, text in (("a.csv", "de,en\na,b\nc,d\n"), ("b.csv", 'de,en\na,b\n"c"d,e\n')):
        rows = read_columns(write_csv(tmp_path / name, text), COLUMNS)
        next(rows)
        assert csv.field_size_limit() == before  # between two rows, too: the rest may never be asked for
        with contextlib.suppress(DataError):
            list(rows)
        assert csv.field_size_limit() == before


def test_columns_without_a_name_and_of_one_name_leave_the_others_as_they_are(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "a.csv", "de,en,,,en\na,b,,,c\n")
    assert list(read_columns(source, COLUMNS)) == [("a", "b")]


def test_rows_of_a_csv_file_come_before_the_rest_of_it_is_read(tmp_path: Path) -> None:
    rows = read_columns(write_csv(tmp_path / "a.csv", 'de,en\na,b\n"c"d,e\n'), COLUMNS)
    assert next(rows) == ("a", "b")
    with pytest.raises(DataError, match=r"a\.csv: line 3: cannot be read as CSV \(',' expected after"):
        next(rows)
    (tmp_path / "b.csv").write_bytes(b"de,en\na,b\nStra\xdfe,x\n")
    assert "b.csv: line 3, byte 5 (0xDF, offset 14 in the file) is not valid UTF-8" in complaint(
        str(tmp_path / "b.csv")
    )


def test_the_reader_gives_pairs(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "a.jsonl", ROWS)
    text = name_text("train", "datasets", {"source": source}, COLUMNS)
    assert list(text.pairs()) == [Pair(*pair) for pair in PAIRS]
    assert text.paths() == [Path(source)]


def test_columns_may_be_inside_a_translation(tmp_path: Path) -> None:
    source = write_jsonl(
        tmp_path / "a.jsonl", [{"id": str(index), "translation": row} for index, row in enumerate(ROWS)]
    )
    assert list(read_columns(source, COLUMNS)) == PAIRS


def test_the_number_of_a_row_is_not_taken_for_indonesian(tmp_path: Path) -> None:
    rows = [{"id": str(index), "translation": {"id": "anjing", "en": "dog"}} for index in range(2)]
    source = write_jsonl(tmp_path / "a.jsonl", rows)
    assert list(read_columns(source, ("id", "en"))) == [("anjing", "dog")] * 2
    assert list(read_columns(source, ("en", "id"))) == [("dog", "anjing")] * 2


def test_a_folder_here_is_no_data_set_of_the_hub(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "train.jsonl", ROWS)
    assert complaint(str(tmp_path)) == (
        f"{tmp_path} is a file or folder here, not a data set of the hub. Name a file that ends with .jsonl, .json, "
        ".csv or .parquet."
    )


def test_a_missing_text_is_empty_and_a_line_end_in_a_text_a_space(tmp_path: Path) -> None:
    rows = [{"de": "a\nb\u2028c", "en": None}, {"de": None, "en": "x"}, {"en": "y"}]
    assert list(read_columns(write_jsonl(tmp_path / "a.jsonl", rows), COLUMNS)) == [("a b c", ""), ("", "x"), ("", "y")]


@pytest.mark.parametrize("translation", [None, {}, {"en": "x"}, {"en": "x", "de": None}])
def test_a_missing_text_inside_a_translation_is_empty_too(tmp_path: Path, translation: dict[str, str | None]) -> None:
    rows = [{"id": 1, "translation": one} for one in (translation, *ROWS)]
    expected = ("", "x" if translation else "")
    assert list(read_columns(write_jsonl(tmp_path / "a.jsonl", rows), COLUMNS)) == [expected, *PAIRS]


def test_a_column_that_comes_late_is_still_one(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "a.jsonl", [*ROWS, {"note": "a key of its own", **ROWS[0]}])
    assert list(read_columns(source, COLUMNS)) == [*PAIRS, PAIRS[0]]


def test_of_a_column_that_is_not_there_a_large_text_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nmt.corpus.hub.ROWS_LOOKED_AT", 2)
    source = write_jsonl(tmp_path / "a.jsonl", [*ROWS, ["no row"]])
    assert "has no column 'fr'" in complaint(source, ("de", "fr"))
    assert "line 4 is not a JSON object" in complaint(source)


def test_where_columns_are_the_same_in_all_rows_the_first_one_tells(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "a.csv", "de,en\na,b\nc\n")
    assert "has no column 'fr'" in complaint(source, ("de", "fr"))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"de": "a"', r" \(Expecting ',' delimiter: line 1 column 11 \(char 10\)\)"),
        ('["a", "b"]', ""),
        ("a\tb", r" \(Expecting value: line 1 column 1 \(char 0\)\)"),
        ("[" * 100_000, r" \(maximum recursion depth.*\)"),
    ],
)
def test_a_line_of_a_jsonl_file_that_is_no_object_is_named(tmp_path: Path, line: str, reason: str) -> None:
    (tmp_path / "a.jsonl").write_text(f"{json.dumps(ROWS[0])}\n\n{line}\n", encoding="utf-8")
    assert re.fullmatch(
        rf'{tmp_path}/a\.jsonl: line 3 is not a JSON object{reason}\. Each line must be one, as in {{"de": "Zwei '
        r'Hunde\.", "en": "Two dogs\."}\.',
        complaint(str(tmp_path / "a.jsonl")),
    )


def test_half_a_surrogate_pair_is_a_replacement_character(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "a.jsonl", [])
    Path(source).write_text(r'{"de": "\ud83d", "en": "2020-01-01"}', encoding="utf-8")
    assert list(read_columns(source, COLUMNS)) == [("\ufffd", "2020-01-01")]


@pytest.mark.parametrize("mark", [";", "\t"])
@pytest.mark.parametrize("header", ["de{}en", '"de"{}"en"'])
def test_a_csv_file_may_have_semicolons_or_tabs_in_place_of_commas(tmp_path: Path, mark: str, header: str) -> None:
    first = header.format(mark)
    source = write_csv(tmp_path / "a.csv", f'{first}\nHallo, du{mark}"He{mark} ""you"""\n')
    assert list(read_columns(source, COLUMNS)) == [("Hallo, du", f'He{mark} "you"')]
    name = {";": "semicolon", "\t": "TAB"}[mark]
    source = write_csv(tmp_path / "b.csv", f"{first}\na{mark}b{mark}c\n")
    assert complaint(source) == (
        f"{source}: line 2 has 3 fields, and the header has 2. A text with a {name} in it must stand between quotation "
        f'marks, as in "yes{mark} please".'
    )
    assert f"a {name} or a line end" in complaint(write_csv(tmp_path / "c.csv", f'{first}\n"c"d{mark}e\n'))


def test_a_column_that_is_not_there_is_answered_with_those_that_are(tmp_path: Path) -> None:
    flat = write_jsonl(tmp_path / "flat.jsonl", [{"id": 1, **row} for row in ROWS])
    remedy = "Name two of these as the source and the target language"
    assert complaint(flat, ("de", "fr")) == f"{flat} has no column 'fr'. {remedy}: id, de, en."
    assert complaint(flat, ("fr", "de")) == f"{flat} has no column 'fr'. {remedy}: id, de, en."
    nested = write_jsonl(tmp_path / "nested.jsonl", [{"id": 1, "translation": row} for row in ROWS])
    assert complaint(nested, ("fr", "de")) == f"{nested} has no column 'fr'. {remedy}: de, en."


def test_a_column_that_holds_no_text_is_named_with_the_row(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "a.jsonl", [{"de": "a", "en": 1}])
    assert complaint(source) == f"{source}: row 1: a int is not text. A column must hold one text in each row."


@pytest.mark.parametrize("name", ["a.json", "a.parquet"])
def test_of_a_broken_file_the_library_says_nothing_besides(tmp_path: Path, name: str) -> None:
    """In a process of its own, as the library writes to the standard error that it was imported with."""
    path = tmp_path / name
    path.write_text('{"de": "a", "en": "b"}\n{"de": ', encoding="utf-8")
    program = f"from nmt.corpus.hub import read_columns; list(read_columns({str(path)!r}, {COLUMNS}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    said = done.stderr.split("Traceback (most recent call last):")
    assert said[0] == ""
    assert f"nmt.errors.DataError: {path} cannot be read as a {path.suffix} file (" in said[-1]


def test_the_library_may_log_again_after_its_files_were_read(tmp_path: Path) -> None:
    logger = logging.getLogger("datasets.packaged_modules.json.json")
    first, second = (read_columns(write_file(tmp_path / name, ROWS), COLUMNS) for name in ("a.json", "b.json"))
    for rows in (first, second):  # both at once
        next(rows)
    list(first)
    assert len(logger.filters) == 1
    list(second)
    assert logger.filters == []


def test_a_file_that_is_not_there_or_broken_is_named(tmp_path: Path) -> None:
    assert complaint(str(tmp_path / "a.jsonl")).startswith(f"{tmp_path / 'a.jsonl'}: no such file.")
    for name, data in (("a.json", b'{"de": "a"\n'), ("a.parquet", b"PAR1"), ("a.csv", b"")):
        (tmp_path / name).write_bytes(data)
        assert complaint(str(tmp_path / name)).startswith(f"{tmp_path / name} cannot be read as a .{name[2:]} file (")


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("a/b.jsonl", "jsonl"),
        ("b.json", "json"),
        ("b.csv.gz", "csv"),
        ("b.parquet", "parquet"),
        ("TRAIN.JSONL", "jsonl"),
        ("a.CSV.gz", "csv"),
        ("bentrevett/multi30k", None),
        ("wmt/wmt14", None),
        ("Helsinki-NLP/opus-100", None),
        ("a/v1.0", None),
    ],
)
def test_a_file_is_told_from_a_data_set_by_the_end_of_its_name(source: str, kind: str | None) -> None:
    assert file_format(source) == kind


def test_a_data_set_of_the_hub_is_streamed_and_asked_for_as_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, given = [], []

    def rows() -> Iterator[dict[str, Any]]:
        for number, row in enumerate(ROWS):
            given.append(number)
            yield {"translation": row}

    def load(*names: str, **choices: Any) -> Iterator[dict[str, Any]]:
        asked.append((names, choices))
        return rows()

    monkeypatch.setattr("datasets.load_dataset", load)
    pairs = read_columns("wmt/wmt14", COLUMNS, "de-en", "train", "main")
    assert next(pairs) == PAIRS[0]
    assert given == [0]
    assert list(pairs) == PAIRS[1:]
    assert asked == [(("wmt/wmt14", "de-en"), {"split": "train", "revision": "main", "streaming": True})]


def test_a_hub_that_does_not_answer_is_explained_before_or_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*names: str, **choices: Any) -> Any:
        raise ConnectionError("no route.\nMany more lines.")

    def rows() -> Iterator[dict[str, Any]]:
        yield ROWS[0]
        raise TimeoutError("gone")

    remedy = "Check name, config, split and revision in the recipe, and the network; or fetch the text first"
    monkeypatch.setattr("datasets.load_dataset", refuse)
    message = complaint("some/where")
    assert message.startswith(
        f"some/where: cannot be read from the Hugging Face hub (ConnectionError: no route). {remedy}"
    )
    monkeypatch.setattr("datasets.load_dataset", lambda *names, **choices: rows())
    assert "(TimeoutError: gone)" in complaint("some/where")
