"""What a run does when numbers stop being numbers, and when memory runs out."""

import dataclasses
import json
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from nmt.corpus.batching import make_batch, split_batch
from nmt.errors import NMTError, NotFiniteError
from nmt.models.saved import load_model
from nmt.storage.steps import follow, list_steps, step_dir
from nmt.training import loop, updater
from nmt.training import step as step_module
from nmt.training.checkpoint import Checkpoints, all_finite
from nmt.training.log import TrainingLog
from nmt.training.loop import MOST_ROLLBACKS, MOST_SKIPPED_IN_A_ROW, _Trainer, train
from nmt.training.optimizer import MovingAverage
from nmt.training.step import accumulate_gradients, gradients_of, halve, is_out_of_memory
from nmt.training.validate import Validation
from tests.tiny import printed, quiet_console
from tests.training.jobs import SilentLog, tiny_job, trainer_on

NAN, INF = float("nan"), float("inf")


@pytest.fixture(autouse=True)
def _quick_validation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "validate", lambda *_: Validation(loss=3.0, bleu=1.0))


def start(folder: Path, **training: Any) -> tuple[Any, SilentLog]:
    log = SilentLog()
    settings = {"max_updates": 20, "validate_every": 4, "learning_rate": 0.01, **training}
    return trainer_on(tiny_job(folder, **{f"training__{key}": value for key, value in settings.items()}), log), log


def inject(trainer: Any, place: str, value: float, at: set[int]) -> None:
    """Put a value that is not finite somewhere before the given updates (counted from 0, over rollbacks too)."""
    update, calls = trainer.updater.update, [0]

    def spoil(gradient: torch.Tensor) -> torch.Tensor:
        return gradient * value if place == "gradient" and calls[0] - 1 in at else gradient

    trainer.updater.parameters[0].register_hook(spoil)

    def spoilt(progress: Any, batches: list[Any]) -> Any:
        now, calls[0] = calls[0] in at, calls[0] + 1
        with torch.no_grad():
            if now and place == "weights":
                trainer.updater.parameters[0][0, 0] = value
            elif now and place == "average":
                next(iter(trainer.updater.average.weights.values()))[0, 0] = value
            elif now and place == "moment":
                next(iter(trainer.updater.optimizer.state.values()))["exp_avg"][0, 0] = value
        if now and place == "loss":
            batches = [dataclasses.replace(batch) for batch in batches]
            real = updater.accumulate_gradients

            def broken(*arguments: Any) -> float:
                nll = real(*arguments)
                for parameter in trainer.updater.parameters:
                    parameter.grad.mul_(value)
                return nll * value

            updater.accumulate_gradients = broken  # type: ignore[assignment]
            try:
                return update(progress, batches)
            finally:
                updater.accumulate_gradients = real
        return update(progress, batches)

    trainer.updater.update = spoilt


@pytest.mark.parametrize(
    ("place", "value", "at"),
    [
        ("loss", NAN, {5}),
        ("loss", INF, {0}),
        ("gradient", NAN, {7}),
        ("gradient", INF, {3, 4}),
        ("gradient", NAN, {6, 7, 8, 9, 10, 11}),  # more in a row than are left out: back to a checkpoint
        ("weights", NAN, {5}),
        ("weights", INF, {7}),
        ("moment", NAN, {6}),
        ("average", NAN, {5}),
        ("average", INF, {19}),  # just before the last validation
    ],
)
def test_nothing_that_is_not_finite_is_ever_kept_and_the_run_completes(
    tmp_path: Path, place: str, value: float, at: set[int]
) -> None:
    trainer, log = start(tmp_path)
    inject(trainer, place, value, at)
    progress = trainer.run()
    assert (progress.update, progress.finish_reason) == (20, "max_updates")
    models, states = tmp_path / "run" / "models", tmp_path / "run" / "state"
    assert follow(models, "last") == 20
    for update in list_steps(models):
        model, _ = load_model(step_dir(models, update))  # refuses what is not finite
        assert all_finite(model.parameters())
    assert trainer_on(trainer.job, log).progress.update == 20
    assert all_finite([*trainer.updater.parameters, *trainer.updater.average.weights.values()])
    kinds = {fault["what"] for fault in log.faults}
    assert kinds <= {"not_finite", "rolled_back"}
    assert kinds
    assert list_steps(states)[-1] == 20


