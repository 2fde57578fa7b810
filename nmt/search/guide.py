"""Beam search with terms, by dynamic beam allocation (Post & Vilar, 2018).

Besides the most probable continuations of a sentence it looks at those that go on with what is required, and shares out
the beam over how many tokens are still lacking, so that a hypothesis on its way to a term is not outrun by one that
ignores it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nmt.search.config import SearchConfig
from nmt.search.constraints import NEVER
from nmt.search.placement import Course
from nmt.search.terms import Progress, Terms
from nmt.tokenizer.base import EOS_ID, PAD_ID

FIRST_WORD = EOS_ID + 1  # the ids below are control tokens


@dataclass(frozen=True)
class Guide:
    """The terms of each sentence that is searched, and how far its live hypotheses are, `beam` a sentence."""

    terms: tuple[Terms, ...]
    courses: tuple[tuple[Course, ...], ...]
    weight: float  # of where terms are written

    @classmethod
    def begin(cls, terms: Sequence[Terms], config: SearchConfig) -> "Guide":
        courses = tuple((Course(one.start()),) * config.beam for one in terms)
        return cls(tuple(terms), courses, config.term_placement)

    def select(self, sentences: Sequence[int]) -> "Guide":
        """Of the sentences at these places."""
        terms, courses = (tuple(self.terms[one] for one in sentences), tuple(self.courses[one] for one in sentences))
        return Guide(terms, courses, self.weight)

    def next_tokens(self) -> list[tuple[int, int]]:
        """Rows and the tokens that bring them nearer to what is required."""
        return [
            (row, token) for row, (terms, progress) in enumerate(self._rows()) for token in terms.next_tokens(progress)
        ]

    def block(self, log_probs: Tensor) -> None:
        """Minus infinity, in place, for what may not follow; where nothing else could, it may after all.

        log_probs [rows, vocab]. The sentence does not end before all is written, and a phrase that is not allowed
        must not be written, or become a part of a longer word.
        """
        held: list[int] = []
        at_risk: list[int] = []
        never: list[tuple[int, list[int]]] = []
        for row, (terms, progress) in enumerate(self._rows()):
            if completers := terms.completers(progress):
                never.append((row, completers))
            if terms.is_at_risk(progress):
                at_risk.append(len(held))
                held.append(row)
            elif terms.lacking(progress):
                held.append(row)
        for row, completers in never:
            other = log_probs[row].clone()
            other[completers] = NEVER
            log_probs[row] = torch.where(other.isfinite().any(), other, log_probs[row])
        if not held:
            return
        free = log_probs[held]
        refused = torch.zeros_like(free, dtype=torch.bool)
        refused[:, EOS_ID] = True
        if at_risk:
            joins = torch.zeros(log_probs.shape[1], dtype=torch.bool, device=log_probs.device)
            joins[list(self.terms[0].phrases.joining)] = True
            refused[at_risk] = ~joins
        blocked = free.masked_fill(refused, NEVER)
        log_probs[held] = torch.where(blocked.isfinite().any(dim=1, keepdim=True), blocked, free)

    def proposals(self, log_probs: Tensor) -> list[list[tuple[int, int]]]:
        """For each sentence continuations, as row and token, that the search should look at however improbable.

        Where something is required, those are the tokens that go on with it, the most probable token of every row, and
        the end where that is more probable still. Where the most probable token spoils something, it is also the most
        probable of those that do not.
        """
        best = (log_probs[:, FIRST_WORD:].argmax(dim=1) + FIRST_WORD).tolist()
        ends = [[EOS_ID] if token == EOS_ID else [] for token in log_probs.argmax(dim=1).tolist()]
        found: list[list[tuple[int, int]]] = [[] for _ in self.terms]
        beam = len(self.courses[0])
        for row, (terms, progress) in enumerate(self._rows()):
            tokens = [best[row], *ends[row], *terms.next_tokens(progress)] if terms.required else []
            if terms.spoils(progress, best[row]):
                others = log_probs[row].clone()
                others[[*range(FIRST_WORD), *terms.spoilers(progress)]] = NEVER
                tokens.append(int(others.argmax()))
            found[row // beam] += [(row, token) for token in dict.fromkeys(tokens) if token != PAD_ID]
        return found

    def share_out(self, rows: Tensor, tokens: Tensor, ranking: Tensor, attention: Tensor) -> tuple[Tensor, "Guide"]:
        """The places of the continuations that live on, `beam` for each sentence, and how far they are.

        rows, tokens and ranking [sentences, candidates], attention [rows, src_len]; the last candidate of each sentence
        is an impossible one, which fills the places that are left.
        """
        beam = len(self.courses[0])
        looked = attention.tolist()
        places: list[list[int]] = []
        courses: list[tuple[Course, ...]] = []
        candidates = zip(rows.tolist(), tokens.tolist(), ranking.tolist(), strict=True)
        for terms, before, (own_rows, own_tokens, ranks) in zip(self.terms, self.courses, candidates, strict=True):
            found = []
            for place, (row, token, rank) in enumerate(zip(own_rows, own_tokens, ranks, strict=True)):
                if rank > NEVER and token != EOS_ID:
                    course = before[row % beam].after(terms, token, looked[row])
                    found.append((rank + self.weight * course.placement, place, course))
            found.sort(key=lambda one: -one[0])
            reached = [course.progress for _, _, course in found]
            lacking, at_risk = [terms.lacking(one) for one in reached], [terms.is_at_risk(one) for one in reached]
            kept = [found[one] for one in allot(lacking, at_risk, beam)]
            kept += [(NEVER, len(ranks) - 1, Course(terms.start()))] * (beam - len(kept))
            places.append([place for _, place, _ in kept])
            courses.append(tuple(course for _, _, course in kept))
        return torch.tensor(places, device=rows.device), Guide(self.terms, tuple(courses), self.weight)

    def _rows(self) -> list[tuple[Terms, Progress]]:
        pairs = zip(self.terms, self.courses, strict=True)
        return [(terms, course.progress) for terms, courses in pairs for course in courses]


def allot(lacking: Sequence[int], at_risk: Sequence[bool], beam: int) -> list[int]:
    """Up to `beam` candidates, given in order of rank: as many for each number of lacking tokens, as far as they go.

    Those at risk get at most half of the beam while there are others, and the best of those that lack least and are not
    at risk is always among them. Those that lack least come first.
    """
    turns, taken = [], Counter[int]()
    for place, number in enumerate(lacking):
        turns.append((taken[number], number, place))
        taken[number] += 1
    order = [place for _, _, place in sorted(turns)]
    surest = min(range(len(order)), key=lambda place: (at_risk[place], lacking[place], place), default=0)
    order.sort(key=lambda place: place != surest)
    late = [place for place in order if at_risk[place]][beam // 2 :]
    chosen = [place for place in order if place not in late] + late
    return sorted(chosen[:beam], key=lambda place: (lacking[place], at_risk[place], place))
