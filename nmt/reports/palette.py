"""One look for each system, the same in every table and figure; told apart by colour-blind readers too.

There are six colours. The seventh system begins them again, hollow in tables and dashed in curves; as there is one
marker less than colours, no two of thirty systems share both.
"""

LIGHT = ("#1b6ca8", "#c4501b", "#2b8a57", "#8a4fa8", "#947100", "#5a6672")
DARK = ("#6db6ee", "#f29a6b", "#6fcf9b", "#cf9be8", "#dcbd52", "#a9b5c1")
MARKERS = ("o", "s", "^", "D", "v")  # colour alone would be lost in print

INK = "#24292f"  # text and axes on a light page
MUTED = "#6b7580"
RULE = "#dde1e6"
PAPER = "#ffffff"


def light(system: int) -> str:
    """Colour of the system with this index on a light page."""
    return LIGHT[system % len(LIGHT)]


def dashes(system: int) -> str:
    """The line of its curves."""
    return "-" if system < len(LIGHT) else "--"


def themed(svg: str) -> str:
    """Replace the colours of a figure by the style sheet's variables, so that it follows the page into the dark."""
    for number, color in enumerate(LIGHT):
        svg = svg.replace(color, f"var(--system-{number})")
    for name, color in (("ink", INK), ("muted", MUTED), ("rule", RULE), ("paper", PAPER)):
        svg = svg.replace(color, f"var(--{name})")
    return svg
