"""One process at a time in a folder."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from nmt.storage.disk import INTACT, Disk, disk_error, make_folders

LOCK = ".lock"


@contextmanager
def only_one(directory: Path, taken: Callable[[], None], remedy: str = INTACT) -> Iterator[bool]:
    """Within, no other process can be here for the same directory, which is made where it is missing.

    The lock is the system's: it goes when the process does, whatever kills it. Who comes second calls `taken`, which
    raises, or returns to wait. A directory that is empty in the end is removed. Yields whether the lock is held: on a
    file system without locks, others may be here. Raises DiskError, which ends with `remedy` unless the disk is full.
    """
    lock = FileLock(directory / LOCK, fallback_to_soft=False)  # a file as lock would outlive a process that is killed
    try:
        locked = _enter(lock, directory, taken)
    except OSError as error:
        raise disk_error(directory, error, remedy=remedy) from error
    try:
        yield locked
    finally:
        # While the lock is held: once it is released the file may be another's. Who waits for the file that goes here
        # sees that it has no name any more, and makes a new one.
        with suppress(OSError):
            if [one.name for one in directory.iterdir()] in ([], [LOCK]):
                (directory / LOCK).unlink(missing_ok=True)
                directory.rmdir()
        lock.release()


def _enter(lock: FileLock, directory: Path, taken: Callable[[], None]) -> bool:
    timeout, attempts = 0.0, 100
    while True:
        try:
            make_folders(directory, Disk())
            lock.acquire(timeout=timeout)
            return True
        except (FileNotFoundError, FileExistsError):  # another has just removed the folder, or made it
            attempts -= 1
            if not attempts:
                raise
        except Timeout:
            taken()
            timeout = -1.0  # for ever
        except OSError as error:
            if error.errno == errno.ENOSYS:
                return False  # a file system without locks: better without one than not at all
            raise
