"""One training run, from a recipe to a run directory that needs nothing else."""

import importlib.metadata
import platform
import subprocess
import time
from pathlib import Path
from typing import Any

import torch
from rich.console import Console

from nmt import __version__
from nmt.config import dump_config, load_config
from nmt.corpus.prepare import PreparedCorpus, Sources, prepare_corpus
from nmt.errors import CheckpointError, ConfigError, DataError
from nmt.experiment import Experiment, save_experiment
from nmt.models.build import build_model, count_parameters, describe
from nmt.models.saved import SavedModel, read_folder
from nmt.reports.record import RunRecord
from nmt.training.checkpoint import seed_everything
from nmt.training.device import Machine, available_cores, cpu_features, cpu_name, peak_memory_bytes, prepare_machine
from nmt.training.lock import only_trainer
from nmt.training.log import TrainingLog, cut_log, show_duration
from nmt.training.loop import Job, train
from nmt.training.progress import Progress
from nmt.training.validate import DevSet

# What a run may be continued with, although it was begun with something else.
MAY_DIFFER = {"max_updates", "time_limit", "patience", "validate_every", "log_every", "threads"}


def train_run(experiment: Experiment, directory: Path, console: Console) -> str:
    """Train, or go on training, in `directory`; returns why it ended.

    Raises ConfigError where the directory holds a run of another recipe, DataError and CheckpointError.
    """
    started, commit = time.perf_counter(), _commit()  # now: a checkout may move on while a model trains
    test_paths = experiment.corpus.text("test").paths() if experiment.corpus.test else []
    if missing := [path for path in test_paths if not path.exists()]:
        raise DataError(f"{missing[0]}: no such file (corpus.test). Check the path, or leave corpus.test out.")
    with only_trainer(directory):
        return _train_alone(experiment, directory, console, started, commit)


def _train_alone(experiment: Experiment, directory: Path, console: Console, started: float, commit: str | None) -> str:
    """As train_run, where nobody else is at work in the directory."""
    done = _progress(directory)
    _check_same(experiment, directory)
    finished = done and done.finish_reason not in ("", "interrupted") and _is_complete(experiment, done)
    if done and finished and (directory / "record.json").exists():
        save_experiment(experiment, directory / "experiment.toml")  # its [search] may have changed
        remedy = f"Raise training.{done.finish_reason} to go on, or use another --out."
        _say(console, f"{directory} is finished ({describe_end(done)}). {remedy}")
        return done.finish_reason
    corpus = prepare_corpus(
        _sources(experiment),
        experiment.tokenizer,
        experiment.seed,
        directory.parent / "prepared",
        lambda text: _say(console, text),
    )
    _check_same_text(corpus, directory, done)
    # After the text: from here on freed memory is kept, and training a tokenizer takes much.
    machine = prepare_machine(experiment.training.precision, experiment.training.threads)
    corpus.tokenizers.save(directory)
    save_experiment(experiment, directory / "experiment.toml")
    job = _job(experiment, corpus, machine, directory, started)
    parameters = count_parameters(job.model)
    _say(
        console,
        f"{experiment.name}: {describe(experiment.model)}; {parameters:,} parameters; {len(corpus.train):,} pairs; "
        f"{machine.precision} on {machine.device.type}, {machine.threads} threads; ready in "
        f"{time.perf_counter() - started:.1f} s",
    )
    if done:
        _say(console, f"Going on from update {done.update} in {directory}.")
    (directory / "record.json").unlink(missing_ok=True)  # until training ends again there is nothing to report
    cut_log(directory / "metrics.jsonl", done.update if done else -1)
    training = experiment.training
    with TrainingLog(
        directory / "metrics.jsonl", console, experiment.name, training.max_updates, training.time_limit
    ) as log:
        progress = train(job, log)
    (directory / "progress.json").write_text(progress.to_json(), encoding="utf-8")
    _record(experiment, job, progress, parameters, commit).save(directory / "record.json")
    if progress.finish_reason == "interrupted":
        _say(console, f"Stopped at update {progress.update}, everything is saved. The same command goes on from there.")
    else:
        _say(console, f"{experiment.name}: {describe_end(progress)}. Translate with: nmt translate {directory} < FILE")
    return progress.finish_reason


def describe_end(progress: Progress) -> str:
    """How far a run came, in words."""
    trained = f"{progress.update} updates in {show_duration(progress.train_seconds)} of training"
    if progress.best_bleu is None:
        return trained
    return f"{trained}, best dev BLEU {progress.best_bleu:.2f} at update {progress.best_update}"


def _say(console: Console, message: str) -> None:
    console.print(message, highlight=False, markup=False, soft_wrap=True)


def _sources(experiment: Experiment) -> Sources:
    corpus = experiment.corpus
    return Sources(corpus.text("train"), corpus.text("dev"), corpus.max_length, corpus.filters)


