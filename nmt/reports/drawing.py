"""How every plot looks, and how matplotlib's SVG becomes part of a page."""

import io
import re
import warnings
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nmt.corpus.lines import one_line
from nmt.reports.palette import INK, MUTED, PAPER, RULE
from nmt.reports.text_width import missing_width, shortened, text_width

_FONT = 9.0
STYLE: dict[Any, Any] = {
    "font.size": _FONT,
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
WIDTH, HEIGHT = 5.4, 3.3  # inches
_LONGEST = 216.0  # points of a name in a legend: about 40 Latin characters, 24 Chinese ones
_KEY, _GAP = 36.0, 18.0  # points for the line and the gaps beside a name, and between columns


def make_axes(width: float = WIDTH, height: float = HEIGHT) -> tuple[Figure, Axes]:
    """A figure with one pair of axes; call it within STYLE."""
    figure = Figure(figsize=(width, height), layout="constrained", facecolor=PAPER)
    axes = figure.add_subplot()
    axes.set_facecolor(PAPER)
    return figure, axes


def label(name: str) -> str:
    """A name for the legend: not too long, fit for the font engine, and not hidden, as matplotlib hides `_name`."""
    shown = one_line(name)
    shown = shortened(shown, _LONGEST, _FONT)
    return f" {shown}" if shown.startswith("_") else shown


def legend(figure: Figure, axes: Axes) -> None:
    """The names above the axes, where no curve can be, as many beside each other as there is room for."""
    names = axes.get_legend_handles_labels()[1]
    longest = max((text_width(name, _FONT) for name in names), default=0.0)
    room = int(72 * figure.get_figwidth() / (longest + _KEY))
    gap = _GAP + max((missing_width(name, _FONT) for name in names), default=0.0)
    axes.legend(
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=max(1, min(len(names), room, 4)),
        columnspacing=gap / _FONT,
        borderaxespad=0.2,
    )


def to_svg(figure: Figure) -> str:
    """The figure as one <svg> element without prolog, metadata or ids that could clash with those of another figure."""
    buffer = io.StringIO()
    with warnings.catch_warnings():
        # Only the layout needs matplotlib's own font; the reader's browser has glyphs for other scripts.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Type": None, "Format": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    return re.sub(r"\n\s*", "\n", svg)
