"""Ctrl-C, SIGTERM and a terminal that closes: the update at hand is finished first, a validation left for later."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupted(Exception):
    """Raised to leave what is not worth finishing once a signal has come."""


@contextmanager
def stop_signals() -> Iterator[list[int]]:
    """Within, these signals only leave their number in the list; one that is ignored (SIGHUP under nohup) stays so."""
    received: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        received.append(number)

    heeded = [signal.SIGINT, signal.SIGTERM]
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        heeded.append(signal.SIGHUP)
    before = {number: signal.signal(number, note) for number in heeded}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
