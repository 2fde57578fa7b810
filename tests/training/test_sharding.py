"""A model that is spread over processes trains as one that is not."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from nmt.errors import NMTError
from nmt.models.dropout import Dropout
from nmt.models.saved import load_model, load_tensors
from nmt.run import train as run_module
from nmt.storage.folder import read_folder
from nmt.storage.steps import list_steps, step_dir
from nmt.training import updater
from nmt.training.checkpoint import state_files
from nmt.training.distributed import ALONE, join_workers, own_part, whole
from nmt.training.loop import _Trainer
from nmt.training.sharding import shard
from tests.tiny import make_experiment, quiet_console
from tests.training.jobs import SilentLog, tiny_job
from tests.training.processes import together

TRANSFORMER = {"type": "transformer", "layers": 2, "dim": 8, "heads": 2, "feed_forward_dim": 12}
# One LSTM layer and dot attention: trained by the loop with its gradient by hand.
FEEDING = {"type": "rnn", "cell": "lstm", "layers": 1, "dim": 12, "feed": "input", "attention": "dot"}
MODELS: dict[str, dict[str, Any]] = {
    "recurrent, R-Drop": {"training__r_drop": 1.0, "model__dropout": 0.1},  # asked for; `trainer` takes it out
    "transformer": {"model__encoder": TRANSFORMER, "model__decoder": TRANSFORMER, "model__share_embeddings": "target"},
    "input feeding": {"model__encoder": TRANSFORMER, "model__decoder": FEEDING, "model__share_embeddings": "none"},
}


def trainer(folder: Path, workers: Any, sharded: bool, resumes: bool = False, **changes: Any) -> Any:
    """A trainer in float64 without dropout, on this process's part of the model where it is sharded."""
    job = tiny_job(folder, **({"model__dropout": 0.0} | changes), training__shard=sharded)
    model = job.model.double()
    for module in model.modules():
        if isinstance(module, Dropout):
            module.probability = 0.0
    if sharded:
        shard(model, workers)
    job = dataclasses.replace(job, model=model, workers=workers)
    log: Any = SilentLog()
    return _Trainer(job, log, job.checkpoints.newest_of_all(workers, log.say) if resumes else None)


def update(one: Any, times: int) -> list[tuple[int, float, float, bool]]:
    return [one.updater.update(one.progress, one._own_batches()) for _ in range(times)]


def tensors(one: Any) -> dict[str, Tensor]:
    """Every tensor of the state, whole."""
    state = one.updater.state(one.progress)
    weights = whole({f"weight.{name}": tensor for name, tensor in state.model.named_parameters()})
    average = whole({f"average.{name}": tensor for name, tensor in state.average.weights.items()})
    moments = [
        (f"moment.{name}.{key}", tensor)
        for name, parameter in state.model.named_parameters()
        for key, tensor in state.optimizer.state[parameter].items()
    ]
    return {name: tensor.clone() for name, tensor in (weights | average | whole(dict(moments))).items()}


def trained(rank: int, folder: Path, accumulate: int) -> Any:
    """For each model whole tensors, what each of ten updates returned, and how many weights this process holds."""
    results = {}
    with join_workers() as workers:
        for name, changes in MODELS.items():
            settings = {**changes, "training__accumulate": accumulate, "training__clip_norm": 0.5}
            one = trainer(folder / name, workers, workers.size > 1, **settings)
            told = update(one, 10)
            held = sum(own_part(parameter).numel() for parameter in one.updater.parameters)
            results[name] = {name: tensor.numpy() for name, tensor in tensors(one).items()}, told, held
    return results


@pytest.fixture(scope="module")
def alone_and_together(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, list[Any]]:
    """What `trained` gives in one process and in two; no process but the first prepares text."""
    folder = tmp_path_factory.mktemp("sharded")
    for name in MODELS:
        (folder / name).mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("WORLD_SIZE", raising=False)
        return trained(0, folder, 2), together(2, trained, folder, 1)


@pytest.mark.parametrize("model", MODELS)
def test_a_sharded_model_trains_as_a_whole_one_and_each_process_holds_a_part(
    alone_and_together: tuple[Any, list[Any]], model: str
) -> None:
    expected, told, total = alone_and_together[0][model]
    parts = [part[model] for part in alone_and_together[1]]
    for found, says, _ in parts:
        assert found.keys() == expected.keys()
        for name, values in found.items():
            assert abs(values - expected[name]).max() <= 1e-10, name
        for one, other in zip(says, told, strict=True):
            assert one == pytest.approx(other, rel=1e-9)
    assert any(clipped for *_, clipped in told)
    assert sum(held for *_, held in parts) == total
    assert max(held for *_, held in parts) <= 0.6 * total


def saved_and_resumed(rank: int, folder: Path) -> Any:
    """Saves sharded, goes on; resumes the same sharded and whole, and goes on."""
    with join_workers() as workers:
        one = trainer(folder, workers, True)
        update(one, 3)
        one.job.checkpoints.save_state(one.updater.state(one.progress), workers)
        kept = tensors(one)
        on = update(one, 2), tensors(one)
        again = trainer(folder, workers, True, resumes=True)
        same = equal(tensors(again), kept)
        goes_on = (update(again, 2), tensors(again))
        exact = on[0] == goes_on[0] and equal(on[1], goes_on[1])
        unsharded = trainer(folder, workers, False, resumes=True)
        same_whole = equal(tensors(unsharded), kept)
        unsharded.job.checkpoints.save_state(unsharded.updater.state(unsharded.progress), workers)
        return same, exact, same_whole, {name: tensor.numpy() for name, tensor in kept.items()}


def equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_a_state_is_the_same_files_and_resumes_with_sharding_and_without(tmp_path: Path) -> None:
    tiny_job(tmp_path)
    results = together(2, saved_and_resumed, tmp_path)
    assert [facts for *facts, _ in results] == [[True, True, True]] * 2
    alone = trainer(tmp_path, ALONE, False, resumes=True)
    for *_, kept in results:
        assert equal(tensors(alone), {name: torch.from_numpy(values) for name, values in kept.items()})
    files = read_folder(step_dir(tmp_path / "run" / "state", 3)).files
    assert files == state_files(
        alone.updater.state(alone.progress), [files["random-0.safetensors"], files["random-1.safetensors"]]
    )


def spoilt(rank: int, folder: Path) -> Any:
    """One process has a gradient that is not finite, in its third update; later one runs out of memory."""
    with join_workers() as workers:
        one = trainer(folder, workers, True)
        real = updater.accumulate_gradients

        def broken(model: Any, *arguments: Any) -> float:
            nll = real(model, *arguments)
            if rank == 1 and one.progress.update == 2:
                own_part(one.updater.parameters[0].grad).fill_(float("nan"))
            return nll

        updater.accumulate_gradients = broken  # type: ignore[assignment]
        told = update(one, 2)
        before = tensors(one)
        told += update(one, 1)
        stayed = equal(tensors(one), before)
        told += update(one, 1)
        moved = not equal(tensors(one), before)
        return told, stayed, moved, one.progress.skipped, one.updater.is_sound()


def test_what_is_not_finite_in_one_process_is_left_out_by_all(tmp_path: Path) -> None:
    tiny_job(tmp_path)
    first, second = together(2, spoilt, tmp_path)
    for told, stayed, moved, skipped, is_sound in (first, second):
        assert (stayed, moved, skipped, is_sound) == (True, True, 1, True)
        assert [norm < float("inf") for _, _, norm, *_ in told] == [True, True, False, True]


def side_by_side(rnn: nn.RNNBase) -> None:
    """What `flatten_parameters` does on a GPU: the weights move to memory of their own."""
    weights: Any = rnn._flat_weights
    if all(type(weight) is nn.Parameter for weight in weights):
        with torch.no_grad():
            parts = torch.cat([weight.flatten() for weight in weights]).split([weight.numel() for weight in weights])
            for weight, part in zip(weights, parts, strict=True):
                weight.set_(part.view_as(weight))


def recurrent_weights(rank: int, folder: Path) -> list[bool]:
    """For each of three updates, whether a layer computed with the weights that the update before had left."""
    nn.RNNBase.flatten_parameters = side_by_side  # type: ignore[method-assign]
    used, same = [], []
    with join_workers() as workers:
        one = trainer(folder, workers, True)
        rnn = one.job.model.encoder.forwards[0].rnn
        rnn.register_forward_pre_hook(lambda rnn, _: used.append(rnn.weight_hh_l0.detach().clone()))
        for _ in range(3):
            before = rnn.weight_hh_l0.full_tensor()
            update(one, 1)
            same.append(torch.equal(used[-1], before) and not torch.equal(rnn.weight_hh_l0.full_tensor(), before))
    return same


def test_a_recurrent_layer_that_a_gpu_would_move_computes_with_the_gathered_weights(tmp_path: Path) -> None:
    tiny_job(tmp_path)
    assert together(2, recurrent_weights, tmp_path) == [[True] * 3] * 2


def whole_run(rank: int, folder: Path, sharded: bool, updates: int) -> Any:
    experiment = make_experiment(
        folder / "text", training__shard=sharded, training__max_updates=updates, training__validate_every=2
    )
    console = quiet_console()
    return run_module.train_run(experiment, folder / "runs" / "tiny", console), console.file.getvalue()  # type: ignore[attr-defined]


def test_a_run_of_one_process_goes_on_with_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    assert whole_run(0, tmp_path, False, 3)[0] == "max_updates"
    (reason, said), _ = together(2, whole_run, tmp_path, False, 5)
    assert reason == "max_updates"
    assert "processes 1, now 2" in said


def test_a_sharded_run_validates_saves_and_goes_on_unsharded(tmp_path: Path) -> None:
    make_experiment(tmp_path / "text")
    assert [reason for reason, _ in together(2, whole_run, tmp_path, True, 3)] == ["max_updates"] * 2
    run = tmp_path / "runs" / "tiny"
    assert list_steps(run / "models") == [2, 3]
    state = step_dir(run / "state", 3)
    averaged = load_tensors(read_folder(state).files, "average.safetensors", state)
    for name, weight in load_model(step_dir(run / "models", 3))[0].named_parameters():
        assert torch.equal(weight, averaged[name]), name
    (reason, said), _ = together(2, whole_run, tmp_path, False, 4)
    assert reason == "max_updates"
    assert "It last ran with sharded True, now False" in said
    assert list_steps(run / "models")[-2:] == [3, 4]


def test_a_sharded_model_that_does_not_fit_is_said_not_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> float:
        raise MemoryError

    monkeypatch.setattr(updater, "accumulate_gradients", full)
    job = tiny_job(tmp_path)
    one: Any = _Trainer(job, SilentLog())  # type: ignore[arg-type]
    one.updater.sharded = True
    with pytest.raises(
        NMTError, match=r"Out of memory in a sharded model\. Give more processes: .* lower training\.batch_tokens"
    ):
        one.updater.backward(one.progress, one._own_batches(), 1)
