"""Transformer layers against torch's own, and positions against the formula."""

import cmath
import math
from typing import Any

import pytest
import torch

from nmt.config import parse_config
from nmt.models.base import EncoderOutput
from nmt.models.transformer.decoder import TransformerDecoder, TransformerDecoderConfig
from nmt.models.transformer.encoder import EncoderLayer, TransformerEncoder, TransformerEncoderConfig
from nmt.models.transformer.layers import SelfAttention, TransformerConfig
from nmt.models.transformer.positions import PositionalEncoding, Rotation, sinusoids

DIM, HEADS, INNER = 8, 2, 12


@pytest.mark.parametrize("activation", ["relu", "gelu"])
@pytest.mark.parametrize("norm", ["pre", "post"])
@torch.no_grad()
def test_an_encoder_layer_equals_torchs(norm: str, activation: str) -> None:
    torch.manual_seed(0)
    tree = {
        "type": "transformer",
        "dim": DIM,
        "heads": HEADS,
        "feed_forward_dim": INNER,
        "norm": norm,
        "activation": activation,
    }
    ours = EncoderLayer(parse_config(TransformerConfig, tree, "test"), 0.0).double().eval()
    theirs = torch.nn.TransformerEncoderLayer(
        DIM, HEADS, INNER, 0.0, activation, batch_first=True, norm_first=norm == "pre", dtype=torch.float64
    ).eval()
    own = ours.attention
    theirs.self_attn.in_proj_weight.copy_(own.project.weight)
    theirs.self_attn.in_proj_bias.copy_(own.project.bias)
    theirs.self_attn.out_proj.load_state_dict(own.out.state_dict())
    theirs.linear1.load_state_dict(ours.feed_forward.expand.state_dict())
    theirs.linear2.load_state_dict(ours.feed_forward.contract.state_dict())
    values = torch.randn(2, 5, DIM, dtype=torch.float64)
    mask = torch.tensor([[True] * 5, [True, True, True, False, False]])
    expected = theirs(values, src_key_padding_mask=~mask)
    torch.testing.assert_close(ours(values, mask, None)[mask], expected[mask])


def test_sinusoids_are_those_of_the_formula() -> None:
    found = sinusoids(3, 2, 6, torch.device("cpu"))
    for row, position in enumerate([3, 4]):
        for pair in range(3):
            angle = position / 10000 ** (pair / 2)
            assert float(found[row, pair]) == pytest.approx(math.sin(angle), abs=1e-6)
            assert float(found[row, 3 + pair]) == pytest.approx(math.cos(angle), abs=1e-6)


@pytest.mark.parametrize("kind", ["sinusoidal", "learned"])
@torch.no_grad()
def test_positions_do_not_depend_on_where_a_call_starts(kind: str) -> None:
    positions = PositionalEncoding(kind, DIM, HEADS, max_positions=4)  # type: ignore[arg-type]
    values = torch.zeros(1, 7, DIM)  # longer than the learned table
    whole = positions(values)
    for place in range(7):
        torch.testing.assert_close(positions(values[:, :1], start=place), whole[:, place : place + 1])


def test_a_rotation_is_that_of_the_formula() -> None:
    values = torch.randn(1, 1, 2, 6, dtype=torch.float64)  # positions 3 and 4
    found = Rotation.at(3, torch.zeros(1, 2, 12), 6)(values)
    for row, position in enumerate([3, 4]):
        for pair in range(3):
            angle = position / 10000 ** (pair / 3)
            turned = complex(*values[0, 0, row, [pair, 3 + pair]]) * cmath.exp(1j * angle)
            assert complex(*found[0, 0, row, [pair, 3 + pair]]) == pytest.approx(turned, abs=1e-6)


def test_products_of_rotated_queries_and_keys_depend_on_their_distance_alone() -> None:
    query, key = torch.randn(2, 1, 1, 1, 8)

    def product(at: int, other: int) -> float:
        return float((Rotation.at(at, query, 8)(query) * Rotation.at(other, key, 8)(key)).sum())

    assert product(0, 5) == pytest.approx(product(90, 95), abs=1e-4)
    assert product(5, 5) == pytest.approx(float((query * key).sum()), abs=1e-4)
    assert abs(product(0, 5) - product(5, 0)) > 1e-2


