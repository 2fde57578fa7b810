"""What a search finds."""

import math
from dataclasses import dataclass, replace
from typing import Literal

from torch import Tensor

from nmt.tokenizer.base import EOS_ID


@dataclass(frozen=True)
class Hypothesis:
    """One output; a larger score is better."""

    tokens: tuple[int, ...]  # ends with end-of-sentence unless the length limit was reached
    token_log_probs: tuple[float, ...]  # natural logarithm of the model's probability of each token
    score: float  # log_prob after length and coverage penalty
    attention: Tensor | None  # [tgt_len, src_len], rows sum to one; only where it was asked for
    unmet: int = 0  # tokens of required terms that it lacks, and terms in it that it should not have

    @property
    def finish_reason(self) -> Literal["eos", "length"]:
        """Whether it ended by itself, or at its length limit."""
        return "eos" if self.tokens[-1] == EOS_ID else "length"

    @property
    def log_prob(self) -> float:
        """Natural logarithm of the model's probability of all tokens."""
        return math.fsum(self.token_log_probs)

    def renamed(self, ids: Tensor) -> "Hypothesis":
        """The same where its tokens were places in `ids` (int64 [n])."""
        return replace(self, tokens=tuple(ids[list(self.tokens)].tolist()))
