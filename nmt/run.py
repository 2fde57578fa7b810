"""One training run, from a recipe to a run directory that needs nothing else."""

import os
import shlex
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import torch
from rich.console import Console

from nmt import __version__
from nmt.begun import (
    PREPARED,
    as_it_began,
    check_models,
    check_new,
    check_own,
    check_same,
    check_same_text,
    is_run,
    recipe_at_end,
    recipe_so_far,
)
from nmt.config import dump_config
from nmt.corpus.checks import check_parts
from nmt.corpus.prepare import PreparedCorpus, Sources, prepare_corpus
from nmt.counted import counted
from nmt.ended import (
    bring_up_to_date,
    describe_end,
    describe_halt,
    describe_promise,
    describe_scores,
    is_put_down,
    put_down,
    record_of,
)
from nmt.experiment import Experiment, experiment_bytes
from nmt.loose import remove_records, write_loose
from nmt.metrics import doubt_about
from nmt.models.build import build_model, count_parameters, describe
from nmt.models.saved import SavedModel, fill_parameters
from nmt.parent import Parent, doubts_about, load_parent
from nmt.reports.record import END_OF_SCHEDULE, library_versions, source_commit
from nmt.storage.folder import Folder
from nmt.training.checkpoint import Checkpoints
from nmt.training.device import Machine, cpu_features, cpu_name, prepare_machine
from nmt.training.distributed import Workers, check_alike, join_workers
from nmt.training.job import Job, reason_to_stop
from nmt.training.lock import only_trainer
from nmt.training.log import TrainingLog
from nmt.training.loop import train
from nmt.training.progress import Progress
from nmt.training.random_state import seed_everything
from nmt.training.schedule import learning_rate
from nmt.training.step import memory_errors_explained
from nmt.training.validate import DevSet


def train_run(experiment: Experiment, directory: Path, console: Console, recipe: Path | None = None) -> str:
    """Train, or go on training, in `directory`; returns why it ended. Under torchrun every process calls this.

    `recipe` is the file that the experiment was read from, near which files that are missing are looked for. Once the
    text has been looked at, Ctrl-C ends it at any time.

    Raises ConfigError where the directory holds a run of another recipe, DataError, CheckpointError and DiskError.
    """
    started = time.perf_counter()
    code = source_commit(), library_versions()  # now: a checkout may move on while a model trains
    check_own(directory)
    is_new = not (is_run(directory) or os.path.exists(directory / "experiment.toml"))  # a begun one can do without
    doubts = _doubts_about_text(experiment, recipe) if is_new else []
    try:
        with join_workers() as workers, only_trainer(directory) if workers.leads else nullcontext():
            if not workers.leads:
                console = Console(quiet=True)
            for said in doubts:
                _say(console, said)
            return _train_alone(experiment, directory, console, workers, started, code)
    except KeyboardInterrupt:  # before the first update or after the last, or from someone who cannot wait
        _say(console, describe_halt(directory))
        return "interrupted"


