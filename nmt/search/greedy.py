"""Greedy search: always the most probable next token."""

import torch
from torch import Tensor

from nmt.models.base import Seq2Seq
from nmt.search.constraints import next_log_probs
from nmt.search.hypothesis import Hypothesis, SearchConfig
from nmt.search.length import length_limits, penalty
from nmt.tokenizer.base import BOS_ID, EOS_ID


@torch.inference_mode()
def greedy_search(
    model: Seq2Seq, source: Tensor, source_mask: Tensor, config: SearchConfig, keep_attention: bool = False
) -> list[list[Hypothesis]]:
    """One hypothesis a sentence of source int64 [batch, src_len]; finished sentences leave the batch."""
    lengths = source_mask.sum(dim=1)
    limits = torch.tensor(length_limits(config, lengths.tolist()), device=source.device)
    memory = model.encode(source, source_mask)
    state = model.start(memory)
    batch = len(source)
    active = torch.arange(batch, device=source.device)  # which sentence each row is
    tokens = torch.full((batch,), BOS_ID, device=source.device)
    written: list[list[int]] = [[] for _ in range(batch)]
    looked: list[list[Tensor]] = [[] for _ in range(batch)]
    totals = torch.zeros(batch, device=source.device)
    for length in range(1, int(limits.max()) + 1 if batch else 1):
        features, state = model.step(tokens, state, memory)
        chosen, tokens = next_log_probs(model.logits(features)).max(dim=-1)
        totals[active] += chosen.to(totals.dtype)
        for row, (sentence, token) in enumerate(zip(active.tolist(), tokens.tolist(), strict=True)):
            written[sentence].append(token)
            if keep_attention:
                looked[sentence].append(state.attention[row])
        rows = torch.nonzero((tokens != EOS_ID) & (limits[active] > length)).squeeze(1)
        if len(rows) == 0:
            break
        if len(rows) < len(active):
            active, tokens, state, memory = active[rows], tokens[rows], state.select(rows), memory.select(rows)
    results = []
    for sentence, (ids, total) in enumerate(zip(written, totals.tolist(), strict=True)):
        attention = torch.stack(looked[sentence])[:, : int(lengths[sentence])] if keep_attention else None
        reason = "eos" if ids[-1] == EOS_ID else "length"
        results.append([Hypothesis(tuple(ids), total, total / penalty(config, len(ids)), attention, reason)])  # type: ignore[arg-type]
    return results
