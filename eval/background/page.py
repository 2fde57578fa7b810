"""README.md and its plots, from results.json: the text is in page.md, and the figures are filled in."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib

import by_length
import explosion
import gradients
import language
import recall
from nmt.reports.drawing import STYLE, legend, make_axes, to_svg
from nmt.reports.palette import MARKERS, dashes, light

SHOWN = (1, 5, 10, 20, 50, 100)  # distances in the table of gradients
Figures = Sequence[Mapping[str, Any]]
Curves = dict[str, list[tuple[float, float]]]


def write(results: Mapping[str, Any], out: Path) -> None:
    """The whole folder but results.json."""
    figures = {name: part["figures"] for name, part in results.items()}
    unchanged = [one for one in figures["gradients"] if one["network"] not in gradients.CHANGED]
    curves = {name: list(enumerate(values)) for name, values in gradient_medians(unchanged).items()}
    plots = {
        "gradients": plot(curves, "Words before the end", "Gradient that arrives, of that at the end", log_y=True),
        "recall": plot(
            recall_curves(figures["recall"]), "Words between name and question", "Names recalled", log_x=True
        ),
        "length": plot(speed_curves(figures["length"]), "Words a sentence", "Words a second", log_x=True),
    }
    for name, svg in plots.items():
        (out / f"{name}.svg").write_text(svg + "\n", encoding="utf-8")
    tables = {
        "gradients": gradient_table(figures["gradients"]),
        "gates": gradient_table(figures["gradients"], changed=True),
        "scales": scale_table(figures["scales"]),
        "explosion": explosion_table(figures["explosion"]),
        "recall": recall_table(figures["recall"]),
        "language": language_table(figures["language"]),
        "depth": depth_table(figures["depth"]),
        "length": length_table(figures["length"]),
    }
    numbers = {name: part["machine"]["threads"] for name, part in results.items()}
    text = Path(__file__).with_suffix(".md").read_text(encoding="utf-8")
    filled = text.format(
        machine=machines(results),
        tables=tables,
        threads={name: f"{n} thread{'s' * (n > 1)}" for name, n in numbers.items()},
        seeds=listed(sorted({one["seed"] for part in figures.values() for one in part if "seed" in one})),
        nothing_learnt=math.log(recall.NAMES) / 2,  # the story's name by chance, its end for sure
        enough=f"{100 * recall.ENOUGH:g} %",
        learnt=f"{100 * recall.LEARNT:g} %",
        by_length=by_length,
        explosion=explosion,
        language=language,
        recall=recall,
    )
    (out / "README.md").write_text(filled, encoding="utf-8")


def listed(numbers: Sequence[int]) -> str:
    """1, 2 and 3."""
    *before, last = map(str, numbers)
    return f"{', '.join(before)} and {last}" if before else last


def machines(results: Mapping[str, Any]) -> str:
    """Where the parts were measured, those of one machine and commit together."""
    parts: dict[str, list[str]] = {}
    for name, part in results.items():
        machine = part["machine"]
        where = f"{machine['cpu']}, torch {machine['torch']}, commit {machine['commit']}"
        parts.setdefault(where, []).append(name)
    if len(parts) == 1:
        return next(iter(parts))
    return "; ".join(f"{', '.join(names)}: {where}" for where, names in parts.items())


def plot(curves: Curves, x_label: str, y_label: str, log_x: bool = False, log_y: bool = False) -> str:
    """SVG: a line for each network."""
    with matplotlib.rc_context({**STYLE, "svg.hashsalt": y_label}):
        figure, axes = make_axes()
        for number, (name, points) in enumerate(curves.items()):
            marker = MARKERS[number % len(MARKERS)] if len(points) < 20 else ""
            line = dashes(number)
            axes.plot(*zip(*points, strict=True), color=light(number), linestyle=line, marker=marker, label=name)
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        if log_x:
            ticks = sorted({x for points in curves.values() for x, _ in points})
            axes.set_xscale("log", base=2)
            axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        if log_y:
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter("{x:.0e}")
        else:
            axes.set_ylim(bottom=0)
        legend(figure, axes)
        return to_svg(figure)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in [header, ["---"] * len(header), *rows])


def gradient_medians(figures: Figures) -> dict[str, list[float]]:
    """By network and distance: the median over the seeds."""
    chosen: dict[str, list[list[float]]] = {}
    for one in figures:
        chosen.setdefault(one["network"], []).append(one["relative"])
    return {name: [median(values) for values in zip(*seeds, strict=True)] for name, seeds in chosen.items()}


def gradient_table(figures: Figures, changed: bool = False) -> str:
    """Of the networks as they are, or of those with one thing changed."""
    chosen = [one for one in figures if (one["network"] in gradients.CHANGED) == changed]
    rows = [[name, *(short(values[k]) for k in SHOWN)] for name, values in gradient_medians(chosen).items()]
    return table(["network", *(f"{distance} back" for distance in SHOWN)], rows)


def scale_table(figures: Figures) -> str:
    """The simple networks, by how much their recurrent weights were multiplied."""
    rows = []
    for scale in sorted({one["scale"] for one in figures}):
        medians = gradient_medians([one for one in figures if one["scale"] == scale])
        simple = [medians[name] for name in ("tanh RNN", "ReLU RNN")]
        rows.append([f"{scale:g}", *(short(values[k]) for values in simple for k in (10, 50, 100))])
    header = [f"{name}, {distance}" for name in ("tanh", "ReLU") for distance in (10, 50, 100)]
    return table(["weights times", *header], rows)


def short(value: float) -> str:
    """Two digits; powers of ten where it is small or large."""
    if math.isnan(value):
        return "none"  # nought by nought: no gradient at either word
    return "overflow" if math.isinf(value) else f"{value:.2g}"


def explosion_table(figures: Figures) -> str:
    """Each seed by itself: a median would hide the runs that were thrown off."""
    rows = []
    for scale, clip in sorted({(one["scale"], one["clip_norm"]) for one in figures}):
        seeds = [one for one in figures if (one["scale"], one["clip_norm"]) == (scale, clip)]
        norms = (" / ".join(f"{one[key]:,.0f}" for one in seeds) for key in ("first_norm", "largest_norm"))
        losses = (" / ".join(f"{one[key]:.2f}" for one in seeds) for key in ("seen", "unseen"))
        rows.append([f"{scale:g}", f"{clip:g}" if clip else "no", *norms, *losses])
    header = ["weights times", "clipped at", "first gradient", "largest", "loss, trained on", "loss, not seen"]
    return table(header, rows)


def recall_curves(figures: Figures) -> Curves:
    """Median accuracy by distance; a network stands where it was last asked."""
    curves: Curves = {}
    for name in dict.fromkeys(one["network"] for one in figures):
        for distance in recall.DISTANCES:
            seeds = [one["accuracy"] for one in figures if (one["network"], one["distance"]) == (name, distance)]
            if seeds:
                curves.setdefault(name, []).append((distance, median(seeds)))
    return curves


def recall_table(figures: Figures) -> str:
    """Updates until all but all names are recalled, or how many are when the updates are over; medians."""
    rows = []
    for name in dict.fromkeys(one["network"] for one in figures):
        row = [name]
        for distance in recall.DISTANCES:
            seeds = [one for one in figures if (one["network"], one["distance"]) == (name, distance)]
            right, updates = (median(one[key] for one in seeds) if seeds else 0 for key in ("accuracy", "updates"))
            row.append("" if not seeds else f"{updates:g}" if right >= recall.ENOUGH else f"*{100 * right:.0f} %*")
        rows.append(row)
    return table(["network", *(f"{distance} words" for distance in recall.DISTANCES)], rows)


def language_table(figures: Figures) -> str:
    rows = []
    for one in figures:
        parameters, speed = one.get("parameters"), one.get("tokens_per_second")
        cost = [f"{parameters / 1000:,.0f} k", f"{speed:,.0f}"] if parameters and speed else ["", ""]
        rows.append([one["network"], *cost, f"{one['perplexity']:.1f}"])
    return table(["looks at the words before by", "parameters", "tokens a second", "perplexity"], rows)


def depth_table(figures: Figures) -> str:
    """Each seed by itself."""
    rows = []
    for name, dropout in dict.fromkeys((one["network"], one["dropout"]) for one in figures):
        seeds = [one for one in figures if (one["network"], one["dropout"]) == (name, dropout)]
        scores = (" / ".join(f"{one[key]:.1f}" for one in seeds) for key in ("train_perplexity", "perplexity"))
        rows.append([name, f"{dropout:g}", *scores])
    return table(["network", "dropout", "perplexity, trained on", "perplexity, not seen"], rows)


def speed_curves(figures: Figures) -> Curves:
    curves: Curves = {}
    for one in figures:
        curves.setdefault(one["network"], []).append((one["length"], median(one["words_per_second"])))
    return curves


def length_table(figures: Figures) -> str:
    curves = speed_curves(figures)
    lengths = [f"{length:g} words" for length, _ in next(iter(curves.values()))]
    sizes = {one["network"]: f"{one['parameters'] / 1000:,.0f} k" for one in figures}
    rows = [[name, sizes[name], *(f"{speed:,.0f}" for _, speed in points)] for name, points in curves.items()]
    return table(["network", "parameters", *lengths], rows)
