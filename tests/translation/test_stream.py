"""Chunks: every record in order, without waiting for the end."""

import io
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt.errors import DataError
from nmt.translation.formats import Record
from nmt.translation.stream import PATIENCE_SECONDS, chunks, patience_for


def records(count: int) -> Iterator[Record]:
    return (Record(index, str(index)) for index in range(count))


@given(st.integers(0, 40), st.integers(1, 12))
def test_every_record_comes_once_and_in_order(count: int, size: int) -> None:
    found = list(chunks(records(count), size))
    assert [record.index for chunk in found for record in chunk] == list(range(count))
    assert all(len(chunk) == size for chunk in found[:-1])
    assert all(1 <= len(chunk) <= size for chunk in found[-1:])


def test_the_first_chunks_are_short_so_that_something_is_seen_soon() -> None:
    assert [len(chunk) for chunk in chunks(records(3000))] == [128, 256, 512, 1024, 1024, 56]


def test_a_source_that_waits_for_an_answer_gets_one() -> None:
    answered = threading.Event()

    def polite() -> Iterator[Record]:
        yield from records(3)
        assert answered.wait(timeout=30)
        yield Record(3, "3")

    found, seen = chunks(polite(), 100, patience=0.05), list[int]()
    while len(seen) < 3:  # mostly at once, but on a busy machine the reader may be slow
        seen += [record.index for record in next(found)]
    answered.set()
    assert [*seen, *(record.index for chunk in found for record in chunk)] == [0, 1, 2, 3]


def test_an_error_comes_after_the_records_before_it() -> None:
    def broken() -> Iterator[Record]:
        yield from records(3)
        raise DataError("line 4")

    found = chunks(broken(), 2)
    assert [record.index for chunk in (next(found), next(found)) for record in chunk] == [0, 1, 2]
    with pytest.raises(DataError, match="line 4"):
        next(found)


def test_a_consumer_that_stops_ends_the_reading() -> None:
    before = set(threading.enumerate())
    found = chunks(records(1000), 10)
    next(found)
    (reader,) = set(threading.enumerate()) - before
    found.close()  # type: ignore[attr-defined]
    reader.join(timeout=30)
    assert not reader.is_alive()


def test_a_file_is_waited_for_and_a_pipe_is_not(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with open(tmp_path / "file", "rb") as file:
        assert patience_for(file) is None
    ends = [os.fdopen(end, mode) for end, mode in zip(os.pipe(), ("rb", "wb"), strict=True)]
    assert patience_for(ends[0]) == PATIENCE_SECONDS  # type: ignore[arg-type]
    for end in ends:
        end.close()
    assert patience_for(io.BytesIO()) is None


def test_no_more_than_a_chunk_is_read_ahead() -> None:
    read: list[int] = []

    def counted() -> Iterator[Record]:
        for record in records(1000):
            read.append(record.index)
            yield record

    found = chunks(counted(), 10)
    next(found)
    most = 2 * 10 + 1  # those given, a full queue, and the one that waits for a place in it
    deadline = time.monotonic() + 30
    while len(read) < most and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.2)
    assert len(read) == most
    found.close()  # type: ignore[attr-defined]
