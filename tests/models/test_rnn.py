"""Recurrent layers against the equations of the papers, and the encoder's two directions."""

import math

import pytest
import torch

from nmt.config import parse_config
from nmt.models.base import EncoderOutput
from nmt.models.rnn.decoder import RNNDecoder, RNNDecoderConfig
from nmt.models.rnn.encoder import RNNEncoder, RNNEncoderConfig, reorder, reverse_index
from nmt.models.rnn.layer import Cell, RecurrentLayer

INPUT, DIM, LENGTH = 5, 4, 6


def equation(layer: RecurrentLayer, inputs: torch.Tensor, state: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    """One step of one sentence by the textbook equations, gate by gate."""
    rnn, hidden = layer.rnn, state[0]
    x = (rnn.weight_ih_l0 @ inputs + rnn.bias_ih_l0).chunk({"lstm": 4, "gru": 3}.get(layer.cell, 1))
    h = (rnn.weight_hh_l0 @ hidden + rnn.bias_hh_l0).chunk(len(x))
    if layer.cell == "lstm":  # input, forget, candidate, output
        keep, forget, output = (torch.sigmoid(x[i] + h[i]) for i in (0, 1, 3))
        cell = forget * state[1] + keep * torch.tanh(x[2] + h[2])
        return output * torch.tanh(cell), cell
    if layer.cell == "gru":  # reset, update, candidate
        reset, update = torch.sigmoid(x[0] + h[0]), torch.sigmoid(x[1] + h[1])
        candidate = torch.tanh(x[2] + reset * h[2])
        return ((1 - update) * candidate + update * hidden,)
    return (torch.tanh(x[0] + h[0]) if layer.cell == "rnn_tanh" else torch.relu(x[0] + h[0]),)


def test_what_a_gpu_multiplies_is_as_before_a_layer_that_wanted_no_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    layer, precision = RecurrentLayer("gru", INPUT, DIM), torch.backends.cudnn.rnn  # type: ignore[attr-defined]
    inputs, seen = torch.zeros(1, LENGTH, INPUT), []
    layer.rnn.register_forward_pre_hook(lambda *_: seen.append(precision.fp32_precision))
    monkeypatch.setattr(precision, "fp32_precision", precision.fp32_precision)  # put back after the test
    monkeypatch.setattr(torch.Tensor, "is_cuda", True)
    before = precision.fp32_precision, torch.backends.cudnn.allow_tf32
    with torch.inference_mode():
        layer(inputs, layer.zero_state(1, inputs))
    assert (precision.fp32_precision, torch.backends.cudnn.allow_tf32) == before
    layer(inputs, layer.zero_state(1, inputs))
    assert seen == ["ieee", "ieee"] != [before[0]] * 2
    assert precision.fp32_precision == "ieee"  # until the backward pass


@pytest.mark.parametrize("cell", ["rnn_tanh", "rnn_relu", "gru", "lstm"])
@torch.no_grad()
def test_a_layer_follows_its_equations_over_a_sequence_and_step_by_step(cell: Cell) -> None:
    torch.manual_seed(0)
    layer = RecurrentLayer(cell, INPUT, DIM).double()
    inputs = torch.randn(1, LENGTH, INPUT, dtype=torch.float64)
    state = tuple(torch.randn(1, DIM, dtype=torch.float64) for _ in layer.zero_state(1, inputs))
    outputs = layer(inputs, state)
    by_hand, stepped = tuple(part[0] for part in state), state
    for position in range(LENGTH):
        by_hand = equation(layer, inputs[0, position], by_hand)
        stepped = layer.step(inputs[:, position], stepped)
        torch.testing.assert_close(outputs[0, position], by_hand[0])
        torch.testing.assert_close(stepped[0][0], by_hand[0])


@pytest.mark.parametrize("cell", ["rnn_tanh", "gru", "lstm"])
def test_gradients_of_a_layer_are_right(cell: Cell) -> None:
    torch.manual_seed(0)
    layer = RecurrentLayer(cell, INPUT, DIM).double()
    inputs = torch.randn(2, 3, INPUT, dtype=torch.float64, requires_grad=True)
    state = tuple(torch.randn(2, DIM, dtype=torch.float64, requires_grad=True) for _ in layer.zero_state(1, inputs))
    assert torch.autograd.gradcheck(lambda values, *first: layer(values, first), (inputs, *state), eps=1e-6, atol=1e-5)


def test_recurrent_weights_begin_orthogonal_and_an_lstm_remembers() -> None:
    layer = RecurrentLayer("lstm", INPUT, DIM)
    for gate in layer.rnn.weight_hh_l0.detach().chunk(4):
        torch.testing.assert_close(gate @ gate.t(), torch.eye(DIM), atol=1e-5, rtol=0)
    biases = (layer.rnn.bias_ih_l0 + layer.rnn.bias_hh_l0).detach().chunk(4)
    assert [float(bias.mean()) for bias in biases] == [0.0, 1.0, 0.0, 0.0]


def test_only_the_real_tokens_are_reversed() -> None:
    mask = torch.tensor([[True, True, True], [True, True, False]])
    values = torch.tensor([[[1], [2], [3]], [[4], [5], [0]]])
    assert reorder(values, reverse_index(mask)).squeeze(-1).tolist() == [[3, 2, 1], [5, 4, 0]]


@torch.no_grad()
def test_the_backward_direction_is_a_forward_layer_over_the_reversed_sentence() -> None:
    torch.manual_seed(0)
    config = parse_config(RNNEncoderConfig, {"type": "rnn", "cell": "lstm", "dim": DIM}, "test")
    encoder = RNNEncoder(config, INPUT, 0.0).double().eval()
    sentence = torch.randn(1, LENGTH, INPUT, dtype=torch.float64)
    encoded = encoder(sentence, torch.ones(1, LENGTH, dtype=torch.bool))
    layer = encoder.backwards[0]
    backward = layer(sentence.flip(1), layer.zero_state(1, sentence)).flip(1)
    torch.testing.assert_close(encoded.states[..., DIM:], backward)
    torch.testing.assert_close(
        encoded.summary, torch.cat([encoded.states[:, -1, :DIM], encoded.states[:, 0, DIM:]], dim=1)
    )


@pytest.mark.parametrize("residual", [True, False])
def test_what_a_layer_reads_is_added_to_what_it_writes_where_asked_for(residual: bool) -> None:
    tree = {"type": "rnn", "cell": "lstm", "layers": 2, "dim": 6, "residual": residual}
    torch.manual_seed(1)
    encoder = RNNEncoder(parse_config(RNNEncoderConfig, tree, "test"), 5, 0.0)
    single = RNNEncoder(parse_config(RNNEncoderConfig, tree | {"layers": 1}, "test"), 5, 0.0)
    with torch.no_grad():
        for name, parameter in encoder.named_parameters():
            if ".1." in name:
                parameter.zero_()  # the second layer writes nothing
            else:
                single.get_parameter(name).copy_(parameter)
    embedded, mask = torch.randn(2, 4, 5), torch.ones(2, 4, dtype=torch.bool)
    expected = single(embedded, mask).states if residual else torch.zeros(2, 4, 12)
    torch.testing.assert_close(encoder(embedded, mask).states, expected)


@pytest.mark.parametrize("residual", [True, False])
@pytest.mark.parametrize("feed", ["layer", "output", "input"])
def test_a_decoder_adds_what_a_layer_reads_where_asked_for(residual: bool, feed: str) -> None:
    tree = {"type": "rnn", "cell": "lstm", "layers": 2, "dim": 6, "residual": residual, "feed": feed}
    torch.manual_seed(1)
    decoder = RNNDecoder(parse_config(RNNDecoderConfig, tree, "test"), 5, 4, 7, 0.0)
    with torch.no_grad():
        for parameter in [*decoder.layers[1].parameters(), *decoder.bridge.parameters()]:
            parameter.zero_()
    seen: list[torch.Tensor] = []
    decoder.readout.register_forward_hook(lambda module, given, found: seen.append(given[0][..., :6]))
    source = EncoderOutput(torch.randn(2, 3, 4), torch.ones(2, 3, dtype=torch.bool), torch.randn(2, 4))
    decoder.decode(torch.randn(2, 1, 5), decoder.prepare(source))
    assert bool((seen[0] != 0).all()) == residual


@pytest.mark.parametrize("feed", ["layer", "output", "input"])
@pytest.mark.parametrize("layers", [1, 2])
def test_the_scale_of_the_readout_is_on_the_features_and_not_on_what_is_fed_back(feed: str, layers: int) -> None:
    tree = {"type": "rnn", "cell": "lstm", "layers": layers, "dim": 6, "feed": feed}
    decoders = []
    for scale in (1.0, 3.0):
        torch.manual_seed(1)
        config = parse_config(RNNDecoderConfig, tree | {"readout_scale": scale}, "test")
        decoders.append(RNNDecoder(config, 5, 4, 7, 0.0))
    source = EncoderOutput(torch.randn(2, 3, 4), torch.ones(2, 3, dtype=torch.bool), torch.randn(2, 4))
    embedded = torch.randn(2, 5, 5)
    plain, scaled = (decoder.decode(embedded, decoder.prepare(source)) for decoder in decoders)
    torch.testing.assert_close(scaled, 3.0 * plain)
    memory, stepped = decoders[1].prepare(source), []
    state = decoders[1].start(memory)
    for position in range(5):
        features, state = decoders[1].step(embedded[:, position], state, memory)
        stepped.append(features)
    torch.testing.assert_close(torch.stack(stepped, dim=1), 3.0 * plain)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="of a GPU")
