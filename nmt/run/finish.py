"""Ending a run: its record, its model card, and the sentences that say how it ended."""

import dataclasses
import shlex
from pathlib import Path

from nmt.config import RECIPE, dump_config
from nmt.counted import counted
from nmt.errors import CheckpointError, DataError
from nmt.experiment import Experiment, experiment_bytes
from nmt.metrics.scores import signature_of
from nmt.models.build import count_parameters, describe
from nmt.reports.card import write_card
from nmt.reports.evaluations import read_evaluations
from nmt.reports.numbers import listing
from nmt.reports.record import RECORD, RunRecord
from nmt.run.files import ENDED, holds, write_loose
from nmt.run.resume import read_record, recipe_at_end
from nmt.storage.disk import Disk
from nmt.storage.seal import check_sealed, seal
from nmt.storage.steps import list_steps
from nmt.training.device import hardware, peak_memory_bytes
from nmt.training.job import Job
from nmt.training.log import show_duration
from nmt.training.progress import Progress


def record_of(
    experiment: Experiment,
    job: Job,
    progress: Progress,
    commit: str | None,
    versions: dict[str, str],
    hashes: dict[str, list[str]],
) -> RunRecord:
    """What a run was and measured. `hashes` are of its training and dev text."""
    return RunRecord(
        name=experiment.name,
        experiment=dump_config(experiment),
        architecture=describe(experiment.model),
        commit=commit,
        versions=versions,
        hardware=hardware(),
        precision=job.machine.precision,
        threads=job.machine.threads,
        parameters=count_parameters(job.model),
        vocab_size=job.about.target_vocab,
        updates=progress.update,
        epochs=progress.pairs / len(job.corpus),
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
        rollbacks=progress.rollbacks,
        changes=progress.changes,
        train_pairs=len(job.corpus),
        dev_pairs=len(job.dev.pairs),
        dev_signature=signature_of("BLEU", job.dev.target_language),
        text_sha256=_text_hashes(experiment, hashes),
    )


def put_down(directory: Path, record: RunRecord) -> None:
    """Write what a run came to, beside its models: record and card. Raises DiskError."""
    record.save(directory / RECORD)
    seal(directory, ENDED, Disk())
    write_card(directory)


def is_put_down(directory: Path) -> bool:
    """Whether a run that has reached a limit is on record as ended; one that a signal stopped just then is not."""
    path = directory / RECORD
    try:
        return path.exists() and RunRecord.load(path).finish_reason != "interrupted"
    except CheckpointError:  # `bring_up_to_date` says what is wrong with it
        return True


def bring_up_to_date(experiment: Experiment, directory: Path) -> bool:
    """Give a run that is over the name, [search] and [card] of this recipe; whether it had others.

    Raises CheckpointError where a loose file of it was damaged, and DiskError.
    """
    before = recipe_at_end(directory)
    new = {"name": experiment.name, "search": experiment.search, "card": experiment.card}
    ended = before.model_copy(update=new)
    record = dataclasses.replace(read_record(directory), name=ended.name, experiment=dump_config(ended))
    files = {RECIPE: experiment_bytes(ended), RECORD: record.to_bytes()}
    if all(holds(directory, name, data) for name, data in files.items()):
        check_sealed(directory)
    else:
        write_loose(directory, files, ended=True)
    write_card(directory)
    return ended != before


def _text_hashes(experiment: Experiment, hashes: dict[str, list[str]]) -> dict[str, list[str]]:
    """Checksums by which scores on the text of the recipe are known."""
    found = dict(hashes)
    if experiment.corpus.test:
        try:
            found["test"] = experiment.corpus.text("test").hashes()
        except DataError:  # it was there when training began, which needs it for nothing else
            found["test"] = []
    return found


def describe_scores(directory: Path) -> str:
    """Which scores a run loses that goes on; "" where it has none."""
    try:
        noted = read_evaluations(directory)
    except CheckpointError:  # they go, damaged or not
        return "Its scores are dropped, as its model changes."
    if not noted:
        return ""
    texts = listing(list(dict.fromkeys(each.source for each in noted)))
    command = shlex.join(["nmt", "evaluate", str(directory)])
    return (
        f"Its scores on {texts} are dropped, as its model changes. `{command}` will measure the new one on the "
        "recipe's test set; --source and --reference name another."
    )


def describe_end(progress: Progress) -> str:
    """How far a run came, in words."""
    trained = f"{counted(progress.update, 'update')} in {show_duration(progress.train_seconds)} of training"
    if progress.best_score is None:
        return trained
    bleu = "" if progress.best_bleu is None else f", with {progress.best_bleu:.2f} BLEU on the dev set"
    if not progress.best_update:
        return f"{trained}; the model it began with is still the best{bleu}: no later one was better"
    return f"{trained}; the best model is that of update {progress.best_update}{bleu}"


def describe_halt(directory: Path) -> str:
    """What there is of a run that was stopped at once."""
    states = list_steps(directory / "state")
    if not states:
        return (
            f"Stopped before the first update of {directory}. The same command begins again, with whatever text is "
            "prepared by now."
        )
    return f"Stopped. {directory} is as it was saved at update {states[-1]}; the same command goes on from there."


def advice(progress: Progress, num_pairs: int, schedule: str) -> str:
    """How a better model than that of an ended run might be had, in a sentence; "" where there is no advice."""
    if not progress.best_update:
        return "A new run, with another --out and a lower training.learning_rate or more text, may make it better."
    if progress.finish_reason not in ("max_updates", "time_limit"):
        return ""
    reasons = ["it saw less than one epoch of the text"] if progress.pairs < num_pairs else []
    if progress.best_update == progress.update and schedule != "cosine":  # which has come to its end: the last is best
        reasons.append("its last validation was the best")
    if not reasons:
        return ""
    said = ", and ".join(reasons).capitalize()
    return f"{said}: longer training (training.{progress.finish_reason}) may make it better."
