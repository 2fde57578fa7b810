"""Ctrl-C and SIGTERM are only noted."""

import os
import signal

import pytest

from nmt.training import signals
from nmt.training.signals import PATIENCE_SECONDS, stop_signals


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


@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
def test_a_second_ctrl_c_stops_at_once_unless_it_is_the_first_one_come_twice(
    first: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(signals.time, "monotonic", lambda: now)
    with stop_signals() as received:
        os.kill(os.getpid(), first)
        now += 0.9 * PATIENCE_SECONDS
        os.kill(os.getpid(), signal.SIGINT)
        assert received == [first, signal.SIGINT]
        now += 0.2 * PATIENCE_SECONDS
        os.kill(os.getpid(), signal.SIGTERM)  # somebody else's, who may say it as often as they like
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no terminal closes like this here")
def test_a_terminal_that_closes_is_nothing_to_what_nohup_runs() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stop_signals() as received:
            os.kill(os.getpid(), signal.SIGHUP)
        assert received == []
    finally:
        signal.signal(signal.SIGHUP, before)
