"""What a hypothesis may not contain, or must. What is allowed keeps the model's own probability."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nmt.models.base import log_softmax
from nmt.search.config import SearchConfig
from nmt.search.length import length_limits
from nmt.search.terms import Terms
from nmt.tokenizer.base import BOS_ID, EOS_ID, PAD_ID, UNK_ID

NEVER_WRITTEN = (PAD_ID, BOS_ID, UNK_ID)  # byte fallback spells what the vocabulary lacks: unk is never needed
NEVER = float("-inf")
assert sorted(NEVER_WRITTEN) == list(range(EOS_ID))


@dataclass(frozen=True)
class Constraints:
    """Of a batch of sentences: lists have one entry a sentence, lengths count end-of-sentence."""

    min_lengths: list[int]
    max_lengths: list[int]
    prefixes: list[tuple[int, ...]]
    no_repeat_ngram: int

    @classmethod
    def build(
        cls,
        config: SearchConfig,
        source_lengths: list[int],
        prefixes: Sequence[Sequence[int]] | None,
        terms: Sequence[Terms] | None = None,
    ) -> "Constraints":
        """`prefixes` are tokens that each hypothesis begins with; None: any beginning will do.

        Where these and what `terms` require need more tokens than a hypothesis may have, it may have more.
        """
        begins = [tuple(prefix) for prefix in prefixes or [()] * len(source_lengths)]
        limits = length_limits(config, source_lengths)
        must = [len(begin) for begin in begins]
        if terms:
            must = [length + one.needed for length, one in zip(must, terms, strict=True)]
        longest = [
            max(limit, length + config.max_length_extra) if length else limit
            for limit, length in zip(limits, must, strict=True)
        ]
        shortest = [
            min(int(length * config.min_length_ratio), limit)
            for length, limit in zip(source_lengths, longest, strict=True)
        ]
        return cls(shortest, longest, begins, config.no_repeat_ngram)

    def next_log_probs(
        self, logits: Tensor, written: Tensor, sentences: list[int], needed: Sequence[tuple[int, int]] = ()
    ) -> Tensor:
        """logits [rows, vocab] -> log-probabilities fp32 (fp64 stays), minus infinity for what may not come next.

        written int64 [rows, length] begins with begin-of-sentence; `sentences` says which sentences the rows belong
        to, an equal number each, in order. `needed`: rows and tokens without which terms could not be written; they may
        repeat an n-gram, as a prefix may.
        """
        log_probs = log_softmax(logits)
        length = written.shape[1]  # of a hypothesis once the next token is written
        rows = len(written) // max(len(sentences), 1)
        forced = [
            (slice(index * rows, (index + 1) * rows), self.prefixes[sentence][length - 1])
            for index, sentence in enumerate(sentences)
            if length <= len(self.prefixes[sentence])
        ]
        kept = [log_probs[group, token].clone() for group, token in forced]
        end = log_probs[:, EOS_ID].clone() if self.no_repeat_ngram else None
        log_probs[:, :EOS_ID] = NEVER  # NEVER_WRITTEN
        early = [index for index, sentence in enumerate(sentences) if length < self.min_lengths[sentence]]
        if early:
            log_probs.view(len(sentences), rows, -1)[early, :, EOS_ID] = NEVER
        if end is not None:
            spared = torch.tensor(needed, dtype=torch.int64, device=written.device).view(-1, 2).unbind(dim=1)
            before = log_probs[spared]
            _block_repeats(log_probs, written[:, 1:], self.no_repeat_ngram)
            log_probs[spared] = before
            stuck = ~log_probs.isfinite().any(dim=-1)  # every token would repeat: then it may end, however short
            log_probs[stuck, EOS_ID] = end[stuck]
        for (group, token), values in zip(forced, kept, strict=True):
            log_probs[group] = NEVER
            log_probs[group, token] = values
        return log_probs


def _block_repeats(log_probs: Tensor, written: Tensor, size: int) -> None:
    """Minus infinity, in place, for each token that would end an n-gram of `size` tokens that its row already has."""
    if written.shape[1] < size:
        return
    ngrams = written.unfold(1, size, 1)  # [rows, places, size]
    begun = written[:, written.shape[1] - size + 1 :]  # [rows, size - 1], what the next token would complete
    same = (ngrams[:, :, :-1] == begun.unsqueeze(1)).all(dim=-1)  # [rows, places]
    row, place = torch.nonzero(same, as_tuple=True)
    log_probs[row, ngrams[row, place, -1]] = NEVER
