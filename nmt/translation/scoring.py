"""How probable a model finds given translations."""

import math
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from nmt.corpus.batching import pad
from nmt.corpus.lines import clean
from nmt.counted import counted
from nmt.errors import ConfigError, NotFiniteError
from nmt.models.base import log_softmax
from nmt.search.score import score
from nmt.tokenizer.base import BOS_ID, EOS_ID
from nmt.translation.result import PairScore
from nmt.translation.translator import NO_PROBABILITIES, Translator

BATCH_PAIRS = 64
MAX_SQUARES = 1 << 16  # rows x longest side squared: as attention takes memory, additive attention most of all

Encoded = tuple[list[int], list[int]]  # source and target of a pair


def score_pairs(translator: Translator, sources: Sequence[str], targets: Sequence[str]) -> list[PairScore]:
    """The score of each target as the translation of its source, end-of-sentence included, in order.

    Nothing is split: a pair longer than what the model was trained on is scored whole. A blank side is no tokens but
    end-of-sentence. A shortlist of the translator does not count: what is not on it has its probability too. Raises
    ConfigError where there are not as many targets as sources, NotFiniteError where the model's probabilities are no
    numbers.
    """
    if len(sources) != len(targets):
        raise ConfigError(
            f"{counted(len(sources), 'source')} and {counted(len(targets), 'target')}: to be scored, each needs the "
            "other."
        )
    tokenizers = translator.tokenizers
    encoded = [
        ([*tokenizers.encode_source(clean(source)), EOS_ID], [*tokenizers.target.encode(clean(target)), EOS_ID])
        for source, target in zip(sources, targets, strict=True)
    ]
    scores: list[PairScore | None] = [None] * len(encoded)
    for chosen in _batches(encoded):
        values = _log_probs(translator, [encoded[index] for index in chosen])
        for index, log_probs in zip(chosen, values, strict=True):
            each = log_probs.tolist()
            if not all(map(math.isfinite, each)):
                raise NotFiniteError(NO_PROBABILITIES)
            normalised = score(translator.search, each, None)
            scores[index] = PairScore(tokenizers.target.pieces(encoded[index][1]), tuple(each), normalised)
    return [one for one in scores if one is not None]


def _batches(pairs: Sequence[Encoded]) -> Iterator[list[int]]:
    """Which pairs are scored together, so that memory does not grow with their length; one alone may have any."""
    sides = [sorted((len(source), len(target)), reverse=True) for source, target in pairs]
    chosen: list[int] = []
    for index in sorted(range(len(pairs)), key=sides.__getitem__):  # the next is the longest so far
        if len(chosen) == BATCH_PAIRS or (len(chosen) + 1) * sides[index][0] ** 2 > MAX_SQUARES:
            if chosen:
                yield chosen
            chosen = []
        chosen.append(index)
    if chosen:
        yield chosen


@torch.inference_mode()
def _log_probs(translator: Translator, pairs: list[Encoded]) -> list[Tensor]:
    """The log-probability of each target token of each pair, by forced decoding."""
    model = translator.model
    device = next(model.parameters()).device
    source, source_mask = pad([source for source, _ in pairs])
    target_in, _ = pad([[BOS_ID, *target[:-1]] for _, target in pairs])
    features = model(source.to(device), source_mask.to(device), target_in.to(device))  # [batch, tgt_len, dim]
    found = []
    for row, (_, target) in zip(features, pairs, strict=True):  # one at a time: [tgt_len, vocab] is large enough
        log_probs = log_softmax(model.logits(row[: len(target)]))
        found.append(log_probs.gather(1, torch.tensor(target, device=device).unsqueeze(1)).squeeze(1).cpu())
    return found
