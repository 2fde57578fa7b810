"""Input feeding with its gradient by hand against the same loop step by step."""

import pytest
import torch
from torch import Tensor

from nmt.models.attention import Keys
from nmt.models.dropout import Dropout
from nmt.models.rnn.decoder import RNNDecoder, RNNDecoderConfig, RNNMemory
from nmt.models.rnn.feeding import FedWeights, decode_fed

BATCH, LENGTH, SOURCE, INPUT, DIM, MEMORY, FEATURE = 3, 4, 5, 6, 8, 7, 5


def tensor(*shape: int, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64).requires_grad_()


def problem() -> tuple[Tensor, ...]:
    """embedded, hidden, cell, keys, values, the five weights, and the mask of a batch with padding."""
    shapes = [(BATCH, LENGTH, INPUT), (BATCH, DIM), (BATCH, DIM), (BATCH, SOURCE, DIM), (BATCH, SOURCE, MEMORY)]
    shapes += [(4 * DIM, INPUT + FEATURE), (4 * DIM, DIM), (4 * DIM,), (FEATURE, DIM + MEMORY), (FEATURE,)]
    mask = torch.arange(SOURCE).unsqueeze(0) < torch.tensor([[5], [2], [4]])
    return *(tensor(*shape, seed=seed) for seed, shape in enumerate(shapes)), mask


def dropout(share: float) -> tuple[Tensor | None, Tensor | None]:
    torch.manual_seed(5)
    like = torch.zeros(1, dtype=torch.float64)
    hidden, feature = (Dropout(share).factors(torch.Size([LENGTH, BATCH, width]), like) for width in (DIM, FEATURE))
    return hidden, feature


def by_hand(values: tuple[Tensor, ...], factors: tuple[Tensor | None, Tensor | None]) -> Tensor:
    embedded, hidden, cell, keys, states, *weights, mask = values
    return decode_fed(embedded, (hidden, cell), Keys(keys, states, mask), FedWeights(*weights), factors)


def by_equations(values: tuple[Tensor, ...], factors: tuple[Tensor | None, Tensor | None]) -> Tensor:
    """Luong et al. (2015), 3.3, one position after the other."""
    embedded, hidden, cell, keys, states, input_weight, recurrent, bias, readout, readout_bias, mask = values
    feature, features = embedded.new_zeros(BATCH, FEATURE), []
    keep_hidden, keep_feature = (torch.ones(LENGTH, 1, 1) if one is None else one for one in factors)
    for position in range(LENGTH):
        read = torch.cat([embedded[:, position], feature], dim=1)
        enter, forget, candidate, output = (read @ input_weight.t() + hidden @ recurrent.t() + bias).chunk(4, dim=1)
        cell = forget.sigmoid() * cell + enter.sigmoid() * candidate.tanh()
        hidden = output.sigmoid() * cell.tanh()
        query = hidden * keep_hidden[position]
        scores = torch.einsum("bd,bsd->bs", query, keys).masked_fill(~mask, float("-inf"))
        context = torch.einsum("bs,bsd->bd", scores.softmax(dim=1), states)
        read_out = torch.tanh(torch.cat([query, context], dim=1) @ readout.t() + readout_bias)
        feature = read_out * keep_feature[position]
        features.append(feature)
    return torch.stack(features, dim=1)


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_features_and_all_gradients_are_those_of_the_equations(share: float) -> None:
    values, factors = problem(), dropout(share)
    upstream = tensor(BATCH, LENGTH, FEATURE, seed=99).detach()
    found, expected = by_hand(values, factors), by_equations(values, factors)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)
    gradients = (torch.autograd.grad(one, values[:-1], upstream) for one in (found, expected))
    for ours, theirs in zip(*gradients, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-11, atol=1e-11)


def test_a_second_backward_pass_gives_the_same_gradients() -> None:
    values = problem()
    features = by_hand(values, dropout(0.4)).sum()
    first = torch.autograd.grad(features, values[:-1], retain_graph=True)
    second = torch.autograd.grad(features, values[:-1])
    assert all(torch.equal(one, other) for one, other in zip(first, second, strict=True))


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16])
def test_in_lower_precision_features_and_gradients_stay_close(kind: torch.dtype) -> None:
    exact = problem()
    lean = *(one.detach().float().requires_grad_() for one in exact[:-1]), exact[-1]
    upstream = tensor(BATCH, LENGTH, FEATURE, seed=99).detach()
    expected = by_equations(exact, (None, None))
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=kind == torch.bfloat16):
        found = by_hand(lean, (None, None))
    assert found.dtype == torch.float32
    tolerance = 1e-5 if kind == torch.float32 else 0.1
    torch.testing.assert_close(found.double(), expected, rtol=0, atol=tolerance)
    gradients = torch.autograd.grad(found, lean[:-1], upstream.float())
    for ours, theirs in zip(gradients, torch.autograd.grad(expected, exact[:-1], upstream), strict=True):
        assert ours.dtype == torch.float32
        assert float((ours - theirs).norm() / theirs.norm()) < tolerance


@pytest.mark.parametrize(("attention", "training"), [("dot", True), ("dot", False), ("general", True)])
def test_the_decoder_takes_the_quick_loop_and_gives_what_its_steps_give(
    attention: str, training: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    config = RNNDecoderConfig.model_validate(
        {"type": "rnn", "layers": 1, "dim": DIM, "attention": attention, "feed": "input"}
    )
    decoder = RNNDecoder(config, INPUT, MEMORY, FEATURE, dropout=0.0 if training else 0.5).double().train(training)
    embedded, hidden, cell, keys, states, *_, mask = problem()
    memory = RNNMemory(Keys(keys, states, mask), (hidden, cell))
    state, stepped = decoder.start(memory), []
    for position in range(LENGTH):
        features, state = decoder.step(embedded[:, position], state, memory)
        stepped.append(features)
    monkeypatch.setattr(decoder, "step", None)
    torch.testing.assert_close(decoder.decode(embedded, memory), torch.stack(stepped, dim=1), rtol=1e-12, atol=1e-12)
