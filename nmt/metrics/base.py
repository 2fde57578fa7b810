"""What a score is: a number that says how it was computed and how far chance may have moved it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """One corpus score of one system.

    Attributes:
        name: the key in `METRICS`, such as `"BLEU"`.
        value: 0 to 100 for BLEU and chrF; TER may exceed 100, and there less is better.
        signature: sacreBLEU's, which holds everything needed to compute the number again.
        low: lower end of the 95 % bootstrap interval; None when no interval was asked for.
        high: its upper end.
    """

    name: str
    value: float
    signature: str
    low: float | None = None
    high: float | None = None
