"""Transformer decoder: all positions at once in training, a cache of keys and values in search."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nmt.models.attention import Keys, MultiHeadAttention
from nmt.models.base import EncoderOutput, Memory, State
from nmt.models.transformer.layers import FeedForward, Residual, SelfAttention, TransformerConfig
from nmt.models.transformer.positions import PositionalEncoding, Rotation


class TransformerDecoderConfig(TransformerConfig):
    """A Transformer decoder."""

    def describe(self) -> str:
        return f"{self.layers}-layer Transformer decoder"


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
        self.own = SelfAttention(config.dim, config.heads)
        self.cross = MultiHeadAttention(config.dim, memory_dim, config.dim, config.heads)
        self.feed_forward = FeedForward(config.dim, config.feed_forward_dim, config.activation)
        self.around_own = Residual(config.dim, config.norm, dropout)
        self.around_cross = Residual(config.dim, config.norm, dropout)
        self.around_feed_forward = Residual(config.dim, config.norm, dropout)

    def prepare(self, source: EncoderOutput) -> Keys:
        """The source projected for the cross-attention."""
        return self.cross.keys(source)

    def forward(self, values: Tensor, causal: Tensor, memory: Keys, rotation: Rotation | None) -> Tensor:
        """values [batch, tgt_len, dim], causal bool [tgt_len, tgt_len]"""
        values = self.around_own(values, lambda queries: self.own(*self.own.split(queries, rotation), causal))
        values = self.around_cross(values, lambda queries: self.cross.context(queries, memory))
        return self.around_feed_forward(values, self.feed_forward)

    def step(self, values: Tensor, memory: Keys, past: tuple[Tensor, Tensor], rotation: Rotation | None) -> "LayerStep":
        """values [rows, 1, dim], following `past` keys and values [rows, heads, past, head_dim]"""
        seen: dict[str, Tensor] = {}

        def look_back(queries: Tensor) -> Tensor:
            query, key, value = self.own.split(queries, rotation)
            seen["keys"], seen["own"] = torch.cat([past[0], key], dim=2), torch.cat([past[1], value], dim=2)
            return self.own(query, seen["keys"], seen["own"], None)

        def look_across(queries: Tensor) -> Tensor:
            # The beam (rows a sentence) joins the query axis: memory holds each sentence once.
            context, weights = self.cross(queries.view(len(memory.mask), -1, queries.shape[-1]), memory)
            seen["attention"] = weights.reshape(len(queries), -1)
            return context.reshape(queries.shape)

        values = self.around_cross(self.around_own(values, look_back), look_across)
        return LayerStep(self.around_feed_forward(values, self.feed_forward), **seen)


@dataclass(frozen=True)
class LayerStep:
    values: Tensor  # [rows, 1, dim]
    keys: Tensor  # [rows, heads, past + 1, head_dim]
    own: Tensor  # [rows, heads, past + 1, head_dim]
    attention: Tensor  # [rows, src_len], mean over heads


class TransformerDecoder(nn.Module):
    """A stack of decoder layers; its attention is the mean over heads of the last layer's cross-attention."""

    def __init__(
        self, config: TransformerDecoderConfig, input_dim: int, memory_dim: int, feature_dim: int, dropout: float
    ) -> None:
        super().__init__()
        self.adapt = nn.Linear(input_dim, config.dim) if input_dim != config.dim else nn.Identity()
        self.positions = PositionalEncoding(config.positions, config.dim, config.heads, config.max_positions)
        self.layers = nn.ModuleList(DecoderLayer(config, memory_dim, dropout) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.dim) if config.norm == "pre" else nn.Identity()
        self.read = nn.Linear(config.dim, feature_dim) if feature_dim != config.dim else nn.Identity()

    def prepare(self, source: EncoderOutput) -> TransformerMemory:
        """Project keys and values for every layer, once a sentence."""
        keys = (layer.prepare(source) for layer in self.layers)  # type: ignore[operator]
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
        rotation = self.positions.rotation(values, state.position)
        keys, own, attention = [], [], state.attention
        past = zip(self.layers, memory.layers, state.keys, state.values, strict=True)
        for layer, source, past_keys, past_values in past:
            output = layer.step(values, source, (past_keys, past_values), rotation)  # type: ignore[operator]
            values, attention = output.values, output.attention
            keys.append(output.keys)
            own.append(output.own)
        features = self.read(self.norm(values)).squeeze(1)
        return features, TransformerState(attention, state.position + 1, tuple(keys), tuple(own))

    def decode(self, embedded: Tensor, memory: TransformerMemory) -> Tensor:
        """embedded [batch, tgt_len, input_dim] -> features [batch, tgt_len, feature_dim]"""
        values = self.positions(self.adapt(embedded))
        length, rotation = values.shape[1], self.positions.rotation(values)
        causal = torch.ones(length, length, dtype=torch.bool, device=values.device).tril()
        for layer, source in zip(self.layers, memory.layers, strict=True):
            values = layer(values, causal, source, rotation)
        return self.read(self.norm(values))
