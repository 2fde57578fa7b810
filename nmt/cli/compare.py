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

    from nmt.reports.evaluation_set import EvaluationSet
    from nmt.reports.record import RunRecord
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

_NUM_DIFFERING = 10  # sentences by difference to show with their attention


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
    from nmt.reports.collect import with_samples
    from nmt.reports.comparison import compare_systems, differing_indices
    from nmt.reports.evaluation_set import check_languages, common_test, load_evaluation_set, pick_samples
    from nmt.reports.record import RunRecord
    from nmt.reports.terminal import to_terminal
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
    check_languages(runs, records)
    languages = records[0].language("source"), records[0].language("target")
    test = load_evaluation_set(given_text(source, reference, languages) or common_test(runs, records))
    language = next(filter(None, (record.language("target") for record in records)), "")
    make_folder(out)
    results = _translate_all(runs, records, test, beam, progress)
    indices = () if no_text else pick_samples(test, samples)
    differing = () if no_text else differing_indices(results, test, _NUM_DIFFERING, language)
    results = with_samples(results, runs, [test.source[index] for index in (*indices, *differing)], beam)
    with progress.status("Scoring") as status:
        report = compare_systems(
            results,
            test,
            created=datetime.date.today().isoformat(),
            sample_indices=indices,
            differing_indices=differing,
            with_text=not no_text,
            target_language=language,
            training=read_training_texts(records, test),
            metrics=metrics,
            hardware=hardware() | {"threads": torch.get_num_threads()},
            tick=lambda name: status.update(f"Scoring by {name}"),
        )
        page = write_report(report, out)
    for warning in report.warnings:
        warn(one_line(warning))
    with writing_to():
        print(to_terminal(report, page, metrics), end="")


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
