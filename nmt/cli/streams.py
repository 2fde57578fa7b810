"""Where `nmt translate` reads and writes: files, pipes, the terminal."""

import gzip
import io
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast


def stdin() -> BinaryIO:
    """Standard input; where the caller has closed it, Python has none and there is nothing to read."""
    if sys.stdin is None:
        return io.BytesIO()
    try:
        # A file of our own: Python closes sys.stdin when it ends, and crashes if a thread still waits in it.
        return open(os.dup(sys.stdin.fileno()), "rb")
    except OSError:  # no file, as in a test
        return sys.stdin.buffer


def stdout() -> BinaryIO:
    """Standard output; where the caller has closed it, what is written goes nowhere."""
    return sys.stdout.buffer if sys.stdout is not None else open(os.devnull, "wb")


def open_input(path: Path) -> BinaryIO:
    from nmt.corpus.lines import explain_failure, open_unpacked, unpacked

    with explain_failure(path):
        return unpacked(open_unpacked(path), path)


def lines(stream: BinaryIO, path: Path | None) -> Iterator[bytes]:
    """The lines of a stream. Raises DataError where it cannot be read to its end."""
    from nmt.corpus.lines import explain_failure

    with explain_failure(path or "standard input"):
        yield from stream


def open_output(path: Path) -> BinaryIO:
    from nmt.errors import DataError

    try:
        return cast("BinaryIO", gzip.open(path, "wb")) if path.suffix == ".gz" else open(path, "wb")
    except OSError as error:
        raise DataError(f"{path}: cannot be written ({error.strerror}).") from None


def is_read(output: Path, inputs: list[Path | None]) -> bool:
    """Whether a regular file of this name is one of the inputs, or what standard input comes from."""
    if not output.is_file():
        return False
    own = output.stat()
    if any(path and path.exists() and os.path.samestat(own, path.stat()) for path in inputs):
        return True
    try:
        return sys.stdin is not None and os.path.samestat(own, os.fstat(sys.stdin.fileno()))
    except (OSError, ValueError):  # no file, as in a test, or a closed one
        return False


def is_file(stream: BinaryIO) -> bool:
    """Whether it is a regular file: no pipe, no terminal, and not the stand-in that a test has."""
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False
