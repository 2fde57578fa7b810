"""nmt evaluate"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from nmt.corpus.readers import Text
    from nmt.metrics import Score
    from nmt.reports.evaluation_set import EvaluationSet
    from nmt.search.hypothesis import SearchConfig

Run = Annotated[Path | None, typer.Argument(metavar="RUN", help="Run directory that `nmt train` made.")]
Source = Annotated[
    Path | None, typer.Option(help="Sentences for the run to translate. [default: corpus.test of its recipe]")
]
Reference = Annotated[Path | None, typer.Option(help="Reference translations, line by line.")]
Hypotheses = Annotated[Path | None, typer.Option(help="Translations to score, in place of a run's.")]
Json = Annotated[Path | None, typer.Option("--json", help="Also write the scores to this file.")]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Also write the run's translations to this file.")
]
Checkpoint = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="best, last, step-N, or best:K, last:K: the mean of K models. Scores of another than best are not saved "
        "in the run.",
    ),
]
Beam = Annotated[int | None, typer.Option(help="Width of the beam; 1 is greedy. [default: the recipe's]")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Search otherwise than the recipe says: --set alpha=0.6."),
]
Language = Annotated[
    str | None, typer.Option(help="Code such as de or zh: chooses BLEU's tokenizer. [default: the recipe's]")
]
Metric = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help="Compute only this score; repeatable: BLEU, chrF, TER, BLEU-lc (lower-cased), BLEU-moses (as papers on "
        "Multi30k: lower-cased, tokenised by Moses, hyphens split), BLEU-words (of text that is tokenised already).",
    ),
]
NoSave = Annotated[bool, typer.Option("--no-save", help="Leave the run and its card as they are.")]


def evaluate(
    run: Run = None,
    source: Source = None,
    reference: Reference = None,
    hypotheses: Hypotheses = None,
    json: Json = None,
    output: Output = None,
    checkpoint: Checkpoint = "best",
    beam: Beam = None,
    set: Set = None,
    target_language: Language = None,
    metric: Metric = None,
    no_save: NoSave = False,
) -> None:
    """Score a run or a file of translations.

    Gives BLEU, chrF and TER with 95 % intervals. Scores of a run are also saved in it and in its model card, in place
    of earlier ones of the same text, search and metric.
    """
    from json import dumps

    from rich.console import Console

    from nmt.corpus.readers import Text
    from nmt.errors import ConfigError
    from nmt.metrics import METRICS, doubt_about, explain_left_out, metric_name, metric_of, score, takes_long
    from nmt.reports.collect import run_search
    from nmt.reports.evaluation_set import load_evaluation_set
    from nmt.translation.formats import writing_to

    if (run is None) == (hypotheses is None):
        raise ConfigError("Give either a run directory, or --hypotheses FILE.")
    metrics = [metric_name(name) for name in metric or METRICS]
    for name in metrics:  # before the translating, which may take long
        metric_of(name)
    for option, path in (("--json", json), ("--output", output)):
        if path is not None and (path.is_dir() or not path.parent.is_dir()):
            reason = "it is a folder" if path.is_dir() else f"there is no folder {path.parent}"
            raise ConfigError(f"{option} {path}: cannot be written ({reason}).")
    about: dict[str, Any]
    if run is not None:
        search = run_search(run, beam, set or [])
        test = load_evaluation_set(_test_text(run, source, reference))
        record = _record(run)
        outputs, about = _translate(run, checkpoint, test.source, search)
        about |= {"run": str(run), "checkpoint": checkpoint, "source": str(test.source_path)}
        language = about.pop("target_language")
        target_language = language if target_language is None else target_language
    else:
        of_a_run: dict[str, object] = {"--source": source, "--output": output, "--beam": beam, "--set": set or None}
        of_a_run |= {"--checkpoint": None if checkpoint == "best" else checkpoint, "--no-save": no_save or None}
        if given := [option for option, value in of_a_run.items() if value is not None]:
            raise ConfigError(f"--hypotheses is translated already, by no run: leave out {', '.join(given)}.")
        if reference is None:
            raise ConfigError("--hypotheses needs --reference: what to compare the translations with.")
        test = load_evaluation_set(Text("parallel", str(hypotheses), str(reference)))
        outputs, about = list(test.source), {"hypotheses": str(hypotheses)}
    target_language = target_language or ""
    left_out = [name for name in metrics if not metric and takes_long(name, test.reference, target_language)]
    metrics = [name for name in metrics if name not in left_out]
    for name in left_out:
        typer.echo(f"nmt: {explain_left_out(name)}", err=True)
    by_words = any(name not in ("chrF", "BLEU-words") for name in metrics)
    if by_words and (said := doubt_about(test.reference, target_language)):
        typer.echo(f"nmt: {said}", err=True)
    scores = []
    with Console(stderr=True).status("Scoring") as status:
        for name in metrics:
            status.update(f"Scoring by {name}")
            scores += score([name], outputs, test.reference, target_language=target_language)
    about |= {"reference": str(test.reference_path), "num_sentences": len(test)}
    about |= {"target_language": target_language}
    width = max(len(each.name) for each in scores)
    with writing_to():
        for each in scores:
            print(f"{each.name:<{width}}  {each.value:6.2f}  [{each.low:.2f}, {each.high:.2f}]  {each.signature}")
    if run is not None and not no_save:
        if checkpoint != "best":
            typer.echo(f"nmt: checkpoint '{checkpoint}': its scores are not saved in the run.", err=True)
        elif record is not None and _record(run) == record:
            _note(run, test, about, scores)
            if said := _doubt(run, scores):
                typer.echo(f"nmt: {said}", err=True)
        else:
            typer.echo(f"nmt: the training of {run} has not ended: the scores are not saved in it.", err=True)
    if output is not None:
        _write("--output", output, "".join(f"{line}\n" for line in outputs))
    if json is not None:
        # What is not UTF-8 in a name becomes the escape that JSON has for it.
        content = {**about, "scores": [vars(each) for each in scores]}
        _write("--json", json, dumps(content, ensure_ascii=False, indent=2) + "\n")


def _test_text(run: Path, source: Path | None, reference: Path | None) -> "Text":
    """The test set: the command line's, else the recipe's."""
    from nmt.corpus.checks import check_sides, check_there_of_run
    from nmt.corpus.readers import Text
    from nmt.errors import ConfigError
    from nmt.experiment import load_experiment

    if (source is None) != (reference is None):
        missing = "--reference" if reference is None else "--source"
        raise ConfigError(f"{missing} is missing: a test set is source sentences and their references.")
    corpus = load_experiment(run / "experiment.toml").corpus
    if source is not None and reference is not None:
        check_sides([source, reference], (corpus.source_language, corpus.target_language))
        return Text("parallel", str(source), str(reference))
    if corpus.test is None:
        raise ConfigError(f"{run}: its recipe names no test set (corpus.test). Give one with --source, --reference.")
    check_there_of_run(corpus.text("test"), "test", run, "or give another test set with --source and --reference")
    return corpus.text("test")


def _translate(
    run: Path, checkpoint: str, lines: Sequence[str], search: "SearchConfig"
) -> tuple[list[str], dict[str, Any]]:
    """The run's translations, and how fast it was; progress goes to stderr."""
    from rich.console import Console
    from rich.progress import Progress

    from nmt.config import dump_config
    from nmt.experiment import load_experiment
    from nmt.reports.collect import translate_run
    from nmt.training.device import prepare_memory

    prepare_memory()
    language = load_experiment(run / "experiment.toml").corpus.target_language
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_interactive) as progress:
        task = progress.add_task("Translating", total=len(lines))
        translations, seconds = translate_run(
            run, lines, search, tick=lambda number: progress.advance(task, number), checkpoint=checkpoint
        )
    about = {"beam": search.beam, "translate_seconds": seconds, "target_language": language}
    about["search"] = dump_config(search)
    return [translation.text for translation in translations], about


