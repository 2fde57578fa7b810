"""The interface between models and everything else.

Dimensions, in every comment of this package:
    batch    sentences               src_len, tgt_len   tokens, padded to the longest of the batch
    rows     sentences x beam        dim                width of a vector
    beam     hypotheses a sentence   heads, head_dim    attention heads and their width
    vocab    pieces                  layers             depth
Batch first everywhere. Masks are bool, True = real token.

Decoding state is an explicit value: nothing is ever kept on a module. Every tensor in a `State` or `Memory` has rows
first, so `select` is at once beam expansion, reordering and dropping of finished sentences.
"""

from dataclasses import dataclass, fields
from typing import Any, Self

import torch
from torch import Tensor, nn


def _select(value: Any, rows: Tensor) -> Any:
    if isinstance(value, Tensor):
        return value.index_select(0, rows)
    if isinstance(value, Rows):
        return value.select(rows)
    if isinstance(value, tuple):
        return tuple(_select(item, rows) for item in value)
    if value is None or isinstance(value, int):  # an int such as the position
        return value
    raise TypeError(f"A {type(value).__name__} in a state or memory would not be reordered: use tensors and tuples.")


@dataclass(frozen=True)
class Rows:
    """A value whose every tensor (also within tuples) has rows as its first axis."""

    def select(self, rows: Tensor) -> Self:
        """A new value holding the given rows (int64 [new_rows]), in that order, repeats allowed."""
        return type(self)(**{field.name: _select(getattr(self, field.name), rows) for field in fields(self)})


@dataclass(frozen=True)
class EncoderOutput(Rows):
    """What any encoder gives to any decoder."""

    states: Tensor  # [batch, src_len, dim]
    mask: Tensor  # bool [batch, src_len]
    summary: Tensor  # [batch, dim], one vector for the whole sentence


@dataclass(frozen=True)
class Memory(Rows):
    """Everything about the source that does not change while decoding: one row a sentence, whatever the beam."""


@dataclass(frozen=True)
class State(Rows):
    """Everything that changes from one target token to the next: one row a hypothesis."""

    attention: Tensor  # [rows, src_len], where the last step looked; all zero before the first


class Seq2Seq(nn.Module):
    """A model that reads a source and writes a target; search and training know only these methods."""

    feature_dim: int  # width of the features, from which logits are made

    def encode(self, source: Tensor, source_mask: Tensor) -> Memory:
        """Read the source once: ids int64 [batch, src_len] and mask bool [batch, src_len]. Projects keys, once."""
        raise TypeError(f"{type(self).__name__} does not define encode")

    def start(self, memory: Memory) -> State:
        """The state before the first target token, one row a sentence."""
        raise TypeError(f"{type(self).__name__} does not define start")

    def step(self, tokens: Tensor, state: State, memory: Memory) -> tuple[Tensor, State]:
        """Read one target token a row (int64 [rows]); give features [rows, dim] and the next state.

        rows must be a multiple of memory's rows; row r belongs to sentence r // (rows / sentences). No side effects.
        """
        raise TypeError(f"{type(self).__name__} does not define step")

    def decode(self, target_in: Tensor, memory: Memory) -> Tensor:
        """Teacher forcing: ids int64 [batch, tgt_len] -> features [batch, tgt_len, dim]."""
        raise TypeError(f"{type(self).__name__} does not define decode")

    def logits(self, features: Tensor) -> Tensor:
        """[..., dim] -> [..., vocab]"""
        raise TypeError(f"{type(self).__name__} does not define logits")

    def forward(self, source: Tensor, source_mask: Tensor, target_in: Tensor) -> Tensor:
        """Features [batch, tgt_len, dim]; the loss projects them, so that it can fuse projection and softmax."""
        return self.decode(target_in, self.encode(source, source_mask))


def log_softmax(logits: Tensor) -> Tensor:
    """Log-probabilities [..., vocab], in fp32 also where logits have fewer digits; fp64 stays."""
    return torch.log_softmax(logits.to(torch.promote_types(logits.dtype, torch.float32)), dim=-1)
