"""The few operations that safe writing is made of, and what to say when one fails."""

import errno
import os
import shutil
from contextlib import suppress
from itertools import chain, count
from pathlib import Path

from nmt.errors import DiskError

INTACT = "What was saved before is intact."


class Disk:
    """The file system. Tests put one in its place that forgets whatever was not synced, or fails."""

    def make_folder(self, path: Path) -> None:
        path.mkdir()

    def write(self, path: Path, data: bytes) -> None:
        with open(path, "wb") as stream:
            stream.write(data)

    def sync(self, path: Path) -> None:
        """Have the content of a file, or the names in a folder, on the disk itself before going on."""
        if os.name == "nt" and path.is_dir():
            return  # Windows opens no folders, and keeps their names by itself
        descriptor = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def rename(self, old: Path, new: Path) -> None:
        """At once, and in place of a file `new`."""
        os.replace(old, new)

    def remove(self, path: Path) -> None:
        """A file or a whole folder; nothing where there is none."""
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def make_folders(path: Path, disk: Disk) -> None:
    """A folder and those above it, where missing; each is on the disk itself before the next. Raises OSError."""
    if not path.is_dir():
        make_folders(path.parent, disk)
        disk.make_folder(path)
        disk.sync(path.parent)


def replace_file(path: Path, data: bytes, disk: Disk) -> None:
    """Put a file in place of another: whoever reads `path`, after a crash too, finds the old bytes or the new."""
    partial = path.with_name(path.name + ".tmp")
    try:
        disk.write(partial, data)
        disk.sync(partial)
        disk.rename(partial, path)
        disk.sync(path.parent)
    except OSError as error:
        remove_quietly(partial, disk)
        raise disk_error(path, error, len(data)) from error


def remove_quietly(path: Path, disk: Disk) -> None:
    """Free the room of what could not be finished; the error that led here is the one to report."""
    with suppress(OSError):
        disk.remove(path)


def unused(path: Path) -> Path:
    """This path, or where something is there, the first that is free: a.b, a-2.b, a-3.b ..."""
    others = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in count(2))
    return next(one for one in chain([path], others) if not os.path.lexists(one))


def disk_error(path: Path, error: OSError, needed: int = 0, remedy: str = INTACT) -> DiskError:
    """What to tell people when `path`, of `needed` bytes, could not be written. On a full disk the remedy is room."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DiskError(f"{path}: cannot be written ({error.strerror or error}). {remedy}")
    free = _free_bytes(path)
    sizes = f" ({needed:,} bytes are needed, {free:,} are free)" if needed and free is not None else ""
    return DiskError(
        f"{path}: the disk is full{sizes}. What was saved before is intact: make room, then give the command again."
    )


def _free_bytes(path: Path) -> int | None:
    try:
        return shutil.disk_usage(next(parent for parent in path.parents if parent.exists())).free
    except (OSError, StopIteration):
        return None
