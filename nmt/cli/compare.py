"""nmt compare"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nmt.cli.messages import warn
from nmt.cli.streams import writing_to
from nmt.cli.text_options import given_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as RichTable

    from nmt.corpus.readers import Text
    from nmt.reports.evaluation_set import EvaluationSet
    from nmt.reports.record import RunRecord
    from nmt.reports.report import Report
    from nmt.reports.run_results import RunResult

Runs = Annotated[
    list[Path],
    typer.Argument(
        metavar="RUN",
        help="Run directories; the others are compared with the first. Seeds of one recipe form one system.",
    ),
]
Out = Annotated[Path, typer.Option(help="Folder to write report.html, report.md and results.json to.")]
Source = Annotated[Path | None, typer.Option(help="Test sentences. [default: corpus.test of the recipes]")]
Reference = Annotated[Path | None, typer.Option(help="Their reference translations, line by line.")]
Beam = Annotated[int | None, typer.Option(help="Width of the beam; 1 is greedy. [default: each recipe's]")]
Metrics = Annotated[
    list[str] | None,
    typer.Option(
        "--metric",
        metavar="NAME",
        help="Also compare by this score; repeatable: BLEU-lc, BLEU-moses (as papers on Multi30k), BLEU-words.",
    ),
]
Samples = Annotated[
    int, typer.Option(min=0, help="Sentences to show with their attention, besides those that differ most.")
]
NoText = Annotated[
    bool, typer.Option("--no-text", help="Leave out every sentence and word: a report that may be published.")
]

_NOT_IN_TERMINAL = ("TER", "BLEU-lc", "Peak memory")  # columns of the results table that do not fit
_NUM_DIFFERING = 10  # sentences by difference to show with their attention
_NUM_SHOWN = 3  # sample translations in the terminal


def compare(
    runs: Runs,
    out: Out,
    source: Source = None,
    reference: Reference = None,
    beam: Beam = None,
    metric: Metrics = None,
    samples: Samples = 3,
    no_text: NoText = False,
) -> None:
    """Compare runs and write a report.

    Quality on a test set with intervals, training time, speed.
    """
    import datetime

    import torch
    from rich.console import Console

    from nmt.cli.run_paths import with_record, without_our_own
    from nmt.corpus.lines import one_line
    from nmt.metrics import metric_name, signature_of
    from nmt.reports.comparison import compare_systems, differing_indices
    from nmt.reports.evaluation_set import load_evaluation_set, pick_samples
    from nmt.reports.record import RunRecord
    from nmt.reports.training_text import read_training_texts
    from nmt.reports.write import make_folder, write_report
    from nmt.storage.seal import check_sealed
    from nmt.training.device import hardware, prepare_memory

    prepare_memory()
    metrics = [metric_name(name) for name in metric or ()]
    for name in metrics:
        signature_of(name)  # what cannot be computed is said before anything is translated
    progress = Console(stderr=True)
    runs = with_record(without_our_own(runs))
    records = [RunRecord.load(run / "record.json") for run in runs]
    for run in runs:
        check_sealed(run)
    _check_languages(runs, records)
    test = load_evaluation_set(_test_text(runs, records, source, reference))
    language = next(filter(None, (_language(record, "target") for record in records)), "")
    make_folder(out)
    results = _translate_all(runs, records, test, beam, progress)
    indices = () if no_text else pick_samples(test, samples)
    differing = () if no_text else differing_indices(results, test, _NUM_DIFFERING, language)
    results = _with_samples(results, runs, [test.source[index] for index in (*indices, *differing)], beam)
    with progress.status("Scoring") as status:
        report = compare_systems(
            results,
            test,
            created=datetime.date.today().isoformat(),
            sample_indices=indices,
            differing_indices=differing,
            with_text=not no_text,
            target_language=language,
            training=read_training_texts(
                [record.experiment for record in records],
                test,
                [(record.text_sha256 or {}).get("train", []) for record in records],
            ),
            metrics=metrics,
            hardware=hardware() | {"threads": torch.get_num_threads()},
            tick=lambda name: status.update(f"Scoring by {name}"),
        )
        page = write_report(report, out)
    for warning in report.warnings:
        warn(one_line(warning))
    with writing_to():
        print(_outcome(report, page, metrics), end="")


def _check_languages(runs: Sequence[Path], records: Sequence["RunRecord"]) -> None:
    """Raises ConfigError where runs translate from or into different languages: no test set is one of all of them.

    They are surely different by two codes of one length. Where one does not say, names a region or a script, or is
    another kind of code or a name (de, deu, German), the report asks whether it is one.
    """
    from itertools import product

    from nmt.errors import ConfigError
    from nmt.metrics.languages import primary

    for (side, verb), length in product((("source", "from"), ("target", "into")), (2, 3)):
        named = [(run, _language(record, side)) for run, record in zip(runs, records, strict=True)]
        known = [(run, code) for run, code in named if len(primary(code)) == length]
        for run, code in known:
            first, expected = known[0]
            if primary(code) != primary(expected):
                raise ConfigError(
                    f"{first} translates {verb} {expected} but {run} {verb} {code}. Compare runs of one pair of "
                    "languages."
                )


def _language(record: "RunRecord", side: str) -> str:
    """What its recipe calls it; empty where it does not say."""
    return str(record.experiment.get("corpus", {}).get(f"{side}_language", ""))


def _test_text(
    runs: Sequence[Path], records: Sequence["RunRecord"], source: Path | None, reference: Path | None
) -> "Text":
    """The test set: the command line's, else the one that all recipes agree on."""
    from nmt.corpus.checks import check_there_of_run
    from nmt.errors import ConfigError
    from nmt.reports.training_text import recipe_text

    languages = _language(records[0], "source"), _language(records[0], "target")
    if given := given_text(source, reference, languages):
        return given
    chosen = []
    for run, record in zip(runs, records, strict=True):
        test = recipe_text(record.experiment.get("corpus", {}), "test")
        if not test:
            raise ConfigError(
                f"{run}: its recipe names no test set (corpus.test). Give one with --source, --reference."
            )
        chosen.append(test)
    for run, other in zip(runs, chosen, strict=True):
        if other != chosen[0]:
            raise ConfigError(
                f"{runs[0]} is tested on {chosen[0].describe()} but {run} on {other.describe()}. Scores on different "
                "test sets cannot be compared; choose one for all with --source and --reference."
            )
    check_there_of_run(chosen[0], "test", runs[0], "or give another test set with --source and --reference")
    return chosen[0]


