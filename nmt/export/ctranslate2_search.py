"""The search of CTranslate2, asked so that it finds what ours finds.

CTranslate2 compares hypotheses by log-probability / length ** penalty, has one length limit for a whole call and stops
once it has enough hypotheses. So it is asked for twice as many as the beam is wide, they are ranked by our own score,
and sentences that went beyond their own limit are searched once more with that.
"""

from collections.abc import Sequence
from typing import Any

import torch

from nmt.errors import ConfigError
from nmt.export.found import hypothesis
from nmt.export.packages import package
from nmt.search.config import SearchConfig
from nmt.search.hypothesis import Hypothesis
from nmt.search.length import length_limits
from nmt.tokenizer.pair import TokenizerPair

PATIENCE = 2.0


class CTranslate2Search:
    """A model of CTranslate2, loaded from the bytes of its files."""

    format = "ctranslate2"

    def __init__(self, files: dict[str, bytes], quantization: str, tokenizers: TokenizerPair, positions: int) -> None:
        library: Any = package("ctranslate2", "--backend ctranslate2")
        own = {name: data for name, data in files.items() if not name.startswith("tokenizer.")}
        self.threads = torch.get_num_threads()  # as our own search has: OMP_NUM_THREADS says how many
        self.engine = library.Translator(
            "model", files=own, compute_type=quantization, inter_threads=self.threads, intra_threads=1
        )
        self.source_pieces = tokenizers.source.pieces(list(range(tokenizers.source.vocab_size)))
        self.target_ids = {
            piece: index
            for index, piece in enumerate(tokenizers.target.pieces(list(range(tokenizers.target.vocab_size))))
        }
        self.positions = positions

    def check(self, config: SearchConfig, longest: int) -> None:
        """Raise ConfigError where a translation of `longest` tokens may be longer than the model has positions."""
        (limit,) = length_limits(config, [longest])
        if limit > self.positions:
            raise ConfigError(
                f"search.max_length_ratio = {config.max_length_ratio} and search.max_length_extra = "
                f"{config.max_length_extra} allow translations of {limit} tokens, but the exported model has "
                f"{self.positions} positions. Lower them."
            )

    def find(self, sources: Sequence[Sequence[int]], config: SearchConfig) -> list[list[Hypothesis]]:
        """Up to n_best hypotheses, the best first, of each sentence (ids that end with end-of-sentence)."""
        limits = length_limits(config, [len(source) for source in sources])
        found = self._run(sources, config, max(limits))
        for limit in sorted(set(limits)):
            beyond = [
                row
                for row, result in enumerate(found)
                if limits[row] == limit and any(len(one) > limit for one in result.hypotheses)
            ]
            again = self._run([sources[row] for row in beyond], config, limit) if beyond else []
            for row, result in zip(beyond, again, strict=True):
                found[row] = result
        return [self._ranked(result, config) for result in found]

    def _run(self, sources: Sequence[Sequence[int]], config: SearchConfig, limit: int) -> list[Any]:
        return self.engine.translate_batch(
            [[self.source_pieces[index] for index in source[:-1]] for source in sources],
            beam_size=config.beam,
            patience=PATIENCE if config.beam > 1 else 1,
            num_hypotheses=round(config.beam * PATIENCE) if config.beam > 1 else 1,
            length_penalty=1,  # any but 0, with which it would stop early
            no_repeat_ngram_size=config.no_repeat_ngram,
            max_input_length=0,
            max_decoding_length=limit,
            min_decoding_length=0,
            return_scores=True,
            return_end_token=True,
        )

    def _ranked(self, result: Any, config: SearchConfig) -> list[Hypothesis]:
        """Ended hypotheses first of all; one that was cut only where fewer than n_best have ended, as in our search."""
        hypotheses = [
            hypothesis([self.target_ids[piece] for piece in pieces], mean, config)
            for pieces, mean in zip(result.hypotheses, result.scores, strict=True)
        ]
        ended = [one for one in hypotheses if one.finish_reason == "eos"]
        cut = sorted((one for one in hypotheses if one.finish_reason == "length"), key=lambda one: -one.log_prob)
        chosen = ended + cut[: max(config.n_best - len(ended), 0)]
        return sorted(chosen, key=lambda one: -one.score)[: config.n_best]
