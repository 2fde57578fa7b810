"""All figures of a report, drawn once for both of its renderings."""

from dataclasses import dataclass

from nmt.reports.heatmap import heat_map
from nmt.reports.palette import light
from nmt.reports.plots import front_plots, length_bars, time_curves, update_curves
from nmt.reports.report import Report


@dataclass(frozen=True)
class AttentionMap:
    """One system's translation of a sample; `svg` is None when the system has no attention."""

    system: str
    text: str
    svg: str | None


@dataclass(frozen=True)
class SampleFigure:
    """One sample sentence with every system's map; `line` counts from 1."""

    line: int
    source: str
    reference: str
    maps: tuple[AttentionMap, ...]


@dataclass(frozen=True)
class Figures:
    """SVG elements in the light colours; the curves are None when no run was validated."""

    time: str | None
    updates: str | None
    fronts: tuple[str, ...]
    lengths: str
    samples: tuple[SampleFigure, ...]
    differing: tuple[SampleFigure, ...]  # of the sentences on which the systems differ most


def draw(report: Report) -> Figures:
    """Draw every figure of the report; no samples when it is without text."""
    shown = _samples(report)
    number = len(report.sample_indices)
    plots = time_curves(report), update_curves(report), front_plots(report), length_bars(report)
    return Figures(*plots, shown[:number], shown[number:])


def _samples(report: Report) -> tuple[SampleFigure, ...]:
    test = report.evaluation_set
    figures = []
    for k, index in enumerate((*report.sample_indices, *report.differing_indices)):
        maps = []
        for n, system in enumerate(report.systems):
            sample = report.runs[system.first].result.samples[k]
            title = f"Attention of {system.name} translating line {index + 1}"
            svg = None if sample.alignment is None else heat_map(sample.alignment, light(n), title)
            maps.append(AttentionMap(system.name, sample.text, svg))
        figures.append(SampleFigure(index + 1, test.source[index], test.reference[index], tuple(maps)))
    return tuple(figures)
