"""Weights in 8 bits: close to the model, and exact in what integers promise."""

import pytest
import torch
from torch import nn

from nmt.models.int8 import Int8Linear, quantise, to_int8
from nmt.models.products import SteppingLayer
from nmt.models.rnn.layer import Cell, RecurrentLayer
from tests.contracts.architectures import ARCHITECTURES, build, sentences


def test_the_largest_of_a_row_becomes_127_and_nothing_is_off_by_more_than_half_a_step() -> None:
    values = torch.randn(6, 40, generator=torch.Generator().manual_seed(0)) * torch.logspace(-4, 4, 6).unsqueeze(1)
    integers, scale = quantise(values)
    assert integers.dtype == torch.int8
    assert integers.abs().amax(dim=1).eq(127).all()
    assert ((integers * scale - values).abs() <= scale / 2 * (1 + 1e-5)).all()


def test_a_row_of_zeros_stays_zero() -> None:
    integers, scale = quantise(torch.zeros(1, 5))
    assert (integers * scale).eq(0).all()


def test_the_product_is_that_of_the_integers_worked_out_one_by_one() -> None:
    generator = torch.Generator().manual_seed(1)
    weight, bias, values = (torch.randn(*shape, generator=generator) for shape in ((5, 24), (5,), (3, 24)))
    product = Int8Linear(weight, bias)(values)
    (left, left_scale), (right, right_scale) = quantise(values), quantise(weight)
    for row in range(3):
        for column in range(5):
            total = sum(int(a) * int(b) for a, b in zip(left[row], right[column], strict=True))
            by_hand = total * float(left_scale[row]) * float(right_scale[column]) + float(bias[column])
            assert float(product[row, column]) == pytest.approx(by_hand, rel=1e-5, abs=1e-6)


def test_a_row_comes_out_the_same_to_the_last_bit_whatever_is_beside_it() -> None:
    linear = Int8Linear(torch.randn(33, 48, generator=torch.Generator().manual_seed(2)), None)
    values = torch.randn(20, 48, generator=torch.Generator().manual_seed(3))
    alone = torch.cat([linear(row.unsqueeze(0)) for row in values])
    assert torch.equal(linear(values), alone)


@pytest.mark.parametrize("inputs", range(1, 9))
def test_a_product_of_any_width_is_near_that_in_fp32(inputs: int) -> None:
    generator = torch.Generator().manual_seed(6)
    weight, values = torch.randn(9, inputs, generator=generator), torch.randn(5, inputs, generator=generator)
    assert torch.allclose(Int8Linear(weight, None)(values), values @ weight.T, atol=0.02 * inputs)


def test_some_outputs_are_those_of_all_outputs() -> None:
    generator = torch.Generator().manual_seed(4)
    linear = Int8Linear(torch.randn(9, 16, generator=generator), torch.randn(9, generator=generator))
    values, ids = torch.randn(2, 3, 16, generator=generator), torch.tensor([7, 0, 3])
    assert torch.equal(linear.rows(ids)(values), linear(values)[..., ids])


@pytest.mark.parametrize("cell", ["rnn_tanh", "rnn_relu", "gru", "lstm"])
def test_a_recurrent_step_is_near_that_of_the_layer_it_was_made_from(cell: Cell) -> None:
    torch.manual_seed(5)
    layer = RecurrentLayer(cell, 24, 32)
    state = tuple(torch.rand(4, 32) - 0.5 for _ in range(2 if cell == "lstm" else 1))
    inputs = torch.randn(4, 24)
    for quick, exact in zip(
        SteppingLayer(layer, Int8Linear).step(inputs, state), layer.step(inputs, state), strict=True
    ):
        assert (quick - exact).abs().max() < 0.03


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_architecture_steps_in_8_bits_near_its_own_probabilities_and_stays_as_it_was(architecture: str) -> None:
    model = build(architecture).float().eval()
    before = {name: weight.clone() for name, weight in model.named_parameters()}
    quick = to_int8(model)
    source, mask = sentences(lengths=(6, 6, 6))
    with torch.inference_mode():
        chances = []
        for one in (model, quick):
            memory = one.encode(source, mask)
            features, _ = one.step(torch.full((3,), 2), one.start(memory), memory)
            forced = one.decode(torch.full((3, 1), 2), memory)
            assert torch.allclose(one.logits(forced)[:, 0], one.logits(features), atol=0.05)
            chances.append(one.logits(features).softmax(dim=-1))
    assert (chances[0] - chances[1]).abs().max() < 0.02
    assert not any(isinstance(module, nn.Linear) for module in quick.modules())
    assert all(torch.equal(weight, before[name]) for name, weight in model.named_parameters())
