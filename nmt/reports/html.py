"""A report as one HTML file that needs nothing else: no network, no other file, no script but its own."""

from dataclasses import replace

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from nmt.corpus.lines import one_line
from nmt.reports import tables, wording
from nmt.reports.comparison import Report
from nmt.reports.figures import Figures, SampleFigure
from nmt.reports.palette import DARK, LIGHT, themed
from nmt.reports.results import portable_path


def to_html(report: Report, figures: Figures) -> str:
    """The whole page. Text of the corpus and names of systems are escaped; only our own SVG is not."""
    environment = Environment(
        loader=PackageLoader("nmt", "reports/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        keep_trailing_newline=True,
    )
    test = report.evaluation_set
    return environment.get_template("report.html.j2").render(
        report=report,
        words=wording,
        tables=tables,
        notes=wording.notes(report),
        plots={"time": _inline(figures.time), "updates": _inline(figures.updates), "lengths": _inline(figures.lengths)},
        samples=[_inline_sample(sample) for sample in figures.samples],
        test_files=[
            ("Source", portable_path(test.source_path), test.source_sha256),
            ("Reference", portable_path(test.reference_path), test.reference_sha256),
        ],
        light=LIGHT,
        dark=DARK,
        colors=len(LIGHT),
    )


def _printable(value: object) -> object:
    """Control characters and lone surrogates have no place in HTML, not even escaped."""
    return one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _inline(svg: str | None) -> Markup | None:
    return None if svg is None else Markup(themed(svg))  # drawn by us, its text escaped there


def _inline_sample(sample: SampleFigure) -> SampleFigure:
    return replace(sample, maps=tuple(replace(each, svg=_inline(each.svg)) for each in sample.maps))
