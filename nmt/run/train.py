"""`nmt train`: what a run directory holds is gone on from, or begun; then it is trained, and put on record."""

import shlex
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path

from rich.console import Console

from nmt.config import RECIPE
from nmt.corpus.checks import check_parts
from nmt.corpus.prepare import PreparedCorpus
from nmt.counted import counted
from nmt.errors import NMTError
from nmt.experiment import Experiment, experiment_bytes
from nmt.metrics import doubt_about
from nmt.models.build import count_parameters, describe
from nmt.reports.record import library_versions, source_commit
from nmt.run.assemble import checkpoints_of, make_job, prepare_text
from nmt.run.changes import note_changes
from nmt.run.files import remove_records, write_loose
from nmt.run.finish import (
    advice,
    bring_up_to_date,
    describe_end,
    describe_halt,
    describe_scores,
    is_put_down,
    put_down,
    record_of,
)
from nmt.run.parent import doubts_about, load_parent
from nmt.run.resume import (
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
from nmt.storage.lock import only_one
from nmt.training.checkpoint import Checkpoints
from nmt.training.device import prepare_machine
from nmt.training.distributed import Workers, check_alike, join_workers
from nmt.training.job import Job, reason_to_stop
from nmt.training.journal import JOURNAL
from nmt.training.log import TrainingLog
from nmt.training.loop import train
from nmt.training.progress import Progress
from nmt.training.step import memory_errors_explained

Say = Callable[[str], None]
Code = tuple[str | None, dict[str, str]]  # its commit, the versions of libraries


def train_run(experiment: Experiment, directory: Path, console: Console, recipe: Path | None = None) -> str:
    """Train, or go on training, in `directory`; returns why it ended. Under torchrun every process calls this.

    `recipe` is the file that the experiment was read from, near which files that are missing are looked for. Once the
    text has been looked at, Ctrl-C ends it at any time.

    Raises ConfigError where the directory holds a run of another recipe, DataError, CheckpointError and DiskError.
    """
    started = time.perf_counter()
    code = source_commit(), library_versions()  # now: a checkout may move on while a model trains
    check_own(directory)
    doubts = [] if is_run(directory) else _doubts_about_text(experiment, recipe)  # a begun one can do without
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


def only_trainer(directory: Path) -> AbstractContextManager[bool]:
    """Within, no other process trains in the same directory. Raises NMTError where another does, and DiskError."""

    def refuse() -> None:
        raise NMTError(f"Another `nmt train` is at work in {directory}. Wait until it ends, or use another --out.")

    return only_one(directory, refuse, "Use another --out.")


def _train_alone(
    experiment: Experiment, directory: Path, console: Console, workers: Workers, started: float, code: Code
) -> str:
    """As train_run, where nobody else is at work in the directory."""
    say = partial(_say, console)
    found = Checkpoints(directory).newest_of_all(workers, say)
    done = found[0] if found else None
    if not done:
        check_new(directory)
    over = reason_to_stop(done, experiment.training) if done and done.validated_at == done.update else ""
    is_over = bool(over) and is_put_down(directory)
    before = recipe_at_end(directory) if is_over else recipe_so_far(directory, found[1] if found else None)
    if done:
        experiment = as_it_began(experiment, before, say)
    check_same(experiment, before, directory, say, is_over)
    if done and is_over:
        check_models(directory)
        changed = workers.leads and bring_up_to_date(experiment, directory)
        now_has = "Its name, [search] and [card] are now those of this recipe. " if changed else ""
        remedy = f"Raise training.{over} to go on, or use another --out."
        say(f"{directory} is finished ({describe_end(done)}). {now_has}{remedy}")
        return over
    job, hashes = _begin(experiment, directory, workers, started, code[0], done, say)
    if found:
        say(f"Going on from update {found[0].update} in {directory}.")
        note_changes(*found, job.checkpoints, before or experiment, experiment, say)
    metrics = directory / JOURNAL if workers.leads else None
    training = experiment.training
    with TrainingLog(metrics, console, experiment.name, training.max_updates, training.time_limit) as log:
        progress = train(job, log, found)
    if workers.leads:
        put_down(directory, record_of(experiment, job, progress, *code, hashes))
    say(_farewell(experiment, directory, progress, len(job.corpus)))
    return progress.finish_reason


def _begin(
    experiment: Experiment,
    directory: Path,
    workers: Workers,
    started: float,
    commit: str | None,
    done: Progress | None,
    say: Say,
) -> tuple[Job, dict[str, list[str]]]:
    """Text, machine and model, and what a run directory has from its beginning; with the job the hashes of the text."""
    training = experiment.training
    parent = load_parent(experiment, directory, begun=done is not None)
    corpus = prepare_text(experiment, directory, workers, say, parent)
    if workers.size > 1:
        first_model = parent.checksum() if parent else ""
        check_alike(workers, {"prepared text": corpus.fingerprint, "model that init_from names": first_model})
    check_same_text(corpus, directory, done, say)
    if said := doubt_about([pair.target for pair in corpus.dev], experiment.corpus.target_language):
        say(said)
    # After the text: from here on freed memory is kept, and training a tokenizer takes much.
    machine = prepare_machine(training.precision, training.threads, workers.here)
    checkpoints = checkpoints_of(experiment, directory, machine, workers, commit)
    workers.wait()  # all have seen what was there before it is written anew
    if workers.leads:
        _write_beginning(experiment, directory, corpus, say)
    with memory_errors_explained():
        job = make_job(experiment, corpus, machine, checkpoints, workers, started, parent)
    say(_introduction(experiment, job, time.perf_counter() - started))
    if parent is not None and parent.weights is not None:
        say(f"It begins with the tokenizer and the best model of {experiment.init_from}.")
        for said in doubts_about(experiment):
            say(said)
    return job, corpus.hashes


def _write_beginning(experiment: Experiment, directory: Path, corpus: PreparedCorpus, say: Say) -> None:
    tokenizers = {name: tokenizer.model for name, tokenizer in corpus.tokenizers.files().items()}
    write_loose(directory, {RECIPE: experiment_bytes(experiment), **tokenizers}, ended=False)
    if said := describe_scores(directory):
        say(said)
    remove_records(directory)  # until training ends again there is nothing to report


def _introduction(experiment: Experiment, job: Job, seconds: float) -> str:
    machine, size = job.machine, job.workers.size
    threads = counted(machine.threads, "thread") + (f", {size} processes" if size > 1 else "")
    return (
        f"{experiment.name}: {describe(experiment.model)}; {count_parameters(job.model):,} parameters; "
        f"{counted(len(job.corpus), 'pair')}; {machine.precision} on {machine.device.type}, {threads}; "
        f"ready in {seconds:.1f} s"
    )


def _farewell(experiment: Experiment, directory: Path, progress: Progress, num_pairs: int) -> str:
    if progress.finish_reason == "interrupted":
        return f"Stopped at update {progress.update}, everything is saved. The same command goes on from there."
    command = shlex.join(["nmt", "translate", str(directory)])
    reads = experiment.model.encoder.type != "none"  # a language model only says how probable a text is
    use = f"Translate with: {command} < FILE" if reads else f"Score text with: {command} --score FILE < FILE"
    advised = advice(progress, num_pairs, experiment.training.schedule)
    return " ".join(filter(None, (f"{experiment.name}: {describe_end(progress)}.", advised, use)))


def _doubts_about_text(experiment: Experiment, recipe: Path | None) -> list[str]:
    """Raises ConfigError or DataError where the text cannot be what is meant; what merely may not be is returned."""
    corpus = experiment.corpus
    languages = corpus.source_language, corpus.target_language
    reads = experiment.model.encoder.type != "none"
    return check_parts(corpus.texts(), languages, recipe.parent if recipe else None, two_sides=reads)


def _say(console: Console, message: str) -> None:
    console.print(message, highlight=False, markup=False, soft_wrap=True)
