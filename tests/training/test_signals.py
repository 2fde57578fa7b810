"""Ctrl-C and SIGTERM are only noted."""

import os
import signal

import pytest

from nmt.training.signals import stop_signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_noted_and_nothing_is_interrupted(number: signal.Signals) -> None:
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    with stop_signals() as received:
        assert received == []
        os.kill(os.getpid(), number)
        assert received == [number]
    assert {one: signal.getsignal(one) for one in before} == before


def test_the_handlers_come_back_after_an_exception() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(ValueError), stop_signals():
        raise ValueError
    assert signal.getsignal(signal.SIGTERM) == before
