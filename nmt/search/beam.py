"""Batched beam search. All knowledge of beams is here: no model knows the word."""

from dataclasses import dataclass

import torch
from torch import Tensor

from nmt.models.base import Rows, Seq2Seq
from nmt.search.constraints import next_log_probs
from nmt.search.hypothesis import FinishReason, Hypothesis, SearchConfig
from nmt.search.length import length_limits, penalty
from nmt.tokenizer.base import BOS_ID, EOS_ID


@dataclass(frozen=True)
class Beams(Rows):
    """The live hypotheses, `beam` rows a sentence, the best first."""

    written: Tensor  # int64 [rows, length], begins with begin-of-sentence
    totals: Tensor  # [rows], log-probability
    looked: Tensor | None  # [rows, length - 1, src_len], attention so far


@dataclass(frozen=True)
class Extension:
    """The best continuations of each sentence's beams, the best first."""

    totals: Tensor  # [sentences, 2 beam]
    rows: Tensor  # int64 [sentences, 2 beam], which row each continues
    tokens: Tensor  # int64 [sentences, 2 beam]


@torch.inference_mode()
def beam_search(
    model: Seq2Seq, source: Tensor, source_mask: Tensor, config: SearchConfig, keep_attention: bool = False
) -> list[list[Hypothesis]]:
    """The n best hypotheses, the best first, of each sentence of source int64 [batch, src_len].

    Twice as many continuations as beams are looked at in every step: at most `beam` of them end the sentence, so
    `beam` live ones always remain. Finished sentences leave the batch at once.
    """
    lengths: list[int] = source_mask.sum(dim=1).tolist()
    limits = length_limits(config, lengths)
    finished: list[list[Hypothesis]] = [[] for _ in lengths]
    active = list(range(len(lengths)))  # which sentence each group of `beam` rows is
    memory = model.encode(source, source_mask)
    spread = torch.arange(len(active), device=source.device).repeat_interleave(config.beam)
    state = model.start(memory).select(spread)
    beams = _first(state.attention, len(active), config.beam, keep_attention)
    while active:
        features, state = model.step(beams.written[:, -1], state, memory)
        log_probs = next_log_probs(model.logits(features))
        extension = _extend(beams.totals.to(log_probs.dtype), log_probs, config.beam)
        looked = None
        if beams.looked is not None:
            looked = torch.cat([beams.looked, state.attention.unsqueeze(1).to(beams.looked.dtype)], dim=1)
        length = beams.written.shape[1]  # tokens in a continuation, begin-of-sentence not counted
        before = Beams(beams.written, beams.totals, looked)
        _collect(extension, before, active, lengths, finished, config)
        live = _keep_live(extension, config.beam)
        going = _still_open(live.totals, active, length, limits, finished, config)
        for index, sentence in enumerate(active):
            if index not in going and length >= limits[sentence]:
                _give_up(live, before, index, sentence, lengths, finished, config)
        kept = torch.tensor(going, dtype=torch.int64, device=source.device)
        rows = live.rows[kept].flatten()
        tokens = live.tokens[kept].flatten()
        chosen = before.select(rows)
        beams = Beams(
            torch.cat([chosen.written, tokens.unsqueeze(1)], dim=1), live.totals[kept].flatten(), chosen.looked
        )
        state = state.select(rows)
        if len(going) < len(active):
            memory = memory.select(kept)
            active = [active[index] for index in going]
    return [sorted(found, key=lambda one: -one.score)[: config.n_best] for found in finished]


def _first(like: Tensor, sentences: int, beam: int, keep_attention: bool) -> Beams:
    """One live beam a sentence; the others begin at minus infinity, so that the first step fills them."""
    totals = torch.full((sentences, beam), float("-inf"), device=like.device)
    totals[:, 0] = 0.0
    written = torch.full((sentences * beam, 1), BOS_ID, device=like.device)
    return Beams(written, totals.flatten(), like.new_zeros(len(like), 0, like.shape[1]) if keep_attention else None)


