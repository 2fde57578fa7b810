"""nmt evaluate"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nmt.cli import streams
from nmt.cli.messages import say, warn
from nmt.cli.text_options import given_text

if TYPE_CHECKING:
    from nmt.corpus.readers import Text
    from nmt.metrics import Score
    from nmt.reports.evaluation_set import EvaluationSet
    from nmt.search.config import SearchConfig

Run = Annotated[Path | None, typer.Argument(metavar="RUN", help="Run directory that `nmt train` made.")]
Source = Annotated[
    Path | None, typer.Option(help="Sentences for the run to translate. [default: corpus.test of its recipe]")
]
Reference = Annotated[Path | None, typer.Option(help="Reference translations, line by line.")]
Hypotheses = Annotated[Path | None, typer.Option(help="Translations to score, in place of a run's; - is stdin.")]
Json = Annotated[Path | None, typer.Option("--json", help="Also write the scores to this file.")]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="Also write the run's translations to this file; packed if its name ends in .gz.",
    ),
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
    str | None,
    typer.Option(
        help="Code such as de or zh: chooses BLEU's tokenizer. [default: the recipe's; with --hypotheses none, which "
        "is right for text with spaces between words, except Korean]"
    ),
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

    if (run is None) == (hypotheses is None):
        raise ConfigError("Give either a run directory, or --hypotheses FILE.")
    metrics = [metric_name(name) for name in metric or METRICS]
    for name in metrics:  # before the translating, which may take long
        metric_of(name)
    if run is not None:
        search = run_search(run, beam, set or [])
        text = _test_text(run, source, reference)
    else:
        of_a_run: dict[str, object] = {"--source": source, "--output": output, "--beam": beam, "--set": set or None}
        of_a_run |= {"--checkpoint": None if checkpoint == "best" else checkpoint, "--no-save": no_save or None}
        if given := [option for option, value in of_a_run.items() if value is not None]:
            raise ConfigError(f"--hypotheses is translated already, by no run: leave out {', '.join(given)}.")
        if reference is None:
            raise ConfigError("--hypotheses needs --reference: what to compare the translations with.")
        streams.check_stdin([hypotheses, reference])
        text = Text("parallel", str(hypotheses), str(reference))
    streams.check_outputs({"--json": json, "--output": output}, text.paths())
    test = load_evaluation_set(text)
    about: dict[str, Any] = {"hypotheses": str(hypotheses)}
    outputs = list(test.source)
    if run is not None:
        record = _record(run)
        outputs, about = _translate(run, checkpoint, test.source, search)
        about |= {"run": str(run), "checkpoint": checkpoint, "source": str(test.source_path)}
        language = about.pop("target_language")
        target_language = language if target_language is None else target_language
    target_language = target_language or ""
    left_out = [name for name in metrics if not metric and takes_long(name, test.reference, target_language)]
    metrics = [name for name in metrics if name not in left_out]
    for name in left_out:
        warn(explain_left_out(name))
    by_words = any(name not in ("chrF", "BLEU-words") for name in metrics)
    if by_words and (said := doubt_about(test.reference, target_language)):
        warn(said)
    scores = []
    with Console(stderr=True).status("Scoring") as status:
        for name in metrics:
            status.update(f"Scoring by {name}")
            scores += score([name], outputs, test.reference, target_language=target_language)
    about |= {"reference": str(test.reference_path), "num_sentences": len(test)}
    about |= {"target_language": target_language}
    width = max(len(each.name) for each in scores)
    with streams.writing_to():
        for each in scores:
            print(f"{each.name:<{width}}  {each.value:6.2f}  [{each.low:.2f}, {each.high:.2f}]  {each.signature}")
    if run is not None and not no_save:
        if checkpoint != "best":
            say(f"checkpoint '{checkpoint}': its scores are not saved in the run.")
        elif record is not None and _record(run) == record:
            _note(run, test, about, scores)
            if said := _doubt(run, scores):
                warn(said)
        else:
            say(f"the training of {run} has not ended: the scores are not saved in it.")
    if output is not None:
        _write(output, "".join(f"{line}\n" for line in outputs))
    if json is not None:
        # What is not UTF-8 in a name becomes the escape that JSON has for it.
        content = {**about, "scores": [vars(each) for each in scores]}
        _write(json, dumps(content, ensure_ascii=False, indent=2) + "\n")


def _test_text(run: Path, source: Path | None, reference: Path | None) -> "Text":
    """The test set: the command line's, else the recipe's."""
    from nmt.corpus.checks import check_there_of_run
    from nmt.errors import ConfigError
    from nmt.experiment import load_experiment

    corpus = load_experiment(run / "experiment.toml").corpus
    if given := given_text(source, reference, (corpus.source_language, corpus.target_language)):
        return given
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
        say(f"the scores are saved in {run / FOLDER} and in the model card, {run / CARD}.")
    except NMTError as error:
        warn(f"the model card stays as it was: {error}")


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


def _write(path: Path, text: str) -> None:
    with streams.writing_to(path), streams.open_output(path) as sink:
        sink.write(text.encode(errors="backslashreplace"))
