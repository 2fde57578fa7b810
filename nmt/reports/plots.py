"""Learning curves and quality by length, drawn by matplotlib as SVG text."""

import io
import re
import warnings
from collections.abc import Callable
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from nmt.corpus.lines import one_line
from nmt.reports.comparison import Report
from nmt.reports.palette import INK, MARKERS, MUTED, PAPER, RULE, light
from nmt.reports.systems import Validation

_STYLE: dict[Any, Any] = {
    "font.size": 9,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 0.8,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "text.color": INK,
    "text.parse_math": False,  # a system may be called a$b$c
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "lines.markersize": 3.5,
    "svg.fonttype": "none",  # text stays text: it can be searched, and the page's font sets it
}
_WIDTH, _HEIGHT = 5.4, 3.3  # inches


def time_curves(report: Report) -> str | None:
    """Dev BLEU against training time, or None when no system was validated."""
    times = [point.train_seconds for system in report.systems for point in system.result.validations]
    unit, seconds = ("minutes", 60.0) if times and max(times) >= 600 else ("seconds", 1.0)
    return _curves(report, f"Training time ({unit})", lambda point: point.train_seconds / seconds, "curves-time")


def update_curves(report: Report) -> str | None:
    """Dev BLEU against updates, or None when no system was validated."""
    return _curves(report, "Updates", lambda point: point.update, "curves-updates")


def _curves(report: Report, label: str, position: Callable[[Validation], float], name: str) -> str | None:
    curves = [[p for p in system.result.validations if p.bleu is not None] for system in report.systems]
    if not any(curves):
        return None
    with matplotlib.rc_context({**_STYLE, "svg.hashsalt": name}):
        figure, axes = _axes()
        for n, (system, curve) in enumerate(zip(report.systems, curves, strict=True)):
            x, y = [position(point) for point in curve], [point.bleu or 0.0 for point in curve]
            axes.plot(x, y, color=light(n), marker=MARKERS[n % len(MARKERS)], label=_label(system.name))
            kept = [k for k, point in enumerate(curve) if point.update == system.result.record.best_update]
            axes.plot(
                [x[k] for k in kept],
                [y[k] for k in kept],
                marker=MARKERS[n % len(MARKERS)],
                markersize=8,
                markerfacecolor=PAPER,
                markeredgecolor=light(n),
                markeredgewidth=1.6,
                linestyle="none",
            )
        axes.set_xlabel(label)
        axes.set_ylabel("Dev BLEU")
        axes.set_xlim(left=0)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        _legend(axes, len(curves))
        return _svg(figure)


def length_bars(report: Report) -> str:
    """BLEU and its interval for each bucket of source lengths and each system, side by side."""
    number = len(report.systems)
    with matplotlib.rc_context({**_STYLE, "svg.hashsalt": "lengths"}):
        figure, axes = _axes(width=1.2 * _WIDTH)
        for n, system in enumerate(report.systems):
            scores = [bucket.scores[n] for bucket in report.buckets]
            offset = 0.0 if number == 1 else 0.36 * (n / (number - 1) - 0.5)
            low = [max(0.0, s.value - (s.value if s.low is None else s.low)) for s in scores]
            high = [max(0.0, (s.value if s.high is None else s.high) - s.value) for s in scores]
            axes.errorbar(
                [k + offset for k in range(len(scores))],
                [s.value for s in scores],
                yerr=[low, high],
                color=light(n),
                marker=MARKERS[n % len(MARKERS)],
                markersize=6,
                linestyle="none",
                capsize=3,
                label=_label(system.name),
            )
        labels = [f"{bucket.label}\n({len(bucket.segments):,})" for bucket in report.buckets]
        axes.set_xticks(range(len(labels)), labels)
        axes.set_xlim(-0.6, len(labels) - 0.4)
        axes.set_xlabel(f"Source {report.length_unit} (sentences)")
        axes.set_ylabel("BLEU")
        _legend(axes, number)
        return _svg(figure)


def _label(name: str) -> str:
    """A name for the legend: fit for the font engine, and not hidden, as matplotlib hides what begins with `_`."""
    shown = one_line(name)
    return f" {shown}" if shown.startswith("_") else shown


def _axes(width: float = _WIDTH) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, _HEIGHT), layout="constrained", facecolor=PAPER)
    axes = figure.add_subplot()
    axes.set_facecolor(PAPER)
    return figure, axes


def _legend(axes: Axes, number: int) -> None:
    """The names above the axes, where no curve can be."""
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=min(number, 4), borderaxespad=0.2)


def _svg(figure: Figure) -> str:
    """The figure as one <svg> element without prolog, metadata or ids that could meet those of another figure."""
    buffer = io.StringIO()
    with warnings.catch_warnings():
        # Only the layout needs matplotlib's own font; the reader's browser has glyphs for other scripts.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Type": None, "Format": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    return re.sub(r"\n\s*", "\n", svg)
