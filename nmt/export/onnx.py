"""A recurrent model as ONNX graphs: one reads the source, one reads a token, and one says which tokens may follow.

encoder.onnx    source int64 [batch, src_len], lengths int32 [batch] -> keys, values, and state_0, state_1 ...
step.onnx       tokens int64 [rows], mask bool [batch, src_len], keys, values, the states [rows, dim]
                -> features [rows, feature_dim], and next_state_0, next_state_1 ...
                With input feeding also feed [rows, feature_dim], the features of the step before; zeros at first.
output.onnx     features, count int64 [1] -> log_probs and next_tokens [rows, count], the most probable first
shortlist.onnx  the same of few tokens: features, count, ids int64 [n], and their weight [n, feature_dim] and bias [n]

rows is a multiple of batch: row r belongs to sentence r // (rows / batch). What our search never writes has probability
zero. Where there are fewer than `count` tokens, all are given. `runner.py` searches with them.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from nmt.export.graph import Graph, gate_order
from nmt.export.onnx_attention import axes, keys_and_values, look
from nmt.export.packages import package
from nmt.models.build import EncoderDecoder
from nmt.models.embedding import Embedding
from nmt.models.rnn.decoder import RNNDecoder
from nmt.models.rnn.encoder import RNNEncoder
from nmt.models.rnn.layer import RecurrentLayer, num_state_parts
from nmt.search.constraints import NEVER, NEVER_WRITTEN
from nmt.tokenizer.base import EOS_ID

# The quantiser would else advise, on stderr, to have its own tool simplify the graph first.
PREPARED = {"onnx.quant.pre_process": "onnxruntime.quant"}


@torch.no_grad()
def onnx_files(model: EncoderDecoder, quantization: str) -> dict[str, bytes]:
    """The graphs of a recurrent model, without that of its shortlist: name -> bytes."""
    graphs = {"encoder.onnx": encoder_graph(model), "step.onnx": step_graph(model), "output.onnx": output_graph(model)}
    if quantization == "int8":
        return {name: _quantized(graph) for name, graph in graphs.items()}
    return {name: graph.SerializeToString() for name, graph in graphs.items()}


def encoder_graph(model: EncoderDecoder) -> Any:
    """The source read, and everything that is computed once a sentence."""
    graph, encoder = Graph(), cast(RNNEncoder, model.encoder)
    decoder = cast(RNNDecoder, model.decoder)
    values = graph.transpose(_embed(graph, "source", model.source_embedding), 1, 0, 2)  # ONNX puts time first
    for depth, norm in enumerate(encoder.norms):
        layers = [stack[depth] for stack in (encoder.forwards, encoder.backwards) if len(stack)]
        read, _ = _recur(graph, values, cast(list[RecurrentLayer], layers), "lengths")
        values = graph.norm(graph.op("Add", read, values) if encoder.residual and depth > 0 else read, norm)
    states = graph.transpose(values, 1, 0, 2)  # [batch, src_len, dim]
    summary = _summary(graph, states, encoder)
    keys, contents = keys_and_values(graph, decoder, states, summary)
    start = graph.op("Tanh", graph.linear(summary, decoder.bridge))
    count = len(decoder.layers) * num_state_parts(decoder.config.cell)
    parts = graph.ops("Split", count, start, axis=-1)
    outputs: dict[str, Any] = {name: (np.float32, axes(decoder)) for name in ("keys", "values")}
    graph.name(keys, "keys")
    graph.name(contents, "values")
    for index, part in enumerate(parts):
        graph.name(part, f"state_{index}")
        outputs[f"state_{index}"] = (np.float32, ["batch", decoder.config.dim])
    return graph.model({"source": (np.int64, ["batch", "src_len"]), "lengths": (np.int32, ["batch"])}, outputs)


def step_graph(model: EncoderDecoder) -> Any:
    """One target token read."""
    graph, decoder = Graph(), cast(RNNDecoder, model.decoder)
    config, parts = decoder.config, num_state_parts(decoder.config.cell)
    feed = config.feed
    hidden = _embed(graph, "tokens", model.target_embedding)  # [rows, dim]
    if feed == "input":
        hidden = graph.op("Concat", hidden, "feed", axis=-1)
    context, states = None, []
    for depth, layer in enumerate(decoder.layers):
        below = hidden
        if feed == "layer" and context is not None:
            hidden = graph.op("Concat", hidden, context, axis=-1)
        own = [f"state_{depth * parts + part}" for part in range(parts)]
        ahead = graph.op("Unsqueeze", hidden, graph.constant([0]))  # [1, rows, width], one position
        states += _recur(graph, ahead, [cast(RecurrentLayer, layer)], "", own)[1]
        hidden = states[-parts]
        if config.residual and depth > 0:
            hidden = graph.op("Add", hidden, below)
        hidden = graph.norm(hidden, decoder.norms[depth])
        if feed == "layer" and depth == 0:
            context = look(graph, decoder, hidden)
    context = context or look(graph, decoder, hidden)
    features = graph.op("Tanh", graph.linear(graph.op("Concat", hidden, context, axis=-1), decoder.readout))
    inputs: dict[str, Any] = {"tokens": (np.int64, ["rows"]), "mask": (np.bool_, ["batch", "src_len"])}
    inputs |= {name: (np.float32, axes(decoder)) for name in ("keys", "values")}
    outputs: dict[str, Any] = {"features": (np.float32, ["rows", decoder.feature_dim])}
    graph.name(features, "features")
    for index, state in enumerate(states):
        inputs[f"state_{index}"] = outputs[f"next_state_{index}"] = (np.float32, ["rows", config.dim])
        graph.name(state, f"next_state_{index}")
    if feed == "input":
        inputs["feed"] = outputs["features"]
    return graph.model(inputs, outputs)


def output_graph(model: EncoderDecoder) -> Any:
    """Which tokens may follow."""
    graph = Graph()
    return _chosen(graph, graph.affine("features", *output_weights(model)), model.feature_dim)


def output_weights(model: EncoderDecoder) -> tuple[Tensor, Tensor]:
    """[vocab, feature_dim] and [vocab], with the scale of the readout in them: features here are without it."""
    return model.output.weight.detach() * cast(RNNDecoder, model.decoder).config.readout_scale, model.output.bias


def shortlist_graph(feature_dim: int) -> Any:
    """Which of the tokens `ids` may follow; it has no weights of its own."""
    graph = Graph()
    logits = graph.op("Gemm", "features", "weight", "bias", transB=1)
    return _chosen(graph, logits, feature_dim, "ids")


def _chosen(graph: Graph, logits: str, feature_dim: int, ids: str = "") -> Any:
    """The graph that gives the most probable of the tokens with these logits, whose ids are counted or given."""
    log_probs = graph.op("LogSoftmax", logits, axis=-1)
    # What is never written is taken out of the few that are chosen: a mask would be one more pass over all.
    more = graph.op("Add", "count", graph.constant([len(NEVER_WRITTEN)]))
    there = graph.op("Slice", graph.op("Shape", logits), graph.constant([1]), graph.constant([2]))
    values, places = graph.ops("TopK", 2, log_probs, graph.op("Min", more, there), axis=-1)
    tokens = graph.op("Gather", ids, places) if ids else places
    never = graph.op("Less", tokens, graph.constant(EOS_ID))
    allowed = graph.op("Where", never, graph.constant(np.float32(NEVER)), values)
    best, order = graph.ops("TopK", 2, allowed, graph.op("Min", "count", there), axis=-1)
    graph.name(best, "log_probs")
    graph.name(graph.op("GatherElements", tokens, order, axis=-1), "next_tokens")
    inputs: dict[str, Any] = {"features": (np.float32, ["rows", feature_dim]), "count": (np.int64, [1])}
    if ids:
        inputs |= {"weight": (np.float32, ["n", feature_dim]), "bias": (np.float32, ["n"]), ids: (np.int64, ["n"])}
    each = ["rows", "chosen"]
    return graph.model(inputs, {"log_probs": (np.float32, each), "next_tokens": (np.int64, each)})


def _embed(graph: Graph, tokens: str, embedding: Embedding) -> str:
    rows = graph.op("Gather", graph.constant(embedding.weight), tokens, axis=0)
    return graph.op("Mul", rows, graph.constant(np.float32(embedding.scale)))


def _recur(
    graph: Graph, values: str, layers: Sequence[RecurrentLayer], lengths: str, states: Sequence[str] = ()
) -> tuple[str, list[str]]:
    """[length, rows, width] through one layer in one or both directions; all hidden vectors, and the last state.

    `states`, the state before, are [rows, dim]; none: zeros.
    """
    cell, dim = layers[0].cell, layers[0].dim
    ordered = ([gate_order(weight, cell) for weight in layer.weights()] for layer in layers)
    sides = ((of_input, of_hidden, torch.cat(biases)) for of_input, of_hidden, *biases in ordered)
    weights = [graph.constant(torch.stack(each)) for each in zip(*sides, strict=True)]
    direction = "bidirectional" if len(layers) == 2 else "forward"
    attributes: dict[str, Any] = {"hidden_size": dim, "direction": direction}
    kind = cell.upper()
    if cell == "gru":
        attributes["linear_before_reset"] = 1
    if cell.startswith("rnn"):
        kind, activation = "RNN", "Tanh" if cell == "rnn_tanh" else "Relu"
        attributes["activations"] = [activation] * len(layers)
    first = [graph.op("Unsqueeze", state, graph.constant([0])) for state in states]
    outputs = graph.ops(kind, 3 if cell == "lstm" else 2, values, *weights, lengths, *first, **attributes)
    joined = graph.reshape(graph.transpose(outputs[0], 0, 2, 1, 3), (0, 0, -1))  # directions side by side
    return joined, [graph.op("Squeeze", last, graph.constant([0])) for last in outputs[1:]] if states else []


def _summary(graph: Graph, states: str, encoder: RNNEncoder) -> str:
    """The last state of each direction, [batch, dim]."""
    last = graph.op("Sub", graph.op("Cast", "lengths", to=graph.onnx.TensorProto.INT64), graph.constant([1]))
    final = graph.op("GatherND", states, graph.op("Unsqueeze", last, graph.constant([1])), batch_dims=1)
    if not len(encoder.backwards):
        return final
    begun = graph.op("Gather", states, graph.constant(0), axis=1)
    forward, backward = (graph.ops("Split", 2, value, axis=-1)[side] for side, value in enumerate((final, begun)))
    return graph.op("Concat", forward, backward, axis=-1)


def _quantized(graph: Any) -> bytes:
    """The same graph with 8-bit weights, one scale a column; what is multiplied by them is rounded as it comes."""
    quantization: Any = package("onnxruntime.quantization", "--quantization int8")
    package("onnx.helper", "--format onnx").set_model_props(graph, PREPARED)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        quantization.quantize_dynamic(graph, path, per_channel=True, weight_type=quantization.QuantType.QInt8)
        return path.read_bytes()