def _record(run: Path) -> bytes | None:
    """That of a run that has ended; None while it is trained: what is measured is not of the model it will have."""
    return (run / "record.json").read_bytes() if (run / "record.json").exists() else None


def _note(run: Path, test: "EvaluationSet", about: dict[str, Any], scores: list["Score"]) -> None:
    """Keep the scores in the run and write its card anew, and say so. They stand all the same where that fails."""
    from rich.console import Console

    from nmt.corpus.lines import one_line
    from nmt.errors import NMTError
    from nmt.reports.card import CARD, write_card
    from nmt.reports.evaluations import FOLDER, Evaluation, note_evaluation, only_noter

    source, reference = one_line(test.source_path.name), one_line(test.reference_path.name)  # which may be any bytes
    files = source, reference, test.source_sha256, test.reference_sha256
    search, seconds = about["search"], about["translate_seconds"]
    try:
        with only_noter(run):
            note_evaluation(run, Evaluation(*files, len(test), search, seconds, tuple(scores)))
            write_card(run)
        typer.echo(f"nmt: the scores are saved in {run / FOLDER} and in the model card, {run / CARD}.", err=True)
    except NMTError as error:
        message = f"nmt: the model card stays as it was: {error}"
        Console(stderr=True).print(message, style="yellow", highlight=False, markup=False, soft_wrap=True)


def _doubt(run: Path, scores: Sequence["Score"]) -> str:
    """A sentence where the scores are so far below those on the dev set as those of other lines are; or ''."""
    from nmt.reports.evaluations import FOLDER
    from nmt.reports.record import RunRecord

    expected = RunRecord.load(run / "record.json").best_dev_bleu or 0.0
    value = next((each.value for each in scores if each.name == "BLEU"), expected)
    if value >= expected / 10:
        return ""
    return (
        f"BLEU is far below that on the dev set, {expected:.1f}. Do the two files belong together, line by line? If "
        f"not, delete {run / FOLDER} and evaluate again on what does."
    )


def _write(option: str, path: Path, text: str) -> None:
    from nmt.errors import ConfigError

    try:
        with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(f"{option} {path}: cannot be written ({error.strerror}).") from None