def test_going_back_halves_the_learning_rate_and_the_text_goes_on(tmp_path: Path) -> None:
    trainer, log = start(tmp_path, schedule="constant", warmup=0)
    inject(trainer, "gradient", NAN, set(range(6, 6 + MOST_SKIPPED_IN_A_ROW)))
    trainer.progress.changes = ["at update 0: threads 1, now 2"]
    seen: list[tuple[int, list[int]]] = []
    update = trainer.updater.update

    def watch(progress: Any, batches: list[Any]) -> Any:
        if len(seen) == 8:  # as one that was interrupted here and goes on: this time no regular state knows of
            trainer.progress.wall_seconds += 1000.0
        seen.append((trainer.progress.update, batches[0].indices.tolist()))
        return update(progress, batches)

    trainer.updater.update = watch
    progress = trainer.run()
    assert [fault["what"] for fault in log.faults] == ["not_finite"] * MOST_SKIPPED_IN_A_ROW + ["rolled_back"]
    numbers = [number for number, _ in seen]
    assert numbers == [*range(11), *range(4, 20)]  # nothing was saved amid what had to be left out
    epoch = [index for _, indices in seen for index in indices][:60]
    assert sorted(epoch) == list(range(60))  # no pair of the first epoch came twice
    assert (progress.rollbacks, progress.skipped) == (1, MOST_SKIPPED_IN_A_ROW)
    assert progress.wall_seconds > 1000.0
    assert progress.changes == ["at update 0: threads 1, now 2"]  # though the state it went back to is older
    assert trainer.updater.optimizer.param_groups[0]["lr"] == pytest.approx(0.005)


def test_a_run_that_never_recovers_gives_up_with_its_last_checkpoint_intact(tmp_path: Path) -> None:
    trainer, log = start(tmp_path, max_updates=999)
    inject(trainer, "gradient", NAN, set(range(5, 999)))
    with pytest.raises(NMTError, match=r"had no finite gradient\. Begin anew, .* The last checkpoint is intact\.$"):
        trainer.run()
    assert sum(fault["what"] == "rolled_back" for fault in log.faults) == MOST_ROLLBACKS
    assert trainer_on(trainer.job, log).progress.update == 4


def out_of_memory_above(limit: int, monkeypatch: pytest.MonkeyPatch, kind: str = "cpu") -> list[int]:
    """Make the machine run out of memory for batches of more than `limit` padded tokens; returns the sizes that fit."""
    fitted: list[int] = []

    def accumulate(model: Any, batches: list[Any], *rest: Any) -> float:
        nll = 0.0
        for batch in batches:
            nll += accumulate_gradients(model, [batch], *rest)  # it fails with gradients left over
            if batch.padded_tokens > limit:
                if kind == "gpu":
                    raise torch.OutOfMemoryError("CUDA out of memory.")
                raise RuntimeError("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate memory")
            fitted.append(batch.padded_tokens)
        return nll

    monkeypatch.setattr(updater, "accumulate_gradients", accumulate)
    return fitted


@pytest.mark.parametrize("kind", ["cpu", "gpu"])
@pytest.mark.parametrize("limit", [60, 100, 150])
def test_where_memory_runs_out_batches_are_split_and_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int, kind: str
) -> None:
    fitted = out_of_memory_above(limit, monkeypatch, kind)
    trainer, log = start(tmp_path, max_updates=6)
    progress = trainer.run()
    assert progress.finish_reason == "max_updates"
    assert 0 < progress.split_above <= limit
    assert max(fitted) <= limit
    assert {fault["what"] for fault in log.faults} == {"out_of_memory"}
    assert len(log.faults) < 6  # it learns the limit, and does not fail in every update
    assert trainer_on(trainer.job, log).progress.split_above == progress.split_above


