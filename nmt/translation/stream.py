"""From a stream to chunks that are worth translating together."""

import os
import queue
import stat
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, TypeVar

CHUNK_LINES = 1024  # lines read, sorted by length, translated and written together
FIRST_LINES = 128  # of the first chunk, so that whoever reads sees it soon; each has twice as many as the one before
PATIENCE_SECONDS = 0.1

Item = TypeVar("Item")


@dataclass(frozen=True)
class End:
    """What follows the last item: the error that ended them, or none."""

    error: BaseException | None = None


def chunks(items: Iterator[Item], size: int = CHUNK_LINES, patience: float | None = None) -> Iterator[list[Item]]:
    """Every item in order, in chunks that grow to `size`; one also ends when nothing has come for `patience` seconds.

    So whoever types or writes slowly into a pipe gets an answer to what is there. At most `size` items are read
    ahead. An error of the source is raised after the items before it have been given.
    """
    waiting: queue.Queue[Item | End] = queue.Queue(maxsize=size)
    abandoned = threading.Event()
    threading.Thread(target=_read, args=(items, waiting, abandoned), daemon=True).start()
    wanted = min(FIRST_LINES, size)
    try:
        while True:
            chunk, end = _next_chunk(waiting, wanted, patience)
            wanted = min(2 * wanted, size)
            if chunk:
                yield chunk
            if end and end.error:
                raise end.error
            if end:
                return
    finally:
        abandoned.set()


def patience_for(stream: BinaryIO) -> float | None:
    """None for a file on disk, so that its chunks are always the same; a little for a pipe or a terminal."""
    try:
        return None if stat.S_ISREG(os.fstat(stream.fileno()).st_mode) else PATIENCE_SECONDS
    except OSError:  # no file at all, as in a test
        return None


def _next_chunk(waiting: "queue.Queue[Item | End]", size: int, patience: float | None) -> tuple[list[Item], End | None]:
    """The next items, and the end where it came."""
    chunk: list[Item] = []
    while len(chunk) < size:
        try:
            item = waiting.get(timeout=patience if chunk else None)
        except queue.Empty:
            break
        if isinstance(item, End):
            return chunk, item
        chunk.append(item)
    return chunk, None


def _read(items: Iterator[Item], waiting: "queue.Queue[Item | End]", abandoned: threading.Event) -> None:
    """Put every item, then their end, as long as somebody wants them."""
    end = End()
    try:
        for item in items:
            if not _put(item, waiting, abandoned):
                return
    except BaseException as error:  # also what is no Exception must reach the thread that waits
        end = End(error)
    _put(end, waiting, abandoned)


def _put(item: Item | End, waiting: "queue.Queue[Item | End]", abandoned: threading.Event) -> bool:
    while not abandoned.is_set():
        try:
            waiting.put(item, timeout=0.1)
            return True
        except queue.Full:
            continue
    return False
