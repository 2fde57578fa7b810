"""Each attention against its formula, written out with loops."""

import math

import pytest
import torch

from nmt.models.attention import (
    ATTENTIONS,
    AdditiveAttention,
    DotAttention,
    GeneralAttention,
    MultiHeadAttention,
    attend,
    masked_softmax,
    scaled_weights,
)
from nmt.models.base import EncoderOutput

QUERY, MEMORY, DIM, HEADS = 6, 8, 4, 2


def source() -> EncoderOutput:
    generator = torch.Generator().manual_seed(0)
    states = torch.randn(2, 5, MEMORY, generator=generator, dtype=torch.float64)
    mask = torch.tensor([[True] * 5, [True, True, True, False, False]])
    return EncoderOutput(states, mask, states[:, 0])


def queries() -> torch.Tensor:
    return torch.randn(2, 3, QUERY, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def score(attention: torch.nn.Module, query: torch.Tensor, state: torch.Tensor) -> float:
    """The unnormalised score of one query and one state, by the paper's formula."""
    if isinstance(attention, AdditiveAttention):
        hidden = attention.query.weight @ query + attention.key.weight @ state + attention.key.bias
        return float(attention.score.weight[0] @ torch.tanh(hidden))
    assert isinstance(attention, DotAttention)
    return float(query @ (attention.key.weight @ state))


@pytest.mark.parametrize("kind", [DotAttention, GeneralAttention, AdditiveAttention])
@torch.no_grad()
def test_context_and_weights_are_those_of_the_formula(kind: type[torch.nn.Module]) -> None:
    torch.manual_seed(0)
    attention = kind(QUERY, MEMORY, DIM, HEADS).double()
    encoded, asked = source(), queries()
    context, weights = attention(asked, attention.keys(encoded))
    for batch, length in enumerate([5, 3]):
        for index in range(3):
            scores = [score(attention, asked[batch, index], encoded.states[batch, place]) for place in range(length)]
            total = sum(math.exp(one) for one in scores)
            expected = torch.tensor(
                [math.exp(one) / total for one in scores] + [0.0] * (5 - length), dtype=torch.float64
            )
            torch.testing.assert_close(weights[batch, index], expected)
            torch.testing.assert_close(context[batch, index], expected @ encoded.states[batch])


@torch.no_grad()
def test_multi_head_attention_equals_torchs() -> None:
    torch.manual_seed(0)
    ours = MultiHeadAttention(MEMORY, MEMORY, MEMORY, HEADS).double()
    theirs = torch.nn.MultiheadAttention(MEMORY, HEADS, batch_first=True, dtype=torch.float64)
    theirs.in_proj_weight.copy_(torch.cat([ours.query.weight, ours.key.weight, ours.value.weight]))
    theirs.in_proj_bias.copy_(torch.cat([ours.query.bias, ours.key.bias, ours.value.bias]))
    theirs.out_proj.load_state_dict(ours.out.state_dict())
    encoded = source()
    asked = torch.randn(2, 3, MEMORY, dtype=torch.float64)
    context, weights = ours(asked, ours.keys(encoded))
    expected, expected_weights = theirs(asked, encoded.states, encoded.states, key_padding_mask=~encoded.mask)
    torch.testing.assert_close(context, expected)
    torch.testing.assert_close(weights, expected_weights)
    torch.testing.assert_close(ours.context(asked, ours.keys(encoded)), expected)


def test_attending_without_weights_has_the_gradients_of_attending_with_them() -> None:
    torch.manual_seed(0)
    parts = [torch.randn(2, HEADS, length, 3, dtype=torch.float64, requires_grad=True) for length in (4, 5, 5)]
    mask = source().mask[:, None, None, :]
    plain = scaled_weights(parts[0], parts[1], mask) @ parts[2]
    fused = attend(parts[0], parts[1], parts[2], mask)
    torch.testing.assert_close(fused, plain)
    upstream = torch.randn_like(plain)
    for own, expected in zip(
        torch.autograd.grad(fused, parts, upstream), torch.autograd.grad(plain, parts, upstream), strict=True
    ):
        torch.testing.assert_close(own, expected)


def test_attending_in_bf16_is_near_fp32() -> None:
    torch.manual_seed(0)
    query, keys, values = (torch.randn(2, HEADS, length, 16) for length in (4, 5, 5))
    mask = source().mask[:, None, None, :]
    lean = attend(query.bfloat16(), keys.bfloat16(), values.bfloat16(), mask)
    torch.testing.assert_close(lean.float(), attend(query, keys, values, mask), atol=0.05, rtol=0.0)


def test_what_is_masked_has_no_weight_however_small_the_scores_are() -> None:
    weights = masked_softmax(torch.tensor([[-3e4, -3e4, 0.0]]), torch.tensor([[True, True, False]]))
    assert weights.tolist() == [[0.5, 0.5, 0.0]]


@pytest.mark.parametrize("name", ATTENTIONS)
@torch.no_grad()
def test_weights_sum_to_one_and_are_zero_on_padding(name: str) -> None:
    torch.manual_seed(0)
    attention = ATTENTIONS[name](QUERY, MEMORY, DIM, HEADS).double()
    _, weights = attention(queries(), attention.keys(source()))
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(2, 3, dtype=torch.float64))
    assert (weights[1, :, 3:] == 0).all()


@torch.no_grad()
def test_without_attention_the_context_is_the_summary_of_the_sentence() -> None:
    attention = ATTENTIONS["none"](QUERY, MEMORY, DIM, HEADS)
    encoded = source()
    context, _ = attention(queries(), attention.keys(encoded))
    torch.testing.assert_close(context, encoded.summary.unsqueeze(1).expand(-1, 3, -1))


@pytest.mark.parametrize("name", ["dot", "general", "additive", "multihead"])
def test_gradients_of_attention_are_right(name: str) -> None:
    torch.manual_seed(0)
    attention = ATTENTIONS[name](QUERY, MEMORY, DIM, HEADS).double()
    encoded = source()

    def context(states: torch.Tensor, asked: torch.Tensor) -> torch.Tensor:
        return attention(asked, attention.keys(EncoderOutput(states, encoded.mask, states[:, 0])))[0]  # type: ignore[no-any-return]

    inputs = (encoded.states.clone().requires_grad_(), queries().requires_grad_())
    assert torch.autograd.gradcheck(context, inputs, eps=1e-6, atol=1e-5)
