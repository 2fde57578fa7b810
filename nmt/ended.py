"""What is put down of a run that trains no more, or not now."""

import dataclasses

import torch

from nmt.config import dump_config
from nmt.corpus.lines import hash_lines
from nmt.errors import DataError
from nmt.experiment import Experiment
from nmt.metrics.scores import signature_of
from nmt.models.build import describe
from nmt.reports.record import RunRecord, library_versions
from nmt.training.device import available_cores, cpu_features, cpu_name, peak_memory_bytes
from nmt.training.job import Job
from nmt.training.log import show_duration
from nmt.training.progress import Progress
from nmt.training.validate import DevSet


def record_of(
    experiment: Experiment,
    job: Job,
    progress: Progress,
    parameters: int,
    commit: str | None,
    hashes: dict[str, list[str]],
) -> RunRecord:
    """What a run was and measured. `hashes` are of its training and dev text."""
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
        versions=library_versions(),
        hardware=hardware,
        precision=job.machine.precision,
        threads=job.machine.threads,
        parameters=parameters,
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
        text_sha256=_text_hashes(experiment, job.dev, hashes),
    )


def renamed(record: RunRecord, experiment: Experiment) -> RunRecord:
    """The record of a run whose recipe now has another name, search or card."""
    return dataclasses.replace(record, name=experiment.name, experiment=dump_config(experiment))


def _text_hashes(experiment: Experiment, dev: DevSet, hashes: dict[str, list[str]]) -> dict[str, list[str]]:
    """Checksums by which scores on the text of the recipe are known; of a dev set of the hub those of its lines."""
    lines = [[getattr(pair, side) for pair in dev.pairs] for side in ("source", "target")]
    found = {**hashes, "dev": hashes["dev"] or [hash_lines(side) for side in lines]}
    if experiment.corpus.test:
        try:
            found["test"] = experiment.corpus.text("test").hashes()
        except DataError:  # it was there when training began, which needs it for nothing else
            found["test"] = []
    return found


def describe_end(progress: Progress) -> str:
    """How far a run came, in words."""
    trained = f"{progress.update} updates in {show_duration(progress.train_seconds)} of training"
    if progress.best_bleu is None:
        return trained
    return f"{trained}, best dev BLEU {progress.best_bleu:.2f} at update {progress.best_update}"
