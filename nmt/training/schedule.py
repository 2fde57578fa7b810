"""Learning-rate schedules: plain functions from an update to a factor between 0 and 1.

`done` is the share of the run that is over, by updates or by time, whichever is further: with a time limit a schedule
that has an end reaches it in time on a slow machine too.
"""

import math
from collections.abc import Callable

Schedule = Callable[[int, int, float], float]


def constant(update: int, warmup: int, done: float) -> float:
    """Linear warm-up, then 1."""
    return min(1.0, update / max(warmup, 1))


def inverse_sqrt(update: int, warmup: int, done: float) -> float:
    """Linear warm-up, then falling with the inverse square root of the update (Vaswani et al., 2017)."""
    warmup = max(warmup, 1)
    return min(update / warmup, math.sqrt(warmup / max(update, 1)))


def cosine(update: int, warmup: int, done: float) -> float:
    """Linear warm-up times half a cosine that falls to a hundredth at the end (Loshchilov & Hutter, 2017)."""
    fall = 0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * min(done, 1.0)))
    return fall * min(1.0, update / max(warmup, 1))


SCHEDULES: dict[str, Schedule] = {"constant": constant, "inverse_sqrt": inverse_sqrt, "cosine": cosine}
