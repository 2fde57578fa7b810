"""metrics.jsonl: lines of JSON that a checkpoint can return to."""

import hashlib
import json
import math
import os
from pathlib import Path
from typing import Any

from nmt.storage.disk import Disk

JOURNAL = "metrics.jsonl"


class Journal:
    """A file that grows line by line. A position is its length and the checksum of what is before."""

    def __init__(self, path: Path) -> None:
        self.path = path
        is_new = not path.exists()
        self._file = open(path, "w+b" if is_new else "r+b", buffering=0)  # noqa: SIM115 - closed on exit
        if is_new:
            Disk().sync(path.parent)  # what is synced later is its content, not its name
        self._digest = hashlib.sha256(self._file.read())  # the file now stands at its end

    def close(self) -> None:
        self._file.close()

    def write(self, line: dict[str, Any]) -> None:
        """One line, at once. JSON has no NaN: it becomes null. Raises OSError."""
        known = {name: None if _is_odd(value) else value for name, value in line.items()}
        data = (json.dumps(known, allow_nan=False) + "\n").encode()
        self._digest.update(data)
        while data:  # a disk that is nearly full takes a part
            data = data[self._file.write(data) :]

    def sync(self) -> tuple[int, str]:
        """The position, once all before it is on the disk itself."""
        os.fsync(self._file.fileno())
        return self._file.tell(), self._digest.hexdigest()

    def rewind(self, length: int, checksum: str) -> bool:
        """Drop what comes after a position. False where what is before it was changed: nothing is dropped then."""
        self._file.seek(0)
        kept = self._file.read(length)
        intact = _is_intact(kept, length, checksum)
        if intact:
            self._file.truncate(length)
            self._digest = hashlib.sha256(kept)
        self._file.seek(0, os.SEEK_END)
        return intact


def holds(path: Path, length: int, checksum: str) -> bool:
    """Whether what is before a position is there, as it was written."""
    try:
        with path.open("rb") as stream:
            return _is_intact(stream.read(length), length, checksum)
    except OSError:
        return False


def _is_intact(kept: bytes, length: int, checksum: str) -> bool:
    return len(kept) == length and (length == 0 or hashlib.sha256(kept).hexdigest() == checksum)


def _is_odd(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)