def _translate_all(
    runs: Sequence[Path],
    records: Sequence["RunRecord"],
    test: "EvaluationSet",
    beam: int | None,
    console: "Console",
) -> list["RunResult"]:
    """Let every run translate the test set, with a progress bar for each."""
    from rich.progress import (
        BarColumn,
        Progress,
        TaskID,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from nmt.reports.collect import collect_run, unique_names

    names = unique_names(list(zip(runs, (record.name for record in records), strict=True)))
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    results = []
    with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
        for run, name in zip(runs, names, strict=True):
            task = progress.add_task(f"Translating with {name}".replace("[", r"\["), total=len(test))

            def tick(number: int, task: TaskID = task) -> None:
                progress.advance(task, number)

            results.append(collect_run(run, name, test.source, beam, tick))
    return results


def _with_samples(
    results: Sequence["RunResult"], runs: Sequence[Path], lines: Sequence[str], beam: int | None
) -> list["RunResult"]:
    """Have the first run of each system translate some lines once more, with attention."""
    from nmt.reports.collect import with_samples
    from nmt.reports.seeds import find_systems

    firsts = {system.first for system in find_systems(results)}
    return [with_samples(result, runs[n], lines, beam) if n in firsts else result for n, result in enumerate(results)]


def _outcome(report: "Report", page: Path, asked: Sequence[str]) -> str:
    """What the terminal shows: the table, the verdict, samples, where the report is."""
    from rich.console import Console
    from rich.text import Text

    from nmt.corpus.lines import one_line
    from nmt.reports.verdicts import headline

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


def _results(report: "Report", asked: Sequence[str]) -> "RichTable":
    """The report's first table, as far as it fits a terminal, with the scores that were asked for."""
    from rich.table import Table as RichTable
    from rich.text import Text

    from nmt.corpus.lines import one_line
    from nmt.reports.tables import results_table

    table = results_table(report)
    shown = RichTable(box=None, padding=(0, 2, 0, 0), header_style="bold")
    left_out = set(_NOT_IN_TERMINAL) - set(asked)
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
