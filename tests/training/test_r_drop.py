"""R-Drop against the formula written out in float64, and in a model."""

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor
from torch._subclasses import FakeTensorMode

from nmt.corpus.batching import Batch, places_of
from nmt.models.build import EncoderDecoder, build_model
from nmt.training import loss as loss_module
from nmt.training.device import prepare_machine
from nmt.training.loss import Loss
from nmt.training.r_drop import r_drop_loss
from nmt.training.step import accumulate_gradients
from tests.tiny import make_experiment
from tests.training.test_loss import loss_where, problem


def two_passes(dtype: torch.dtype = torch.float64) -> tuple[Tensor, ...]:
    first, weight, bias, targets, mask = problem(dtype=dtype)
    second = problem(dtype=dtype, seed=1)[0]
    return first, second, weight, bias, targets, mask


def reference(passes: tuple[Tensor, ...], smoothing: float, alpha: float) -> Tensor:
    """The paper's loss, summed over tokens and halved: plain operations, no chunks, torch's own gradients."""
    first, second, weight, bias, targets, mask = passes
    logs = [F.linear(each[mask], weight, bias).log_softmax(dim=-1) for each in (first, second)]
    likelihoods = sum(
        F.cross_entropy(F.linear(each[mask], weight, bias), targets[mask], reduction="sum", label_smoothing=smoothing)
        for each in (first, second)
    )
    divergence = (logs[0].exp() * (logs[0] - logs[1])).sum() + (logs[1].exp() * (logs[1] - logs[0])).sum()
    return (likelihoods + alpha * divergence / 2) / 2


@pytest.mark.parametrize("chunk_rows", [1, 3, 512])
@pytest.mark.parametrize(("smoothing", "alpha"), [(0.0, 1.0), (0.1, 5.0), (0.1, 0.0)])
def test_loss_and_gradients_equal_the_formula(
    monkeypatch: pytest.MonkeyPatch, smoothing: float, alpha: float, chunk_rows: int
) -> None:
    monkeypatch.setattr(loss_module, "CHUNK_ROWS", chunk_rows)
    passes = two_passes()
    expected = reference(passes, smoothing, alpha)
    found = r_drop_loss(*passes[:-1], places_of(passes[-1]), smoothing, alpha)
    torch.testing.assert_close(found.smoothed, expected, rtol=1e-12, atol=1e-12)
    theirs = torch.autograd.grad(expected, passes[:4])
    for ours, gradient in zip(torch.autograd.grad(found.smoothed, passes[:4]), theirs, strict=True):
        torch.testing.assert_close(ours, gradient, rtol=1e-11, atol=1e-12)
    assert found.num_tokens == int(passes[-1].sum())
    plain = reference(passes, 0.0, 0.0)
    torch.testing.assert_close(found.nll, plain.detach(), rtol=1e-12, atol=1e-12)


def test_two_equal_passes_cost_what_one_costs() -> None:
    first, _, weight, bias, targets, mask = two_passes()
    real = places_of(mask)
    once = loss_where(first, weight, bias, targets, mask, 0.1)
    twice = r_drop_loss(first, first.detach().clone().requires_grad_(), weight, bias, targets, real, 0.1, 5.0)
    torch.testing.assert_close(twice.smoothed, once.smoothed, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(twice.nll, once.nll, rtol=1e-12, atol=1e-12)


def test_nothing_of_the_loss_is_asked_of_the_device_before_the_backward_pass() -> None:
    *passes, mask = two_passes()
    mode = FakeTensorMode()  # for tensors without values: asking for one is an error
    fake = [mode.from_tensor(each) for each in (*passes, places_of(mask))]
    with mode:
        found = r_drop_loss(*fake, 0.1, 5.0)
        found.smoothed.backward()  # type: ignore[no-untyped-call]
    assert found.num_tokens == int(mask.sum())


def test_low_precision_features_are_summed_in_fp32() -> None:
    first, second, weight, bias, targets, mask = (each.detach() for each in two_passes(torch.bfloat16))
    weight, bias = weight.float(), bias.float()
    exact = first.double(), second.double(), weight.bfloat16().double(), bias.double(), targets, mask
    passes = first.requires_grad_(), second.requires_grad_(), weight.requires_grad_(), bias.requires_grad_()
    found: Loss = r_drop_loss(*passes, targets, places_of(mask), 0.1, 5.0)
    assert found.smoothed.dtype == torch.float32
    assert float(found.smoothed.detach()) == pytest.approx(float(reference(exact, 0.1, 5.0)), rel=1e-2)
    found.smoothed.backward()  # type: ignore[no-untyped-call]
    for each in passes:
        assert each.grad is not None
        assert each.grad.dtype == each.dtype


def tiny_model(dropout: float, folder: Path) -> EncoderDecoder:
    experiment = make_experiment(folder / "text", model__dropout=dropout)
    torch.manual_seed(0)
    return build_model(experiment.model, 20, 20).train()


def tiny_batch() -> Batch:
    tokens = torch.tensor([[4, 5, 6, 3], [7, 8, 3, 0]])
    mask = tokens != 0
    target_in = torch.tensor([[2, 9, 10, 11], [2, 12, 13, 0]])
    target_out = torch.tensor([[9, 10, 11, 3], [12, 13, 3, 0]])
    return Batch(tokens, mask, target_in, target_out, mask, places_of(mask), np.arange(2))


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_the_passes_differ_by_dropout_alone(tmp_path: Path, dropout: float) -> None:
    gradients = []
    for alpha in (0.0, 5.0):
        model = tiny_model(dropout, tmp_path)
        torch.manual_seed(1)
        accumulate_gradients(model, [tiny_batch()], 7, 0.1, prepare_machine("fp32", 1), alpha)
        gradients.append([parameter.grad.clone() for parameter in model.parameters() if parameter.grad is not None])
    same = all(torch.allclose(one, other, atol=1e-6) for one, other in zip(*gradients, strict=True))
    assert same == (dropout == 0.0)
