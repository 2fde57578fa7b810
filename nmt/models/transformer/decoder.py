"""Transformer decoder: all positions at once in training, a cache of keys and values in search."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nmt.models.attention import Keys, MultiHeadAttention
from nmt.models.base import EncoderOutput, Memory, State
from nmt.models.transformer.layers import FeedForward, Residual, TransformerConfig
from nmt.models.transformer.positions import PositionalEncoding


class TransformerDecoderConfig(TransformerConfig):
    """A Transformer decoder."""


@dataclass(frozen=True)
class TransformerMemory(Memory):
    layers: tuple[Keys, ...]  # the source projected for the cross-attention of each layer


@dataclass(frozen=True)
class TransformerState(State):
    position: int  # how many tokens have been read
    keys: tuple[Tensor, ...]  # one a layer, [rows, heads, position, head_dim]
    values: tuple[Tensor, ...]  # one a layer, [rows, heads, position, head_dim]


class DecoderLayer(nn.Module):
    """Self-attention over what is written, cross-attention over the source, feed-forward."""

    def __init__(self, config: TransformerConfig, memory_dim: int, dropout: float) -> None:
        super().__init__()
        self.own = MultiHeadAttention(config.dim, config.dim, config.dim, config.heads, dropout)
        self.cross = MultiHeadAttention(config.dim, memory_dim, config.dim, config.heads, dropout)
        self.feed_forward = FeedForward(config.dim, config.feed_forward_dim, config.activation, dropout)
        self.around_own = Residual(config.dim, config.norm, dropout)
        self.around_cross = Residual(config.dim, config.norm, dropout)
        self.around_feed_forward = Residual(config.dim, config.norm, dropout)

    def forward(
        self, values: Tensor, causal: Tensor, memory: Keys, past: tuple[Tensor, Tensor] | None
    ) -> "LayerOutput":
        """values [rows, length, dim], following `past` keys and values; causal bool [length, past + length]"""
        seen: list[Tensor] = []

        def look_back(queries: Tensor) -> Tensor:
            keys = self.own.split(self.own.key(queries))
            own = self.own.split(self.own.value(queries))
            if past is not None:
                keys, own = torch.cat([past[0], keys], dim=2), torch.cat([past[1], own], dim=2)
            seen.extend((keys, own))
            return self.own.attend(queries, keys, own, causal)[0]

        def look_across(queries: Tensor) -> Tensor:
            # The beam (rows a sentence) joins the query axis: memory holds each sentence once.
            rows, length, dim = queries.shape
            context, weights = self.cross(queries.reshape(len(memory.mask), -1, dim), memory)
            seen.append(weights.reshape(rows, length, -1))
            return context.reshape(rows, length, dim)  # type: ignore[no-any-return]

        values = self.around_cross(self.around_own(values, look_back), look_across)
        return LayerOutput(self.around_feed_forward(values, self.feed_forward), *seen)


@dataclass(frozen=True)
class LayerOutput:
    values: Tensor  # [rows, length, dim]
    keys: Tensor  # [rows, heads, past + length, head_dim]
    own: Tensor  # [rows, heads, past + length, head_dim]
    attention: Tensor  # [rows, length, src_len], mean over heads


class TransformerDecoder(nn.Module):
    """A stack of decoder layers; its attention is the mean over heads of the last layer's cross-attention."""

    def __init__(
        self, config: TransformerDecoderConfig, input_dim: int, memory_dim: int, feature_dim: int, dropout: float
    ) -> None:
        super().__init__()
        self.adapt = nn.Linear(input_dim, config.dim) if input_dim != config.dim else nn.Identity()
        self.positions = PositionalEncoding(config.positions, config.dim, config.max_positions)
        self.layers = nn.ModuleList(DecoderLayer(config, memory_dim, dropout) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.dim) if config.norm == "pre" else nn.Identity()
        self.read = nn.Linear(config.dim, feature_dim) if feature_dim != config.dim else nn.Identity()

    def prepare(self, source: EncoderOutput) -> TransformerMemory:
        """Project keys and values for every layer, once a sentence."""
        keys = (layer.cross.keys(source) for layer in self.layers)  # type: ignore[operator,union-attr]
        return TransformerMemory(tuple(keys))

    def start(self, memory: TransformerMemory) -> TransformerState:
        first = memory.layers[0]
        sentences, heads, _, head_dim = first.keys.shape
        empty = tuple(first.keys.new_zeros(sentences, heads, 0, head_dim) for _ in self.layers)
        return TransformerState(torch.zeros_like(first.mask, dtype=first.keys.dtype), 0, empty, empty)

    def step(
        self, embedded: Tensor, state: TransformerState, memory: TransformerMemory
    ) -> tuple[Tensor, TransformerState]:
        """embedded [rows, input_dim] -> features [rows, feature_dim] and the next state"""
        values = self.positions(self.adapt(embedded.unsqueeze(1)), state.position)  # [rows, 1, dim]
        everything = torch.ones(1, state.position + 1, dtype=torch.bool, device=values.device)
        keys, own, attention = [], [], state.attention
        past = zip(self.layers, memory.layers, state.keys, state.values, strict=True)
        for layer, source, past_keys, past_values in past:
            output = layer(values, everything, source, (past_keys, past_values))
            values, attention = output.values, output.attention[:, 0]
            keys.append(output.keys)
            own.append(output.own)
        features = self.read(self.norm(values)).squeeze(1)
        return features, TransformerState(attention, state.position + 1, tuple(keys), tuple(own))

    def decode(self, embedded: Tensor, memory: TransformerMemory) -> Tensor:
        """embedded [batch, tgt_len, input_dim] -> features [batch, tgt_len, feature_dim]"""
        values = self.positions(self.adapt(embedded))
        length = values.shape[1]
        causal = torch.ones(length, length, dtype=torch.bool, device=values.device).tril()
        for layer, source in zip(self.layers, memory.layers, strict=True):
            values = layer(values, causal, source, None).values
        return self.read(self.norm(values))  # type: ignore[no-any-return]
