"""Recurrent decoder with attention; where the context goes decides what can run in parallel."""

from dataclasses import dataclass
from typing import Literal, cast

import torch
from pydantic import Field
from torch import Tensor, nn

from nmt.config import Config
from nmt.models.attention import ATTENTIONS, Attention, DotAttention, Keys
from nmt.models.base import EncoderOutput, Memory, State
from nmt.models.dropout import Dropout
from nmt.models.rnn.layer import CELL_NAMES, Cell, CellState, RecurrentLayer, num_state_parts


class RNNDecoderConfig(Config):
    """`feed` is where the context of the attention goes:

    layer   into the layers above the first (GNMT, Wu et al., 2016): each layer still runs over all positions at once
    input   into the next step's input (input feeding, Luong et al., 2015): training must go step by step
    output  only into the readout (Luong et al., 2015, without input feeding)

    `readout_scale` multiplies the readout on its way to the output table. After tanh it is small against the rows of a
    table that is shared with the embeddings; with 4 instead of 1 small models learn faster (eval/bench/LOG.md).
    """

    type: Literal["rnn"]
    cell: Cell = "lstm"
    layers: int = Field(2, ge=1)
    dim: int = Field(512, ge=1)
    attention: Literal["dot", "general", "additive", "multihead", "none"] = "dot"
    heads: int = Field(4, ge=1)
    feed: Literal["layer", "input", "output"] = "layer"
    residual: bool = True
    layer_norm: bool = False
    readout_scale: float = Field(1.0, ge=0.01, le=100.0)

    def describe(self) -> str:
        feed = "output" if self.feed == "layer" and self.layers == 1 else self.feed  # there is none above it
        feeding = {"layer": "between the layers", "input": "with input feeding", "output": "on the output"}[feed]
        attention = "no attention" if self.attention == "none" else f"{self.attention} attention {feeding}"
        return f"{self.layers}-layer {CELL_NAMES[self.cell]} decoder, {attention}"


@dataclass(frozen=True)
class RNNMemory(Memory):
    keys: Keys
    initial: tuple[Tensor, ...]  # the first state, layers x parts, each [batch, dim]


@dataclass(frozen=True)
class RNNState(State):
    cells: tuple[CellState, ...]  # one a layer, each part [rows, dim]
    feed: Tensor  # [rows, feature_dim], the readout of the step before, unscaled; empty unless input feeding


