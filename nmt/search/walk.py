"""Greedy search and sampling: each hypothesis is extended by itself, one token after the other."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from nmt.models.base import Seq2Seq
from nmt.search.config import SearchConfig
from nmt.search.constraints import Constraints
from nmt.search.hypothesis import Hypothesis
from nmt.search.score import score
from nmt.tokenizer.base import BOS_ID, EOS_ID

Choose = Callable[[Tensor, list[int]], Tensor]
"""From log-probabilities [rows, vocab] and the sentences that the rows belong to, to the next tokens int64 [rows]."""


def most_probable(log_probs: Tensor, sentences: list[int]) -> Tensor:
    """Greedy search."""
    return log_probs.argmax(dim=-1)


@torch.inference_mode()
def walk(
    model: Seq2Seq,
    source: Tensor,
    source_mask: Tensor,
    config: SearchConfig,
    choose: Choose = most_probable,
    hypotheses: int = 1,
    keep_attention: bool = False,
    prefixes: Sequence[Sequence[int]] | None = None,
) -> list[list[Hypothesis]]:
    """As many hypotheses, the best first, of each sentence of source int64 [batch, src_len].

    A sentence leaves the batch when all its hypotheses have ended.
    """
    lengths: list[int] = source_mask.sum(dim=1).tolist()
    constraints = Constraints.build(config, lengths, prefixes)
    limits = torch.tensor(constraints.max_lengths, device=source.device).repeat_interleave(hypotheses)  # [rows]
    found: list[list[Hypothesis]] = [[] for _ in lengths]
    active = list(range(len(lengths)))  # which sentence each group of rows is
    rows = torch.arange(len(active), device=source.device).repeat_interleave(hypotheses)
    memory = model.encode(source, source_mask)
    state = model.start(memory).select(rows)
    written = torch.full((len(rows), 1), BOS_ID, device=source.device)
    values = torch.zeros(len(rows), 0, device=source.device)  # log-probability of each token
    looked = state.attention.unsqueeze(1)[:, :0] if keep_attention or config.coverage else None
    ended = torch.zeros(len(rows), dtype=torch.bool, device=source.device)
    while active:
        features, state = model.step(written[:, -1], state, memory)
        log_probs = constraints.next_log_probs(model.logits(features), written, active)
        tokens = choose(log_probs, active).unsqueeze(1)  # [rows, 1]
        written = torch.cat([written, tokens], dim=1)
        values = torch.cat([values.to(log_probs.dtype), log_probs.gather(1, tokens)], dim=1)
        if looked is not None:
            looked = torch.cat([looked, state.attention.unsqueeze(1)], dim=1)
        full = limits <= values.shape[1]
        now = (full | (tokens.squeeze(1) == EOS_ID)) & ~ended
        for row in torch.nonzero(now).squeeze(1).tolist():
            sentence = active[row // hypotheses]
            attention = None if looked is None else looked[row, :, : lengths[sentence]].clone()
            each = tuple(values[row].tolist())
            points = score(config, each, attention)
            kept = attention if keep_attention else None
            found[sentence].append(Hypothesis(tuple(written[row, 1:].tolist()), each, points, kept))
        ended |= now
        going = torch.nonzero(~ended.view(-1, hypotheses).all(dim=1)).squeeze(1)
        if len(going) < len(active):
            rows = (going.unsqueeze(1) * hypotheses + torch.arange(hypotheses, device=source.device)).flatten()
            written, values, ended, limits = written[rows], values[rows], ended[rows], limits[rows]
            looked = None if looked is None else looked[rows]
            state, memory = state.select(rows), memory.select(going)
            active = [active[index] for index in going.tolist()]
    return [sorted(one, key=lambda hypothesis: -hypothesis.score) for one in found]
