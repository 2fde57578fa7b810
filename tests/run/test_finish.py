"""What is put down of a run when it ends, and what becomes of one that has ended."""

import dataclasses
import hashlib
import os
import signal
from pathlib import Path
from typing import Any

import pytest

import nmt
from nmt.config import dump_config
from nmt.errors import CheckpointError
from nmt.experiment import Experiment, load_experiment
from nmt.metrics import Score
from nmt.reports.evaluations import Evaluation, note_evaluation
from nmt.reports.record import RunRecord
from nmt.run.finish import advice, describe_end, describe_scores, record_of
from nmt.run.verify import problems
from nmt.search.config import SearchConfig
from nmt.storage.seal import check_sealed
from nmt.training.checkpoint import Checkpoints
from nmt.training.job import Job
from nmt.training.progress import Progress
from nmt.training.updater import Updater
from tests.run.begun import content, refusal, same
from tests.tiny import make_experiment, run
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
    assert advice(dataclasses.replace(progress, **changes), 100, "inverse_sqrt") == said
    of_cosine = advice(dataclasses.replace(progress, **changes), 100, "cosine")  # the last is mostly the best
    unsaid = said.replace(", and its last validation was the best", "")
    assert of_cosine == (unsaid if "epoch" in said or said == LOWER else "")


def test_starting_a_finished_run_again_says_so_and_changes_nothing(begun: Path) -> None:
    before = content(begun)
    os.utime(begun / "record.json", (1, 1))
    reason, said = run(same(begun), begun)
    assert (begun / "record.json").stat().st_mtime == 1  # by which a script may tell whether it was trained since
    assert reason == "max_updates"
    assert said.startswith(f"{begun} is finished (2 updates in ")
    assert said.endswith(" BLEU on the dev set). Raise training.max_updates to go on, or use another --out.\n")
    assert content(begun) == before


def test_a_lost_record_is_written_again(begun: Path) -> None:
    before = RunRecord.load(begun / "record.json")
    (begun / "record.json").unlink()
    run(same(begun), begun)
    after = RunRecord.load(begun / "record.json")
    same_keys = ("updates", "target_tokens", "train_seconds", "best_update", "best_dev_bleu", "clipped_updates")
    assert [getattr(after, key) for key in same_keys] == [getattr(before, key) for key in same_keys]
    assert after.finish_reason == before.finish_reason
    check_sealed(begun)


def test_a_finished_run_whose_record_was_damaged_says_that_it_is_written_again_once_it_is_deleted(begun: Path) -> None:
    before = RunRecord.load(begun / "record.json")
    (begun / "record.json").write_text("{", encoding="utf-8")
    said = refusal(CheckpointError, same(begun), begun)
    assert said.endswith("Put back the one of this run. Without one, delete it: the same command writes it again.")
    (begun / "manifest.json").unlink()
    said = refusal(CheckpointError, same(begun), begun)
    assert said.endswith(
        "Put back the one of this run, or delete it: then its own `nmt train` command writes it again."
    )
    (begun / "record.json").unlink()
    run(same(begun), begun)
    assert RunRecord.load(begun / "record.json").target_tokens == before.target_tokens
    assert problems(begun) == []