def _train_alone(
    experiment: Experiment,
    directory: Path,
    console: Console,
    workers: Workers,
    started: float,
    code: tuple[str | None, dict[str, str]],
) -> str:
    """As train_run, where nobody else is at work in the directory. `code`: its commit, the versions of libraries."""
    training = experiment.training
    found = Checkpoints(directory).newest_of_all(workers, lambda text: _say(console, text))
    done = found[0] if found else None
    if not done:
        check_new(directory)
    over = reason_to_stop(done, training) if done and done.validated_at == done.update else ""
    is_over = bool(over) and is_put_down(directory)
    before = recipe_at_end(directory) if is_over else recipe_so_far(directory, found[1] if found else None)
    if done:
        experiment = as_it_began(experiment, before, lambda text: _say(console, text))
    check_same(experiment, before, directory, lambda text: _say(console, text), is_over)
    if done and is_over:
        now_has = "Its name, [search] and [card] are now those of this recipe. "
        check_models(directory)
        changed = workers.leads and bring_up_to_date(experiment, directory)
        remedy = f"Raise training.{over} to go on, or use another --out."
        _say(console, f"{directory} is finished ({describe_end(done)}). {now_has * changed}{remedy}")
        return over
    parent = load_parent(experiment, directory, begun=done is not None)
    corpus = _corpus(experiment, directory, workers, lambda text: _say(console, text), parent)
    if workers.size > 1:
        first_model = parent.checksum() if parent else ""
        check_alike(workers, {"prepared text": corpus.fingerprint, "model that init_from names": first_model})
    check_same_text(corpus, directory, done, lambda text: _say(console, text))
    if said := doubt_about([pair.target for pair in corpus.dev], experiment.corpus.target_language):
        _say(console, said)
    # After the text: from here on freed memory is kept, and training a tokenizer takes much.
    machine = prepare_machine(training.precision, training.threads, workers.here)
    checkpoints = _checkpoints(experiment, directory, machine, workers, code[0])
    workers.wait()  # all have seen what was there before it is written anew
    if workers.leads:
        tokenizers = {name: tokenizer.model for name, tokenizer in corpus.tokenizers.files().items()}
        write_loose(directory, {"experiment.toml": experiment_bytes(experiment), **tokenizers}, ended=False)
        if said := describe_scores(directory):
            _say(console, said)
        remove_records(directory)  # until training ends again there is nothing to report
    with memory_errors_explained():
        job = _job(experiment, corpus, machine, checkpoints, workers, started, parent)
    begins = parent is not None and parent.weights is not None
    parent = None  # its weights need no memory any more
    _announce(console, experiment, job, time.perf_counter() - started)
    if begins:
        _say(console, f"It begins with the tokenizer and the best model of {experiment.init_from}.")
        for said in doubts_about(experiment):
            _say(console, said)
    if found:
        _note_changes(console, directory, checkpoints, *found)
        _note_end(before or experiment, experiment, found[0])
        _note_rate(console, directory, before or experiment, experiment, found[0])
    metrics = directory / "metrics.jsonl" if workers.leads else None
    with TrainingLog(metrics, console, experiment.name, training.max_updates, training.time_limit) as log:
        progress = train(job, log, found)
    if workers.leads:
        put_down(directory, record_of(experiment, job, progress, *code, corpus.hashes))
    if progress.finish_reason == "interrupted":
        _say(console, f"Stopped at update {progress.update}, everything is saved. The same command goes on from there.")
    else:
        command = shlex.join(["nmt", "translate", str(directory)])
        reads = experiment.model.encoder.type != "none"  # a language model only says how probable a text is
        use = f"Translate with: {command} < FILE" if reads else f"Score text with: {command} --score FILE < FILE"
        promise = describe_promise(progress, len(job.corpus), training.schedule)
        _say(console, " ".join(filter(None, (f"{experiment.name}: {describe_end(progress)}.", promise, use))))
    return progress.finish_reason


def _announce(console: Console, experiment: Experiment, job: Job, seconds: float) -> None:
    machine, size = job.machine, job.workers.size
    threads = counted(machine.threads, "thread") + (f", {size} processes" if size > 1 else "")
    _say(
        console,
        f"{experiment.name}: {describe(experiment.model)}; {count_parameters(job.model):,} parameters; "
        f"{counted(len(job.corpus), 'pair')}; {machine.precision} on {machine.device.type}, {threads}; "
        f"ready in {seconds:.1f} s",
    )


def _note_changes(
    console: Console, directory: Path, checkpoints: Checkpoints, progress: Progress, folder: Folder
) -> None:
    """Say, and put down for the record, what is not as it was when a run began that goes on now."""
    _say(console, f"Going on from update {progress.update} in {directory}.")
    differences = checkpoints.different_conditions(folder)
    for difference in differences:
        _say(console, f"It last ran with {difference}: it goes on, but not with the very bits it would have had.")
    if differences:
        progress.changes.append(f"at update {progress.update}: {', '.join(differences)}")


def _note_end(before: Experiment, now: Experiment, progress: Progress) -> None:
    """Put down, for the record, that a schedule has another end now."""
    if now.training.schedule != "cosine":  # the only one whose rates depend on it
        return
    ends = [(key, getattr(before.training, key), getattr(now.training, key)) for key in ("max_updates", "time_limit")]
    if changed := [
        f"{END_OF_SCHEDULE}{key} {old or 'none'}, now {new or 'none'}" for key, old, new in ends if old != new
    ]:
        progress.changes.append(f"at update {progress.update}: {', '.join(changed)}")


