"""Readers: from the paths a recipe names to sentence pairs.

A reader is a function `(paths) -> Iterator[Pair]` with one line in READERS. It checks all it reads before it returns,
so that a broken file is found before anything is trained. Pairs hold the text as it is in the file.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nmt.corpus.lines import read_lines
from nmt.errors import DataError


@dataclass(frozen=True)
class Pair:
    """A sentence and its translation."""

    source: str
    target: str


Reader = Callable[[Sequence[Path]], Iterator[Pair]]


def read_parallel(paths: Sequence[Path]) -> Iterator[Pair]:
    """Two files, source and target, whose n-th lines are translations of each other.

    Raises DataError naming both files and both counts when these differ.
    """
    if len(paths) != 2:
        raise DataError(f"{_names(paths)}: parallel text is two files, the source and the target.")
    source_path, target_path = paths
    sources, targets = read_lines(source_path), read_lines(target_path)
    if len(sources) != len(targets):
        partner = target_path.name if target_path.parent == source_path.parent else target_path
        raise DataError(
            f"{source_path} has {len(sources)} lines but {partner} has {len(targets)}. "
            "Parallel files must have equal length."
        )
    return _pair_up(sources, targets)


def read_tsv(paths: Sequence[Path]) -> Iterator[Pair]:
    """One file whose lines are source TAB target.

    Raises DataError naming the first line that has another number of fields.
    """
    if len(paths) != 1:
        raise DataError(f"{_names(paths)}: tab-separated text is one file with source TAB target in each line.")
    sources, targets = [], []
    for number, line in enumerate(read_lines(paths[0]), start=1):
        fields = line.split("\t")
        if len(fields) != 2:
            raise DataError(
                f"{paths[0]}: line {number} has {len(fields)} tab-separated fields. Each line must have two, source "
                "and target; cut -f1,2 keeps the first two columns of a wider file."
            )
        sources.append(fields[0])
        targets.append(fields[1])
    return _pair_up(sources, targets)


READERS: dict[str, Reader] = {
    "parallel": read_parallel,
    "tsv": read_tsv,
}


def _pair_up(sources: list[str], targets: list[str]) -> Iterator[Pair]:
    return (Pair(source, target) for source, target in zip(sources, targets, strict=True))


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(str(path) for path in paths) or "no file"
