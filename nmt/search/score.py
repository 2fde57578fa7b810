"""What makes one hypothesis better than another."""

import math
from collections.abc import Sequence

from torch import Tensor

from nmt.search.config import SearchConfig
from nmt.search.length import penalty

UNSEEN = 1e-9  # stands for attention of zero, whose logarithm is infinite


def score(config: SearchConfig, token_log_probs: Sequence[float], attention: Tensor | None) -> float:
    """Log-probability over the length penalty, plus the coverage penalty, which is never positive.

    attention [tgt_len, src_len] is needed where `config.coverage` is not 0.
    """
    value = math.fsum(token_log_probs) / penalty(config, len(token_log_probs))
    if config.coverage and attention is not None:
        value += config.coverage * coverage_penalty(attention)
    return value


def coverage_penalty(attention: Tensor) -> float:
    """The sum over source tokens of log(min(attention they got in all, 1)) (Wu et al., 2016, equation 14)."""
    return float(attention.sum(dim=0).clamp(min=UNSEEN, max=1.0).log().sum())
