"""From a stream of records to chunks that are worth translating together."""

import os
import queue
import stat
import threading
from collections.abc import Iterator
from typing import BinaryIO

from nmt.translation.formats import Record

CHUNK_LINES = 1024  # lines read, sorted by length, translated and written together
FIRST_LINES = 128  # of the first chunk, so that whoever reads sees it soon; each has twice as many as the one before
PATIENCE_SECONDS = 0.1

Item = Record | BaseException | None  # a record, the error that ended them, or None: their end


def chunks(records: Iterator[Record], size: int = CHUNK_LINES, patience: float | None = None) -> Iterator[list[Record]]:
    """Every record in order, in chunks that grow to `size`; one also ends when nothing has come for `patience` seconds.

    So whoever types or writes slowly into a pipe gets an answer to what is there. At most `size` records are read
    ahead. An error of the source is raised after the records before it have been given.
    """
    waiting: queue.Queue[Item] = queue.Queue(maxsize=size)
    abandoned = threading.Event()
    threading.Thread(target=_read, args=(records, waiting, abandoned), daemon=True).start()
    wanted = min(FIRST_LINES, size)
    try:
        while True:
            chunk, end = _next_chunk(waiting, wanted, patience)
            wanted = min(2 * wanted, size)
            if chunk:
                yield chunk
            if isinstance(end, BaseException):
                raise end
            if end is None:
                return
    finally:
        abandoned.set()


def patience_for(stream: BinaryIO) -> float | None:
    """None for a file on disk, so that its chunks are always the same; a little for a pipe or a terminal."""
    try:
        return None if stat.S_ISREG(os.fstat(stream.fileno()).st_mode) else PATIENCE_SECONDS
    except OSError:  # no file at all, as in a test
        return None


def _next_chunk(waiting: "queue.Queue[Item]", size: int, patience: float | None) -> tuple[list[Record], Item]:
    """The next records, and how they ended: None or an error; the last record where there may be more."""
    chunk: list[Record] = []
    while len(chunk) < size:
        try:
            item = waiting.get(timeout=patience if chunk else None)
        except queue.Empty:
            break
        if not isinstance(item, Record):
            return chunk, item
        chunk.append(item)
    return chunk, chunk[-1]


def _read(records: Iterator[Record], waiting: "queue.Queue[Item]", abandoned: threading.Event) -> None:
    """Put every record, then None or the error that ended them, as long as somebody wants them."""
    end: Item = None
    try:
        for record in records:
            if not _put(record, waiting, abandoned):
                return
    except BaseException as error:  # also what is no Exception must reach the thread that waits
        end = error
    _put(end, waiting, abandoned)


def _put(item: Item, waiting: "queue.Queue[Item]", abandoned: threading.Event) -> bool:
    while not abandoned.is_set():
        try:
            waiting.put(item, timeout=0.1)
            return True
        except queue.Full:
            continue
    return False
