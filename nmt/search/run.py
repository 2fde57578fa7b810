"""Which search a config asks for, and which sentences are searched together."""

from collections.abc import Sequence

import torch
from torch import Tensor

from nmt.models.base import Seq2Seq
from nmt.search.beam import beam_search
from nmt.search.config import SearchConfig
from nmt.search.hypothesis import Hypothesis
from nmt.search.sampling import sampler
from nmt.search.terms import Terms
from nmt.search.walk import walk


def search(
    model: Seq2Seq,
    source: Tensor,
    source_mask: Tensor,
    config: SearchConfig,
    keep_attention: bool = False,
    prefixes: Sequence[Sequence[int]] | None = None,
    terms: Sequence[Terms] | None = None,
) -> list[list[Hypothesis]]:
    """Up to n_best hypotheses, best first, of each sentence of source int64 [batch, src_len]; model in eval mode.

    `prefixes`: tokens that the hypotheses of each sentence must begin with, an empty sequence where any will do.
    `terms`: what else they must write, and what not; only with beam search.
    """
    if config.exact:  # alone and unpadded: every shape, and so every rounding, is decided by the sentence itself
        groups = [[row] for row in range(len(source))]
    elif terms:
        groups = _equally_wide(terms, config)
    else:
        return _search(model, source, source_mask, config, keep_attention, prefixes)
    lengths = source_mask.sum(dim=1).tolist()
    found: list[list[Hypothesis]] = [[] for _ in lengths]
    for group in groups:
        index = torch.tensor(group, device=source.device)
        width = max(lengths[row] for row in group)
        part = _search(
            model,
            source[index, :width],
            source_mask[index, :width],
            config,
            keep_attention,
            [prefixes[row] for row in group] if prefixes else None,
            [terms[row] for row in group] if terms else None,
        )
        for row, hypotheses in zip(group, part, strict=True):
            found[row] = hypotheses
    return found


def _search(
    model: Seq2Seq,
    source: Tensor,
    source_mask: Tensor,
    config: SearchConfig,
    keep_attention: bool,
    prefixes: Sequence[Sequence[int]] | None,
    terms: Sequence[Terms] | None = None,
) -> list[list[Hypothesis]]:
    """All of them at once. `terms` of all need equally many tokens."""
    if config.method == "sample":
        choose = sampler(source, source_mask, config)
        drawn = walk(model, source, source_mask, config, choose, config.samples, keep_attention, prefixes)
        return [hypotheses[: config.n_best] for hypotheses in drawn]
    if terms:  # with a place in the beam for every number of tokens that are still lacking
        wider = _widened(config, terms[0].needed)
        return beam_search(model, source, source_mask, wider, keep_attention, prefixes, terms)
    if config.beam == 1:
        return walk(model, source, source_mask, config, keep_attention=keep_attention, prefixes=prefixes)
    return beam_search(model, source, source_mask, config, keep_attention, prefixes)


def _widened(config: SearchConfig, needed: int) -> SearchConfig:
    return config.model_copy(update={"beam": config.beam + needed})


def _equally_wide(terms: Sequence[Terms], config: SearchConfig) -> list[list[int]]:
    """Rows whose beams are equally wide (they must not depend on the neighbours), MAX_ROWS or fewer at once."""
    groups = []
    for needed in sorted({one.needed for one in terms}):
        rows = [row for row, one in enumerate(terms) if one.needed == needed]
        size = _widened(config, needed).sentences_at_once
        groups += [rows[start : start + size] for start in range(0, len(rows), size)]
    return groups
