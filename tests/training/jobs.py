"""A training job that can be run update by update."""

import dataclasses
import time
from pathlib import Path
from typing import Any

import torch

from nmt.corpus.prepare import prepare_corpus
from nmt.run.assemble import checkpoints_of, make_job, sources_of
from nmt.training.device import Machine
from nmt.training.distributed import ALONE
from nmt.training.job import Job
from nmt.training.loop import _Trainer
from tests.tiny import make_experiment


def tiny_job(folder: Path, **changes: Any) -> Job:
    """The job of the tiny experiment in the new directory `folder`/run; the same weights every time."""
    experiment = make_experiment(folder, **changes)
    config = experiment.tokenizer
    corpus = prepare_corpus(sources_of(experiment), config, folder / "prepared", lambda text: None)
    (folder / "run").mkdir(exist_ok=True)
    machine = Machine(torch.device("cpu"), "fp32", 1)
    checkpoints = checkpoints_of(experiment, folder / "run", machine, ALONE, None)
    return make_job(experiment, corpus, machine, checkpoints, ALONE, time.perf_counter(), None)


def trainer_on(job: Job, log: "SilentLog") -> Any:
    """A trainer that goes on from the newest checkpoint of the job's directory, where there is one."""
    return _Trainer(job, log, job.checkpoints.newest(log.say))  # type: ignore[arg-type]


def with_config(job: Job, **fields: Any) -> Job:
    """The same job, trained otherwise."""
    return dataclasses.replace(job, config=job.config.model_copy(update=fields))


class SilentLog:
    """Stands in for TrainingLog; keeps what it is given."""

    def __init__(self) -> None:
        self.trained: list[dict[str, float]] = []
        self.validated: list[dict[str, float]] = []
        self.said: list[str] = []
        self.faults: list[dict[str, Any]] = []

    def train(self, progress: Any, figures: dict[str, float]) -> None:
        self.trained.append({"update": progress.update, **figures})

    def validation(self, progress: Any, figures: dict[str, float], is_best: bool) -> None:
        self.validated.append({"update": progress.update, "best": is_best, **figures})

    def fault(self, progress: Any, what: str, message: str, **details: Any) -> None:
        self.faults.append({"update": progress.update, "what": what, **details})
        self.say(message)

    def sync(self, progress: Any) -> None: ...

    def rewind(self, progress: Any) -> None: ...

    def say(self, message: str) -> None:
        self.said.append(message)
