"""What a search is asked for, and what it finds."""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field, model_validator
from torch import Tensor

from nmt.config import Config

FinishReason = Literal["eos", "length"]


class SearchConfig(Config):
    """beam 1 is greedy search. A hypothesis has at most source length x `max_length_ratio` + `max_length_extra` tokens.

    `length_penalty` divides a hypothesis' log-probability before hypotheses of different length are compared: by one
    (none), by its length (average), or by ((5 + length) / 6) ** alpha (gnmt; Wu et al., 2016).
    `stopping`: exact goes on until no live hypothesis can still become one of the n best; first stops a sentence once
    `beam` hypotheses have ended.
    """

    beam: int = Field(5, ge=1)
    n_best: int = Field(1, ge=1)
    length_penalty: Literal["none", "average", "gnmt"] = "gnmt"
    alpha: float = Field(1.0, ge=0.0)
    stopping: Literal["exact", "first"] = "exact"
    max_length_ratio: float = Field(2.0, gt=0.0)
    max_length_extra: int = Field(10, ge=1)
    batch_sentences: int = Field(64, ge=1)

    @model_validator(mode="after")
    def _beam_holds_n_best(self) -> "SearchConfig":
        if self.n_best > self.beam:
            raise ValueError(f"search.n_best = {self.n_best} needs a beam at least as wide; search.beam = {self.beam}.")
        return self


@dataclass(frozen=True)
class Hypothesis:
    """One output; a larger score is better."""

    tokens: tuple[int, ...]  # ends with end-of-sentence where finish_reason is "eos"
    log_prob: float  # natural logarithm of the model's probability of the tokens
    score: float  # log_prob after the length penalty
    attention: Tensor | None  # [tgt_len, src_len], rows sum to one; only where it was asked for
    finish_reason: FinishReason
