"""One process at a time in a folder."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from nmt.storage.disk import Disk, make_folders

LOCK = ".lock"


@contextmanager
def only_one(directory: Path, waiting: Callable[[], None] | None = None) -> Iterator[bool]:
    """Within, no other process can be here for the same directory, which is made where it is missing.

    The lock is the system's: it goes when the process does, whatever kills it. Who comes second calls `waiting` and
    waits; without that, Timeout is raised. A directory that is empty in the end is removed. Raises OSError. Yields
    whether the lock is held: on a file system without locks, others may be here.
    """
    lock = FileLock(directory / LOCK, fallback_to_soft=False)  # a file as lock would outlive a process that is killed
    locked = _enter(lock, directory, waiting)
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


def _enter(lock: FileLock, directory: Path, waiting: Callable[[], None] | None) -> bool:
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
            if waiting is None:
                raise
            if timeout == 0.0:
                waiting()
            timeout = -1.0
        except OSError as error:
            if error.errno == errno.ENOSYS:
                return False  # a file system without locks: better without one than not at all
            raise
