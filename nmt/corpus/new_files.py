"""New text files: all of them, or none."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TextIO

from nmt.errors import DataError


@contextmanager
def new_files(paths: Sequence[Path]) -> Iterator[list[TextIO]]:
    """Files that take their names when all of the block has gone well; otherwise there is none of them.

    Their folders are made where missing. Raises DataError when they cannot be written.
    """
    partial = [path.with_name(f".{os.getpid()}.{path.name}") for path in paths]  # ends as git ignores it
    try:
        with ExitStack() as opened:
            for path in paths:
                path.parent.mkdir(parents=True, exist_ok=True)
            yield [opened.enter_context(path.open("w", encoding="utf-8", newline="\n")) for path in partial]
        with ExitStack() as named:
            for path, place in zip(partial, paths, strict=True):
                path.replace(place)
                named.callback(place.unlink, missing_ok=True)
            named.pop_all()
    except OSError as error:
        raise DataError(
            f"{paths[0].parent}: cannot be written ({error.strerror or error}). Nothing is left of it."
        ) from None
    finally:
        for path in partial:
            with suppress(OSError):
                path.unlink()
