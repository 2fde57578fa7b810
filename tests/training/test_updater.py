"""One update: what the recipe says, by hand in float64, and what reaches the gradients of it."""

import copy
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nmt.corpus.batching import Batch, make_batch
from nmt.models.build import EncoderDecoder
from nmt.run.assemble import make_job, prepare_text
from nmt.training import step as step_module
from nmt.training import updater as updater_module
from nmt.training.checkpoint import Checkpoints
from nmt.training.device import Machine
from nmt.training.distributed import ALONE, Workers
from nmt.training.job import Job
from nmt.training.loss import Loss
from nmt.training.plan import plan_from
from nmt.training.progress import Progress
from nmt.training.updater import Updater
from tests.tiny import make_experiment
from tests.training.jobs import SilentLog, tiny_job

EMA, CLIP, SMOOTHING, RATE, DECAY, WARMUP = 0.5, 0.2, 0.3, 0.02, 0.1, 4


def updater_of(job: Job) -> Updater:
    return Updater(job, SilentLog())  # type: ignore[arg-type]


def batches_of(job: Job, number: int) -> Iterator[list[Batch]]:
    """What the loop would give to as many updates of two batches each."""
    plan = plan_from(Progress(), job.corpus, job.config.batch_tokens, job.seed)
    for _ in range(number):
        dealt = [next(plan) for _ in range(2)]
        yield [make_batch(one.examples, one.indices, job.tokenizers, job.seed, one.epoch) for one in dealt]


def loss_by_hand(model: EncoderDecoder, batches: list[Batch]) -> Tensor:
    """The mean over all target tokens of all batches."""
    losses = [
        F.cross_entropy(
            F.linear(model(one.source, one.source_mask, one.target_in), model.output.weight, model.output.bias)[
                one.target_mask
            ],
            one.target_out[one.target_mask],
            reduction="sum",
            label_smoothing=SMOOTHING,
        )
        for one in batches
    ]
    return torch.stack(losses).sum() / sum(int(one.target_mask.sum()) for one in batches)


def test_updates_are_those_of_the_recipe(tmp_path: Path) -> None:
    training: dict[str, Any] = {
        "training__ema": EMA,
        "training__clip_norm": CLIP,
        "training__label_smoothing": SMOOTHING,
        "training__learning_rate": RATE,
        "training__weight_decay": DECAY,
        "training__warmup": WARMUP,
        "training__schedule": "constant",
    }
    job = tiny_job(tmp_path, model__dropout=0.0, **training)
    job.model.double()
    model = copy.deepcopy(job.model).train()
    decayed = [parameter for parameter in model.parameters() if parameter.dim() > 1]
    others = [parameter for parameter in model.parameters() if parameter.dim() <= 1]
    groups = [{"params": decayed, "weight_decay": DECAY}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=RATE, betas=job.config.betas)
    average = [parameter.detach().clone() for parameter in model.parameters()]

    updater, progress = updater_of(job), Progress()
    for number, batches in enumerate(batches_of(job, 5)):
        done = updater.update(progress, batches)

        optimizer.zero_grad()
        loss_by_hand(model, batches).backward()  # type: ignore[no-untyped-call]
        gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
        norm = float(nn.utils.get_total_norm(gradients))
        for gradient in gradients:
            gradient *= CLIP / norm
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, (number + 1) / WARMUP)
        optimizer.step()
        decay = min(EMA, (1 + number) / (10 + number))
        average = [
            decay * old + (1 - decay) * new.detach() for old, new in zip(average, model.parameters(), strict=True)
        ]

        assert done.norm == pytest.approx(norm, rel=1e-12)
        assert done.clipped
        assert done.learning_rate == optimizer.param_groups[0]["lr"]
        for ours, theirs in zip(job.model.parameters(), model.parameters(), strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-12)
        for ours, mean in zip(updater.average.weights.values(), average, strict=True):
            torch.testing.assert_close(ours, mean, rtol=1e-9, atol=1e-12)
    assert (progress.update, progress.clipped) == (5, 5)


def test_the_losses_of_an_update_are_read_once_and_lose_nothing_when_they_are_summed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values: list[float] = []
    reads: list[Tensor] = []
    inner, read = step_module.cross_entropy, Tensor.__float__

    def spy(*arguments: Any) -> Loss:
        loss = inner(*arguments)
        values.append(loss.nll.item())
        return loss

    def counted(tensor: Tensor) -> float:
        reads.append(tensor)
        return read(tensor)

    job = tiny_job(tmp_path)
    batches = [batch for update in batches_of(job, 3) for batch in update]
    monkeypatch.setattr(step_module, "cross_entropy", spy)
    monkeypatch.setattr(Tensor, "__float__", counted)
    assert step_module.accumulate_gradients(job.model, batches, 100, 0.1, job.machine) == sum(values)
    assert len(values) > len(reads) == 1


def test_r_drop_of_the_recipe_reaches_the_gradients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float] = []
    inner = updater_module.accumulate_gradients

    def spy(*arguments: Any) -> float:
        seen.append(arguments[5])
        return inner(*arguments)

    monkeypatch.setattr(updater_module, "accumulate_gradients", spy)
    job = tiny_job(tmp_path, training__r_drop=2.5)
    updater_of(job).update(Progress(), next(batches_of(job, 1)))
    assert seen == [2.5]


@pytest.mark.parametrize(("precision", "dtype"), [("fp32", torch.float32), ("bf16", torch.bfloat16)])
def test_the_model_computes_in_the_precision_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, precision: Any, dtype: torch.dtype
) -> None:
    seen: list[torch.dtype] = []
    inner = step_module.cross_entropy

    def spy(features: Tensor, *rest: Any) -> Loss:
        seen.append(features.dtype)
        return inner(features, *rest)

    monkeypatch.setattr(step_module, "cross_entropy", spy)
    job = dataclasses.replace(tiny_job(tmp_path), machine=Machine(torch.device("cpu"), precision, 1))
    updater_of(job).update(Progress(), next(batches_of(job, 1)))
    assert seen == [dtype] * 2
    assert {parameter.dtype for parameter in job.model.parameters()} == {torch.float32}


def first_weights(folder: Path, seed: int) -> list[Tensor]:
    return [parameter.detach().clone() for parameter in tiny_job(folder, seed=seed).model.parameters()]


def test_the_seed_of_the_recipe_decides_the_first_weights(tmp_path: Path) -> None:
    one, again, other = (first_weights(tmp_path, seed) for seed in (1, 1, 2))
    assert all(torch.equal(*pair) for pair in zip(one, again, strict=True))
    assert not all(torch.equal(*pair) for pair in zip(one, other, strict=True))


def test_processes_begin_with_the_same_weights_and_draw_dropout_of_their_own(tmp_path: Path) -> None:
    experiment, job = make_experiment(tmp_path), tiny_job(tmp_path)
    corpus = prepare_text(experiment, tmp_path / "run", ALONE, lambda _: None, None)
    drawn, weights = [], []
    for rank in (0, 1):
        checkpoints = Checkpoints(tmp_path / "run")
        own = make_job(experiment, corpus, job.machine, checkpoints, Workers(rank, size=2), 0.0, None)
        drawn.append(float(torch.rand(())))
        weights.append([parameter.detach().clone() for parameter in own.model.parameters()])
    assert drawn[0] != drawn[1]
    assert all(torch.equal(*pair) for pair in zip(*weights, strict=True))
