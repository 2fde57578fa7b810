"""TensorBoard, where it is installed: a second place for the figures, that no run depends on."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any


class Board:
    """Takes figures until that fails, as on a full disk; then says so once and takes no more."""

    def __init__(self, directory: Path, say: Callable[[str], None]) -> None:
        self._directory, self._say = directory, say
        self._writer: Any = None
        self._open()

    def rewind(self, update: int) -> None:
        """What was shown after this update is not true any more."""
        if self._writer:
            self.close()
            self._open(purge_step=update + 1)

    def _open(self, **options: int) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter

            self._writer = SummaryWriter(str(self._directory), **options)
        except ImportError:
            return
        except Exception as error:
            self._give_up(error)

    def show(self, kind: str, update: int, figures: dict[str, Any]) -> None:
        """One point in each of the curves `kind`/name."""
        try:
            for name, value in figures.items() if self._writer else ():
                self._writer.add_scalar(f"{kind}/{name}", value, update)
        except Exception as error:  # of a thread of its own that writes, and of several libraries
            self._give_up(error)

    def close(self) -> None:
        """What is still to be written is written; where that fails there may be another error to report."""
        if self._writer:
            with suppress(Exception):
                self._writer.close()

    def _give_up(self, error: Exception) -> None:
        self.close()
        self._writer = None
        self._say(f"{self._directory}: cannot be written ({error}). TensorBoard gets no more figures of this run.")
