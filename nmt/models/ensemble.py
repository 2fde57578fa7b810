"""Several models that translate as one: their probabilities are averaged at every token."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from nmt.models.base import Memory, Seq2Seq, State, log_softmax


@dataclass(frozen=True)
class EnsembleMemory(Memory):
    members: tuple[Memory, ...]


@dataclass(frozen=True)
class EnsembleState(State):  # its attention is the members' mean
    members: tuple[State, ...]


class Ensemble(Seq2Seq):
    """Models of any architecture with the same vocabularies. Its features are the members' side by side."""

    def __init__(self, members: Sequence[Seq2Seq]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self.widths = [member.feature_dim for member in members]
        self.feature_dim = sum(self.widths)

    @property
    def models(self) -> list[Seq2Seq]:
        """The members, by their own type."""
        return [cast(Seq2Seq, member) for member in self.members]

    def encode(self, source: Tensor, source_mask: Tensor) -> Memory:
        return EnsembleMemory(tuple(member.encode(source, source_mask) for member in self.models))

    def start(self, memory: Memory) -> State:
        assert isinstance(memory, EnsembleMemory)
        pairs = zip(self.models, memory.members, strict=True)
        return _joined([member.start(part) for member, part in pairs])

    def step(self, tokens: Tensor, state: State, memory: Memory) -> tuple[Tensor, State]:
        assert isinstance(state, EnsembleState)
        assert isinstance(memory, EnsembleMemory)
        parts = zip(self.models, state.members, memory.members, strict=True)
        features, states = zip(*(member.step(tokens, own, part) for member, own, part in parts), strict=True)
        return torch.cat(features, dim=-1), _joined(states)

    def decode(self, target_in: Tensor, memory: Memory) -> Tensor:
        assert isinstance(memory, EnsembleMemory)
        pairs = zip(self.models, memory.members, strict=True)
        return torch.cat([member.decode(target_in, part) for member, part in pairs], dim=-1)

    def logits(self, features: Tensor) -> Tensor:
        """[..., sum of the members' dims] -> [..., vocab], the logarithm of the mean probability"""
        pairs = zip(self.models, torch.split(features, self.widths, dim=-1), strict=True)
        log_probs = [log_softmax(member.logits(part)) for member, part in pairs]
        return torch.logsumexp(torch.stack(log_probs), dim=0) - math.log(len(log_probs))


def _joined(states: Sequence[State]) -> EnsembleState:
    return EnsembleState(torch.stack([state.attention for state in states]).mean(dim=0), tuple(states))
