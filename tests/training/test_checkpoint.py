"""The training state on disk."""

import random
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from nmt.errors import CheckpointError
from nmt.models.saved import read_folder, write_folder
from nmt.training.checkpoint import TrainingState, load_state, save_state, seed_everything
from nmt.training.loop import _Trainer
from tests.training.jobs import SilentLog, tiny_job


def trainer_after(folder: Path, updates: int, **changes: Any) -> tuple[Any, Any]:
    """A trainer and its batches, some updates on."""
    trainer: Any = _Trainer(tiny_job(folder, **changes), SilentLog())  # type: ignore[arg-type]
    batches = trainer._batches()
    for _ in range(updates):
        trainer._update([next(batches)])
    return trainer, batches


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
    trainer, _ = trainer_after(tmp_path, 3, training__optimizer=optimizer)
    state = trainer._state()
    save_state(tmp_path / "state", state)
    fresh, _ = trainer_after(tmp_path, 0, training__optimizer=optimizer)
    progress = load_state(tmp_path / "state", fresh._state())
    assert progress == trainer.progress
    assert_equal(everything(fresh._state()), everything(state))


def test_the_random_generator_goes_on_where_it_was(tmp_path: Path) -> None:
    trainer, _ = trainer_after(tmp_path, 1)
    save_state(tmp_path / "state", trainer._state())
    expected = torch.rand(5)
    torch.manual_seed(12345)
    load_state(tmp_path / "state", trainer._state())
    assert torch.equal(torch.rand(5), expected)


def test_after_loading_the_next_update_is_the_same(tmp_path: Path) -> None:
    trainer, batches = trainer_after(tmp_path, 3)
    save_state(tmp_path / "state", trainer._state())
    trainer._update([next(batches)])
    again: Any = _Trainer(tiny_job(tmp_path), SilentLog())  # type: ignore[arg-type]
    again.progress = load_state(tmp_path / "state", again._state())
    again._update([next(again._batches())])
    assert_equal(everything(again._state()), everything(trainer._state()))
    assert again.progress == trainer.progress


def test_a_state_without_an_average_is_saved_and_loaded(tmp_path: Path) -> None:
    trainer, _ = trainer_after(tmp_path, 1, training__ema=0.0)
    save_state(tmp_path / "state", trainer._state())
    assert load_state(tmp_path / "state", trainer._state()) == trainer.progress


def test_nothing_loaded_is_tied_to_the_file(tmp_path: Path) -> None:
    trainer, batches = trainer_after(tmp_path, 1)
    save_state(tmp_path / "state", trainer._state())
    load_state(tmp_path / "state", trainer._state())
    shutil.rmtree(tmp_path / "state")
    trainer._update([next(batches)])  # moments are changed in place
    assert all(bool(tensor.isfinite().all()) for tensor in everything(trainer._state()).values())


NAMES = ["weights.safetensors", "average.safetensors", "optimizer.safetensors", "random.safetensors", "progress.json"]


@pytest.mark.parametrize("name", [*NAMES, "manifest.json"])
def test_a_missing_or_changed_file_is_refused(tmp_path: Path, name: str) -> None:
    trainer, _ = trainer_after(tmp_path, 1)
    save_state(tmp_path / "state", trainer._state())
    path = tmp_path / "state" / name
    content = path.read_bytes()
    path.write_bytes(content[:9] + bytes([content[9] ^ 1]) + content[10:])
    with pytest.raises(CheckpointError):
        load_state(tmp_path / "state", trainer._state())
    path.unlink()
    with pytest.raises(CheckpointError):
        load_state(tmp_path / "state", trainer._state())


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_that_lacks_a_part_is_refused(tmp_path: Path, name: str) -> None:
    trainer, _ = trainer_after(tmp_path, 1)
    save_state(tmp_path / "state", trainer._state())
    files = read_folder(tmp_path / "state")
    del files[name]
    write_folder(tmp_path / "state", files)
    with pytest.raises(CheckpointError, match=name):
        load_state(tmp_path / "state", trainer._state())


def test_the_state_of_another_model_is_refused(tmp_path: Path) -> None:
    trainer, _ = trainer_after(tmp_path, 1)
    save_state(tmp_path / "state", trainer._state())
    other, _ = trainer_after(tmp_path, 0, model__embedding_dim=10)
    with pytest.raises(CheckpointError, match="has shape"):
        load_state(tmp_path / "state", other._state())


def test_after_a_crash_between_two_renames_the_old_state_is_read(tmp_path: Path) -> None:
    trainer, _ = trainer_after(tmp_path, 1)
    save_state(tmp_path / "state", trainer._state())
    (tmp_path / "state").rename(tmp_path / "state.old")
    assert load_state(tmp_path / "state", trainer._state()) == trainer.progress


def test_one_seed_seeds_every_generator_in_use() -> None:
    seed_everything(5)
    first = (random.random(), torch.rand(1).item())
    seed_everything(5)
    assert (random.random(), torch.rand(1).item()) == first
