"""Where a token stands: sinusoidal or learned vectors added to embeddings, or a rotation of queries and keys."""

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

Positions = Literal["sinusoidal", "learned", "rotary"]


def sinusoids(start: int, length: int, dim: int, device: torch.device) -> Tensor:
    """[length, dim]: sines and cosines of wavelengths from 2 pi to 10000 x 2 pi (Vaswani et al., 2017, 3.5)."""
    half = (dim + 1) // 2
    rates = torch.exp(torch.arange(half, device=device) * (-math.log(10000.0) / max(half - 1, 1)))  # [half]
    angles = torch.arange(start, start + length, device=device).unsqueeze(1) * rates  # [length, half]
    return torch.cat([angles.sin(), angles.cos()], dim=1)[:, :dim]


@dataclass(frozen=True)
class Rotation:
    """Turns queries and keys by an angle that grows with their position, so that products of the two depend on how far
    apart they stand, not on where (rotary position embedding: Su et al., 2021)."""

    cos: Tensor  # [length, head_dim / 2]
    sin: Tensor  # [length, head_dim / 2]

    @staticmethod
    def at(start: int, like: Tensor, head_dim: int) -> "Rotation":
        """For `like` [batch, length, dim], the first of which stands at position `start`."""
        half = head_dim // 2
        rates = torch.exp(torch.arange(half, device=like.device) * (-math.log(10000.0) / half))  # [half]
        angles = torch.arange(start, start + like.shape[1], device=like.device).unsqueeze(1) * rates  # [length, half]
        return Rotation(angles.cos(), angles.sin())

    def __call__(self, values: Tensor) -> Tensor:
        """[batch, heads, length, head_dim] -> the same shape; components i and i + head_dim / 2 are turned together."""
        cos, sin = self.cos.to(values.dtype), self.sin.to(values.dtype)
        first, second = values.chunk(2, dim=-1)
        return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1)


class PositionalEncoding(nn.Module):
    """Adds position vectors to embeddings; learned ones end at `max_positions`, and the last one serves beyond.

    Rotary ones are nothing that is added: `rotation` is for each self-attention.
    """

    def __init__(self, kind: Positions, dim: int, heads: int, max_positions: int) -> None:
        super().__init__()
        self.rotary, self.head_dim = kind == "rotary", dim // heads
        self.table = nn.Parameter(torch.empty(max_positions, dim)) if kind == "learned" else None
        if self.table is not None and not self.table.is_meta:  # as in embedding._table
            nn.init.normal_(self.table, std=0.02)

    def forward(self, embedded: Tensor, start: int = 0) -> Tensor:
        """[batch, length, dim], the first of which stands at position `start` -> the same shape"""
        length, dim = embedded.shape[1:]
        if self.rotary:  # what the layers add to is fp32 all the same
            return embedded.to(torch.promote_types(embedded.dtype, torch.float32))
        if self.table is None:
            return embedded + sinusoids(start, length, dim, embedded.device)
        index = torch.arange(start, start + length, device=embedded.device).clamp(max=len(self.table) - 1)
        return embedded + self.table[index]

    def rotation(self, values: Tensor, start: int = 0) -> Rotation | None:
        """Of the queries and keys of values [batch, length, dim], the first of which stands at position `start`."""
        return Rotation.at(start, values, self.head_dim) if self.rotary else None
