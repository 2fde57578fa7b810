"""Token embeddings and the projection to the vocabulary."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nmt.models.dropout import Dropout, WordDropout


def _table(num_tokens: int, dim: int) -> nn.Parameter:
    weight = nn.Parameter(torch.empty(num_tokens, dim))
    if not weight.is_meta:  # drawing normal numbers there makes torch import its compiler, which takes seconds
        nn.init.normal_(weight, std=dim**-0.5)
    return weight


class Embedding(nn.Module):
    """Ids to vectors whose components are of about unit size, with dropout of words and of units.

    The table starts with standard deviation dim**-0.5 and its rows are multiplied by dim**0.5 (Vaswani et al., 2017):
    components and tied output logits are then both of about unit size (an output table of unit size sends exp() of the
    softmax into denormal numbers, which are a hundred times slower).
    """

    def __init__(self, num_tokens: int, dim: int, dropout: float, word_dropout: float) -> None:
        super().__init__()
        self.weight = _table(num_tokens, dim)
        self.scale = math.sqrt(dim)
        self.dropout = Dropout(dropout)
        self.word_dropout = WordDropout(word_dropout)

    def forward(self, tokens: Tensor) -> Tensor:
        """int64 [batch, length] -> [batch, length, dim], or [rows] -> [rows, dim]"""
        embedded = F.embedding(tokens, self.weight) * self.scale
        return self.dropout(self.word_dropout(embedded))


class OutputProjection(nn.Module):
    """Features to logits, by a table of its own or one shared with the target embedding (Press & Wolf, 2017)."""

    def __init__(self, num_tokens: int, dim: int, tied_to: Embedding | None) -> None:
        super().__init__()
        if tied_to is None:
            self.weight = _table(num_tokens, dim)
        else:
            self.weight = tied_to.weight
        self.bias = nn.Parameter(torch.zeros(num_tokens))

    def forward(self, features: Tensor) -> Tensor:
        """[..., dim] -> [..., vocab]"""
        return F.linear(features, self.weight, self.bias)

    def rows(self, ids: Tensor) -> Callable[[Tensor], Tensor]:
        """The same map to only the logits `ids` (int64 [n]), in that order."""
        weight, bias = self.weight[ids], self.bias[ids]
        return lambda features: F.linear(features, weight, bias)
