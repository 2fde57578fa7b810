"""Recurrent encoder: one or two directions, any depth."""

from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from nmt.config import Config
from nmt.models.base import EncoderOutput
from nmt.models.dropout import Dropout
from nmt.models.rnn.layer import CELL_NAMES, Cell, RecurrentLayer


class RNNEncoderConfig(Config):
    """`dim` is the width of one direction; a bidirectional encoder gives states twice as wide."""

    type: Literal["rnn"]
    cell: Cell = "gru"
    layers: int = Field(1, ge=1)
    dim: int = Field(256, ge=1)
    bidirectional: bool = True
    residual: bool = True
    layer_norm: bool = False

    @property
    def output_dim(self) -> int:
        return self.dim * (2 if self.bidirectional else 1)

    def describe(self) -> str:
        direction = "bidirectional " if self.bidirectional else ""
        return f"{self.layers}-layer {direction}{CELL_NAMES[self.cell]} encoder"


def reverse_index(mask: Tensor) -> Tensor:
    """For each row, the positions of its real tokens in reverse order, padding where it was: int64 [batch, src_len]."""
    lengths = mask.sum(dim=1, keepdim=True)  # [batch, 1]
    positions = torch.arange(mask.shape[1], device=mask.device).unsqueeze(0)  # [1, src_len]
    return torch.where(positions < lengths, lengths - 1 - positions, positions)


def reorder(values: Tensor, index: Tensor) -> Tensor:
    """values [batch, src_len, dim] with positions permuted as index [batch, src_len] says."""
    return values.gather(1, index.unsqueeze(-1).expand(-1, -1, values.shape[-1]))


class RNNEncoder(nn.Module):
    """Stacked recurrent layers (Schuster & Paliwal, 1997, for the two directions).

    The backward direction reads a copy whose real tokens are reversed, so padding stays at the end for both.
    """

    def __init__(self, config: RNNEncoderConfig, input_dim: int, dropout: float) -> None:
        super().__init__()
        self.output_dim = config.output_dim
        self.residual = config.residual
        widths = [input_dim] + [self.output_dim] * (config.layers - 1)
        self.forwards = nn.ModuleList(RecurrentLayer(config.cell, width, config.dim) for width in widths)
        self.backwards = nn.ModuleList(
            RecurrentLayer(config.cell, width, config.dim) for width in widths if config.bidirectional
        )
        self.norms = nn.ModuleList(
            nn.LayerNorm(self.output_dim) if config.layer_norm else nn.Identity() for _ in widths
        )
        self.dropout = Dropout(dropout)

    def forward(self, embedded: Tensor, mask: Tensor) -> EncoderOutput:
        """embedded [batch, src_len, input_dim], mask bool [batch, src_len]"""
        index = reverse_index(mask) if self.backwards else None
        values = embedded
        outputs = embedded
        for depth, (layer, norm) in enumerate(zip(self.forwards, self.norms, strict=True)):
            zero = layer.zero_state(len(values), values)  # type: ignore[operator]
            outputs = layer(values, zero)  # [batch, src_len, dim]
            if index is not None:
                backward = self.backwards[depth](reorder(values, index), zero)
                outputs = torch.cat([outputs, reorder(backward, index)], dim=-1)  # [batch, src_len, 2 dim]
            if self.residual and depth > 0:
                outputs = outputs + values
            outputs = norm(outputs)
            values = self.dropout(outputs)
        return EncoderOutput(values, mask, self._summary(values, mask))

    def _summary(self, states: Tensor, mask: Tensor) -> Tensor:
        """The last state of each direction: forward, that at the last real token; backward, that at the first."""
        last = (mask.sum(dim=1) - 1).clamp(min=0)  # [batch]
        final = states[torch.arange(len(states), device=states.device), last]  # [batch, output_dim]
        if not self.backwards:
            return final
        half = self.output_dim // 2
        return torch.cat([final[:, :half], states[:, 0, half:]], dim=-1)
