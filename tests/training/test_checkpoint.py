"""The training state on disk."""

import dataclasses
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from nmt.errors import CheckpointError
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
        trainer._update(trainer._own_batches())
    return trainer


def save(trainer: Any) -> Path:
    """Where the state of this update now is."""
    checkpoints = trainer.job.checkpoints
    checkpoints.save_state(trainer._state(), ALONE)
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
    assert_equal(everything(fresh._state()), everything(trainer._state()))


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
    trainer._update(trainer._own_batches())
    again = resumed(tmp_path)
    again._update(again._own_batches())
    assert_equal(everything(again._state()), everything(trainer._state()))
    assert again.progress == trainer.progress


def test_a_state_without_an_average_is_saved_and_loaded(tmp_path: Path) -> None:
    trainer = trainer_after(tmp_path, 1, training__ema=0.0)
    save(trainer)
    assert resumed(tmp_path, training__ema=0.0).progress == trainer.progress


def test_nothing_loaded_is_tied_to_the_file(tmp_path: Path) -> None:
    where = save(trainer_after(tmp_path, 1))
    trainer = resumed(tmp_path)
    shutil.rmtree(where)
    trainer._update(trainer._own_batches())  # moments are changed in place
    assert all(bool(tensor.isfinite().all()) for tensor in everything(trainer._state()).values())


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


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("random")])
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
    with pytest.raises(CheckpointError, match=r"average\.safetensors is not of this model"):
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
    trainer._update(trainer._own_batches())
    job.checkpoints.save_model(trainer.model, job.about, trainer.progress, 3.0)
    files = state_files(trainer._state(), [random_bytes()])
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


def test_a_damaged_newer_state_never_costs_the_whole_one(tmp_path: Path) -> None:
    trainer = trainer_after(tmp_path, 1)
    save(trainer)
    trainer._update(trainer._own_batches())
    (save(trainer) / "progress.json").unlink()
    again = resumed(tmp_path, training__keep_last=1)
    assert again.progress.update == 1
    assert list_steps(trainer.job.checkpoints.states) == [1]
    assert follow(trainer.job.checkpoints.states, "latest") == 1
    again._update(again._own_batches())
    save(again)
    assert list_steps(trainer.job.checkpoints.states) == [2]
    assert resumed(tmp_path).progress.update == 2
