"""Batched beam search. All knowledge of beams is here: no model knows the word."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from nmt.models.base import Rows, Seq2Seq
from nmt.search.config import SearchConfig
from nmt.search.constraints import Constraints
from nmt.search.guide import Guide
from nmt.search.hypothesis import Hypothesis
from nmt.search.length import penalty
from nmt.search.placement import placement
from nmt.search.score import score
from nmt.search.terms import Terms
from nmt.search.topk import top_k
from nmt.tokenizer.base import BOS_ID, EOS_ID, PAD_ID

NEAR = 1e-3  # a difference of scores that rounding cannot make


@dataclass(frozen=True)
class Beams(Rows):
    """The live hypotheses, `beam` rows a sentence, the best first."""

    written: Tensor  # int64 [rows, length], begins with begin-of-sentence
    values: Tensor  # [rows, length - 1], log-probability of each token
    totals: Tensor  # [rows], log-probability of all
    looked: Tensor | None  # [rows, length - 1, src_len], attention so far


@dataclass(frozen=True)
class Extension(Rows):
    """The best continuations of each sentence's beams, the best first. Each is [sentences, 2 beam]."""

    ranking: Tensor  # what they are ordered by: totals, less what diversity takes
    totals: Tensor  # log-probability
    values: Tensor  # log-probability of the last token
    rows: Tensor  # int64, which row each continues
    tokens: Tensor  # int64

    def pick(self, places: Tensor) -> "Extension":
        """Those at `places` [sentences, n]."""
        parts = (self.ranking, self.totals, self.values, self.rows, self.tokens)
        return Extension(*(part.gather(1, places) for part in parts))


@torch.inference_mode()
def beam_search(
    model: Seq2Seq,
    source: Tensor,
    source_mask: Tensor,
    config: SearchConfig,
    keep_attention: bool = False,
    prefixes: Sequence[Sequence[int]] | None = None,
    terms: Sequence[Terms] | None = None,
) -> list[list[Hypothesis]]:
    """The n best hypotheses, the best first, of each sentence of source int64 [batch, src_len].

    Twice as many continuations as beams are looked at in every step: at most `beam` of them end the sentence, so
    `beam` live ones always remain. Finished sentences leave the batch at once.
    With `terms` a `Guide` says what is looked at besides, and what lives on.
    """
    lengths: list[int] = source_mask.sum(dim=1).tolist()
    constraints = Constraints.build(config, lengths, prefixes, terms)
    ended = Ended(config, lengths, keep_attention, terms)
    guide = Guide.begin(terms, config) if terms else None
    active = list(range(len(lengths)))  # which sentence each group of `beam` rows is
    memory = model.encode(source, source_mask)
    spread = torch.arange(len(active), device=source.device).repeat_interleave(config.beam)
    state = model.start(memory).select(spread)
    beams = _first(
        state.attention, len(active), config.beam, keep_attention or config.coverage > 0 or guide is not None
    )
    while active:
        features, state = model.step(beams.written[:, -1], state, memory)
        needed = guide.next_tokens() if guide is not None and config.no_repeat_ngram else ()
        log_probs = constraints.next_log_probs(model.logits(features), beams.written, active, needed)
        totals = beams.totals.to(log_probs.dtype)
        if guide is None:
            extension = _extend(totals, log_probs, config)
            live = _keep_live(extension, config.beam)
        else:
            guide.block(log_probs)
            extension = _extend(totals, log_probs, config)
            extension = _add(extension, guide.proposals(log_probs), totals, log_probs, config.diversity)
            places, guide = guide.share_out(extension.rows, extension.tokens, extension.ranking, state.attention)
            live = extension.pick(places)
        looked = None
        if beams.looked is not None:
            looked = torch.cat([beams.looked, state.attention.unsqueeze(1).to(beams.looked.dtype)], dim=1)
        before = Beams(beams.written, beams.values.to(log_probs.dtype), beams.totals, looked)
        length = beams.written.shape[1]  # tokens in a continuation, begin-of-sentence not counted
        reached = extension.totals.tolist()
        for index, place in torch.nonzero((extension.tokens == EOS_ID) & extension.totals.isfinite()).tolist():
            if ended.counts(active[index], reached[index][place], length):
                ended.add(active[index], before, extension, (index, place))
        best = live.totals.amax(dim=1).tolist()
        going = []
        for index, sentence in enumerate(active):
            limit = constraints.max_lengths[sentence]
            if length < limit and ended.may_improve(sentence, best[index], limit):
                going.append(index)
            elif length >= limit:
                ended.give_up(sentence, before, live, index)
        if len(going) < len(active):
            kept = torch.tensor(going, dtype=torch.int64, device=source.device)
            live, memory = live.select(kept), memory.select(kept)
            active = [active[index] for index in going]
            if guide is not None:
                guide = guide.select(going)
        beams, state = _continue(before, live), state.select(live.rows.flatten())
    return [found[: config.n_best] for found in ended.found]


