"""Attention weights as SVG, written by hand: labels may be in any script, and the reader's browser has the fonts."""

from xml.sax.saxutils import escape

from nmt.corpus.lines import one_line
from nmt.reports.palette import INK, MUTED, PAPER, RULE
from nmt.reports.run_results import Alignment
from nmt.reports.text_width import text_width

_CELL = 19.0  # side of a cell, in pixels
_FONT = 11.5
_GAP = 5.0
_WORD = "\N{LOWER ONE EIGHTH BLOCK}"
_FAINTEST = 0.01  # weights below cannot be seen


def heat_map(alignment: Alignment, color: str, title: str) -> str:
    """One <svg> element: a row for each target piece, a column for each source piece, darker for more weight.

    `color` is the system's; `title` is read out by screen readers.
    """
    sources = [one_line(token) for token in alignment.source_tokens]
    targets = [one_line(token) for token in alignment.target_tokens]
    left = max((text_width(token, _FONT) for token in targets), default=0.0) + _GAP
    # Source labels lean to the right at 60 degrees: shorter than upright ones, and they do not meet.
    longest = max((text_width(token, _FONT) for token in sources), default=0.0)
    top = 0.87 * longest + _FONT + _GAP
    lean = 0.5 * text_width(sources[-1], _FONT) if sources else 0.0
    width = left + _CELL * len(sources) + lean + _GAP
    height = top + _CELL * len(targets) + 1
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" font-family="system-ui, sans-serif" font-size="{_FONT}">',
        f"<title>{escape(one_line(title))}</title>",
        f'<rect width="100%" height="100%" fill="{PAPER}"/>',
    ]
    for column, token in enumerate(sources):
        x, y = left + (column + 0.55) * _CELL, top - _GAP
        parts.append(f'<text transform="translate({x:.1f} {y:.1f}) rotate(-60)" fill="{INK}">{_label(token)}</text>')
    for row, token in enumerate(targets):
        y = top + (row + 0.5) * _CELL + 0.35 * _FONT
        parts.append(f'<text x="{left - _GAP:.1f}" y="{y:.1f}" text-anchor="end" fill="{INK}">{_label(token)}</text>')
    parts += _cells(alignment, sources, targets, left, top, color)
    parts.append("</svg>")
    return "\n".join(parts)


def _cells(
    alignment: Alignment, sources: list[str], targets: list[str], left: float, top: float, color: str
) -> list[str]:
    """The frame, and a square for each weight that can be seen, with the weight as its tool tip."""
    parts = []
    for row, (target, weights) in enumerate(zip(targets, alignment.weights, strict=True)):
        for column, (source, weight) in enumerate(zip(sources, weights, strict=True)):
            if weight < _FAINTEST:
                continue
            x, y = left + column * _CELL, top + row * _CELL
            tip = escape(f"{target} \N{LEFTWARDS ARROW} {source}: {weight:.2f}")
            parts.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{_CELL:.0f}" height="{_CELL:.0f}" fill="{color}" '
                f'fill-opacity="{min(1.0, weight):.2f}"><title>{tip}</title></rect>'
            )
    right, bottom = left + _CELL * len(sources), top + _CELL * len(targets)
    lines = [f"M{left + k * _CELL:.1f} {top:.1f}V{bottom:.1f}" for k in range(len(sources) + 1)]
    lines += [f"M{left:.1f} {top + k * _CELL:.1f}H{right:.1f}" for k in range(len(targets) + 1)]
    parts.append(f'<path d="{"".join(lines)}" fill="none" stroke="{RULE}" stroke-width="1"/>')
    return parts


def _label(token: str) -> str:
    """The piece as SVG; the mark of a word's beginning is faint, as most pieces have it."""
    return escape(token).replace(_WORD, f'<tspan fill="{MUTED}" fill-opacity="0.45">{_WORD}</tspan>')
