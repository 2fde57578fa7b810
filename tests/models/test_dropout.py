"""Dropout: the right share, the right mean, the same mask on the way back."""

import pytest
import torch

from nmt.models.dropout import Dropout, WordDropout, byte_mask

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(1)


@pytest.mark.parametrize("probability", [0.1, 0.3, 0.5, 0.9])
def test_the_share_of_zeros_is_the_probability_rounded_to_a_256th(probability: float) -> None:
    keep, kept = byte_mask(torch.Size([400, 500]), probability, CPU)
    exact = round(probability * 256) / 256
    assert kept == 1 - exact
    deviation = (exact * (1 - exact) / keep.numel()) ** 0.5
    assert float((keep == 0).double().mean()) == pytest.approx(exact, abs=5 * deviation)


def test_every_column_and_row_of_a_mask_is_drawn_alike() -> None:
    keep, kept = byte_mask(torch.Size([4000, 16]), 0.25, CPU)
    deviation = (kept * (1 - kept) / 4000) ** 0.5
    assert keep.double().mean(dim=0).tolist() == pytest.approx([kept] * 16, abs=5 * deviation)


@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (1,), (7,), (3, 5), (2, 3, 11)])
def test_any_shape_is_masked(shape: tuple[int, ...]) -> None:
    values = torch.ones(shape)
    assert Dropout(0.5).train()(values).shape == shape


def test_what_is_kept_is_scaled_so_that_the_mean_stays() -> None:
    values = torch.full((1000, 100), 3.0)
    dropped = Dropout(0.25).train()(values)
    assert set(dropped.unique().tolist()) == {0.0, 4.0}
    assert float(dropped.mean()) == pytest.approx(3.0, abs=5 * 4 * (0.25 * 0.75 / values.numel()) ** 0.5)


def test_the_gradient_has_the_mask_and_scale_of_the_values() -> None:
    values = torch.randn(50, 30, dtype=torch.float64, requires_grad=True)
    dropped = Dropout(0.5).train()(values)
    upstream = torch.randn(50, 30, dtype=torch.float64)
    dropped.backward(upstream)
    factor = torch.where(dropped == 0, 0.0, 2.0)
    assert values.grad is not None
    torch.testing.assert_close(values.grad, upstream * factor, rtol=0, atol=0)
    torch.testing.assert_close(dropped.detach(), values.detach() * factor, rtol=0, atol=0)


def test_the_gradient_agrees_with_finite_differences() -> None:
    def seeded(values: torch.Tensor) -> torch.Tensor:
        torch.manual_seed(3)
        return Dropout(0.3).train()(values)

    assert torch.autograd.gradcheck(seeded, torch.randn(4, 5, dtype=torch.float64, requires_grad=True))


def test_the_input_is_not_changed() -> None:
    values = torch.ones(100)
    Dropout(0.5).train()(values)
    assert torch.equal(values, torch.ones(100))


@pytest.mark.parametrize("kind", [Dropout, WordDropout])
def test_evaluation_and_probability_zero_give_the_values_themselves(kind: type[Dropout] | type[WordDropout]) -> None:
    values = torch.randn(3, 4, 5)
    assert kind(0.5).eval()(values) is values
    assert kind(0.0).train()(values) is values


def test_two_calls_draw_two_masks_and_a_seed_draws_the_same() -> None:
    dropout, values = Dropout(0.5).train(), torch.ones(200)
    first, second = dropout(values), dropout(values)
    assert not torch.equal(first, second)
    torch.manual_seed(1)
    assert torch.equal(dropout(values), first)


def test_a_probability_near_one_still_keeps_something_and_stays_finite() -> None:
    dropped = Dropout(0.9999).train()(torch.ones(100_000))
    assert bool(dropped.isfinite().all())
    assert int((dropped != 0).sum()) > 0


def test_bf16_stays_bf16() -> None:
    assert Dropout(0.5).train()(torch.ones(8, dtype=torch.bfloat16)).dtype == torch.bfloat16


def test_word_dropout_takes_whole_words_and_does_not_scale_the_rest() -> None:
    embedded = torch.full((100, 50, 4), 2.0)
    dropped = WordDropout(0.2).train()(embedded)
    words = dropped.sum(dim=-1)
    assert set(words.unique().tolist()) == {0.0, 8.0}
    assert float((words == 0).double().mean()) == pytest.approx(0.2, abs=5 * (0.2 * 0.8 / 5000) ** 0.5)


def test_a_small_probability_drops_something() -> None:
    dropped = Dropout(0.0015).train()(torch.ones(1_000_000))
    assert float((dropped == 0).double().mean()) == pytest.approx(1 / 256, rel=0.1)
    assert float(dropped.mean()) == pytest.approx(1.0, abs=0.001)