def _job(experiment: Experiment, corpus: PreparedCorpus, machine: Machine, directory: Path, launched: float) -> Job:
    seed_everything(experiment.seed)
    vocabs = corpus.tokenizers.source.vocab_size, corpus.tokenizers.target.vocab_size
    model = build_model(experiment.model, *vocabs).to(machine.device)
    languages = experiment.corpus.source_language, experiment.corpus.target_language
    return Job(
        model=model,
        about=SavedModel(
            experiment.model, *vocabs, experiment.corpus.max_length, corpus.tokenizers.fingerprint(), languages
        ),
        corpus=corpus.train,
        tokenizers=corpus.tokenizers,
        dev=DevSet(corpus.dev, corpus.dev_examples, experiment.corpus.target_language),
        config=experiment.training,
        machine=machine,
        seed=experiment.seed,
        directory=directory,
        launched=launched,
        fingerprint=corpus.fingerprint,
    )


def _progress(directory: Path) -> Progress | None:
    """Where the run in this directory stands, or None where there is none."""
    state = directory / "state"
    if not state.is_dir() and not (directory / "state.old").is_dir():
        return None
    try:
        return Progress.from_json(read_folder(state)["progress.json"])
    except (KeyError, ValueError, TypeError) as error:
        raise CheckpointError(f"{state} is damaged ({error}). Delete {directory} to train again.") from None


def _is_complete(experiment: Experiment, done: Progress) -> bool:
    """Whether the limits of the recipe, which may have been raised since, leave nothing to do."""
    training = experiment.training
    over_time = training.time_limit is not None and done.train_seconds >= training.time_limit
    out_of_patience = bool(training.patience) and done.validations_without_best >= training.patience
    return done.update >= training.max_updates or over_time or out_of_patience


def _check_same(experiment: Experiment, directory: Path) -> None:
    """A run goes on only as what it was begun as."""
    path = directory / "experiment.toml"
    if not path.exists():
        return
    before, now = _flat(dump_config(load_config(Experiment, path))), _flat(dump_config(experiment))
    free = {f"training.{name}" for name in MAY_DIFFER} | {"name"} | {k for k in now | before if k.startswith("search.")}
    for key in sorted((before.keys() | now.keys()) - free):
        if before.get(key) != now.get(key):
            raise ConfigError(
                f"{directory} was begun with {key} = {before.get(key)!r}, and the recipe has {now.get(key)!r}. "
                f"Use another --out, or delete {directory} to begin again."
            )


def _check_same_text(corpus: PreparedCorpus, directory: Path, done: Progress | None) -> None:
    """The text must be what the run was begun with, and the tokenizer in the directory the one that it gives."""
    remedy = f"Use another --out, or delete {directory} to begin again."
    if done and done.corpus not in ("", corpus.fingerprint):
        raise CheckpointError(
            f"{directory} was begun with other training text, or with another version of nmt or sentencepiece. {remedy}"
        )
    for name, tokenizer in corpus.tokenizers.files().items():
        path = directory / name
        if path.exists() and path.read_bytes() != tokenizer.model:
            raise CheckpointError(
                f"{path} is not the tokenizer of this recipe and text: the training text has changed since the run "
                f"began. {remedy}"
            )


def _flat(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """{'a': {'b': 1}} -> {'a.b': 1}"""
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return flat


def _record(experiment: Experiment, job: Job, progress: Progress, parameters: int, commit: str | None) -> RunRecord:
    hardware: dict[str, str | int] = {
        "cpu": cpu_name(),
        "cores": available_cores(),
        "features": " ".join(cpu_features()),
    }
    if torch.cuda.is_available():
        hardware["gpu"] = torch.cuda.get_device_name()
    return RunRecord(
        name=experiment.name,
        experiment=dump_config(experiment),
        architecture=describe(experiment.model),
        commit=commit,
        versions=_versions(),
        hardware=hardware,
        precision=job.machine.precision,
        threads=job.machine.threads,
        parameters=parameters,
        vocab_size=job.about.target_vocab,
        updates=progress.update,
        epochs=progress.target_tokens / job.corpus.target_tokens,
        target_tokens=progress.target_tokens,
        train_seconds=progress.train_seconds,
        wall_seconds=progress.wall_seconds,
        target_tokens_per_second=progress.tokens_per_second,
        peak_memory_bytes=peak_memory_bytes(),
        best_update=progress.best_update,
        best_dev_bleu=progress.best_bleu,
        finish_reason=progress.finish_reason,
        clipped_updates=progress.clipped,
        skipped_updates=progress.skipped,
    )


def _versions() -> dict[str, str]:
    libraries = {name: importlib.metadata.version(name) for name in ("torch", "sentencepiece", "sacrebleu", "numpy")}
    return {"nmt": __version__, "python": platform.python_version(), **libraries}


def _commit() -> str | None:
    """The commit of the source this runs from, where it is a checkout."""
    here = Path(__file__).parent
    try:
        found = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"], cwd=here, capture_output=True, text=True, timeout=5
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return found.stdout.strip() or None if found.returncode == 0 else None
