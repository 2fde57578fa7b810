"""Readers: from what a recipe names to sentence pairs.

A reader is a function `(text) -> Iterator[Pair]` with one line in READERS. It streams, as a corpus need not fit in
memory, and says what is wrong with a file when it gets there; nothing is trained before all text was read to its end.
Pairs hold the text as it is in the file.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from nmt.corpus.hub import file_format, read_columns
from nmt.corpus.lines import hash_file, iter_lines
from nmt.corpus.tmx import read_tmx
from nmt.counted import counted
from nmt.errors import DataError

# Readers that find the two texts by the names of their languages.
BY_LANGUAGE = {"datasets", "tmx"}

# The usual names on the hub for the parts of a corpus.
SPLITS = {"train": "train", "dev": "validation", "test": "test"}

_QUOTED = re.compile(r'"[^"]*(""[^"]*)+"')  # a field as CSV writes it that has quotation marks in it


@dataclass(frozen=True)
class Pair:
    """A sentence and its translation."""

    source: str
    target: str


@dataclass(frozen=True)
class Text:
    """Where one part of a corpus is, and how to read it."""

    reader: str
    source: str  # a file, or with the reader `datasets` a data set of the hub
    target: str | None = None
    columns: tuple[str, str] | None = None  # of a data set or a TMX file: where source and target are
    config: str | None = None
    split: str | None = None
    revision: str | None = None

    def pairs(self) -> Iterator[Pair]:
        """All of it, as it is. Raises DataError on the way."""
        return READERS[self.reader](self)

    def paths(self) -> list[Path]:
        """The files it is in; none for a data set of the hub."""
        if self.reader == "datasets" and file_format(self.source) is None:
            return []
        return [Path(name) for name in (self.source, self.target) if name is not None]

    def describe(self) -> str:
        """Its name in a message."""
        names = ", ".join(filter(None, (self.source, self.target)))
        choices = ", ".join(filter(None, (*(self.columns or ()), self.config, self.split, self.revision)))
        return f"{names} ({choices})" if choices else names

    def hashes(self) -> list[str]:
        """The SHA-256 of each of its files. Raises DataError when one cannot be read."""
        return [hash_file(path) for path in self.paths()]

    def fingerprint(self, hashes: Sequence[str]) -> str:
        """Tells one text from another by the bytes of its files; one on the hub by its name, split and revision."""
        named = [self.source, self.config, self.split, self.revision]
        return json.dumps([self.reader, self.columns, list(hashes) or named])


def name_text(part: str, reader: str, files: Mapping[str, str], languages: tuple[str, str]) -> Text:
    """The `train`, `dev` or `test` text that a table of a recipe names."""
    on_hub = reader == "datasets" and file_format(files["source"]) is None
    return Text(
        reader,
        files["source"] if on_hub else str(Path(files["source"])),
        str(Path(files["target"])) if "target" in files else None,
        columns=languages if reader in BY_LANGUAGE else None,
        config=files.get("config"),
        split=files.get("split", SPLITS[part] if on_hub else None),
        revision=files.get("revision"),
    )


def read_parallel(paths: Sequence[Path]) -> Iterator[Pair]:
    """Two files, source and target, whose n-th lines are translations of each other.

    Raises DataError naming both files and both counts when these differ.
    """
    if len(paths) != 2:
        raise DataError(f"{_names(paths)}: parallel text is two files, the source and the target.")
    source_path, target_path = paths
    sources, targets = iter_lines(source_path), iter_lines(target_path)
    for number, (source, target) in enumerate(zip_longest(sources, targets)):
        if source is None or target is None:
            longer = number + 1 + sum(1 for _ in sources) + sum(1 for _ in targets)  # one of them is at its end
            counts = (number, longer) if source is None else (longer, number)
            partner = target_path.name if target_path.parent == source_path.parent else target_path
            raise DataError(
                f"{source_path} has {counted(counts[0], 'line')} but {partner} has {counts[1]:,}. "
                "Parallel files must have equal length."
            )
        yield Pair(source, target)


def read_tsv(paths: Sequence[Path]) -> Iterator[Pair]:
    """One file whose lines are source TAB target.

    There are no quotation marks around fields, so those that are there are text. Raises DataError naming the first line
    that has another number of fields, or is quoted as CSV is.
    """
    if len(paths) != 1:
        raise DataError(f"{_names(paths)}: tab-separated text is one file with source TAB target in each line.")
    for number, line in enumerate(iter_lines(paths[0]), start=1):
        fields = line.split("\t")
        if len(fields) != 2:
            has = f"{len(fields)} tab-separated fields" if len(fields) > 1 else "no tab"
            wider = "; cut -f1,2 keeps the first two columns of a wider file" if len(fields) > 2 else ""
            raise DataError(f"{paths[0]}: line {number} has {has}. Each line must be source TAB target{wider}.")
        if '""' in line and any(map(_QUOTED.fullmatch, fields)):
            raise DataError(
                f"{paths[0]}: line {number} is quoted as CSV is, with quotation marks written twice. Give the file a "
                "name that ends in .csv and a header that names the languages (de TAB en); in a recipe it then needs "
                'corpus.reader = "datasets".'
            )
        yield Pair(*fields)


def read_dataset(text: Text) -> Iterator[Pair]:
    """Two columns of a data set of the Hugging Face hub, or of a file in one of its formats.

    Raises DataError when it is not there, not reachable or without these columns.
    """
    assert text.columns is not None  # name_text
    place = text.config, text.split, text.revision
    return (Pair(source, target) for source, target in read_columns(text.source, text.columns, *place))


def read_memory(text: Text) -> Iterator[Pair]:
    """Two languages of a translation memory. Raises DataError when it is no TMX or has not both."""
    assert text.columns is not None  # name_text
    return (Pair(source, target) for source, target in read_tmx(Path(text.source), text.columns))


READERS: dict[str, Callable[[Text], Iterator[Pair]]] = {
    "parallel": lambda text: read_parallel(text.paths()),
    "tsv": lambda text: read_tsv(text.paths()),
    "tmx": read_memory,
    "datasets": read_dataset,
}


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(str(path) for path in paths) or "no file"
