"""From repeated measurements to the lines of a table."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Spread:
    """The median of repeated measurements and how far the others lie from it."""

    median: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(median(values), min(values), max(values))

    def show(self, digits: int = 0, scale: float = 1.0) -> str:
        low, middle, high = (value / scale for value in (self.lowest, self.median, self.highest))
        return f"{middle:,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"


def ratios(first: Sequence[float], second: Sequence[float]) -> Spread:
    """Of what was measured side by side, round by round: first / second."""
    return Spread.of([one / other for one, other in zip(first, second, strict=True)])


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def by_name(rounds: Sequence[Mapping[str, Any]], name: str, figure: str) -> list[float]:
    """A figure of one system, a value a round."""
    return [float(one[name][figure]) for one in rounds]


def write_each(measured: Iterable[dict[str, Any]], path: Path | None) -> dict[str, Any]:
    """The last of the figures; each is written to `path` as it comes, so that what ends early leaves what it had."""
    figures: dict[str, Any] = {}
    for figures in measured:
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return figures


def earlier_rounds(path: Path | None, figures: Mapping[str, Any], same: Sequence[str]) -> list[dict[str, Any]]:
    """Those that a file has; none where there is no file. Ends the program where they were measured otherwise: with
    other figures of the names in `same`, or with another processor, commit, number of threads or version of a library.
    """
    if path is None or not path.exists():
        return []
    before = json.loads(path.read_text(encoding="utf-8"))
    compared = [(name, before.get(name), figures[name]) for name in same]
    compared += [(f"machine.{name}", before["machine"].get(name), now) for name, now in figures["machine"].items()]
    for name, then, now in compared:
        if then != now and name != "machine.load_average":
            sys.exit(f"{path} was measured with another {name}: {then}, now {now}. Use another --json.")
    return list(before["rounds"])
