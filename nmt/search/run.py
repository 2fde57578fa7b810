"""Which search a config asks for."""

from torch import Tensor

from nmt.models.base import Seq2Seq
from nmt.search.beam import beam_search
from nmt.search.greedy import greedy_search
from nmt.search.hypothesis import Hypothesis, SearchConfig


def search(
    model: Seq2Seq, source: Tensor, source_mask: Tensor, config: SearchConfig, keep_attention: bool = False
) -> list[list[Hypothesis]]:
    """Up to n_best hypotheses, best first, of each sentence of source int64 [batch, src_len]; model in eval mode."""
    method = greedy_search if config.beam == 1 else beam_search
    return method(model, source, source_mask, config, keep_attention)
