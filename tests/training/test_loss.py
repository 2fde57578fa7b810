"""The fused loss against torch's own."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from nmt.corpus.batching import places_of
from nmt.training import loss as loss_module
from nmt.training.loss import Loss, cross_entropy

VOCAB, DIM = 13, 5


def problem(rows: int = 4, length: int = 6, dtype: torch.dtype = torch.float64, seed: int = 0) -> tuple[Tensor, ...]:
    """features, weight, bias (all want gradients), targets and a mask with some padding."""
    generator = torch.Generator().manual_seed(seed)
    features = torch.randn(rows, length, DIM, generator=generator, dtype=torch.float64).to(dtype)
    weight = torch.randn(VOCAB, DIM, generator=generator, dtype=torch.float64)
    bias = torch.randn(VOCAB, generator=generator, dtype=torch.float64)
    targets = torch.randint(0, VOCAB, (rows, length), generator=generator)
    mask = torch.arange(length).unsqueeze(0) < torch.randint(1, length + 1, (rows, 1), generator=generator)
    return features.requires_grad_(), weight.requires_grad_(), bias.requires_grad_(), targets, mask


def reference(
    features: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, mask: Tensor, smoothing: float
) -> Tensor:
    logits = F.linear(features, weight, bias)
    return F.cross_entropy(logits[mask], targets[mask], reduction="sum", label_smoothing=smoothing)


def loss_where(features: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, mask: Tensor, smoothing: float) -> Loss:
    """Of the tokens where the mask is True."""
    return cross_entropy(features, weight, bias, targets, places_of(mask), smoothing)


@pytest.mark.parametrize("chunk_rows", [1, 3, 512])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.9])
def test_loss_and_gradients_equal_those_of_torch(
    monkeypatch: pytest.MonkeyPatch, smoothing: float, chunk_rows: int
) -> None:
    monkeypatch.setattr(loss_module, "CHUNK_ROWS", chunk_rows)
    features, weight, bias, targets, mask = problem()
    expected = reference(features, weight, bias, targets, mask, smoothing)
    gradients = torch.autograd.grad(expected, (features, weight, bias))
    found = loss_where(features, weight, bias, targets, mask, smoothing)
    torch.testing.assert_close(found.smoothed, expected, rtol=1e-12, atol=1e-12)
    for ours, theirs in zip(torch.autograd.grad(found.smoothed, (features, weight, bias)), gradients, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)
    plain = reference(features, weight, bias, targets, mask, 0.0)
    torch.testing.assert_close(found.nll, plain.detach(), rtol=1e-12, atol=1e-12)
    assert found.num_tokens == int(mask.sum())


def test_gradients_agree_with_finite_differences() -> None:
    features, weight, bias, targets, mask = problem(rows=2, length=3)

    def smoothed(features: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return loss_where(features, weight, bias, targets, mask, 0.1).smoothed

    assert torch.autograd.gradcheck(smoothed, (features, weight, bias))


def test_a_loss_that_is_scaled_scales_its_gradients() -> None:
    features, weight, bias, targets, mask = problem()
    found = loss_where(features, weight, bias, targets, mask, 0.1)
    whole = torch.autograd.grad(found.smoothed, weight, retain_graph=True)[0]
    part = torch.autograd.grad(found.smoothed / 8, weight)[0]
    torch.testing.assert_close(part * 8, whole)


def test_even_logits_cost_the_logarithm_of_the_vocabulary() -> None:
    features, targets = torch.zeros(1, 3, DIM), torch.tensor([[1, 2, 3]])
    found = loss_where(features, torch.ones(VOCAB, DIM), torch.zeros(VOCAB), targets, targets > 0, 0.3)
    assert float(found.nll) == pytest.approx(3 * math.log(VOCAB))
    assert float(found.smoothed.detach()) == pytest.approx(3 * math.log(VOCAB))


def test_masked_positions_have_no_influence_and_no_gradient() -> None:
    features, weight, bias, targets, mask = problem()
    before = loss_where(features, weight, bias, targets, mask, 0.1)
    before.smoothed.backward()  # type: ignore[no-untyped-call]
    assert features.grad is not None
    assert torch.equal(features.grad[~mask], torch.zeros(int((~mask).sum()), DIM, dtype=torch.float64))
    other = features.detach().clone()
    other[~mask] = float("nan")
    after = loss_where(other, weight, bias, targets.masked_fill(~mask, 0), mask, 0.1)
    assert torch.equal(after.smoothed.detach(), before.smoothed.detach())


def test_a_batch_of_padding_only_costs_nothing() -> None:
    features, weight, bias, targets, mask = problem()
    found = loss_where(features, weight, bias, targets, torch.zeros_like(mask), 0.1)
    found.smoothed.backward()  # type: ignore[no-untyped-call]
    assert (float(found.smoothed.detach()), float(found.nll), found.num_tokens) == (0.0, 0.0, 0)
    assert weight.grad is not None
    assert not weight.grad.any()


def test_without_gradients_wanted_the_loss_is_the_same_and_none_are_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    features, weight, bias, targets, mask = problem()
    expected = loss_where(features, weight, bias, targets, mask, 0.1)
    monkeypatch.setattr(torch, "mm", None)  # what the gradient of the features is made with
    with torch.no_grad():
        found = loss_where(features, weight, bias, targets, mask, 0.1)
    assert torch.equal(found.smoothed, expected.smoothed.detach())
    assert not found.smoothed.requires_grad
    assert not expected.nll.requires_grad


def low_precision(dtype: torch.dtype) -> tuple[Loss, Tensor, tuple[Tensor, ...]]:
    """The loss of features in `dtype` with weights in fp32, what it should be, and the three inputs."""
    features, weight, bias, targets, mask = problem(rows=8, length=20, dtype=dtype)
    features, weight, bias = (one.detach().clone() for one in (features, weight.float(), bias.float()))
    for one in (features, weight, bias):
        one.requires_grad_()
    exact = (features.detach().double(), weight.detach().to(dtype).double(), bias.detach().double())
    expected = reference(*exact, targets, mask, 0.1)
    return loss_where(features, weight, bias, targets, mask, 0.1), expected, (features, weight, bias)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.bfloat16, 1e-2), (torch.float32, 1e-6)])
def test_low_precision_features_are_summed_in_fp32(dtype: torch.dtype, tolerance: float) -> None:
    found, expected, inputs = low_precision(dtype)
    assert found.smoothed.dtype == found.nll.dtype == torch.float32
    assert float(found.smoothed.detach()) == pytest.approx(float(expected), rel=tolerance)
    found.smoothed.backward()  # type: ignore[no-untyped-call]
    for one in inputs:
        assert one.grad is not None
        assert one.grad.dtype == one.dtype
        assert bool(one.grad.isfinite().all())


def test_the_gradient_of_bf16_features_points_where_the_exact_one_does() -> None:
    lean_loss, _, lean = low_precision(torch.bfloat16)
    exact_loss, _, exact = low_precision(torch.float32)
    lean_loss.smoothed.backward()  # type: ignore[no-untyped-call]
    exact_loss.smoothed.backward()  # type: ignore[no-untyped-call]
    for ours, theirs in zip(lean, exact, strict=True):
        assert ours.grad is not None
        assert theirs.grad is not None
        assert float(F.cosine_similarity(ours.grad.float().flatten(), theirs.grad.flatten(), dim=0)) > 0.999


def test_within_autocast_the_loss_computes_as_without() -> None:
    features, weight, bias, targets, mask = problem()
    plain = loss_where(features, weight, bias, targets, mask, 0.1).smoothed
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(loss_where(features, weight, bias, targets, mask, 0.1).smoothed, plain)


def test_within_autocast_fp32_features_are_multiplied_in_bf16() -> None:
    features, weight, bias, targets, mask = problem(dtype=torch.float32)
    lean = loss_where(features.bfloat16(), weight, bias, targets, mask, 0.1).smoothed
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = loss_where(features, weight, bias, targets, mask, 0.1).smoothed
    assert torch.equal(found, lean)
    (gradient,) = torch.autograd.grad(found, features)
    assert gradient.dtype == torch.float32


def test_the_scale_of_a_bf16_gradient_is_not_rounded() -> None:
    features, weight, bias, targets, mask = problem(dtype=torch.float32)
    lean = features.detach().bfloat16().requires_grad_()
    smoothed = loss_where(lean, weight, bias, targets, mask, 0.1).smoothed
    (once,) = torch.autograd.grad(smoothed, lean, retain_graph=True)
    (part,) = torch.autograd.grad(smoothed / 4085, lean)  # 1 / 4085 in bf16 is 0.27 % less
    assert torch.equal(part, (once.float() / 4085).bfloat16())


def test_huge_logits_stay_finite() -> None:
    features = torch.full((1, 2, DIM), 1e4, requires_grad=True)
    weight = torch.randn(VOCAB, DIM, generator=torch.Generator().manual_seed(1)).requires_grad_()
    found = loss_where(features, weight, torch.zeros(VOCAB), torch.tensor([[1, 2]]), torch.ones(1, 2).bool(), 0.1)
    found.smoothed.backward()  # type: ignore[no-untyped-call]
    assert math.isfinite(float(found.smoothed.detach()))
    assert weight.grad is not None
    assert bool(weight.grad.isfinite().all())


def test_a_target_too_improbable_for_its_probability_has_the_right_loss() -> None:
    features, weight = torch.tensor([[[1.0], [1.0]]]), torch.tensor([[0.0], [-90.0], [-500.0]])
    found = loss_where(features, weight, torch.zeros(3), torch.tensor([[1, 2]]), torch.ones(1, 2).bool(), 0.3)
    assert float(found.nll) == pytest.approx(90.0 + 500.0, rel=1e-6)
    assert float(found.smoothed) == pytest.approx(0.7 * 590.0 + 0.3 * 2 * 590.0 / 3, rel=1e-6)
