"""The training state on disk."""

import dataclasses
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load
from safetensors.torch import save as safetensors_bytes
from torch import Tensor

from nmt.errors import CheckpointError
from nmt.models.saved import load_model
from nmt.storage.disk import Disk
from nmt.storage.folder import read_folder, write_folder
from nmt.storage.steps import follow, list_steps, step_dir
from nmt.training.checkpoint import TrainingState, state_files
from nmt.training.distributed import ALONE
from nmt.training.loop import _Trainer
from nmt.training.random_state import random_bytes, seed_everything
from tests.training.jobs import SilentLog, tiny_job, trainer_on


def trainer_after(folder: Path, updates: int, **changes: Any) -> Any:
    """A trainer some updates on, that has never saved anything."""
    trainer: Any = _Trainer(tiny_job(folder, **changes), SilentLog())  # type: ignore[arg-type]
    for _ in range(updates):
        trainer.updater.update(trainer.progress, trainer._own_batches())
    return trainer


def save(trainer: Any) -> Path:
    """Where the state of this update now is."""
    checkpoints = trainer.job.checkpoints
    checkpoints.save_state(trainer.updater.state(trainer.progress), ALONE)
    return step_dir(checkpoints.states, trainer.progress.update)


def resumed(folder: Path, **changes: Any) -> Any:
    """A new trainer that goes on from the newest state."""
    return trainer_on(tiny_job(folder, **changes), SilentLog())


def everything(state: TrainingState) -> dict[str, Tensor]:
    weights = {f"weight.{name}": parameter for name, parameter in state.model.named_parameters()}
    average = {f"average.{name}": tensor for name, tensor in state.average.weights.items()}
    moments = {
        f"moment.{index}.{name}": tensor
        for index, parameter in enumerate(state.model.parameters())
        for name, tensor in state.optimizer.state[parameter].items()
    }
    return {name: tensor.detach().clone() for name, tensor in {**weights, **average, **moments}.items()}


def assert_equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> None:
    assert one.keys() == other.keys()
    assert [name for name in one if not torch.equal(one[name], other[name])] == []


@pytest.mark.parametrize("optimizer", ["adamw", "adam"])
def test_a_loaded_state_is_the_saved_one_bit_for_bit(tmp_path: Path, optimizer: str) -> None:
    trainer = trainer_after(tmp_path, 3, training__optimizer=optimizer)
    save(trainer)
    fresh = resumed(tmp_path, training__optimizer=optimizer)
    assert fresh.progress == trainer.progress
    assert_equal(everything(fresh.updater.state(fresh.progress)), everything(trainer.updater.state(trainer.progress)))


def test_every_random_generator_goes_on_where_it_was(tmp_path: Path) -> None:
    def draw() -> list[float]:
        return [random.gauss(0, 1), random.random(), np.random.normal(), np.random.random(), torch.rand(1).item()]

    trainer = trainer_after(tmp_path, 1)
    draw()
    save(trainer)
    expected = draw() + draw()
    seed_everything(12345)
    resumed(tmp_path)
    assert draw() + draw() == expected


def test_after_loading_the_next_update_is_the_same(tmp_path: Path) -> None:
    trainer = trainer_after(tmp_path, 3)
    save(trainer)
    trainer.updater.update(trainer.progress, trainer._own_batches())
    again = resumed(tmp_path)
    again.updater.update(again.progress, again._own_batches())
    assert_equal(everything(again.updater.state(again.progress)), everything(trainer.updater.state(trainer.progress)))
    assert again.progress == trainer.progress


def test_a_state_without_an_average_is_saved_and_loaded(tmp_path: Path) -> None:
    trainer = trainer_after(tmp_path, 1, training__ema=0.0)
    save(trainer)
    assert resumed(tmp_path, training__ema=0.0).progress == trainer.progress


def test_nothing_loaded_is_tied_to_the_file(tmp_path: Path) -> None:
    where = save(trainer_after(tmp_path, 1))
    trainer = resumed(tmp_path)
    shutil.rmtree(where)
    trainer.updater.update(trainer.progress, trainer._own_batches())  # moments are changed in place
    assert all(bool(tensor.isfinite().all()) for tensor in everything(trainer.updater.state(trainer.progress)).values())


NAMES = ["weights.safetensors", "average.safetensors", "optimizer.safetensors", "random-0.safetensors", "progress.json"]


