"""Only one process may train in a run directory."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import Timeout

from nmt.errors import NMTError
from nmt.storage.lock import only_one


@contextmanager
def only_trainer(directory: Path) -> Iterator[None]:
    """Within, no other process trains in the same directory. Raises NMTError where another has begun."""
    with ExitStack() as stack:
        try:
            stack.enter_context(only_one(directory))
        except Timeout:
            raise NMTError(
                f"Another `nmt train` is at work in {directory}. Wait until it ends, or use another --out."
            ) from None
        except OSError as error:
            raise NMTError(f"{directory}: cannot be written ({error.strerror}). Use another --out.") from None
        yield
