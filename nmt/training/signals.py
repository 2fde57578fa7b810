"""Ctrl-C and SIGTERM: the update at hand is finished first; a validation is left and made when the run goes on."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupted(Exception):
    """Raised to leave what is not worth finishing once a signal has come."""


@contextmanager
def stop_signals() -> Iterator[list[int]]:
    """Within, the two signals only leave their number in the list."""
    received: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        received.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
