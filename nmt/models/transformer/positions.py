"""Where a token stands: sinusoidal or learned position vectors."""

import math
from typing import Literal

import torch
from torch import Tensor, nn

Positions = Literal["sinusoidal", "learned"]


def sinusoids(start: int, length: int, dim: int, device: torch.device) -> Tensor:
    """[length, dim]: sines and cosines of wavelengths from 2 pi to 10000 x 2 pi (Vaswani et al., 2017, 3.5)."""
    half = (dim + 1) // 2
    rates = torch.exp(torch.arange(half, device=device) * (-math.log(10000.0) / max(half - 1, 1)))  # [half]
    angles = torch.arange(start, start + length, device=device).unsqueeze(1) * rates  # [length, half]
    return torch.cat([angles.sin(), angles.cos()], dim=1)[:, :dim]


class PositionalEncoding(nn.Module):
    """Adds position vectors to embeddings; learned ones end at `max_positions`, and the last one serves beyond."""

    def __init__(self, kind: Positions, dim: int, max_positions: int) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.empty(max_positions, dim)) if kind == "learned" else None
        if self.table is not None and not self.table.is_meta:  # as in embedding._table
            nn.init.normal_(self.table, std=0.02)

    def forward(self, embedded: Tensor, start: int = 0) -> Tensor:
        """[batch, length, dim], the first of which stands at position `start` -> the same shape"""
        length, dim = embedded.shape[1:]
        if self.table is None:
            return embedded + sinusoids(start, length, dim, embedded.device)
        index = torch.arange(start, start + length, device=embedded.device).clamp(max=len(self.table) - 1)
        return embedded + self.table[index]
