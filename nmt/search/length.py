"""Length penalties: what a log-probability is divided by. None may fall with length, or early stopping is wrong."""

from collections.abc import Callable

from nmt.search.config import SearchConfig


def none(length: int, alpha: float) -> float:
    """No normalisation: short hypotheses win."""
    return 1.0


def average(length: int, alpha: float) -> float:
    """The mean log-probability of a token."""
    return float(length)


def gnmt(length: int, alpha: float) -> float:
    """((5 + length) / 6) ** alpha (Wu et al., 2016, equation 14)."""
    return float(((5 + length) / 6) ** alpha)


LENGTH_PENALTIES: dict[str, Callable[[int, float], float]] = {"none": none, "average": average, "gnmt": gnmt}


def penalty(config: SearchConfig, length: int) -> float:
    """The divisor for a hypothesis of `length` tokens, end-of-sentence included."""
    return LENGTH_PENALTIES[config.length_penalty](length, config.alpha)


def length_limits(config: SearchConfig, source_lengths: list[int]) -> list[int]:
    """The most tokens a hypothesis may have, end-of-sentence included, for each source length (end included)."""
    return [int(length * config.max_length_ratio) + config.max_length_extra for length in source_lengths]