def _note_rate(console: Console, directory: Path, before: Experiment, now: Experiment, progress: Progress) -> None:
    """Say where a schedule that has a later end now takes the learning rate up again, which undoes much."""
    old, new = (learning_rate(one.training, progress) for one in (before, now))
    if new > 1.5 * old:
        _say(
            console,
            f"The learning rate goes back up to {new:.1e}, where the longer schedule has it. To train on gently, begin "
            f"a new run with init_from = '{directory}' and a small training.learning_rate.",
        )


def _checkpoints(
    experiment: Experiment, directory: Path, machine: Machine, workers: Workers, commit: str | None = None
) -> Checkpoints:
    conditions = {
        "nmt": __version__,
        "commit": commit,
        "torch": torch.__version__,
        "processor": f"{cpu_name()} ({' '.join(cpu_features())})",
        "device": torch.cuda.get_device_name() if machine.device.type == "cuda" else "cpu",
        "precision": machine.precision,
        "threads": machine.threads,
        "processes": workers.size,
        "sharded": experiment.training.shard and workers.size > 1,
    }
    keep = experiment.training.keep_last, experiment.training.keep_best
    return Checkpoints(directory, *keep, conditions, dump_config(experiment))


def _corpus(
    experiment: Experiment, directory: Path, workers: Workers, say: Callable[[str], None], parent: Parent | None
) -> PreparedCorpus:
    """One process prepares the text, however long that takes; the others wait for its lock and take what it left."""
    if not workers.leads:
        time.sleep(1.0)  # so that the lock is the first one's, who can say how far it is
    prepared = Path(os.path.abspath(directory)).parent / PREPARED  # of "." the parent is not "."
    given = parent.tokenizers if parent else None
    return prepare_corpus(_sources(experiment), experiment.tokenizer, prepared, say, workers.leads, given)


def _doubts_about_text(experiment: Experiment, recipe: Path | None) -> list[str]:
    """Raises ConfigError or DataError where the text cannot be what is meant; what merely may not be is returned."""
    corpus = experiment.corpus
    languages = corpus.source_language, corpus.target_language
    reads = experiment.model.encoder.type != "none"
    return check_parts(corpus.texts(), languages, recipe.parent if recipe else None, two_sides=reads)


def _say(console: Console, message: str) -> None:
    console.print(message, highlight=False, markup=False, soft_wrap=True)


def _sources(experiment: Experiment) -> Sources:
    corpus = experiment.corpus
    return Sources(corpus.text("train"), corpus.text("dev"), corpus.max_length, corpus.filters)


def _job(
    experiment: Experiment,
    corpus: PreparedCorpus,
    machine: Machine,
    checkpoints: Checkpoints,
    workers: Workers,
    launched: float,
    parent: Parent | None = None,
) -> Job:
    seed_everything(experiment.seed)
    vocabs = corpus.tokenizers.source.vocab_size, corpus.tokenizers.target.vocab_size
    model = build_model(experiment.model, *vocabs)
    if parent and parent.weights is not None:
        fill_parameters(model, parent.weights, str(parent.directory))
    languages = experiment.corpus.source_language, experiment.corpus.target_language
    if workers.rank:  # equal weights, but a dropout of its own for each process
        seed_everything(experiment.seed * 1009 + workers.rank)
    if experiment.training.shard and workers.size > 1:
        from nmt.training.sharding import shard  # slow to import

        shard(model, workers)  # layer by layer: the whole need not fit on the device
    else:
        model.to(machine.device)
    return Job(
        model=model,
        about=SavedModel(
            experiment.model,
            *vocabs,
            experiment.corpus.max_length,
            corpus.max_sentences,
            corpus.tokenizers.fingerprint(),
            languages,
        ),
        corpus=corpus.train,
        tokenizers=corpus.tokenizers,
        dev=DevSet(corpus.dev, corpus.dev_examples, experiment.corpus.target_language),
        config=experiment.training,
        machine=machine,
        seed=experiment.seed,
        checkpoints=checkpoints,
        launched=launched,
        fingerprint=corpus.fingerprint,
        workers=workers,
        validates_first=experiment.init_from is not None,
    )