def test_an_update_in_pieces_has_the_gradients_of_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gradients = []
    for limit in (10**9, 50):
        job = tiny_job(tmp_path, model__dropout=0.0)
        out_of_memory_above(limit, monkeypatch)
        trainer = trainer_on(dataclasses.replace(job, model=job.model.double()), SilentLog())
        batches = [make_batch(job.corpus.pool(1, 0, 0), np.arange(20), job.tokenizers, 1, 0)]
        trainer.updater.backward(trainer.progress, batches, batches[0].num_target_tokens)
        gradients.append([gradient.clone() for gradient in gradients_of(trainer.updater.parameters)])
    for whole, pieces in zip(*gradients, strict=True):
        torch.testing.assert_close(whole, pieces, rtol=1e-10, atol=1e-12)


def test_a_single_pair_that_does_not_fit_ends_the_run_with_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out_of_memory_above(0, monkeypatch)
    trainer, _ = start(tmp_path)
    with pytest.raises(
        NMTError, match=r"^Out of memory with a single pair of \d+ tokens; .*: lower corpus\.max_length"
    ):
        trainer.run()


@pytest.mark.parametrize("place", ["optimizer", "average", "validation", "save"])
def test_memory_that_runs_out_where_nothing_can_be_split_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    job = tiny_job(tmp_path, training__max_updates=8, training__validate_every=4)
    train(job, SilentLog())  # type: ignore[arg-type]
    job = tiny_job(tmp_path, training__max_updates=20, training__validate_every=4)
    owner, name = {
        "optimizer": (torch.optim.AdamW, "step"),
        "average": (MovingAverage, "update"),
        "validation": (loop, "validate"),
        "save": (Checkpoints, "save_state"),
    }[place]
    monkeypatch.setattr(owner, name, full)
    log: Any = SilentLog()
    with pytest.raises(
        NMTError,
        match=r"^Out of memory, and not for the gradients .* The last checkpoint is intact: .* with another --out\.$",
    ):
        train(job, log, job.checkpoints.newest(log.say))
    assert trainer_on(job, log).progress.update == 8


def test_other_errors_are_not_taken_for_a_lack_of_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> float:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(updater, "accumulate_gradients", broken)
    trainer, _ = start(tmp_path)
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        trainer.run()
    assert is_out_of_memory(MemoryError())
    assert not is_out_of_memory(RuntimeError("x"))


def test_torch_says_that_memory_ran_out_in_the_words_we_look_for() -> None:
    with pytest.raises(RuntimeError) as failure:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert step_module.is_out_of_memory(failure.value)


@pytest.mark.parametrize(
    "told", ["CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate`", "CUDA error: out of memory"]
)
def test_libraries_of_a_gpu_say_so_in_their_own_words(told: str) -> None:
    assert step_module.is_out_of_memory(RuntimeError(told))


def test_a_split_batch_holds_the_same_pairs_with_less_padding(tmp_path: Path) -> None:
    job = tiny_job(tmp_path)
    batch = make_batch(job.corpus.pool(1, 0, 0), np.arange(60), job.tokenizers, 1, 0)
    parts = split_batch(batch, 200)
    assert len(parts) > 3
    assert all(part.padded_tokens <= 200 for part in parts)
    assert [index for part in parts for index in part.indices] == list(range(60))
    for part in parts:
        whole = make_batch(job.corpus.pool(1, 0, 0), part.indices, job.tokenizers, 1, 0)
        for name in ("source", "source_mask", "target_in", "target_out", "target_mask", "real"):
            assert torch.equal(getattr(part, name), getattr(whole, name)), name
    assert split_batch(batch, batch.padded_tokens) == [batch]
    assert [len(part.indices) for part in split_batch(batch, 1)] == [1] * 60
    assert halve(parts) == max(part.padded_tokens for part in parts) // 2


