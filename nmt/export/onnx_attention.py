"""The attention of a recurrent decoder as nodes of an ONNX graph."""

import numpy as np
from torch import nn

from nmt.export.graph import Graph
from nmt.models.attention import AdditiveAttention, DotAttention, MultiHeadAttention, NoAttention
from nmt.models.rnn.decoder import RNNDecoder


def axes(decoder: RNNDecoder) -> list[int | str]:
    """Of keys and values."""
    multihead = isinstance(decoder.attention, MultiHeadAttention)
    return ["batch", "heads", "src_len", "head_dim"] if multihead else ["batch", "src_len", "dim"]


def keys_and_values(graph: Graph, decoder: RNNDecoder, states: str, summary: str) -> tuple[str, str]:
    """What the attention needs of the source, from states [batch, src_len, dim] and their summary [batch, dim]."""
    attention = decoder.attention
    if isinstance(attention, NoAttention):
        alone = graph.op("Unsqueeze", summary, graph.constant([1]))
        return alone, alone
    if isinstance(attention, MultiHeadAttention):
        keys, values = (graph.linear(states, project) for project in (attention.key, attention.value))
        return _split_heads(graph, keys, attention.heads), _split_heads(graph, values, attention.heads)
    key = attention.key
    return (graph.linear(states, key) if isinstance(key, nn.Linear) else states), states


def look(graph: Graph, decoder: RNNDecoder, hidden: str) -> str:
    """[rows, dim] -> context [rows, context_dim]. The beam is a query axis: sentences are never copied."""
    attention, dim = decoder.attention, decoder.config.dim
    batch = graph.op("Slice", graph.op("Shape", "mask"), graph.constant([0]), graph.constant([1]))
    shape = graph.op("Concat", batch, graph.constant([-1, dim]), axis=0)
    query = graph.op("Reshape", hidden, shape)  # [batch, beam, dim]
    between = [1]
    if isinstance(attention, NoAttention):
        beam = graph.op("Slice", graph.op("Shape", query), graph.constant([1]), graph.constant([2]))
        context = graph.op("Tile", "values", graph.op("Concat", graph.constant([1]), beam, graph.constant([1]), axis=0))
        return graph.reshape(context, (-1, attention.value_dim))
    if isinstance(attention, AdditiveAttention):
        asked = graph.op("Unsqueeze", graph.linear(query, attention.query), graph.constant([2]))
        known = graph.op("Unsqueeze", "keys", graph.constant([1]))
        scores = graph.linear(graph.op("Tanh", graph.op("Add", asked, known)), attention.score)
        scores = graph.op("Squeeze", scores, graph.constant([-1]))
    elif isinstance(attention, MultiHeadAttention):
        asked = _split_heads(graph, graph.linear(query, attention.query), attention.heads)
        scale = (dim // attention.heads) ** -0.5
        scores = graph.op("MatMul", asked, graph.transpose("keys", 0, 1, 3, 2))
        scores, between = graph.op("Mul", scores, graph.constant(np.float32(scale))), [1, 2]
    else:
        assert isinstance(attention, DotAttention)
        scores = graph.op("MatMul", query, graph.transpose("keys", 0, 2, 1))
    mask = graph.op("Unsqueeze", "mask", graph.constant(between))
    scores = graph.op("Where", mask, scores, graph.constant(np.float32(-np.inf)))
    context = graph.op("MatMul", graph.op("Softmax", scores, axis=-1), "values")
    if isinstance(attention, MultiHeadAttention):
        joined = graph.reshape(graph.transpose(context, 0, 2, 1, 3), (0, 0, -1))  # [batch, beam, dim]
        context = graph.linear(joined, attention.out)
    return graph.reshape(context, (-1, attention.value_dim))


def _split_heads(graph: Graph, value: str, heads: int) -> str:
    """[batch, length, dim] -> [batch, heads, length, head_dim]"""
    return graph.transpose(graph.op("Reshape", value, graph.constant([0, 0, heads, -1])), 0, 2, 1, 3)
