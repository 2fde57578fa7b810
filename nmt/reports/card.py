"""The model card: README.md of a run directory, made only from what the run has on record.

It has no sentence of the corpus, and what is not on record is called unknown.
"""

from collections.abc import Sequence
from pathlib import Path

from nmt.config import RECIPE
from nmt.corpus.config import TextFiles
from nmt.counted import counted
from nmt.experiment import Experiment, load_experiment
from nmt.metrics import Score
from nmt.reports import numbers
from nmt.reports.card_metadata import (
    UNKNOWN,
    dev_score,
    hub_dataset,
    in_order,
    is_language_model,
    metadata,
    part_of,
    to_yaml,
)
from nmt.reports.evaluations import Evaluation, forget_evaluations, note_evaluation, only_noter, read_evaluations
from nmt.reports.markdown_text import escape
from nmt.reports.paths import file_name
from nmt.reports.record import RECORD, RunRecord
from nmt.reports.searches import describe_search
from nmt.storage.disk import Disk, disk_error, replace_file

CARD = "README.md"

ENDS = {
    "max_updates": "all updates of the recipe were done",
    "time_limit": "the time limit of the recipe was reached",
    "patience": "the dev score no longer rose",
    "interrupted": "it was stopped before its end",
}

_KINDS = {"train": "training text: ", "dev": "dev: ", "test": "", "other": ""}  # put before the names of files


def write_card(run_dir: Path) -> None:
    """Write or replace the card of a run that has a record. Raises CheckpointError, ConfigError and DiskError."""
    replace_file(run_dir / CARD, card_of(run_dir).encode(), Disk())


def card_of(run_dir: Path) -> str:
    """The card of a run that has a record, from what is on record now. Raises CheckpointError and ConfigError."""
    experiment, record = load_experiment(run_dir / RECIPE), RunRecord.load(run_dir / RECORD)
    return card(experiment, record, read_evaluations(run_dir))


def note_scores(run_dir: Path, evaluation: Evaluation) -> None:
    """Keep scores in the run, and write its card anew with them. Raises CheckpointError, ConfigError and DiskError."""
    with only_noter(run_dir):
        note_evaluation(run_dir, evaluation)
        write_card(run_dir)


def forget_card(run_dir: Path) -> None:
    """Remove the card and the scores: the model is about to change. Raises DiskError."""
    forget_evaluations(run_dir)
    try:
        Disk().remove(run_dir / CARD)
    except OSError as error:
        raise disk_error(run_dir / CARD, error) from error


def card(experiment: Experiment, record: RunRecord, evaluations: Sequence[Evaluation]) -> str:
    """The text of the card."""
    parts = [
        f"---\n{to_yaml(metadata(experiment, record, evaluations))}---",
        "<!-- `nmt train` and `nmt evaluate` write this file anew. What they cannot know goes into [card] of the "
        "recipe. -->",
        f"# {escape(record.name)}",
        f"{_kind(experiment)}: {escape(record.architecture)}, {numbers.count(record.parameters)} parameters.",
        "## How to use it",
        *_use(experiment),
        "## Data",
        _table(("", ""), _data_rows(experiment, record)),
        "## Scores",
        *_scores(experiment, record, evaluations),
        "## Training",
        _table(("", ""), _training_rows(experiment, record)),
        "## Limits",
        *_limits(experiment, record, evaluations),
    ]
    return "\n\n".join(parts) + "\n"


def _kind(experiment: Experiment) -> str:
    corpus = experiment.corpus
    source, target = (escape(code) or UNKNOWN for code in (corpus.source_language, corpus.target_language))
    if is_language_model(experiment):
        return f"A language model of {target} (a language code)"
    return f"A translator from {source} to {target} (language codes)"


def _use(experiment: Experiment) -> list[str]:
    fetch = "where RUN is this folder. From the hub, `hf download REPOSITORY --local-dir RUN` fetches it."
    if is_language_model(experiment):
        return ["    nmt translate RUN --score FILE < FILE", f"says how probable each line is, {fetch}"]
    return [
        "    nmt translate RUN < FILE",
        f"translates line by line, {fetch} In Python:",
        '    import nmt\n    print(nmt.load("RUN").translate(["..."])[0].text)',
    ]


def _data_rows(experiment: Experiment, record: RunRecord) -> list[tuple[str, str]]:
    corpus, about = experiment.corpus, experiment.card
    return [
        ("corpus", about.corpus or hub_dataset(experiment) or UNKNOWN),
        ("licence of the corpus", about.corpus_license or UNKNOWN),
        ("licence of the model", about.license or UNKNOWN),
        ("training text", f"{_files(corpus.train)}: {_pairs(record.train_pairs)}"),
        ("dev text", f"{_files(corpus.dev)}: {_pairs(record.dev_pairs)}"),
        ("test text of the recipe", _files(corpus.test) if corpus.test else "none"),
        *(
            [("begun with", f"tokenizer and model of {file_name(experiment.init_from)}")]
            if experiment.init_from
            else []
        ),
        ("tokenizer", f"SentencePiece ({experiment.tokenizer.kind}), {numbers.count(record.vocab_size)} pieces"),
    ]


