"""Learning-rate schedules: plain functions from an update to a factor between 0 and 1.

`done` is the share of the run that is over, by updates or by time, whichever is further: with a time limit a schedule
that has an end reaches it in time on a slow machine too. Its warm-up then takes a tenth of the run at most: one that is
not over when the rate falls would leave no rate to learn at. The others do not depend on how long a run is to be.
"""

import math
from collections.abc import Callable

from nmt.training.config import TrainingConfig
from nmt.training.progress import Progress

Schedule = Callable[[int, int, float], float]


LONGEST_WARMUP = 0.1  # of the run


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
    return fall * min(1.0, max(update / max(warmup, 1), done / LONGEST_WARMUP))


SCHEDULES: dict[str, Schedule] = {"constant": constant, "inverse_sqrt": inverse_sqrt, "cosine": cosine}


def learning_rate(config: TrainingConfig, progress: Progress) -> float:
    """The rate of the update that comes next."""
    update = progress.update + 1
    by_time = progress.train_seconds / config.time_limit if config.time_limit else 0.0
    factor = SCHEDULES[config.schedule](update, config.warmup, max(update / config.max_updates, by_time))
    return config.learning_rate * factor * 0.5**progress.rollbacks