def _extend(totals: Tensor, log_probs: Tensor, beam: int) -> Extension:
    """The 2 x beam best continuations of each sentence, from totals [rows] and log_probs [rows, vocab]."""
    width = min(2 * beam, log_probs.shape[1])
    # Per row first: a row cannot give more than 2 x beam of the winners, and short rows are quick to merge.
    values, tokens = log_probs.topk(width, dim=-1)  # [rows, width]
    candidates = (totals.unsqueeze(1) + values).view(-1, beam * width)  # [sentences, beam * width]
    best, places = candidates.topk(min(2 * beam, beam * width), dim=-1)  # [sentences, 2 beam]
    first_rows = torch.arange(len(candidates), device=totals.device).unsqueeze(1) * beam
    return Extension(best, first_rows + places // width, tokens.view(-1, beam * width).gather(1, places))


def _keep_live(extension: Extension, beam: int) -> Extension:
    """The `beam` best continuations that do not end the sentence, in order."""
    ends = extension.tokens == EOS_ID
    totals = extension.totals.masked_fill(ends, float("-inf"))
    totals, places = totals.topk(beam, dim=-1)  # [sentences, beam]
    return Extension(totals, extension.rows.gather(1, places), extension.tokens.gather(1, places))


def _collect(
    extension: Extension,
    before: Beams,
    active: list[int],
    lengths: list[int],
    finished: list[list[Hypothesis]],
    config: SearchConfig,
) -> None:
    """Add the continuations that end their sentence to `finished`, keeping the `beam` best of each sentence."""
    ends = (extension.tokens == EOS_ID) & extension.totals.isfinite()
    for index, place in torch.nonzero(ends).tolist():
        sentence = active[index]
        total, row = float(extension.totals[index, place]), int(extension.rows[index, place])
        _add(finished[sentence], before, row, EOS_ID, total, lengths[sentence], "eos", config)


def _give_up(
    live: Extension,
    before: Beams,
    index: int,
    sentence: int,
    lengths: list[int],
    finished: list[list[Hypothesis]],
    config: SearchConfig,
) -> None:
    """The length limit is reached: what is live ends as it is, where fewer than n_best have ended by themselves."""
    for place in range(live.totals.shape[1]):
        if len(finished[sentence]) >= config.n_best:
            return
        total, row, token = (float(t[index, place]) for t in (live.totals, live.rows, live.tokens))
        if total > float("-inf"):
            _add(finished[sentence], before, int(row), int(token), total, lengths[sentence], "length", config)


def _add(
    found: list[Hypothesis],
    before: Beams,
    row: int,
    token: int,
    total: float,
    source_length: int,
    reason: FinishReason,
    config: SearchConfig,
) -> None:
    tokens = (*before.written[row, 1:].tolist(), token)
    attention = None if before.looked is None else before.looked[row, :, :source_length].clone()
    found.append(Hypothesis(tokens, total, total / penalty(config, len(tokens)), attention, reason))
    found.sort(key=lambda one: -one.score)
    del found[config.beam :]


def _still_open(
    totals: Tensor,
    active: list[int],
    length: int,
    limits: list[int],
    finished: list[list[Hypothesis]],
    config: SearchConfig,
) -> list[int]:
    """Which of the active sentences go on; totals [sentences, beam] are the live hypotheses', the best first."""
    going = []
    for index, (sentence, best) in enumerate(zip(active, totals[:, 0].tolist(), strict=True)):
        found = finished[sentence]
        if length >= limits[sentence] or best == float("-inf"):
            continue
        if config.stopping == "first" and len(found) >= config.beam:
            continue
        # Log-probability only falls and the penalty only grows, so this is the best score still to be had.
        bound = best / penalty(config, limits[sentence])
        if len(found) >= config.n_best and found[config.n_best - 1].score >= bound:
            continue
        going.append(index)
    return going
