"""A report as one HTML file that needs nothing else: no network, no other file, no script but its own."""

import base64
import hashlib
from dataclasses import replace

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from nmt.corpus.languages import bcp47
from nmt.corpus.lines import one_line
from nmt.reports import breakdown_tables, tables, verdicts, wording
from nmt.reports.figures import Figures, SampleFigure
from nmt.reports.palette import DARK, LIGHT, themed
from nmt.reports.report import Report
from nmt.reports.signs import SIGNS


def to_html(report: Report, figures: Figures) -> str:
    """The whole page. Text of the corpus and names of systems are escaped; only our own SVG and script are not.

    As a second defence, the page's policy lets a browser run only the script whose hash it names, and fetch nothing.
    """
    loader = PackageLoader("nmt", "reports/templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, finalize=_printable, keep_trailing_newline=True
    )
    script = loader.get_source(environment, "report.js")[0].replace("\r\n", "\n")  # as browsers read it for its hash
    return environment.get_template("report.html.j2").render(
        report=report,
        words=wording,
        verdicts=verdicts,
        tables=tables,
        breakdown=breakdown_tables,
        plots={
            "time": _inline(figures.time),
            "updates": _inline(figures.updates),
            "fronts": [_inline(front) for front in figures.fronts],
            "lengths": _inline(figures.lengths),
        },
        samples=[_inline_sample(sample) for sample in figures.samples],
        differing={sample.line: _inline_sample(sample) for sample in figures.differing},
        signs=SIGNS,
        light=LIGHT,
        dark=DARK,
        colors=len(LIGHT),
        source_lang=_lang(report, "source"),
        target_lang=_lang(report, "target"),
        script=Markup(script),
        policy=_policy(script),
    )


def _lang(report: Report, side: str) -> Markup:
    """The attribute that says what language a sentence is in, where the recipe's name for it is a code."""
    code = bcp47(report.runs[0].result.record.language(side))
    return Markup(f' lang="{code}"') if code else Markup()


def _policy(script: str) -> str:
    """Content security: nothing from anywhere, our style (the plots' own has attributes), and this one script."""
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _printable(value: object) -> object:
    """Control characters and lone surrogates have no place in HTML, not even escaped."""
    return one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _inline(svg: str | None) -> Markup | None:
    return None if svg is None else Markup(themed(svg))  # drawn by us, its text escaped there


def _inline_sample(sample: SampleFigure) -> SampleFigure:
    return replace(sample, maps=tuple(replace(each, svg=_inline(each.svg)) for each in sample.maps))
