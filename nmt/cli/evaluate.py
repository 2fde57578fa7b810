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
    from nmt.reports.evaluations import Evaluation
    from nmt.search.config import SearchConfig

Run = Annotated[Path | None, typer.Argument(metavar="RUN", help="Run directory that `nmt train` made.")]
Source = Annotated[
    Path | None, typer.Option(help="Sentences for the run to translate. [default: corpus.test of its recipe]")
]
Reference = Annotated[Path | None, typer.Option(help="Reference translations, line by line.")]
Hypotheses = Annotated[
    Path | None, typer.Option(help="File of translations to score, in place of a run's; - is stdin.")
]
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
        help="Weights to use: best, last or step-N; best:K or last:K is the mean of K that were kept. Only the scores "
        "of best are saved in the run.",
    ),
]
Beam = Annotated[int | None, typer.Option(help="Width of the beam; 1 is greedy. [default: the recipe's]")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Override a key of the recipe's [search], such as alpha=0.6; repeatable."
    ),
]
Language = Annotated[
    str | None,
    typer.Option(
        help="Code such as de or zh, which chooses BLEU's tokenizer. [default: the recipe's; with --hypotheses none, "
        "which is right for text with spaces between words, except Korean]"
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
NoSave = Annotated[bool, typer.Option("--no-save", help="Do not save the scores in the run and its model card.")]


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

    from nmt.config import dump_config
    from nmt.corpus.lines import one_line
    from nmt.errors import ConfigError
    from nmt.experiment import load_experiment
    from nmt.metrics import METRICS, metric_name, metric_of
    from nmt.reports.collect import run_search
    from nmt.reports.evaluation_set import load_evaluation_set, recipe_test
    from nmt.reports.evaluations import Evaluation

    if (run is None) == (hypotheses is None):
        raise ConfigError("Give either a run directory, or --hypotheses FILE.")
    metrics = [metric_name(name) for name in metric or METRICS]
    for name in metrics:  # before the translating, which may take long
        metric_of(name)
    if run is not None:
        search = run_search(run, beam, set or [])
        corpus = load_experiment(run / "experiment.toml").corpus
        languages = corpus.source_language, corpus.target_language
        text = given_text(source, reference, languages) or recipe_test(run, corpus.texts().get("test"))
    else:
        of_a_run: dict[str, object] = {"--source": source, "--output": output, "--beam": beam, "--set": set or None}
        of_a_run |= {"--checkpoint": None if checkpoint == "best" else checkpoint, "--no-save": no_save or None}
        text = _given_translations(hypotheses, reference, of_a_run)
    streams.check_outputs({"--json": json, "--output": output}, text.paths())
    test = load_evaluation_set(text)
    about: dict[str, Any] = {"hypotheses": str(hypotheses)}
    outputs: Sequence[str] = test.source
    if run is not None:
        trained = _record(run)
        outputs, seconds = _translate(run, checkpoint, test.source, search)
        about = {"beam": search.beam, "translate_seconds": seconds, "search": dump_config(search), "run": str(run)}
        about |= {"checkpoint": checkpoint, "source": str(test.source_path)}
        target_language = corpus.target_language if target_language is None else target_language
    target_language = target_language or ""
    scores = _score(metrics, bool(metric), outputs, test.reference, target_language)
    about |= {"reference": str(test.reference_path), "num_sentences": len(test), "target_language": target_language}
    width = max(len(each.name) for each in scores)
    with streams.writing_to():
        for each in scores:
            print(f"{each.name:<{width}}  {each.value:6.2f}  [{each.low:.2f}, {each.high:.2f}]  {each.signature}")
    if run is not None and not no_save:
        files = one_line(test.source_path.name), one_line(test.reference_path.name)  # whose names may be any bytes
        hashes = test.source_sha256, test.reference_sha256
        evaluation = Evaluation(*files, *hashes, len(test), about["search"], seconds, tuple(scores))
        _save(run, checkpoint, trained, evaluation)
    if output is not None:
        _write(output, "".join(f"{line}\n" for line in outputs))
    if json is not None:
        # What is not UTF-8 in a name becomes the escape that JSON has for it.
        content = {**about, "scores": [vars(each) for each in scores]}
        _write(json, dumps(content, ensure_ascii=False, indent=2) + "\n")


def _given_translations(hypotheses: Path | None, reference: Path | None, of_a_run: dict[str, object]) -> "Text":
    """The two files. Raises ConfigError where an option is given that is only for a run, or there is no reference."""
    from nmt.corpus.readers import Text
    from nmt.errors import ConfigError

    if given := [option for option, value in of_a_run.items() if value is not None]:
        raise ConfigError(f"--hypotheses is translated already, by no run: leave out {', '.join(given)}.")
    if reference is None:
        raise ConfigError("--hypotheses needs --reference: what to compare the translations with.")
    streams.check_stdin([hypotheses, reference])
    return Text("parallel", str(hypotheses), str(reference))


def _record(run: Path) -> bytes | None:
    """That of a run that has ended; None while it is trained: what is measured is not of the model it will have."""
    return (run / "record.json").read_bytes() if (run / "record.json").exists() else None


def _translate(run: Path, checkpoint: str, lines: Sequence[str], search: "SearchConfig") -> tuple[list[str], float]:
    """The run's translations, and the seconds they took; progress goes to stderr."""
    from rich.console import Console
    from rich.progress import Progress

    from nmt.reports.collect import translate_run
    from nmt.training.device import prepare_memory

    prepare_memory()
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_interactive) as progress:
        task = progress.add_task("Translating", total=len(lines))
        translations, seconds = translate_run(
            run, lines, search, tick=lambda number: progress.advance(task, number), checkpoint=checkpoint
        )
    return [translation.text for translation in translations], seconds


def _score(
    metrics: Sequence[str], asked: bool, outputs: Sequence[str], references: Sequence[str], language: str
) -> list["Score"]:
    """By each metric, unless it takes very long and none was asked for; progress and doubts go to stderr."""
    from rich.console import Console

    from nmt.metrics import doubt_about, explain_left_out, score, takes_long

    left_out = [name for name in metrics if not asked and takes_long(name, references, language)]
    for name in left_out:
        warn(explain_left_out(name))
    metrics = [name for name in metrics if name not in left_out]
    by_words = any(name not in ("chrF", "BLEU-words") for name in metrics)
    if by_words and (said := doubt_about(references, language)):
        warn(said)
    scores = []
    with Console(stderr=True).status("Scoring") as status:
        for name in metrics:
            status.update(f"Scoring by {name}")
            scores += score([name], outputs, references, target_language=language)
    return scores


def _save(run: Path, checkpoint: str, trained: bytes | None, evaluation: "Evaluation") -> None:
    """Keep the scores in the run and its card, where they are of the model that it has, and say so.

    They stand all the same where that fails. `trained`: the run's record when it began to translate.
    """
    from nmt.errors import NMTError
    from nmt.reports.card import CARD, note_scores
    from nmt.reports.evaluations import FOLDER, doubt_about_scores

    if checkpoint != "best":
        say(f"checkpoint '{checkpoint}': its scores are not saved in the run.")
    elif trained is None or trained != _record(run):
        say(f"the training of {run} has not ended: the scores are not saved in it.")
    else:
        try:
            note_scores(run, evaluation)
            say(f"the scores are saved in {run / FOLDER} and in the model card, {run / CARD}.")
        except NMTError as error:
            warn(f"the model card stays as it was: {error}")
        if said := doubt_about_scores(run, evaluation.scores):
            warn(said)


def _write(path: Path, text: str) -> None:
    with streams.writing_to(path), streams.open_output(path) as sink:
        sink.write(text.encode(errors="backslashreplace"))
