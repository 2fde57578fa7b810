"""Learning-rate schedules: plain functions from an update to a factor between 0 and 1."""

import math
from collections.abc import Callable

Schedule = Callable[[int, int, int], float]


def constant(update: int, warmup: int, last_update: int) -> float:
    """Linear warm-up, then 1."""
    return min(1.0, update / max(warmup, 1))


def inverse_sqrt(update: int, warmup: int, last_update: int) -> float:
    """Linear warm-up, then falling with the inverse square root of the update (Vaswani et al., 2017)."""
    warmup = max(warmup, 1)
    return min(update / warmup, math.sqrt(warmup / max(update, 1)))


def cosine(update: int, warmup: int, last_update: int) -> float:
    """Linear warm-up, then half a cosine down to a hundredth at the last update (Loshchilov & Hutter, 2017)."""
    if update < warmup:
        return update / warmup
    done = min(1.0, (update - warmup) / max(last_update - warmup, 1))
    return 0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * done))


SCHEDULES: dict[str, Schedule] = {"constant": constant, "inverse_sqrt": inverse_sqrt, "cosine": cosine}