class Ended:
    """The hypotheses of each sentence that have ended: the `beam` best, the best first."""

    def __init__(
        self,
        config: SearchConfig,
        source_lengths: list[int],
        keep_attention: bool,
        terms: Sequence[Terms] | None = None,
    ) -> None:
        self.config, self.source_lengths, self.keep_attention = config, source_lengths, keep_attention
        self.terms = terms
        self.found: list[list[Hypothesis]] = [[] for _ in source_lengths]

    def add(self, sentence: int, before: Beams, extension: Extension, where: tuple[int, int]) -> None:
        """Take in the continuation at `where` of the extension."""
        row = int(extension.rows[where])
        tokens = (*before.written[row, 1:].tolist(), int(extension.tokens[where]))
        values = (*before.values[row].tolist(), float(extension.values[where]))
        attention = None
        if before.looked is not None:
            attention = before.looked[row, :, : self.source_lengths[sentence]].clone()
        points, unmet = score(self.config, values, attention), 0
        if self.terms and attention is not None:
            unmet = self.terms[sentence].unmet(tokens)
            placed = self.config.term_placement * placement(self.terms[sentence], tokens, attention)
            points += placed / penalty(self.config, len(tokens))
        found = self.found[sentence]
        found.append(Hypothesis(tokens, values, points, attention if self.keep_attention else None, unmet))
        found.sort(key=lambda one: (one.unmet, -one.score))
        del found[self.config.beam :]

    def counts(self, sentence: int, log_prob: float, length: int) -> bool:
        """Whether an ended hypothesis can matter: as one of the n best, or as their number decides. Most do not."""
        config, found = self.config, self.found[sentence]
        if self.terms or config.stopping == "first" or len(found) < config.n_best:
            return True
        # Coverage adds nothing. A near tie is left to `add`, which sums more exactly.
        return log_prob / penalty(config, length) > found[config.n_best - 1].score - NEAR

    def give_up(self, sentence: int, before: Beams, live: Extension, index: int) -> None:
        """The length limit is reached: what is live ends as it is, where fewer than n_best have ended by themselves."""
        for place in range(live.totals.shape[1]):
            if len(self.found[sentence]) >= self.config.n_best:
                return
            if live.totals[index, place] > float("-inf"):
                self.add(sentence, before, live, (index, place))

    def may_improve(self, sentence: int, best: float, limit: int) -> bool:
        """Whether a live hypothesis of log-probability `best` or less can still become one of the n best."""
        config, found = self.config, self.found[sentence]
        if best == float("-inf") or (config.stopping == "first" and len(found) >= config.beam):
            return False
        # Log-probability only falls, the length penalty only grows, coverage adds nothing: no later score is higher.
        if len(found) < config.n_best or found[config.n_best - 1].unmet:
            return True
        return found[config.n_best - 1].score < best / penalty(config, limit)