def _files(text: TextFiles) -> str:
    """Names of files without their folders, which belong to one machine; of a data set, all that names the part."""
    names = [file_name(path) for path in (text.source, text.target) if path]
    return ", ".join([*names, *filter(None, (text.config, text.split, text.revision))])


def _pairs(number: int | None) -> str:
    return f"{UNKNOWN} number of pairs" if number is None else counted(number, "pair")


def _scores(experiment: Experiment, record: RunRecord, evaluations: Sequence[Evaluation]) -> list[str]:
    if is_language_model(experiment):
        return ["How probable it finds unseen text is not on record here."]
    rows, ordered = [], in_order(experiment, record, evaluations)
    parts_scored = [part_of(experiment, record, each) for each in ordered]
    for part, each in zip(parts_scored, ordered, strict=True):
        text = f"{_KINDS[part]}{file_name(each.source)}, {file_name(each.reference)}"
        size, search = numbers.count(each.num_sentences), describe_search(each.search)
        rows += [_score_row(text, size, search, score) for score in each.scores]
    if dev := dev_score(experiment, record):
        size = UNKNOWN if record.dev_pairs is None else numbers.count(record.dev_pairs)
        rows.append(_score_row(f"{_KINDS['dev']}{_files(experiment.corpus.dev)}", size, "greedy", dev))
    header = ("text", "sentences", "search", "metric", "score", "95 % interval", "signature")
    parts = [_table(header, rows)] if rows else []
    if dev or "dev" in parts_scored:
        parts.append("The dev score chose the model among the checkpoints, so it is a little too good.")
    if "train" in parts_scored:
        parts.append("A score on training text measures memorisation, not how well other text is translated.")
    if not {"test", "other"} & set(parts_scored):
        parts.append(
            "No test set was scored: `nmt evaluate RUN --source FILE --reference FILE` does, and adds it here."
        )
    return parts


def _score_row(text: str, size: str, search: str, score: Score) -> tuple[str, ...]:
    interval = numbers.interval(score.low, score.high, digits=2) or UNKNOWN
    return text, size, search, score.name, numbers.fixed(score.value, 2), interval, score.signature


def _training_rows(experiment: Experiment, record: RunRecord) -> list[tuple[str, str]]:
    hardware = ", ".join(f"{name}: {value}" for name, value in record.hardware.items())
    return [
        ("training time", numbers.duration(record.train_seconds)),
        ("wall-clock time", numbers.duration(record.wall_seconds)),
        ("updates", f"{numbers.count(record.updates)} ({numbers.fixed(record.epochs)} epochs)"),
        ("best update", numbers.count(record.best_update) + (", what it began with" if record.is_as_begun else "")),
        (
            "target tokens",
            f"{numbers.count(record.target_tokens)} ({numbers.count(record.target_tokens_per_second)} a second)",
        ),
        ("it ended because", ENDS.get(record.finish_reason, record.finish_reason)),
        ("seed", str(experiment.seed)),
        ("hardware", hardware or UNKNOWN),
        ("threads, precision", f"{record.threads}, {record.precision}"),
        ("most memory used", numbers.memory(record.peak_memory_bytes)),
        ("versions", ", ".join(f"{name} {version}" for name, version in record.versions.items())),
        ("commit of nmt", record.commit or UNKNOWN),
        *([("conditions changed", "; ".join(record.changes))] if record.changes else []),
    ]


def _limits(experiment: Experiment, record: RunRecord, evaluations: Sequence[Evaluation]) -> list[str]:
    seen = "the text above" if record.train_pairs is None else counted(record.train_pairs, "sentence pair")
    if record.epochs < 1:
        seen = f"a part of {seen}"
    learned = f"It has learned from {seen}{' after what it began with' if experiment.init_from else ' alone'}."
    if record.is_as_begun:
        learned = f"It is the model that training began with: {seen} gave none that was better on the dev text."
    lines = [
        f"{learned} How well it translates other kinds of text is unknown; worse is likely.",
        f"A line of more than {numbers.count(experiment.corpus.max_length)} tokens, or of more sentences than lines "
        "have in training, is cut into pieces that are translated one by one; each line is translated without those "
        "around it.",
        "A translation may leave something out, repeat or invent it, and still read well. Bias was not measured.",
        "Whether sentences that were scored are also in the training text is not on record here; `nmt compare` counts "
        "them.",
    ]
    if is_language_model(experiment):
        lines = [f"{learned} Bias was not measured."]
    elif all(part_of(experiment, record, each) in ("train", "dev") for each in evaluations):
        lines.insert(0, "Its quality on text that had no part in training or in choosing the model is unknown.")
    if record.finish_reason == "interrupted":
        lines.insert(0, "Training was stopped before its end: the same recipe can give a better model.")
    return ["\n".join(f"- {line}" for line in lines)]


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *([escape(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
