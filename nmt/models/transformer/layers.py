"""What Transformer encoder and decoder share: the sublayer wrapper, feed-forward, and the config of a stack."""

from collections.abc import Callable
from typing import Literal

import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from nmt.config import Config
from nmt.models.attention import attend, join_heads, split_heads
from nmt.models.dropout import Dropout
from nmt.models.transformer.positions import Positions, Rotation


class TransformerConfig(Config):
    """One stack. `norm` is where layer normalisation stands: before each sublayer (pre) or after it (post)."""

    type: Literal["transformer"]
    layers: int = Field(3, ge=1)
    dim: int = Field(256, ge=1)
    heads: int = Field(4, ge=1)
    feed_forward_dim: int = Field(1024, ge=1)
    norm: Literal["pre", "post"] = "pre"
    positions: Positions = "sinusoidal"
    max_positions: int = Field(512, ge=1)
    activation: Literal["relu", "gelu"] = "relu"


class SelfAttention(nn.Module):
    """Multi-head attention of a sequence to itself (Vaswani et al., 2017), all three projections in one product."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.project = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)
        for part in self.project.weight.chunk(3):  # three maps of [dim, dim], each initialised as such
            nn.init.xavier_uniform_(part)
        nn.init.zeros_(self.project.bias)
        nn.init.xavier_uniform_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def split(self, values: Tensor, rotation: Rotation | None) -> tuple[Tensor, Tensor, Tensor]:
        """[batch, length, dim] -> queries, keys and values, [batch, heads, length, head_dim] each"""
        queries, keys, own = (split_heads(part, self.heads) for part in self.project(values).chunk(3, dim=-1))
        if rotation is not None:
            queries, keys = rotation(queries), rotation(keys)
        return queries, keys, own

    def forward(self, queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None) -> Tensor:
        """Of split queries, keys and values: [batch, length, dim]; mask broadcasts to [batch, heads, queries, keys]"""
        return self.out(join_heads(attend(queries, keys, values, mask)))


class Residual(nn.Module):
    """A sublayer with its normalisation, dropout and residual connection (pre-norm: Xiong et al., 2020)."""

    def __init__(self, dim: int, norm: Literal["pre", "post"], dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.pre = norm == "pre"
        self.dropout = Dropout(dropout)

    def forward(self, values: Tensor, sublayer: Callable[[Tensor], Tensor]) -> Tensor:
        """[..., dim] -> [..., dim]"""
        if self.pre:
            return values + self.dropout(sublayer(self.norm(values)))
        return self.norm(values + self.dropout(sublayer(values)))


class FeedForward(nn.Module):
    """Two linear maps with a non-linearity between, at each position by itself."""

    def __init__(self, dim: int, inner_dim: int, activation: Literal["relu", "gelu"]) -> None:
        super().__init__()
        self.expand = nn.Linear(dim, inner_dim)
        self.contract = nn.Linear(inner_dim, dim)
        self.activation = F.relu if activation == "relu" else F.gelu
        for linear in (self.expand, self.contract):
            nn.init.xavier_uniform_(linear.weight)
            nn.init.zeros_(linear.bias)

    def forward(self, values: Tensor) -> Tensor:
        """[..., dim] -> [..., dim]"""
        return self.contract(self.activation(self.expand(values)))
