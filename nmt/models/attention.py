"""Where a decoder looks: attention from queries over the states of the source.

Every kind projects the memory once a sentence (`keys`), then answers any number of queries (`forward`), so the beam is
simply folded into the query axis and memory is never copied per hypothesis. `ATTENTIONS` names them all.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nmt.models.base import EncoderOutput, Rows


@dataclass(frozen=True)
class Keys(Rows):
    """The source as an attention needs it, one row a sentence."""

    keys: Tensor  # [batch, src_len, dim], or [batch, heads, src_len, head_dim]
    values: Tensor  # [batch, src_len, dim], or [batch, heads, src_len, head_dim]
    mask: Tensor  # bool [batch, src_len]


def masked_softmax(scores: Tensor, mask: Tensor | None) -> Tensor:
    """Softmax over the last axis, zero where `mask` (broadcast against `scores`; None: nowhere) is False.

    It is True somewhere in every row: a source has at least its end-of-sentence.
    """
    exact = scores.to(torch.promote_types(scores.dtype, torch.float32))  # bf16 has too few digits to sum over
    if mask is not None:
        exact = exact.masked_fill(~mask, float("-inf"))
    return torch.softmax(exact, dim=-1).to(scores.dtype)


def split_heads(values: Tensor, heads: int) -> Tensor:
    """[batch, length, dim] -> [batch, heads, length, head_dim]"""
    batch, length, dim = values.shape
    return values.view(batch, length, heads, dim // heads).transpose(1, 2)


def join_heads(values: Tensor) -> Tensor:
    """[batch, heads, length, head_dim] -> [batch, length, dim]"""
    return values.transpose(1, 2).flatten(2)


def scaled_weights(query: Tensor, keys: Tensor, mask: Tensor | None) -> Tensor:
    """softmax(Q K / sqrt(head_dim)) over split queries and keys: [batch, heads, queries, src_len]."""
    return masked_softmax((query @ keys.transpose(2, 3)) * (1.0 / math.sqrt(query.shape[-1])), mask)


def attend(query: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None) -> Tensor:
    """softmax(Q K / sqrt(head_dim)) V, [batch, heads, queries, head_dim], where nobody asks for the weights.

    query, keys and values are split; mask broadcasts to [batch, heads, queries, src_len], None hides nothing.
    """
    if query.device.type == "cpu" and query.dtype == torch.bfloat16:
        return scaled_weights(query, keys, mask) @ values  # the fused kernel's backward pass is slow here
    return F.scaled_dot_product_attention(query, keys, values, attn_mask=mask)


class DotAttention(nn.Module):
    """score = query . projected state (Luong et al., 2015, dot; a projection makes widths fit)."""

    def __init__(self, query_dim: int, memory_dim: int, dim: int, heads: int) -> None:
        super().__init__()
        self.key = nn.Linear(memory_dim, query_dim, bias=False) if memory_dim != query_dim else nn.Identity()
        self.value_dim = memory_dim

    def keys(self, source: EncoderOutput) -> Keys:
        return Keys(self.key(source.states), source.states, source.mask)

    def forward(self, query: Tensor, memory: Keys) -> tuple[Tensor, Tensor]:
        """[batch, queries, query_dim] -> context [batch, queries, value_dim], weights [batch, queries, src_len]"""
        scores = query @ memory.keys.transpose(1, 2)  # [batch, queries, src_len]
        weights = masked_softmax(scores, memory.mask.unsqueeze(1))
        return weights @ memory.values, weights


class GeneralAttention(DotAttention):
    """score = query W state (Luong et al., 2015, general): W is applied to the states, once a sentence."""

    def __init__(self, query_dim: int, memory_dim: int, dim: int, heads: int) -> None:
        super().__init__(query_dim, memory_dim, dim, heads)
        self.key = nn.Linear(memory_dim, query_dim, bias=False)


class AdditiveAttention(nn.Module):
    """score = v . tanh(W query + U state) (Bahdanau et al., 2015)."""

    def __init__(self, query_dim: int, memory_dim: int, dim: int, heads: int) -> None:
        super().__init__()
        self.query = nn.Linear(query_dim, dim, bias=False)
        self.key = nn.Linear(memory_dim, dim)
        self.score = nn.Linear(dim, 1, bias=False)
        self.value_dim = memory_dim

    def keys(self, source: EncoderOutput) -> Keys:
        return Keys(self.key(source.states), source.states, source.mask)

    def forward(self, query: Tensor, memory: Keys) -> tuple[Tensor, Tensor]:
        """[batch, queries, query_dim] -> context [batch, queries, value_dim], weights [batch, queries, src_len]"""
        # [batch, queries, 1, dim] + [batch, 1, src_len, dim]
        hidden = torch.tanh(self.query(query).unsqueeze(2) + memory.keys.unsqueeze(1))
        scores = self.score(hidden).squeeze(-1)  # [batch, queries, src_len]
        weights = masked_softmax(scores, memory.mask.unsqueeze(1))
        return weights @ memory.values, weights


class MultiHeadAttention(nn.Module):
    """softmax(Q K / sqrt(head_dim)) V in several subspaces (Vaswani et al., 2017)."""

    def __init__(self, query_dim: int, memory_dim: int, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(query_dim, dim)
        self.key = nn.Linear(memory_dim, dim)
        self.value = nn.Linear(memory_dim, dim)
        self.out = nn.Linear(dim, dim)
        self.value_dim = dim
        for linear in (self.query, self.key, self.value, self.out):
            nn.init.xavier_uniform_(linear.weight)
            nn.init.zeros_(linear.bias)

    def keys(self, source: EncoderOutput) -> Keys:
        keys, values = (split_heads(project(source.states), self.heads) for project in (self.key, self.value))
        return Keys(keys, values, source.mask)

    def forward(self, query: Tensor, memory: Keys) -> tuple[Tensor, Tensor]:
        """query [batch, queries, query_dim] -> context [batch, queries, dim], weights [batch, queries, src_len]

        The weights returned are the mean over heads.
        """
        split = split_heads(self.query(query), self.heads)
        weights = scaled_weights(split, memory.keys, memory.mask[:, None, None, :])
        return self.out(join_heads(weights @ memory.values)), weights.mean(dim=1)

    def context(self, query: Tensor, memory: Keys) -> Tensor:
        """As forward, but only the context: quicker."""
        split = split_heads(self.query(query), self.heads)
        return self.out(join_heads(attend(split, memory.keys, memory.values, memory.mask[:, None, None, :])))


class NoAttention(nn.Module):
    """The same summary of the sentence at every step (Cho et al., 2014): the bottleneck that attention removed."""

    def __init__(self, query_dim: int, memory_dim: int, dim: int, heads: int) -> None:
        super().__init__()
        self.value_dim = memory_dim

    def keys(self, source: EncoderOutput) -> Keys:
        summary = source.summary.unsqueeze(1)  # [batch, 1, memory_dim]
        return Keys(summary, summary, source.mask)

    def forward(self, query: Tensor, memory: Keys) -> tuple[Tensor, Tensor]:
        """query [batch, queries, query_dim] -> context [batch, queries, value_dim], even weights over real tokens"""
        weights = memory.mask.to(query.dtype)
        weights = weights / weights.sum(dim=1, keepdim=True)  # [batch, src_len]
        queries = query.shape[1]
        return memory.values.expand(-1, queries, -1), weights.unsqueeze(1).expand(-1, queries, -1)


Attention = DotAttention | AdditiveAttention | MultiHeadAttention | NoAttention
ATTENTIONS: dict[str, type[Attention]] = {
    "dot": DotAttention,
    "general": GeneralAttention,
    "additive": AdditiveAttention,
    "multihead": MultiHeadAttention,
    "none": NoAttention,
}