class RNNDecoder(nn.Module):
    """Stacked recurrent layers, one attention, and a readout as wide as the output table: tanh(W [hidden; context])."""

    def __init__(
        self, config: RNNDecoderConfig, input_dim: int, memory_dim: int, feature_dim: int, dropout: float
    ) -> None:
        super().__init__()
        self.config = config
        self.feature_dim = feature_dim
        self.attention: Attention = ATTENTIONS[config.attention](config.dim, memory_dim, config.dim, config.heads)
        context_dim = self.attention.value_dim
        first = input_dim + (feature_dim if config.feed == "input" else 0)
        above = config.dim + (context_dim if config.feed == "layer" else 0)
        widths = [first] + [above] * (config.layers - 1)
        self.layers = nn.ModuleList(RecurrentLayer(config.cell, width, config.dim) for width in widths)
        self.norms = nn.ModuleList(nn.LayerNorm(config.dim) if config.layer_norm else nn.Identity() for _ in widths)
        self.bridge = nn.Linear(memory_dim, config.layers * num_state_parts(config.cell) * config.dim)
        self.readout = nn.Linear(config.dim + context_dim, feature_dim)
        self.dropout = Dropout(dropout)

    def prepare(self, source: EncoderOutput) -> RNNMemory:
        """Project the keys and the first state, once a sentence."""
        parts = torch.tanh(self.bridge(source.summary)).chunk(
            len(self.layers) * num_state_parts(self.config.cell), dim=-1
        )
        return RNNMemory(self.attention.keys(source), tuple(part.contiguous() for part in parts))

    def start(self, memory: RNNMemory) -> RNNState:
        parts = num_state_parts(self.config.cell)
        cells = tuple(memory.initial[i : i + parts] for i in range(0, len(memory.initial), parts))
        like = memory.initial[0]
        feed = like.new_zeros(len(like), self.feature_dim if self.config.feed == "input" else 0)
        return RNNState(torch.zeros_like(memory.keys.mask, dtype=like.dtype), cells, feed)

    def step(self, embedded: Tensor, state: RNNState, memory: RNNMemory) -> tuple[Tensor, RNNState]:
        """embedded [rows, input_dim] -> features [rows, feature_dim] and the next state"""
        feed = self.config.feed
        hidden = torch.cat([embedded, state.feed], dim=-1) if feed == "input" else embedded
        cells: list[CellState] = []
        context = weights = None
        for depth, layer in enumerate(self.layers):
            below = hidden
            if feed == "layer" and context is not None:
                hidden = torch.cat([hidden, context], dim=-1)
            cells.append(layer.step(hidden, state.cells[depth]))  # type: ignore[operator]
            hidden = self._after(cells[-1][0], below, depth)
            if feed == "layer" and depth == 0:
                context, weights = self._look(hidden, memory)
        if context is None or weights is None:
            context, weights = self._look(hidden, memory)
        read = self._read(hidden, context)
        features = read * self.config.readout_scale
        return features, RNNState(weights, tuple(cells), read if feed == "input" else state.feed)

    def decode(self, embedded: Tensor, memory: RNNMemory) -> Tensor:
        """embedded [batch, tgt_len, input_dim] -> features [batch, tgt_len, feature_dim]"""
        state = self.start(memory)
        if self.config.feed == "input":
            return self._decode_fed(embedded, state, memory)
        hidden, context = embedded, None
        for depth, layer in enumerate(self.layers):
            below = hidden
            if self.config.feed == "layer" and context is not None:
                hidden = torch.cat([hidden, context], dim=-1)
            hidden = self._after(layer(hidden, state.cells[depth]), below, depth)  # [batch, tgt_len, dim]
            if self.config.feed == "layer" and depth == 0:
                context, _ = self.attention(hidden, memory.keys)
        if context is None:
            context, _ = self.attention(hidden, memory.keys)
        return self._read(hidden, context) * self.config.readout_scale

    def _decode_fed(self, embedded: Tensor, state: RNNState, memory: RNNMemory) -> Tensor:
        """As decode, position by position; the usual kind has a quicker loop of its own."""
        batch, length = embedded.shape[:2]
        config = self.config
        usual = config.cell == "lstm" and config.layers == 1 and not config.layer_norm
        usual = usual and isinstance(self.readout, nn.Linear)  # and not a copy of it in 8 bits
        if usual and isinstance(self.attention, DotAttention):
            widths, like = (config.dim, self.feature_dim), self.readout.weight
            factors = [self.dropout.factors(torch.Size([length, batch, width]), like) for width in widths]
            layer = cast(RecurrentLayer, self.layers[0])
            return layer.fed(embedded, state.cells[0], memory.keys, self.readout, factors) * config.readout_scale
        steps = []
        for position in range(length):
            features, state = self.step(embedded[:, position], state, memory)
            steps.append(features)
        return torch.stack(steps, dim=1)

    def _after(self, outputs: Tensor, below: Tensor, depth: int) -> Tensor:
        """What follows a layer: the residual (between equal widths), the norm and dropout."""
        if self.config.residual and depth > 0:
            outputs = outputs + below
        return self.dropout(self.norms[depth](outputs))

    def _look(self, hidden: Tensor, memory: RNNMemory) -> tuple[Tensor, Tensor]:
        """hidden [rows, dim] -> context [rows, context_dim], weights [rows, src_len]; the beam is a query axis."""
        sentences, rows = len(memory.keys.mask), len(hidden)
        context, weights = self.attention(hidden.view(sentences, rows // sentences, -1), memory.keys)
        return context.reshape(rows, -1), weights.reshape(rows, -1)

    def _read(self, hidden: Tensor, context: Tensor) -> Tensor:
        return self.dropout(torch.tanh(self.readout(torch.cat([hidden, context], dim=-1))))
