"""How long a run trained until its dev BLEU reached a level."""

from collections.abc import Sequence
from dataclasses import dataclass

from nmt.reports.run_results import Validation

_NUM_ROUND = 5  # round levels, about
SHARES = (0.90, 0.95, 0.99)  # of the best BLEU of all runs


@dataclass(frozen=True)
class Level:
    """Training seconds of each run, in order, until its dev BLEU reached `bleu`; None when it never did.

    `share` is the part of the best BLEU of all runs that the level is, None for a round level.
    """

    bleu: float
    seconds: tuple[float | None, ...]
    share: float | None = None


def find_levels(curves: Sequence[Sequence[Validation]]) -> tuple[Level, ...]:
    """Shares of the best value of all curves, and round levels not next to one, lowest first.

    Empty when nothing was validated.
    """
    best = max((point.bleu for curve in curves for point in curve if point.bleu is not None), default=0.0)
    if best <= 0:
        return ()
    shares = [share * best for share in SHARES]
    levels: list[tuple[float, float | None]] = list(zip(shares, SHARES, strict=True))
    levels += [(bleu, None) for bleu in round_levels(curves) if min(abs(bleu - near) for near in shares) > 0.01 * best]
    return tuple(
        Level(bleu, tuple(seconds_to_reach(curve, bleu) for curve in curves), share)
        for bleu, share in sorted(levels, key=lambda level: level[0])
    )


def seconds_to_reach(validations: Sequence[Validation], level: float) -> float | None:
    """Training seconds at the first validation with at least `level` BLEU, or None when there was none.

    Nothing is interpolated: between two validations nobody knows.
    """
    reached = [point.train_seconds for point in validations if point.bleu is not None and point.bleu >= level]
    return reached[0] if reached else None


def round_levels(curves: Sequence[Sequence[Validation]]) -> tuple[float, ...]:
    """Round BLEU levels worth timing: about five over the upper part of the curves, the last just below
    the best value of each run. Empty when no run was validated or none got above zero.
    """
    bests = [max((point.bleu for point in curve if point.bleu is not None), default=0.0) for curve in curves]
    top = max(bests, default=0.0)
    if top <= 0:
        return ()
    step = _round_step(0.6 * top / _NUM_ROUND)
    levels = {step * k for k in range(1, int(top / step + 1e-9) + 1) if step * k >= 0.4 * top - 1e-9}
    fine = _round_step(step / 5)
    levels |= {fine * int(best / fine + 1e-9) for best in bests if best >= 0.4 * top}
    return tuple(sorted({round(level, 6) for level in levels if level > 0}))


def _round_step(rough: float) -> float:
    """The nearest of ... 0.1, 0.2, 0.5, 1, 2, 5, 10, 20 ... that is not below `rough`, and at least 0.1."""
    step = 0.1
    for factor in (2.0, 2.5, 2.0) * 4:
        if step >= rough - 1e-9:
            break
        step *= factor
    return round(step, 6)
