"""A report as `nmt compare` prints it: a part of its first table, the verdict, a few samples."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from nmt.corpus.lines import one_line
from nmt.reports.report import Report
from nmt.reports.tables import results_table
from nmt.reports.verdicts import headline

_LEFT_OUT = ("TER", "BLEU-lc", "Peak memory")  # columns of the results table that do not fit
_NUM_SHOWN = 3  # sample translations


def to_terminal(report: Report, page: Path, asked: Sequence[str]) -> str:
    """What is printed, with where the report is; in the table are also the scores that were `asked` for."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=120)
    with console.capture() as captured:  # printed in one piece, as rich would exit by itself when stdout is closed
        console.print(_results(report, asked))
        for sentence in headline(report):
            console.print(Text(one_line(sentence)), soft_wrap=True)
        for k, index in enumerate(report.sample_indices[:_NUM_SHOWN]):
            test = report.evaluation_set
            lines = [("source", test.source[index]), ("reference", test.reference[index])]
            firsts = [(system.name, report.runs[system.first]) for system in report.systems]
            lines += [(name, run.result.samples[k].text) for name, run in firsts]
            width = max(len(label) for label, _ in lines)
            shown = [f"{label:<{width}}  {one_line(text)}" for label, text in lines]
            console.print(Text("\n" + "\n".join(shown)), soft_wrap=True)
        console.print(Text(f"\nReport: {page}"), soft_wrap=True)
    return captured.get()


def _results(report: Report, asked: Sequence[str]) -> RichTable:
    """The report's first table, as far as it fits a terminal."""
    table = results_table(report)
    shown = RichTable(box=None, padding=(0, 2, 0, 0), header_style="bold")
    left_out = set(_LEFT_OUT) - set(asked)
    columns = [place for place, cell in enumerate(table.header) if cell.text not in left_out]
    for column in columns:
        cell = table.header[column]
        lines = cell.text.replace(" ", "\n", 1) if " " in cell.text else f"{cell.text}\n{cell.detail}"
        shown.add_column(Text(lines), justify="right" if table.is_figure(column) else "left", no_wrap=True)
    for row in table.rows:
        cells = (row[column] for column in columns)
        # Beneath a score its interval, short enough for 80 columns; the other details are in the report.
        details = (cell.detail.replace(" to ", "\N{EN DASH}") if " to " in cell.detail else "" for cell in cells)
        texts = (one_line(row[column].text) for column in columns)
        shown.add_row(*(Text(f"{text}\n{detail}") for text, detail in zip(texts, details, strict=True)))
    return shown
