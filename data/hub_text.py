"""Corpora of the Hugging Face hub as plain text files, streamed: they need not fit in memory.

Used by data/iwslt14/prepare.py and data/wmt14/prepare.py, which say what and where.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nmt.corpus.hub import read_columns
from nmt.corpus.new_files import new_files
from nmt.corpus.readers import SPLITS
from nmt.errors import DataError


@dataclass(frozen=True)
class HubCorpus:
    """Which data set, and how many sentences each of its parts must have."""

    title: str
    name: str  # on the hub
    languages: tuple[str, str]
    num_lines: dict[str, int]
    config: str | None = None
    revision: str | None = None


def main(corpus: HubCorpus, out: Path, arguments: Sequence[str] | None = None) -> int:
    """Run the command line of a prepare.py beside which the files go; returns the exit status."""
    parser = argparse.ArgumentParser(description=f"Write {corpus.title} as plain text, from {corpus.name} on the hub.")
    parser.add_argument("--out", type=Path, metavar="DIR", default=out, help="default: beside this script")
    options = parser.parse_args(arguments)
    try:
        for split in SPLITS:
            prepare(corpus, split, options.out)
    except DataError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{corpus.title} is ready in {options.out}.")
    return 0


def prepare(corpus: HubCorpus, split: str, out: Path) -> None:
    """Write the two files of a split, unless they are there with as many lines as they must have.

    Raises DataError where the hub cannot be read or has another number of pairs; nothing is then left of the split.
    """
    paths = [out / f"{split}.{language}" for language in corpus.languages]
    expected = corpus.num_lines[split]
    if all(path.is_file() and count_lines(path) == expected for path in paths):
        return
    pairs = read_columns(corpus.name, corpus.languages, corpus.config, SPLITS[split], corpus.revision)
    number = 0
    with new_files(paths) as files:
        for number, pair in enumerate(pairs, start=1):  # noqa: B007  (it is used below)
            for file, text in zip(files, pair, strict=True):
                file.write(f"{text.strip()}\n")
        if number != expected:
            raise DataError(
                f"{corpus.name} has {number:,} pairs in {SPLITS[split]}; {corpus.title} has {expected:,}. Another "
                "revision, or not all of it arrived: give the same command again."
            )


def count_lines(path: Path) -> int:
    """By its line ends, a megabyte at a time."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
