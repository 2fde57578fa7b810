"""Ctrl-C, SIGTERM and a terminal that closes: the update at hand is finished first, a validation left for later."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

PATIENCE_SECONDS = 1.0  # one Ctrl-C may come twice: from the terminal and from the launcher of several processes


class Interrupted(Exception):
    """Raised to leave what is not worth finishing once a signal has come."""


@contextmanager
def stop_signals() -> Iterator[list[int]]:
    """Within, these signals only leave their number in the list; a SIGHUP that is ignored (nohup) stays so.

    A Ctrl-C a second or more after the first signal is that of someone who cannot wait: KeyboardInterrupt.
    """
    received: list[int] = []
    first = 0.0

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal first
        now = time.monotonic()
        if not received:
            first = now
        elif number == signal.SIGINT and now - first >= PATIENCE_SECONDS:
            raise KeyboardInterrupt
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