@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn_tanh"])
def test_on_a_gpu_a_layer_is_never_fp16_and_as_exact_as_its_steps(cell: Cell) -> None:
    layer = RecurrentLayer(cell, 32, 32).cuda()
    inputs = torch.randn(4, 9, 32, device="cuda")
    state = layer.zero_state(4, inputs)
    with torch.autocast("cuda", torch.bfloat16):
        assert layer(inputs, state).dtype == torch.float32
    whole = layer(inputs, state)
    for place in range(inputs.shape[1]):
        state = layer.step(inputs[:, place], state)
        torch.testing.assert_close(whole[:, place], state[0], atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_a_decoder_begins_with_a_state_within_one_and_normalises_what_the_residual_gave() -> None:
    tree = {"type": "rnn", "cell": "lstm", "layers": 2, "dim": 6, "layer_norm": True}
    torch.manual_seed(1)
    decoder = RNNDecoder(parse_config(RNNDecoderConfig, tree, "test"), 5, 4, 7, 0.0)
    source = EncoderOutput(torch.randn(2, 3, 4), torch.ones(2, 3, dtype=torch.bool), torch.randn(2, 4))
    memory, seen = decoder.prepare(source), []
    expected = torch.tanh(source.summary @ decoder.bridge.weight.T + decoder.bridge.bias)
    torch.testing.assert_close(torch.cat(memory.initial, dim=-1), expected)
    decoder.readout.register_forward_hook(lambda module, given, found: seen.append(given[0][..., :6]))
    decoder.decode(torch.randn(2, 3, 5), memory)
    torch.testing.assert_close(seen[0].mean(dim=-1), torch.zeros(2, 3), atol=1e-5, rtol=0)


@pytest.mark.parametrize(("cell", "gates"), [("gru", 3), ("lstm", 4)])
def test_the_maps_of_the_gates_are_each_initialised_as_by_themselves(cell: Cell, gates: int) -> None:
    torch.manual_seed(0)
    for part in RecurrentLayer(cell, 30, 20).rnn.weight_ih_l0.detach().chunk(gates):  # up to sqrt(6 / (ins + outs))
        assert float(part.abs().max()) == pytest.approx(math.sqrt(6 / sum(part.shape)), rel=0.05)