def test_an_interrupted_run_that_has_reached_its_limit_is_validated_before_it_is_finished(
    begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    update, experiment, directory = Updater.update, same(begun), tmp_path / "runs" / "again"

    def interrupted(self: Any, progress: Progress, batches: list[Any]) -> Any:
        if progress.update == 1:
            os.kill(os.getpid(), signal.SIGTERM)
        return update(self, progress, batches)

    monkeypatch.setattr(Updater, "update", interrupted)
    assert run(experiment, directory)[0] == "interrupted"
    assert not (directory / "models").exists()
    assert run(experiment, directory)[0] == "max_updates"
    assert RunRecord.load(directory / "record.json").finish_reason == "max_updates"
    assert nmt.load(directory).translate(["der Hund"], SearchConfig(max_length_ratio=1.0))


def test_a_run_stopped_in_its_last_validation_is_finished_by_the_same_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, directory = Checkpoints.save_state, tmp_path / "runs" / "again"

    def interrupted(self: Any, *arguments: Any) -> None:
        save(self, *arguments)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(Checkpoints, "save_state", interrupted)
    experiment = make_experiment(tmp_path / "text", training__validate_every=1)
    assert run(experiment, directory)[0] == "interrupted"  # after update 1 of 2
    monkeypatch.undo()
    lowered = make_experiment(tmp_path / "text", training__validate_every=1, training__max_updates=1)
    reason, said = run(lowered, directory)
    assert reason == "max_updates"  # lowered to where it stands
    assert "1 update in" in said
    assert RunRecord.load(directory / "record.json").finish_reason == "max_updates"
    assert "is finished" in run(lowered, directory)[1]


def test_a_finished_run_keeps_the_recipe_that_it_was_trained_by(begun: Path) -> None:
    changed = same(begun, search={"beam": 3}, training__max_updates=1, training__keep_last=9)
    said = run(changed, begun)[1]
    assert "is finished (2 updates" in said
    assert "Its name, [search] and [card] are now those of this recipe. Raise training.max_updates" in said
    kept = load_experiment(begun / "experiment.toml")
    assert (kept.training, kept.search.beam) == (same(begun).training, 3)
    record = RunRecord.load(begun / "record.json")
    assert (record.name, record.experiment) == (kept.name, dump_config(kept))
    check_sealed(begun)


def test_a_run_has_a_card_and_that_of_a_finished_one_follows_its_recipe(begun: Path) -> None:
    before = (begun / "README.md").read_text(encoding="utf-8")
    assert "| corpus | unknown |" in before
    record = RunRecord.load(begun / "record.json")
    assert (record.train_pairs, record.dev_pairs) == (60, 6)
    assert record.dev_signature is not None
    text = Path(load_experiment(begun / "experiment.toml").corpus.train.source).parent
    assert record.text_sha256 == {
        part: [hashlib.sha256((text / f"{part}.{code}").read_bytes()).hexdigest() for code in ("de", "en")]
        for part in ("train", "dev")
    }
    assert f"| {record.dev_signature} |" in before.replace("\\", "")
    run(same(begun, card={"corpus": "Invented pairs"}), begun)
    after = (begun / "README.md").read_text(encoding="utf-8")
    assert "| corpus | Invented pairs |" in after


def test_scores_of_an_earlier_model_are_gone_once_training_goes_on(begun: Path) -> None:
    scores = (Score("BLEU", 12.5, "tok:13a", 10.0, 15.0),)
    note_evaluation(begun, Evaluation("t.de", "t.en", "a", "b", 6, {"method": "beam", "beam": 5}, 1.0, scores))
    run(same(begun), begun)
    assert "12\\.50" in (begun / "README.md").read_text(encoding="utf-8")
    said = run(same(begun, training__max_updates=3), begun)[1]
    again = f"`nmt evaluate {begun}` will measure the new one on the recipe's test set;"
    assert f"Its scores on t.de are dropped, as its model changes. {again}" in said
    assert "12\\.50" not in (begun / "README.md").read_text(encoding="utf-8")
    assert not (begun / "scores").exists()
    assert "scores on" not in run(same(begun, training__max_updates=4), begun)[1]


def test_all_texts_whose_scores_are_dropped_are_named_and_damaged_ones_are_dropped_too(begun: Path) -> None:
    for files in (("t.de", "t.en", "a", "b"), ("u.de", "u.en", "c", "d")):
        note_evaluation(begun, Evaluation(*files, 1, {"method": "beam"}, 1.0, (Score("BLEU", 1.0, "s", 0.5, 1.5),)))
    assert "Its scores on t.de and u.de are dropped" in describe_scores(begun)
    (begun / "scores" / "scores.json").write_text("damaged", encoding="utf-8")
    assert describe_scores(begun) == "Its scores are dropped, as its model changes."


def test_a_finished_run_whose_recipe_was_deleted_gets_the_one_that_it_was_trained_by(begun: Path) -> None:
    recipe, record = (begun / "experiment.toml").read_bytes(), (begun / "record.json").read_bytes()
    lowered = same(begun, training__max_updates=1)
    (begun / "experiment.toml").unlink()
    _, said = run(lowered, begun)
    assert f"{begun / 'experiment.toml'} is missing. It is written again." in said
    assert (begun / "experiment.toml").read_bytes() == recipe
    assert (begun / "record.json").read_bytes() == record
    check_sealed(begun)
