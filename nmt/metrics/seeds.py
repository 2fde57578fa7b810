"""Chance in training: what runs that differ only in their seed say about the mean over all seeds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_COVERAGE = 0.95  # of the intervals
_STEPS = 400  # of Simpson's rule; even


@dataclass(frozen=True)
class SeedMean:
    """A mean over seeds, or a difference of two, with its 95 % interval.

    The interval covers chance in training alone: were training repeated with other seeds, 95 % of such intervals would
    hold the mean over all seeds on this same test set. Chance in which sentences were tested is not covered.

    Attributes:
        value: the mean, or the difference of the means.
        low: lower end of the interval; None where a side has one seed only.
        high: its upper end.
    """

    value: float
    low: float | None = None
    high: float | None = None


def mean_over_seeds(values: Sequence[float]) -> SeedMean:
    """The mean of a score over seeds and, from two on, its t-interval."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return SeedMean(mean)
    half = student_quantile(len(values) - 1) * math.sqrt(_squared_error(values))
    return SeedMean(mean, mean - half, mean + half)


def difference_over_seeds(a: Sequence[float], b: Sequence[float]) -> SeedMean:
    """Mean of b minus mean of a and, from two seeds on either side, its t-interval (Welch, 1947)."""
    difference = float(np.mean(b)) - float(np.mean(a))
    if min(len(a), len(b)) < 2:
        return SeedMean(difference)
    of_a, of_b = _squared_error(a), _squared_error(b)
    if of_a + of_b == 0.0:
        return SeedMean(difference, difference, difference)
    degrees = (of_a + of_b) ** 2 / (of_a**2 / (len(a) - 1) + of_b**2 / (len(b) - 1))
    half = student_quantile(degrees) * math.sqrt(of_a + of_b)
    return SeedMean(difference, difference - half, difference + half)


def student_quantile(degrees: float) -> float:
    """What Student's t exceeds in absolute value with probability 0.05; `degrees` of freedom need not be whole.

    With t = sqrt(degrees) tan(angle), the density becomes a power of the cosine over a finite range.
    """
    log_whole = math.lgamma(degrees / 2) - math.lgamma((degrees + 1) / 2) + 0.5 * math.log(math.pi) - math.log(2)
    low, high = 0.0, math.pi / 2
    for _ in range(60):
        angle = (low + high) / 2
        if _cosine_integral(degrees - 1, angle) < _COVERAGE * math.exp(log_whole):
            low = angle
        else:
            high = angle
    return math.sqrt(degrees) * math.tan((low + high) / 2)


def _cosine_integral(power: float, end: float) -> float:
    """The integral of cos(x) ** power from 0 to `end`, by Simpson's rule."""
    values = np.cos(np.linspace(0.0, end, _STEPS + 1)) ** power
    return float(end / _STEPS / 3 * (values[0] + 4 * values[1:-1:2].sum() + 2 * values[2:-1:2].sum() + values[-1]))


def _squared_error(values: Sequence[float]) -> float:
    """The squared standard error of the mean."""
    return float(np.var(values, ddof=1)) / len(values)