@pytest.mark.parametrize("spoilt", [Validation(NAN, 1.0), NotFiniteError("no probabilities")], ids=["loss", "search"])
def test_a_model_that_computes_no_numbers_for_the_dev_set_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoilt: Validation | NotFiniteError
) -> None:
    results = iter([Validation(3.0, 1.0), spoilt, *[Validation(3.0, 1.0)] * 5])

    def validate(*_: Any) -> Validation:
        result = next(results)
        if isinstance(result, NotFiniteError):
            raise result
        return result

    monkeypatch.setattr(loop, "validate", validate)
    trainer, log = start(tmp_path, max_updates=10)
    trainer.run()
    assert [(fault["what"], fault["reached"]) for fault in log.faults] == [("rolled_back", 8)]
    assert log.said[0].startswith("the loss on the dev set, or a probability, is not finite. Went back to update 4;")
    assert [line["update"] for line in log.validated] == [4, 8, 10]


def test_an_interrupted_run_never_saves_what_is_not_finite(tmp_path: Path) -> None:
    trainer, log = start(tmp_path)
    update = trainer.updater.update

    def spoilt(progress: Any, batches: list[Any]) -> Any:
        result = update(progress, batches)
        if trainer.progress.update == 6:
            with torch.no_grad():
                trainer.updater.parameters[0][0, 0] = NAN
            os.kill(os.getpid(), signal.SIGTERM)
        return result

    trainer.updater.update = spoilt
    assert trainer.run().finish_reason == "interrupted"
    assert trainer_on(trainer.job, log).progress.update == 4


