"""Columns of sentences on disk, as long as need be: written piece by piece, read by way of memory maps.

A folder holds shards of the same number of rows (the last may have fewer). Of each column, a shard has two flat files:
`00003.source.values` with the ids or bytes of its sentences, `00003.source.starts` (int64) with where each begins. Any
row is therefore found in constant time. `manifest.json` has the size and SHA-256 of every file and is written last.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from nmt.corpus.examples import Longs, Side
from nmt.errors import DataError

LAYOUT_VERSION = 5  # raise when reading, cleaning, encoding or these files change: what was prepared is not taken then
SHARD_ROWS = 2**18  # a shard's pages are in memory while something is copied out of it
SMALL_IDS, LARGE_IDS, BYTES = "<u2", "<i4", "|u1"  # types of values
_STARTS = "<i8"

Block = tuple[int, int]  # rows from the first number to before the second


@dataclass(frozen=True)
class Shards:
    """Columns of a folder. Only what is asked for is ever in memory."""

    folder: Path
    num_rows: int
    shard_rows: int
    columns: dict[str, str]  # name -> type of its values

    def __len__(self) -> int:
        return self.num_rows

    def blocks(self, num_rows: int) -> Iterator[Block]:
        """All rows in order, so many at a time."""
        return ((first, min(first + num_rows, len(self))) for first in range(0, len(self), num_rows))

    def read(self, column: str, blocks: Sequence[Block]) -> Side:
        """A copy of the sentences of some blocks, one after the other. Raises DataError where the files are gone."""
        dtype = np.dtype(self.columns[column])
        values: list[npt.NDArray[Any]] = [np.empty(0, dtype)]
        lengths: list[Longs] = [np.empty(0, np.int64)]
        for shard, parts in groupby(self._split(blocks), key=lambda part: part[0]):
            self._copy(column, shard, [(first, last) for _, first, last in parts], values, lengths)
        starts = np.concatenate([np.zeros(1, np.int64), np.concatenate(lengths).cumsum()])
        return Side(np.concatenate(values), starts)

    def _split(self, blocks: Sequence[Block]) -> Iterator[tuple[int, int, int]]:
        """The blocks cut where shards end: shard, and first and last row in it."""
        for first, last in blocks:
            while first < last:
                shard, row = divmod(first, self.shard_rows)
                num_rows = min(last - first, self.shard_rows - row)
                yield shard, row, row + num_rows
                first += num_rows

    def _copy(
        self,
        column: str,
        shard: int,
        blocks: list[Block],
        values: list[npt.NDArray[Any]],
        lengths: list[Longs],
    ) -> None:
        """Add copies of some blocks of one shard. Its maps end with this call, and with them the pages they held."""
        starts = self._map(shard, column, "starts", _STARTS)
        content = self._map(shard, column, "values", self.columns[column])
        for first, last in blocks:
            lengths.append(np.diff(np.asarray(starts[first : last + 1])))
            values.append(np.array(content[int(starts[first]) : int(starts[last])]))

    def _map(self, shard: int, column: str, part: Literal["values", "starts"], dtype: str) -> npt.NDArray[Any]:
        path = self.folder / _file_name(shard, column, part)
        try:
            if path.stat().st_size == 0:  # which the system does not map
                return np.empty(0, dtype)
            return np.memmap(path, dtype=dtype, mode="r")
        except (OSError, ValueError) as error:
            raise DataError(
                f"{path}: cannot be read ({error}). The prepared text must stay until training ends; the same command "
                "makes it again and goes on from the last checkpoint."
            ) from None


class ShardWriter:
    """Appends rows to a new folder; holds none of them."""

    def __init__(self, folder: Path, columns: Mapping[str, str], shard_rows: int = SHARD_ROWS) -> None:
        self.folder, self.columns, self.shard_rows = folder, dict(columns), shard_rows
        self.num_rows = 0
        self.in_shard = dict.fromkeys(columns, 0)  # values of each column in the shard at hand
        self.files: dict[str, _HashedFile] = {}  # name -> file, those of earlier shards closed
        folder.mkdir(parents=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def append(self, rows: Mapping[str, Side]) -> None:
        """Add as many rows as each of the columns given has; that is the same number in all."""
        (num_rows,) = {len(side) for side in rows.values()}
        done = 0
        while done < num_rows:
            if self.num_rows % self.shard_rows == 0:
                self._begin_shard()
            number = min(num_rows - done, self.shard_rows - self.num_rows % self.shard_rows)
            for column in self.columns:
                self._write(column, rows[column], done, done + number)
            self.num_rows += number
            done += number

    def close(self) -> Shards:
        """What was written, to be read."""
        for file in self.files.values():
            file.close()
        return Shards(self.folder, self.num_rows, self.shard_rows, self.columns)

    def seal(self, others: Mapping[str, bytes]) -> None:
        """Add other files, see to it that all is on disk, and write the manifest that open_shards asks for."""
        with self:
            for name, data in others.items():
                self._write_file(name, data)
            content = {
                "layout": LAYOUT_VERSION,
                "num_rows": self.num_rows,
                "shard_rows": self.shard_rows,
                "columns": self.columns,
                "files": {name: file.close(to_disk=True) for name, file in self.files.items()},
            }
            manifest = {"sha256": _checksum(content), "content": content}
            self._write_file("manifest.json", json.dumps(manifest, indent=1).encode()).close(to_disk=True)

    def _begin_shard(self) -> None:
        self.close()
        shard = self.num_rows // self.shard_rows
        for column in self.columns:
            self._write_file(_file_name(shard, column, "values"), b"")
            self._write_file(_file_name(shard, column, "starts"), np.zeros(1, _STARTS).tobytes())
            self.in_shard[column] = 0

    def _write_file(self, name: str, data: bytes) -> "_HashedFile":
        """Begin a file."""
        self.files[name] = _HashedFile(self.folder / name)
        self.files[name].write(data)
        return self.files[name]

    def _write(self, column: str, side: Side, first: int, last: int) -> None:
        shard, starts = self.num_rows // self.shard_rows, side.starts[first : last + 1]
        values = side.ids[starts[0] : starts[-1]].astype(self.columns[column])
        positions = (starts[1:] - starts[0] + self.in_shard[column]).astype(_STARTS)
        self.files[_file_name(shard, column, "values")].write(values.tobytes())
        self.files[_file_name(shard, column, "starts")].write(positions.tobytes())
        self.in_shard[column] += len(values)


def open_shards(folder: Path, every_byte: bool = True) -> Shards | None:
    """What a ShardWriter sealed, every byte checked; None where it is missing, damaged or of another layout.

    Without `every_byte`, of the columns only the sizes are checked: another process looks at the rest.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        content = manifest["content"]
        if manifest["sha256"] != _checksum(content) or content["layout"] != LAYOUT_VERSION:
            return None
        for name, entry in content["files"].items():
            if not _is_whole(folder / name, entry, every_byte or not name.endswith((".values", ".starts"))):
                return None
        names = ("num_rows", "shard_rows", "columns")
        return Shards(folder, **{name: content[name] for name in names})
    except (OSError, ValueError, KeyError, TypeError):
        return None


class _HashedFile:
    """A new file that knows the checksum of what was written to it."""

    def __init__(self, path: Path) -> None:
        self.path, self.num_bytes, self.sha256 = path, 0, hashlib.sha256()
        self.stream = path.open("wb")

    def write(self, data: bytes) -> None:
        self.stream.write(data)
        self.sha256.update(data)
        self.num_bytes += len(data)

    def close(self, to_disk: bool = False) -> dict[str, int | str]:
        """Its entry in the manifest; may be called again."""
        self.stream.close()
        if to_disk:
            with self.path.open("rb+") as stream:
                os.fsync(stream.fileno())
        return {"bytes": self.num_bytes, "sha256": self.sha256.hexdigest()}


def _is_whole(path: Path, entry: Mapping[str, Any], every_byte: bool) -> bool:
    with path.open("rb") as stream:  # in blocks, by hashlib: never as a whole in memory
        if os.fstat(stream.fileno()).st_size != entry["bytes"]:
            return False
        return not every_byte or bool(hashlib.file_digest(stream, "sha256").hexdigest() == entry["sha256"])


def _checksum(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _file_name(shard: int, column: str, part: str) -> str:
    return f"{shard:05d}.{column}.{part}"