def _first(like: Tensor, sentences: int, beam: int, keep_attention: bool) -> Beams:
    """One live beam a sentence; the others begin at minus infinity, so that the first step fills them."""
    totals = torch.full((sentences, beam), float("-inf"), device=like.device)
    totals[:, 0] = 0.0
    written = torch.full((sentences * beam, 1), BOS_ID, device=like.device)
    looked = like.new_zeros(len(like), 0, like.shape[1]) if keep_attention else None
    return Beams(written, like.new_zeros(len(like), 0), totals.flatten(), looked)


def _extend(totals: Tensor, log_probs: Tensor, config: SearchConfig) -> Extension:
    """The 2 x beam best continuations of each sentence, from totals [rows] and log_probs [rows, vocab]."""
    beam = config.beam
    width = min(2 * beam, log_probs.shape[1])
    # Per row first: a row cannot give more than 2 x beam of the winners, and short rows are quick to merge.
    values, tokens = top_k(log_probs, width)  # [rows, width]
    candidates = totals.unsqueeze(1) + values
    ranking = candidates
    if config.diversity:
        ranking = candidates - config.diversity * torch.arange(width, device=totals.device)  # rank among siblings
    best, places = ranking.view(-1, beam * width).topk(min(2 * beam, beam * width), dim=-1)  # [sentences, 2 beam]
    first_rows = torch.arange(len(best), device=totals.device).unsqueeze(1) * beam
    totals, values, tokens = (part.view(-1, beam * width).gather(1, places) for part in (candidates, values, tokens))
    return Extension(best, totals, values, first_rows + places // width, tokens)


def _add(
    extension: Extension,
    proposals: list[list[tuple[int, int]]],
    totals: Tensor,
    log_probs: Tensor,
    diversity: float,
) -> Extension:
    """With the proposed continuations (row and token) of each sentence that it lacks, and last an impossible one."""
    known = [
        set(zip(*pairs, strict=True)) for pairs in zip(extension.rows.tolist(), extension.tokens.tolist(), strict=True)
    ]
    new = [[one for one in proposed if one not in have] for proposed, have in zip(proposals, known, strict=True)]
    width = max(map(len, new)) + 1
    beam = len(totals) // len(new)
    padded = [pairs + [(index * beam, PAD_ID)] * (width - len(pairs)) for index, pairs in enumerate(new)]
    rows, tokens = torch.tensor(padded, device=totals.device).unbind(dim=-1)  # [sentences, width]
    values = log_probs[rows, tokens]
    ranking = candidates = totals[rows] + values
    if diversity:
        ranking = candidates - diversity * (log_probs[rows] > values.unsqueeze(-1)).sum(dim=-1)  # rank among siblings
    pairs = zip(
        (extension.ranking, extension.totals, extension.values, extension.rows, extension.tokens),
        (ranking, candidates, values, rows, tokens),
        strict=True,
    )
    return Extension(*(torch.cat(pair, dim=1) for pair in pairs))


def _keep_live(extension: Extension, beam: int) -> Extension:
    """The `beam` best continuations that do not end the sentence, in order; what ends it counts as impossible."""
    ends = extension.tokens == EOS_ID
    _, places = extension.ranking.masked_fill(ends, float("-inf")).topk(beam, dim=-1)  # [sentences, beam]
    live = extension.pick(places)
    return replace(live, totals=live.totals.masked_fill(live.tokens == EOS_ID, float("-inf")))


def _continue(before: Beams, live: Extension) -> Beams:
    """The live hypotheses, one token longer."""
    chosen = before.select(live.rows.flatten())
    tokens, values = (part.flatten().unsqueeze(1) for part in (live.tokens, live.values))
    return Beams(
        torch.cat([chosen.written, tokens], dim=1),
        torch.cat([chosen.values, values.to(chosen.values.dtype)], dim=1),
        live.totals.flatten(),
        chosen.looked,
    )