@pytest.mark.parametrize("name", [*NAMES, "manifest.json"])
def test_a_missing_or_changed_file_is_refused(tmp_path: Path, name: str) -> None:
    path = save(trainer_after(tmp_path, 1)) / name
    content = path.read_bytes()
    path.write_bytes(content[:9] + bytes([content[9] ^ 1]) + content[10:])
    with pytest.raises(CheckpointError):
        resumed(tmp_path)
    path.unlink()
    with pytest.raises(CheckpointError):
        resumed(tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_that_lacks_a_part_is_refused(tmp_path: Path, name: str) -> None:
    where = save(trainer_after(tmp_path, 1))
    files = read_folder(where).files
    del files[name]
    write_folder(where, files, {}, Disk())
    with pytest.raises(CheckpointError, match=name):
        resumed(tmp_path)


def test_the_state_of_another_model_is_refused(tmp_path: Path) -> None:
    save(trainer_after(tmp_path, 1))
    with pytest.raises(CheckpointError, match="has shape"):
        resumed(tmp_path, model__embedding_dim=10)
    with pytest.raises(CheckpointError, match=r"average\.safetensors: the weights are not those of"):
        resumed(tmp_path, training__ema=0.0)


def test_a_state_under_the_number_of_another_is_refused(tmp_path: Path) -> None:
    where = save(trainer_after(tmp_path, 1))
    where.rename(where.with_name("step-7"))
    with pytest.raises(CheckpointError, match=r"step-7 is of update 1\."):
        resumed(tmp_path)


def test_a_crash_between_the_state_and_the_pointers_is_made_good(tmp_path: Path) -> None:
    trainer = trainer_after(tmp_path, 1)
    save(trainer)
    job = trainer.job
    trainer.updater.update(trainer.progress, trainer._own_batches())
    trainer.progress.note_score(3.0, keep=1)
    job.checkpoints.save_model(trainer.updater.model, job.about, trainer.progress, 3.0)
    files = state_files(trainer.updater.state(trainer.progress), [random_bytes()])
    write_folder(step_dir(job.checkpoints.states, 2), files, {}, Disk())
    (job.checkpoints.states / "step-3.tmp").mkdir()
    assert resumed(tmp_path).progress.update == 2
    assert follow(job.checkpoints.states, "latest") == 2
    assert follow(job.checkpoints.models, "last") == follow(job.checkpoints.models, "best") == 2
    assert list_steps(job.checkpoints.states) == [1, 2]
    assert not (job.checkpoints.states / "step-3.tmp").exists()


def test_one_seed_seeds_every_generator_in_use() -> None:
    drawn = []
    for _ in range(2):
        seed_everything(5)
        drawn.append((random.random(), np.random.random(), torch.rand(1).item()))
    assert drawn[0] == drawn[1]


def test_a_state_notes_the_conditions_that_exact_resume_needs(tmp_path: Path) -> None:
    trainer = trainer_after(tmp_path, 1)
    folder = read_folder(save(trainer))
    checkpoints = trainer.job.checkpoints
    assert checkpoints.different_conditions(folder) == []
    other = dataclasses.replace(checkpoints, conditions=checkpoints.conditions | {"threads": 9, "torch": "3.0"})
    assert other.different_conditions(folder) == [f"torch {torch.__version__}, now 3.0", "threads 1, now 9"]
    assert folder.about["recipe"]["training"]["learning_rate"] == trainer.job.config.learning_rate


def test_a_damaged_newer_state_never_costs_the_whole_one(tmp_path: Path) -> None:
    trainer = trainer_after(tmp_path, 1)
    save(trainer)
    trainer.updater.update(trainer.progress, trainer._own_batches())
    (save(trainer) / "progress.json").unlink()
    again = resumed(tmp_path, training__keep_last=1)
    assert again.progress.update == 1
    assert list_steps(trainer.job.checkpoints.states) == [1]
    assert (trainer.job.checkpoints.states / "step-2.damaged" / "weights.safetensors").exists()
    assert follow(trainer.job.checkpoints.states, "latest") == 1
    again.updater.update(again.progress, again._own_batches())
    save(again)
    assert list_steps(trainer.job.checkpoints.states) == [2]
    assert resumed(tmp_path).progress.update == 2


def test_a_model_newer_than_the_state_stays_until_it_is_written_again(tmp_path: Path) -> None:
    trainer: Any = _Trainer(tiny_job(tmp_path, training__keep_last=2), SilentLog())  # type: ignore[arg-type]
    checkpoints, job = trainer.job.checkpoints, trainer.job
    for number in range(1, 4):
        trainer.updater.update(trainer.progress, trainer._own_batches())
        trainer.progress.note_score(float(number), keep=1)
        checkpoints.save_model(trainer.updater.model, job.about, trainer.progress, float(number))
        save(trainer)
    assert (list_steps(checkpoints.models), follow(checkpoints.models, "best")) == ([2, 3], 3)
    (step_dir(checkpoints.states, 3) / "optimizer.safetensors").unlink()
    again = resumed(tmp_path)
    assert again.progress.update == 2
    assert list_steps(checkpoints.models) == [2, 3]
    assert follow(checkpoints.models, "best") == follow(checkpoints.models, "last") == 2
    again.progress.update = 4  # as with another validate_every: 3 is not a model of this run any more
    again.progress.note_score(1.0, keep=1)
    checkpoints.save_model(again.updater.model, job.about, again.progress, 1.0)
    save(again)
    assert list_steps(checkpoints.models) == [2, 4]


def test_an_older_state_whose_best_model_is_not_kept_any_more_has_the_best_of_those_that_are(tmp_path: Path) -> None:
    trainer = trainer_after(tmp_path, 0)
    checkpoints, job = trainer.job.checkpoints, trainer.job
    for score in (5.0, 4.0, 3.0, 9.0):
        trainer.updater.update(trainer.progress, trainer._own_batches())
        trainer.progress.note_score(score, keep=1)
        checkpoints.save_model(trainer.updater.model, job.about, trainer.progress, score, score)
        save(trainer)
    assert list_steps(checkpoints.models) == [3, 4]
    (step_dir(checkpoints.states, 4) / "progress.json").unlink()
    again = resumed(tmp_path).progress
    assert (again.update, again.best_update, again.best_score, again.best_bleu) == (3, 3, 3.0, 3.0)
    assert follow(checkpoints.models, "best") == 3


def test_a_model_that_cannot_be_read_now_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = trainer_after(tmp_path, 1)
    checkpoints, job = trainer.job.checkpoints, trainer.job
    trainer.progress.note_score(5.0, keep=1)
    checkpoints.save_model(trainer.updater.model, job.about, trainer.progress, 5.0)
    save(trainer)
    real = Path.read_bytes

    def unreadable(path: Path) -> bytes:
        if path.name == "model.safetensors":
            raise OSError(5, "Input/output error", str(path))
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", unreadable)
    with pytest.raises(CheckpointError, match="Input/output error"):
        resumed(tmp_path)
    assert list_steps(checkpoints.models) == [1]


def test_where_all_models_are_newer_than_the_state_the_best_stays_the_best(tmp_path: Path) -> None:
    trainer = trainer_after(tmp_path, 1)
    save(trainer)
    trainer.updater.update(trainer.progress, trainer._own_batches())
    trainer.progress.note_score(9.0, keep=1)
    trainer.job.checkpoints.save_model(trainer.updater.model, trainer.job.about, trainer.progress, 9.0)
    (save(trainer) / "progress.json").unlink()
    assert resumed(tmp_path).progress.update == 1
    models = trainer.job.checkpoints.models
    assert follow(models, "best") == 2
    load_model(step_dir(models, 2))


def test_a_state_that_only_an_interruption_made_goes_with_the_next(tmp_path: Path) -> None:
    trainer = trainer_after(tmp_path, 0)
    found = []
    for regular in (True, False, True, False, False):
        trainer.updater.update(trainer.progress, trainer._own_batches())
        trainer.job.checkpoints.save_state(trainer.updater.state(trainer.progress), ALONE, regular)
        found.append(list_steps(trainer.job.checkpoints.states))
    assert found == [[1], [1, 2], [1, 3], [1, 3, 4], [1, 3, 5]]


def spoil_state(where: Path, name: str, change: Any) -> None:
    """Another content of one file of a state, its checksums all right."""
    folder = read_folder(where)
    write_folder(where, folder.files | {name: change(folder.files[name])}, folder.about, Disk())


def with_tensor(part: str, value: float) -> Any:
    """A change of a file of tensors: the first whose name has this part in it."""

    def change(data: bytes) -> bytes:
        tensors = load(data)
        name = next(name for name in tensors if part in name)
        return safetensors_bytes(tensors | {name: torch.full_like(tensors[name], value)})

    return change


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("average.safetensors", with_tensor("", float("nan")), "holds NaN or infinity"),
        ("average.safetensors", lambda data: safetensors_bytes({n: t[:1] for n, t in load(data).items()}), "has shape"),
        ("optimizer.safetensors", with_tensor("exp_avg_sq", float("inf")), "holds NaN or infinity"),
        (
            "optimizer.safetensors",
            lambda data: safetensors_bytes({n: t.to(torch.int64) for n, t in load(data).items()}),
            "is of type int64 instead of float32",
        ),
        ("optimizer.safetensors", lambda data: safetensors_bytes({}), "are not those of"),
        (
            "optimizer.safetensors",
            lambda data: safetensors_bytes({n: t for n, t in load(data).items() if n != "0.step"}),
            r"\(0\.step\)",
        ),
        (
            "optimizer.safetensors",
            lambda data: safetensors_bytes({n: t[:1] if t.dim() else t for n, t in load(data).items()}),
            "has shape",
        ),
        (
            "random-0.safetensors",
            lambda data: safetensors_bytes({"torch": torch.zeros(3)}),
            "holds no random generators",
        ),
        ("random-0.safetensors", with_tensor("torch", 0), "holds no random generators"),
        ("progress.json", lambda data: data.replace(b'"epoch": 0', b'"epoch": "0"'), "epoch: Input should be"),
        ("progress.json", lambda data: b"[" * 100_000, "does not fit this version of nmt"),
        ("progress.json", lambda data: b"[]", "does not fit this version of nmt"),
    ],
)
def test_a_state_whose_checksums_are_right_is_still_looked_at(
    tmp_path: Path, name: str, change: Any, message: str
) -> None:
    spoil_state(save(trainer_after(tmp_path, 1)), name, change)
    with pytest.raises(CheckpointError, match=message):
        resumed(tmp_path)


def test_a_state_before_any_update_that_counted_has_no_moments(tmp_path: Path) -> None:
    trainer = trainer_after(tmp_path, 0)
    trainer.progress.update = trainer.progress.skipped = 2
    save(trainer)
    assert resumed(tmp_path).progress.update == 2
