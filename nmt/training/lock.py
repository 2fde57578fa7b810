"""Only one process may train in a run directory."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from nmt.errors import NMTError
from nmt.storage.disk import Disk, make_folders


@contextmanager
def only_trainer(directory: Path) -> Iterator[None]:
    """Within, no other process can be here for the same directory, which is made where it is missing.

    The lock is the system's: it goes when the process does, whatever kills it. Raises NMTError where another has it.
    """
    path = directory / ".lock"
    lock = FileLock(path)
    try:
        make_folders(directory, Disk())
        lock.acquire(timeout=0)
    except Timeout:
        raise NMTError(
            f"Another `nmt train` is at work in {directory}. Wait until it ends, or use another --out."
        ) from None
    except NotImplementedError:
        pass  # a file system without locks: better to train without one than not at all
    except OSError as error:
        raise NMTError(f"{directory}: cannot be written ({error.strerror}). Use another --out.") from None
    try:
        yield
    finally:
        lock.release()
        if [one.name for one in directory.iterdir()] in ([], [path.name]):  # nothing came of it: leave no trace
            path.unlink(missing_ok=True)
            directory.rmdir()
