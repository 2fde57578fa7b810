"""Learning curves, quality by length and quality against cost, drawn by matplotlib as SVG text."""

from collections.abc import Callable

import matplotlib
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from nmt.reports.drawing import HEIGHT, STYLE, WIDTH, label, legend, make_axes, to_svg
from nmt.reports.palette import MARKERS, MUTED, PAPER, dashes, light
from nmt.reports.pareto import Front
from nmt.reports.report import Report
from nmt.reports.run_results import Validation


def time_curves(report: Report) -> str | None:
    """Dev BLEU against training time, or None when no run was validated."""
    times = [point.train_seconds for run in report.runs for point in run.result.validations]
    unit, seconds = ("minutes", 60.0) if times and max(times) >= 600 else ("seconds", 1.0)
    return _curves(report, f"Training time ({unit})", lambda point: point.train_seconds / seconds, "curves-time")


def update_curves(report: Report) -> str | None:
    """Dev BLEU against updates, or None when no run was validated."""
    return _curves(report, "Updates", lambda point: point.update, "curves-updates")


def _curves(report: Report, x_label: str, position: Callable[[Validation], float], name: str) -> str | None:
    curves = [[p for p in run.result.validations if p.bleu is not None] for run in report.runs]
    if not any(curves):
        return None
    with matplotlib.rc_context({**STYLE, "svg.hashsalt": name}):
        figure, axes = make_axes()
        for n, (run, curve) in enumerate(zip(report.runs, curves, strict=True)):
            color, marker, shown = _looks(report, n)
            line = dashes(report.system_of(n))
            x, y = [position(point) for point in curve], [point.bleu or 0.0 for point in curve]
            axes.plot(x, y, color=color, marker=marker, linestyle=line, label=shown)
            kept = [k for k, point in enumerate(curve) if point.update == run.result.record.best_update]
            axes.plot(
                [x[k] for k in kept],
                [y[k] for k in kept],
                marker=marker,
                markersize=8,
                markerfacecolor=PAPER,
                markeredgecolor=color,
                markeredgewidth=1.6,
                linestyle="none",
            )
        axes.set_xlabel(x_label)
        axes.set_ylabel("Dev BLEU")
        axes.set_xlim(left=0)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        legend(figure, axes)
        return to_svg(figure)


def length_bars(report: Report) -> str:
    """BLEU and its interval for each bucket of source lengths and each system, side by side."""
    number = len(report.systems)
    with matplotlib.rc_context({**STYLE, "svg.hashsalt": "lengths"}):
        figure, axes = make_axes(width=1.2 * WIDTH)
        for n, system in enumerate(report.systems):
            scores = [bucket.bleu[n] for bucket in report.buckets]
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
                label=label(system.name),
            )
        labels = [f"{bucket.label}\n({len(bucket.segments):,})" for bucket in report.buckets]
        axes.set_xticks(range(len(labels)), labels)
        axes.set_xlim(-0.6, len(labels) - 0.4)
        axes.set_xlabel(f"Source {report.length_unit} (sentences)")
        axes.set_ylabel("BLEU")
        legend(figure, axes)
        return to_svg(figure)


def front_plots(report: Report) -> tuple[str, ...]:
    """BLEU against each cost, a point for each run and a line along the front; none for one run."""
    return tuple(_front(report, front) for front in report.fronts)


def _front(report: Report, front: Front) -> str:
    x_label, unit = _scale(front)
    bleu = [run.score("BLEU").value for run in report.runs]
    points = [(value / unit, score) for value, score in zip(front.values, bleu, strict=True)]
    with matplotlib.rc_context({**STYLE, "svg.hashsalt": f"front {front.axis}"}):
        figure, axes = make_axes(0.72 * WIDTH, 0.95 * HEIGHT)
        best = sorted(point for point, is_on in zip(points, front.on_front, strict=True) if is_on)
        # Between two points of the front, a cost buys what the cheaper one has; a speed, what the faster one has.
        steps = "steps-post" if front.less_is_better else "steps-pre"
        axes.plot([x for x, _ in best], [y for _, y in best], color=MUTED, linewidth=1.0, drawstyle=steps, zorder=1)
        for n, (x, y) in enumerate(points):
            color, marker, shown = _looks(report, n)
            face = color if front.on_front[n] else PAPER
            axes.plot(
                [x], [y], color=color, marker=marker, markersize=7, markerfacecolor=face, linestyle="none", label=shown
            )
        axes.set_xlabel(x_label)
        axes.set_ylabel("BLEU")
        axes.margins(0.14)
        axes.set_xlim(0.0, 1.15 * max(x for x, _ in points))  # so that costs that are nearly equal look so
        axes.xaxis.set_major_locator(MaxNLocator(5))
        legend(figure, axes)
        return to_svg(figure)


def _scale(front: Front) -> tuple[str, float]:
    """What the axis is called, and what its numbers are divided by."""
    if front.axis == "speed":
        return "Sentences/s", 1.0
    if front.axis == "parameters":
        return ("Parameters (million)", 1e6) if max(front.values) >= 1e6 else ("Parameters", 1.0)
    return ("Training time (minutes)", 60.0) if max(front.values) >= 600 else ("Training time (seconds)", 1.0)


def _looks(report: Report, run: int) -> tuple[str, str, str | None]:
    """Colour and marker of a run's system, and its name where this is its first run."""
    number = report.system_of(run)
    system = report.systems[number]
    shown = label(system.name) if run == system.first else None
    return light(number), MARKERS[number % len(MARKERS)], shown
