"""Packed weights: the same products."""

import copy
import pickle
from collections.abc import Callable

import pytest
import torch
from torch import nn

from nmt.models import packed
from nmt.models.packed import PackedLinear, pack
from nmt.models.products import SteppingLayer
from nmt.models.rnn.layer import Cell, RecurrentLayer
from tests.contracts.architectures import ARCHITECTURES, build, sentences

packs = pytest.mark.skipif(
    not hasattr(torch.ops.mkldnn, "_reorder_linear_weight"), reason="this build of torch has no oneDNN"
)


@packs
@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("shape", [(1,), (5,), (2, 3), (16,), (17,), (11, 27), (320,), (0,)], ids=str)
def test_a_product_is_that_in_float64_for_any_number_of_rows(shape: tuple[int, ...], biased: bool) -> None:
    generator = torch.Generator().manual_seed(0)
    weight, bias, values = (torch.randn(*each, generator=generator) for each in ((33, 24), (33,), (*shape, 24)))
    linear = PackedLinear(weight, bias if biased else None)
    with torch.inference_mode():
        found = linear(values)
    expected = values.double() @ weight.double().T + (bias.double() if biased else 0.0)
    assert found.shape == (*shape, 33)
    torch.testing.assert_close(found.double(), expected, rtol=1e-5, atol=1e-5)


@packs
def test_the_packed_weight_is_taken_where_no_gradient_is_wanted() -> None:
    linear = PackedLinear(torch.randn(4, 3), None)
    linear.weight.data.zero_()  # the packed one keeps what it had
    with torch.inference_mode():
        assert linear(torch.ones(1, 3)).abs().sum() > 0
        assert linear(torch.ones(100, 3)).abs().sum() > 0
    assert linear(torch.ones(100, 3)).eq(0).all()


def test_few_numbers_of_rows_reach_the_library_and_hardly_more_rows() -> None:
    reached = {number: packed._rounded_up(number) for number in range(4097)}
    assert all(number <= rounded < number + max(16, number / 8) for number, rounded in reached.items())
    assert all(reached[number] == number for number in (*range(17), 32, 320, 512))
    assert len(set(reached.values())) < 70


@packs
def test_some_outputs_are_those_of_all_outputs() -> None:
    linear = PackedLinear(torch.randn(9, 16), torch.randn(9))
    values, ids = torch.randn(2, 3, 16), torch.tensor([7, 0, 3])
    with torch.inference_mode():
        torch.testing.assert_close(linear.rows(ids)(values), linear(values)[..., ids])


@packs
@pytest.mark.parametrize(
    "way",
    [copy.deepcopy, lambda linear: pickle.loads(pickle.dumps(linear))],  # noqa: S301
    ids=["copy", "pickle"],
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_it_can_be_copied_and_sent_to_another_process(
    way: Callable[[nn.Module], nn.Module], dtype: torch.dtype
) -> None:
    linear = PackedLinear(torch.randn(4, 3), torch.randn(4)).to(dtype)
    other, values = way(linear), torch.randn(2, 3, dtype=dtype)
    with torch.inference_mode():
        assert torch.equal(other(values), linear(values))
    assert (other.packed is None) == (dtype == torch.float64)


@packs
def test_a_model_that_is_moved_to_another_type_goes_by_its_plain_weights() -> None:
    linear = PackedLinear(torch.randn(4, 3), torch.randn(4)).double()
    values = torch.randn(2, 3, dtype=torch.float64)
    with torch.inference_mode():
        torch.testing.assert_close(linear(values), values @ linear.weight.T + linear.bias)


@packs
@pytest.mark.parametrize("cell", ["rnn_tanh", "rnn_relu", "gru", "lstm"])
def test_a_recurrent_step_is_that_of_the_layer_it_was_made_from(cell: Cell) -> None:
    torch.manual_seed(5)
    layer = RecurrentLayer(cell, 24, 32)
    state = tuple(torch.rand(4, 32) - 0.5 for _ in range(2 if cell == "lstm" else 1))
    inputs = torch.randn(4, 24)
    with torch.inference_mode():
        for quick, exact in zip(
            SteppingLayer(layer, PackedLinear).step(inputs, state), layer.step(inputs, state), strict=True
        ):
            torch.testing.assert_close(quick, exact, rtol=1e-5, atol=1e-6)


@packs
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_architecture_steps_and_decodes_as_before(architecture: str) -> None:
    plain = build(architecture).float().eval()
    quick = pack(copy.deepcopy(plain))
    assert any(isinstance(module, PackedLinear) for module in quick.modules())
    source, mask = sentences(lengths=(6, 6, 6))
    with torch.inference_mode():
        found = []
        for one in (plain, quick):
            memory = one.encode(source, mask)
            features, state = one.step(torch.full((3,), 2), one.start(memory), memory)
            more, _ = one.step(torch.full((3,), 5), state, memory)
            forced = one.decode(torch.tensor([[2, 5]] * 3), memory)
            found.append([one.logits(features), one.logits(more), one.logits(forced)])
    for before, after in zip(*found, strict=True):
        torch.testing.assert_close(after, before, rtol=1e-4, atol=1e-4)


def test_where_torch_has_no_such_products_the_model_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    model = build(next(iter(ARCHITECTURES))).float()
    kinds = [type(module) for module in model.modules()]

    class Missing(nn.Module):
        def __init__(self, *_: object) -> None:
            raise AttributeError("no such operator")

    monkeypatch.setattr(packed, "PackedLinear", Missing)
    assert [type(module) for module in pack(model).modules()] == kinds