def test_the_log_keeps_the_pairs_of_what_was_rolled_back(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    job = tiny_job(tmp_path, training__max_updates=12, training__validate_every=4, training__learning_rate=0.01)
    with TrainingLog(tmp_path / "log" / "metrics.jsonl", quiet_console(), "tiny", 12, None) as log:
        trainer: Any = _Trainer(job, log)
        inject(trainer, "gradient", NAN, set(range(5, 5 + MOST_SKIPPED_IN_A_ROW)))
        trainer.run()
    text = (tmp_path / "log" / "metrics.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.split("\n")[:-1]]
    (fault,) = [line for line in lines if line["kind"] == "fault"]
    assert fault["what"] == "rolled_back"
    assert len(fault["pairs"]) >= MOST_SKIPPED_IN_A_ROW
    updates = [line["update"] for line in lines if line["kind"] == "train"]
    assert updates == sorted(set(updates))


def spoil_places(trainer: Any, places: set[tuple[int, int]]) -> None:
    """The gradient of an update is not finite where these places of the text are, whoever trains on them."""

    def spoil(gradient: torch.Tensor) -> torch.Tensor:
        return gradient * NAN if (trainer.progress.epoch, trainer.progress.position) in places else gradient

    trainer.updater.parameters[0].register_hook(spoil)


def stop_after(trainer: Any, updates: int) -> None:
    """SIGTERM comes in that update."""
    update = trainer.updater.update

    def stopped(progress: Any, batches: list[Any]) -> Any:
        if trainer.progress.update == updates - 1:
            os.kill(os.getpid(), signal.SIGTERM)
        return update(progress, batches)

    trainer.updater.update = stopped


def timeless(progress: Any) -> dict[str, Any]:
    """Without what clocks say."""
    tree = json.loads(progress.to_json())
    tree["window"].pop("seconds")
    return {name: value for name, value in tree.items() if "seconds" not in name}


@pytest.mark.parametrize("stops", [[6], [8], [6, 9]], ids=["before", "amid", "both"])
def test_a_roll_back_after_an_interruption_is_the_one_that_would_have_been(tmp_path: Path, stops: list[int]) -> None:
    places = {(0, place) for place in range(7, 7 + MOST_SKIPPED_IN_A_ROW)}
    found = []
    for name, ends in (("whole", []), ("parts", stops)):
        (tmp_path / name).mkdir()
        faults: list[Any] = []
        for end in [*ends, 0]:
            trainer, log = start(tmp_path / name, max_updates=14)
            spoil_places(trainer, places)
            stop_after(trainer, end)
            progress = trainer.run()
            faults += log.faults
            assert progress.finish_reason == ("interrupted" if end else "max_updates")
        states = tmp_path / name / "run" / "state"
        found.append((timeless(progress), [p.tolist() for p in trainer.updater.parameters], faults, list_steps(states)))
    assert found[0] == found[1]
    *left_out, rolled_back = found[0][2]
    assert rolled_back["what"] == "rolled_back"
    assert rolled_back["pairs"] == [pair for fault in left_out for pair in fault["pairs"]]
    assert found[0][0]["rollbacks"] == 1


def test_the_log_keeps_the_pairs_of_an_earlier_roll_back_and_of_a_single_update(tmp_path: Path) -> None:
    """A roll-back takes the lines since the checkpoint from the log; the last one must name the pairs of all."""
    trainer, log = start(tmp_path, max_updates=20)
    row = MOST_SKIPPED_IN_A_ROW
    inject(trainer, "gradient", NAN, {5, *range(7, 7 + row), *range(8 + row, 8 + 2 * row)})
    trainer.run()
    left_out = [fault["pairs"] for fault in log.faults if fault["what"] == "not_finite"]
    first, second = (fault for fault in log.faults if fault["what"] == "rolled_back")
    assert (first["update"], second["update"], len(left_out)) == (4, 4, 1 + 2 * row)
    assert first["pairs"] == [pair for pairs in left_out[: 1 + row] for pair in pairs]
    assert second["pairs"] == [pair for pairs in left_out for pair in pairs]
    assert trainer.progress.left_out == []  # all are in the log, from which nothing is taken any more


def test_an_interruption_where_the_weights_are_not_finite_costs_no_roll_back(tmp_path: Path) -> None:
    trainer, log = start(tmp_path)
    inject(trainer, "weights", NAN, {5})
    stop_after(trainer, 6)
    assert trainer.run().finish_reason == "interrupted"
    assert (trainer.progress.update, trainer.progress.rollbacks) == (4, 0)
    assert "rolled_back" not in [fault["what"] for fault in log.faults]


def test_an_interruption_where_the_weights_are_not_finite_says_what_is_lost_and_takes_it_from_the_log(
    tmp_path: Path,
) -> None:
    job = tiny_job(tmp_path, training__max_updates=20, training__validate_every=4)
    path, console = tmp_path / "metrics.jsonl", quiet_console()
    with TrainingLog(path, console, "tiny", 20, None) as log:
        trainer: Any = _Trainer(job, log)
        inject(trainer, "weights", NAN, {5})
        stop_after(trainer, 6)
        trainer.run()
    message = f"update 6: {loop.NOT_SOUND}. What came after update 4 is not kept."
    assert message in printed(console).split("\n")
    assert path.stat().st_size == trainer.progress.log_bytes
    assert json.loads(path.read_text(encoding="utf-8").split("\n")[-2])["update"] == 4


def test_a_roll_back_leaves_no_state_of_an_interruption_that_the_log_does_not_fit(tmp_path: Path) -> None:
    states = tmp_path / "run" / "state"
    for end in (6, 0):
        trainer, log = start(tmp_path, max_updates=14)
        spoil_places(trainer, {(0, place) for place in range(7, 7 + MOST_SKIPPED_IN_A_ROW)})
        stop_after(trainer, end)
        left: list[Any] = []
        log.rewind = lambda progress: left.append((progress.update, list_steps(states), follow(states, "latest")))  # type: ignore[method-assign] # noqa: B023
        trainer.run()
        assert list_steps(states) == ([4, 6] if end else [12, 14])
    assert left == [(4, [4], 4)]


def test_a_run_that_is_rolled_back_as_its_time_is_over_is_finished_on_the_disk_too(tmp_path: Path) -> None:
    trainer, log = start(tmp_path, time_limit=1000.0)
    inject(trainer, "weights", NAN, {6})
    update = trainer.updater.update

    def slow(progress: Any, batches: list[Any]) -> Any:
        progress.train_seconds += 2000.0 * (progress.update == 6)
        return update(progress, batches)

    trainer.updater.update = slow
    progress = trainer.run()
    assert (progress.finish_reason, progress.update, progress.rollbacks) == ("time_limit", 4, 1)
    again = trainer_on(trainer.job, log)
    assert again.run().update == 4
    assert (again.progress.finish_reason, again.progress.rollbacks) == ("time_limit", 1)
