"""Which search a config asks for."""

from collections.abc import Sequence

from torch import Tensor

from nmt.models.base import Seq2Seq
from nmt.search.beam import beam_search
from nmt.search.constraints import Constraints
from nmt.search.hypothesis import Hypothesis, SearchConfig
from nmt.search.sampling import sampler
from nmt.search.walk import walk


def search(
    model: Seq2Seq,
    source: Tensor,
    source_mask: Tensor,
    config: SearchConfig,
    keep_attention: bool = False,
    prefixes: Sequence[Sequence[int]] | None = None,
) -> list[list[Hypothesis]]:
    """Up to n_best hypotheses, best first, of each sentence of source int64 [batch, src_len]; model in eval mode.

    `prefixes`: tokens that the hypotheses of each sentence must begin with, an empty sequence where any will do.
    """
    if config.method == "sample":
        limits = Constraints.build(config, source_mask.sum(dim=1).tolist(), prefixes).max_lengths
        choose = sampler(source, source_mask, limits, config)
        drawn = walk(model, source, source_mask, config, choose, config.samples, keep_attention, prefixes)
        return [hypotheses[: config.n_best] for hypotheses in drawn]
    if config.beam == 1:
        return walk(model, source, source_mask, config, keep_attention=keep_attention, prefixes=prefixes)
    return beam_search(model, source, source_mask, config, keep_attention, prefixes)