@torch.no_grad()
def test_a_transformer_with_rotary_positions_sees_the_order_of_its_text() -> None:
    """Without positions, self-attention takes a sentence for a bag of words."""
    tree = {"type": "transformer", "dim": DIM, "heads": HEADS, "layers": 2, "positions": "rotary"}
    encoder = TransformerEncoder(parse_config(TransformerEncoderConfig, tree, "test"), DIM, 0.0).eval()
    values, mask = torch.randn(1, 4, DIM), torch.ones(1, 4, dtype=torch.bool)
    there, back = encoder(values, mask).states, encoder(values.flip(1), mask).states.flip(1)
    assert float((there - back).abs().max()) > 1e-2
    later = encoder(torch.cat([values, values], dim=1), torch.tensor([[False] * 4 + [True] * 4]))
    torch.testing.assert_close(later.states[:, 4:], there)  # where it stands does not matter


@torch.no_grad()
def test_the_cache_holds_exactly_what_has_been_read() -> None:
    config = parse_config(
        TransformerDecoderConfig, {"type": "transformer", "dim": DIM, "heads": HEADS, "layers": 2}, "test"
    )
    decoder = TransformerDecoder(config, DIM, DIM, DIM, 0.0).eval()
    from nmt.models.base import EncoderOutput

    states = torch.randn(3, 4, DIM)
    memory = decoder.prepare(EncoderOutput(states, torch.ones(3, 4, dtype=torch.bool), states[:, 0]))
    state = decoder.start(memory)
    for length in range(1, 4):
        _, state = decoder.step(torch.randn(3, DIM), state, memory)
        assert state.position == length
        assert {tuple(keys.shape) for keys in state.keys + state.values} == {(3, HEADS, length, DIM // HEADS)}


def stack(kind: Any, **fields: Any) -> Any:
    return parse_config(kind, {"type": "transformer", "dim": 8, "heads": 2, "layers": 2, **fields}, "test")


@torch.no_grad()
def test_a_decoder_looks_where_its_last_layer_does() -> None:
    torch.manual_seed(0)
    decoder, looked = TransformerDecoder(stack(TransformerDecoderConfig), 8, 8, 8, 0.0).eval(), []
    for layer in decoder.layers:
        layer.cross.register_forward_hook(lambda module, given, found: looked.append(found[1].squeeze(1)))
    states = torch.randn(3, 4, 8)
    memory = decoder.prepare(EncoderOutput(states, torch.ones(3, 4, dtype=torch.bool), states[:, 0]))
    _, state = decoder.step(torch.randn(3, 8), decoder.start(memory), memory)
    assert torch.equal(state.attention, looked[-1])
    assert not torch.allclose(looked[0], looked[-1])


@torch.no_grad()
@pytest.mark.parametrize("norm", ["pre", "post"])
def test_what_leaves_a_stack_is_normalised(norm: str) -> None:
    torch.manual_seed(0)
    encoder = TransformerEncoder(stack(TransformerEncoderConfig, norm=norm), 8, 0.0).eval()
    decoder = TransformerDecoder(stack(TransformerDecoderConfig, norm=norm), 8, 8, 8, 0.0).eval()
    source = encoder(torch.randn(2, 5, 8), torch.ones(2, 5, dtype=torch.bool))
    for found in (source.states, decoder.decode(torch.randn(2, 4, 8), decoder.prepare(source))):
        torch.testing.assert_close(found.mean(dim=-1), torch.zeros(found.shape[:2]), atol=1e-5, rtol=0)
        torch.testing.assert_close(found.var(dim=-1, correction=0), torch.ones(found.shape[:2]), atol=1e-3, rtol=0)


def test_the_three_maps_of_self_attention_are_each_initialised_as_by_themselves() -> None:
    torch.manual_seed(0)
    for part in SelfAttention(24, 2).project.weight.detach().chunk(3):  # uniform up to sqrt(6 / (inputs + outputs))
        assert float(part.abs().max()) == pytest.approx(math.sqrt(6 / sum(part.shape)), rel=0.05)
