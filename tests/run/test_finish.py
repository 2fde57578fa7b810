"""What is put down of a run: how far it came, and by which checksums its text is known."""

import dataclasses
import hashlib
from pathlib import Path
from typing import Any

import pytest

from nmt.experiment import Experiment
from nmt.reports.record import RunRecord
from nmt.run.finish import describe_end, describe_promise, record_of
from nmt.training.job import Job
from nmt.training.progress import Progress
from tests.tiny import make_experiment
from tests.training.jobs import SilentLog, tiny_job, trainer_on

LOWER = "A new run, with another --out and a lower training.learning_rate or more text, may make it better."


def recorded(experiment: Experiment, job: Job, progress: Progress, hashes: dict[str, list[str]]) -> RunRecord:
    return record_of(experiment, job, progress, None, {}, hashes)


def test_epochs_are_of_pairs_whatever_pieces_were_drawn_for_them(tmp_path: Path) -> None:
    changes: dict[str, Any] = {"tokenizer__sampling": 0.5, "training__max_updates": 5, "training__validate_every": 99}
    job = tiny_job(tmp_path, **changes)
    trainer, seen = trainer_on(job, SilentLog()), []
    update = trainer.updater.update

    def watch(progress: Progress, batches: list[Any]) -> Any:
        seen.extend(index for batch in batches for index in batch.indices.tolist())
        return update(progress, batches)

    trainer.updater.update = watch
    progress = trainer.run()
    record = recorded(make_experiment(tmp_path, **changes), job, progress, {"train": ["a"], "dev": ["b"]})
    assert record.epochs == len(seen) / 60
    unsampled = len(job.corpus.pool(job.seed, 0, 0).target.ids) + 60  # and the ends of sentences
    assert record.target_tokens != pytest.approx(record.epochs * unsampled)


def test_a_test_set_is_known_by_its_files(tmp_path: Path) -> None:
    job = tiny_job(tmp_path)
    files = {"source": str(tmp_path / "test.de"), "target": str(tmp_path / "test.en")}
    for path in files.values():
        Path(path).write_bytes(b"a line\n")
    experiment = make_experiment(tmp_path, corpus__test=files)
    known = recorded(experiment, job, Progress(), {"train": ["a"], "dev": ["b"]}).text_sha256
    assert known == {
        "train": ["a"],
        "dev": ["b"],
        "test": [hashlib.sha256(b"a line\n").hexdigest()] * 2,
    }
    Path(files["source"]).unlink()  # no reason to lose what was trained
    assert recorded(experiment, job, Progress(), {"train": ["a"], "dev": ["b"]}).text_sha256 == {
        "train": ["a"],
        "dev": ["b"],
        "test": [],
    }


def test_the_end_of_a_run_is_described_with_its_best_score() -> None:
    progress = Progress(update=1200, train_seconds=75.0)
    assert describe_end(progress) == "1,200 updates in 1:15 of training"
    progress.best_update, progress.best_score = 1000, -2.0
    best = "1,200 updates in 1:15 of training; the best model is that of update 1000"
    assert describe_end(progress) == best  # of a language model
    progress.best_bleu = 34.567
    assert describe_end(progress) == f"{best}, with 34.57 BLEU on the dev set"
    progress.update, progress.best_update = 1, 0
    said = "the model it began with is still the best, with 34.57 BLEU on the dev set: no later one was better"
    assert describe_end(progress) == f"1 update in 1:15 of training; {said}"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Its last validation was the best: longer training (training.max_updates) may make it better."),
        (
            {"pairs": 99, "finish_reason": "time_limit"},
            "It saw less than one epoch of the text, and its last validation was the best: longer training "
            "(training.time_limit) may make it better.",
        ),
        (
            {"pairs": 99, "best_update": 900},
            "It saw less than one epoch of the text: longer training (training.max_updates) may make it better.",
        ),
        ({"best_update": 900}, ""),
        ({"finish_reason": "patience"}, ""),
        ({"pairs": 99, "best_update": 0}, LOWER),
        ({"best_update": 0, "finish_reason": "patience"}, LOWER),
    ],
)
def test_a_run_that_a_limit_has_ended_too_early_says_so(changes: dict[str, Any], said: str) -> None:
    progress = Progress(update=1000, best_update=1000, pairs=100, finish_reason="max_updates")
    assert describe_promise(dataclasses.replace(progress, **changes), 100, "inverse_sqrt") == said
    of_cosine = describe_promise(dataclasses.replace(progress, **changes), 100, "cosine")  # the last is mostly the best
    unsaid = said.replace(", and its last validation was the best", "")
    assert of_cosine == (unsaid if "epoch" in said or said == LOWER else "")
