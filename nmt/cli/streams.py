"""Where commands read and write: files, pipes, the terminal."""

import gzip
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from nmt.corpus.lines import STANDARD, explain_failure, open_unpacked, unpacked
from nmt.errors import ConfigError, DataError, DiskError


def check_stdin(inputs: Sequence[Path | None]) -> None:
    """Raises ConfigError where more than one of these is standard input."""
    if list(inputs).count(STANDARD) > 1:
        raise ConfigError("Only one text can come from standard input. Name a file for the other.")


def check_apart(inputs: Sequence[Path | None], output: Path | None) -> None:
    """Raises ConfigError where several texts come from standard input, or where the output is one of the inputs."""
    check_stdin(inputs)
    if is_read(output, inputs):
        if output is None:
            raise ConfigError("Standard output goes to a file that is read. Write to another one.")
        raise ConfigError(f"--output {output} is the input: it would be emptied before it is read. Use another file.")


def stdout() -> BinaryIO:
    """Standard output; where the caller has closed it, what is written goes nowhere."""
    return sys.stdout.buffer if sys.stdout is not None else open(os.devnull, "wb")


def open_input(path: Path) -> BinaryIO:
    with explain_failure(_name(path)):
        return unpacked(open_unpacked(path), _name(path))


def lines(stream: BinaryIO, path: Path) -> Iterator[bytes]:
    """The lines of a stream. Raises DataError where it cannot be read to its end."""
    with explain_failure(_name(path)):
        yield from stream


def open_output(path: Path) -> BinaryIO:
    """Packed where its name ends in .gz. Raises DataError."""
    try:
        return cast("BinaryIO", gzip.open(path, "wb")) if path.suffix == ".gz" else open(path, "wb")
    except OSError as error:
        raise DataError(f"{path}: cannot be written ({error.strerror}).") from None


def check_outputs(outputs: dict[str, Path | None], inputs: Sequence[Path]) -> None:
    """What is to be written at the end, option -> file, can be, and takes the place of nothing that is read.

    Raises ConfigError.
    """
    given = {option: path for option, path in outputs.items() if path is not None}
    for option, path in given.items():
        if path == STANDARD:
            raise ConfigError(f"{option} -: standard output has the scores. Name a file.")
        if reason := _why_not(path):
            raise ConfigError(f"{option} {path}: cannot be written ({reason}).")
        if is_read(path, inputs):
            raise ConfigError(f"{option} {path} is one of the texts that are read, and would replace it. Name another.")
    if len({path.resolve() for path in given.values()}) < len(given):
        raise ConfigError(f"{' and '.join(given)} name the same file. Give each its own.")


def _why_not(path: Path) -> str:
    """Why a file cannot be written; "" where it can."""
    if path.is_dir():
        return "it is a folder"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    return "" if os.access(path if path.exists() else path.parent, os.W_OK) else "that is not allowed"


def is_read(output: Path | None, inputs: Sequence[Path | None]) -> bool:
    """Whether a regular file, or the one that standard output goes to, is one of the inputs, or standard input."""
    own = _status(sys.stdout) if output is None else output.stat() if output.is_file() else None
    if own is None or not stat.S_ISREG(own.st_mode):
        return False
    read = [_status(sys.stdin), *(path.stat() for path in inputs if path and path.exists())]
    return any(each is not None and os.path.samestat(own, each) for each in read)


def is_file(stream: BinaryIO) -> bool:
    """Whether it is a regular file: no pipe, no terminal, and not the stand-in that a test has."""
    status = _status(stream)
    return status is not None and stat.S_ISREG(status.st_mode)


@contextmanager
def writing_to(path: Path | None = None) -> Iterator[None]:
    """Run the block that writes to `path`, or stdout; end it without an error when whoever reads it stops (`| head`).

    The code after the block runs then, too. What cannot be written for another reason is a DiskError.
    """
    try:
        yield
        if sys.stdout is not None:  # closed by the caller
            sys.stdout.flush()
    except BrokenPipeError:
        _give_up_stdout()
    except OSError as error:
        if path is None:
            _give_up_stdout()
        raise DiskError(
            f"{path or 'standard output'}: cannot be written ({error.strerror or error}), so what is there is not "
            "complete. Make room or choose another place, then give the command again."
        ) from None


def _give_up_stdout() -> None:
    """What is still in Python's buffer goes nowhere, or the interpreter would complain when it flushes at exit.

    See https://docs.python.org/3/library/signal.html#note-on-sigpipe.
    """
    if sys.stdout is None:
        return
    null_device = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null_device, sys.stdout.fileno())
    os.close(null_device)


def _name(path: Path) -> Path | str:
    return "standard input" if path == STANDARD else path


def _status(stream: Any) -> os.stat_result | None:
    """Of the file that it leads to; None where there is none, as in a test, or where it is closed."""
    try:
        return os.fstat(stream.fileno())
    except (AttributeError, OSError, ValueError):
        return None
