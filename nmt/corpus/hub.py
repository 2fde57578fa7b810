"""Data sets of the Hugging Face hub, and files in their formats, streamed; not all by the library `datasets`."""

import csv
import glob
import json
import logging
import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from nmt.corpus.lines import explain_failure, is_blank, iter_lines, one_line
from nmt.counted import counted
from nmt.errors import DataError

FORMATS = (".jsonl", ".json", ".csv", ".parquet")  # how the name of a file ends
Rows = Generator[dict[str, Any], None, None]
ROWS_LOOKED_AT = 100_000  # for a column, before it is said that there is none
EXAMPLE = '{"de": "Zwei Hunde.", "en": "Two dogs."}'
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "TAB"}  # of the cells of a CSV file
LONGEST_CELL = 1 << 24  # characters of a CSV file, so that one quotation mark too many does not read all of it at once


def file_format(source: str) -> str | None:
    """The format of the file that `source` names, or None where it names a data set of the hub."""
    ending = Path(source.removesuffix(".gz")).suffix.lower()
    return ending[1:] if ending in FORMATS else None


def read_columns(
    source: str,
    columns: tuple[str, str],
    config: str | None = None,
    split: str | None = None,
    revision: str | None = None,
) -> Iterator[tuple[str, str]]:
    """The texts of two columns, row by row; the columns may be inside one called `translation`, as in many corpora.

    A missing text is empty, and a line end in a text is a space. Raises DataError, see the readers.
    """
    kind = file_format(source)
    stream = {"csv": _stream_csv, "jsonl": _stream_jsonl}.get(kind or "", _stream_file)
    missing, names = set(columns), dict[str, None]()
    with closing(stream(source) if kind else _stream_hub(source, config, split, revision)) as rows:
        for number, row in enumerate(rows, start=1):
            texts = _texts(row, columns)
            if missing:
                missing.difference_update(texts)
                names |= dict.fromkeys(texts)
                comes_late = kind == "jsonl" or texts is not row  # elsewhere the first row has all columns
                if number == ROWS_LOOKED_AT or not comes_late:
                    _refuse_missing(source, missing, names)
            try:
                both = _text(texts.get(columns[0])), _text(texts.get(columns[1]))
            except TypeError as error:
                raise DataError(f"{source}: row {number}: {error}. A column must hold one text in each row.") from None
            yield both
    if names:
        _refuse_missing(source, missing, names)


def _texts(row: dict[str, Any], columns: tuple[str, str]) -> dict[str, Any]:
    """The row, or what is inside its `translation`."""
    # Both: a row may have an `id`, which is also what Indonesian is called.
    if all(column in row for column in columns) or not isinstance(row.get("translation", ""), dict | None):
        return row
    return row["translation"] or {}


def _refuse_missing(source: str, missing: set[str], names: Iterable[str]) -> None:
    if missing:
        raise DataError(
            f"{source} has no column {min(missing)!r}. Name two of these as the source and the target language: "
            f"{', '.join(names)}."
        )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(f"a {type(value).__name__} is not text")
    return one_line(value)


def _stream_csv(source: str) -> Rows:
    """Each cell as it is written: the library guesses types, and takes the first for an index where a row is longer.

    Where the header has no comma, but a semicolon or TAB, that is what separates cells: so some spreadsheets write it.
    """
    lines = (f"{line}\n" for line in iter_lines(Path(source)))
    first = next(lines, "\n")
    mark = next((mark for mark in SEPARATORS if mark in first), ",")
    reader = csv.reader(chain([first], lines), delimiter=mark, strict=True)
    rows = _long_rows(reader)
    try:
        header = next(rows, None)
        if header is None:
            raise DataError(f"{source} cannot be read as a .csv file (it is empty). Is it complete?")
        places = {name: header.index(name) for name in header}
        for row in rows:
            if len(row) == 1 < len(header) and is_blank(row[0]):  # only spaces, or the Ctrl-Z at the end of old files
                continue
            if len(row) != len(header):
                raise DataError(
                    f"{source}: line {reader.line_num} has {counted(len(row), 'field')}, and the header has "
                    f"{len(header)}. A text with a {SEPARATORS[mark]} in it must stand between quotation marks, as in "
                    f'"yes{mark} please".'
                )
            yield {name: row[place] for name, place in places.items()}
    except csv.Error as error:
        reason = "a lone CR outside quotation marks" if "new-line character" in str(error) else error
        raise DataError(
            f"{source}: line {reader.line_num}: cannot be read as CSV ({reason}). Put a text with a quotation mark, a "
            f'{SEPARATORS[mark]} or a line end between quotation marks, and write each one in it twice: "".'
        ) from None


def _long_rows(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """All but empty ones. The limit is the whole process's, and so another one only while a row is read."""
    while True:
        usual = csv.field_size_limit(LONGEST_CELL)
        try:
            row = next(reader, None)
        finally:
            csv.field_size_limit(usual)
        if row is None:
            return
        if row:
            yield row


def _stream_jsonl(source: str) -> Rows:
    """Line by line: the library settles by its first megabytes which columns a file has, and of what type they are."""
    for number, line in enumerate(iter_lines(Path(source)), start=1):
        if is_blank(line):
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            row = error
        if not isinstance(row, dict):
            reason = f" ({row})" if isinstance(row, Exception) else ""
            raise DataError(
                f"{source}: line {number} is not a JSON object{reason}. Each line must be one, as in {EXAMPLE}."
            )
        yield row


def _stream_file(source: str) -> Rows:
    with explain_failure(Path(source)), open(source, "rb"):
        pass  # readable: the library would only say that nothing matches
    import datasets

    datasets.config.HF_UPDATE_DOWNLOAD_COUNTS = False  # nobody is told that files are read here
    path, kind = glob.escape(str(Path(source).resolve())), file_format(source)
    try:
        with _unlogged(f"datasets.packaged_modules.{kind}.{kind}"):
            yield from datasets.load_dataset(kind, data_files=path, split="train", streaming=True)
    except Exception as error:  # what the library raises is of many kinds, and so is that which is beneath it
        raise DataError(
            f"{source} cannot be read as a {Path(source).suffix} file ({_first_line(error)}). Is it complete?"
        ) from error


@contextmanager
def _unlogged(name: str) -> Iterator[None]:
    """Within, this logger says nothing: the library would log an error that it raises, too."""

    def refuse(_: logging.LogRecord) -> bool:
        return False

    logger = logging.getLogger(name)
    logger.addFilter(refuse)
    try:
        yield
    finally:
        logger.removeFilter(refuse)


def _stream_hub(name: str, config: str | None, split: str | None, revision: str | None) -> Rows:
    if os.path.exists(name):  # the library would read what is in there, and a change of it would go unnoticed
        *most, last = FORMATS
        raise DataError(
            f"{name} is a file or folder here, not a data set of the hub. Name a file that ends with "
            f"{', '.join(most)} or {last}."
        )
    import datasets

    try:
        yield from datasets.load_dataset(name, config, split=split, revision=revision, streaming=True)
    except Exception as error:  # each of several network libraries raises classes of its own
        raise DataError(
            f"{name}: cannot be read from the Hugging Face hub ({_first_line(error)}). Check name, config, split and "
            "revision in the recipe, and the network; or fetch the text first and name its files."
        ) from error


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".split("\n")[0].rstrip(".")
