"""Quality against what it costs: which runs no other run beats on both."""

from collections.abc import Sequence
from dataclasses import dataclass

SAME_TIME = 0.01  # runs with one time limit end within a second of each other
SAME_SPEED = 0.05  # translating the test set is timed once


@dataclass(frozen=True)
class Front:
    """BLEU of all runs against one cost, or one merit.

    Attributes:
        axis: what stands against BLEU, such as "training time".
        values: of each run, in order.
        on_front: whether no other run is at least as good in both and better in one.
        less_is_better: whether the axis is a cost.
    """

    axis: str
    values: tuple[float, ...]
    on_front: tuple[bool, ...]
    less_is_better: bool


def find_fronts(
    quality: Sequence[float], seconds: Sequence[float], parameters: Sequence[int], speeds: Sequence[float]
) -> tuple[Front, ...]:
    """BLEU against training time, parameters and speed of translation; empty for one run, which nothing can beat."""
    if len(quality) < 2:
        return ()
    slowness = [-speed for speed in speeds]
    return (
        Front("training time", tuple(seconds), pareto_front(quality, seconds, SAME_TIME), less_is_better=True),
        Front("parameters", tuple(parameters), pareto_front(quality, parameters), less_is_better=True),
        Front("speed", tuple(speeds), pareto_front(quality, slowness, SAME_SPEED), less_is_better=False),
    )


def pareto_front(quality: Sequence[float], costs: Sequence[float], same: float = 0.0) -> tuple[bool, ...]:
    """For each run whether it is on the front: more quality and less cost are better.

    Costs, or merits with a minus sign, count as equal where they differ by a share of at most `same`.
    """
    points = list(zip(quality, costs, strict=True))
    return tuple(
        not any(
            (q > own and c <= cost + same * abs(cost)) or (q == own and c + same * abs(c) < cost) for q, c in points
        )
        for own, cost in points
    )
