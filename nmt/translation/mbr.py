"""Minimum Bayes risk: the candidate that all others, weighed alike, agree with most (Kumar & Byrne, 2004)."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, Literal

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from nmt.search.boundaries import stands_alone
from nmt.translation.result import Candidate

Utility = Literal["chrf", "bleu"]


def expected_utilities(texts: Sequence[str], metric: Utility) -> list[float]:
    """The mean of sacreBLEU's sentence score of each text with every other one as the reference, 0 to 100.

    A text that was drawn twice counts twice. A single candidate has nothing to agree with: 0. BLEU is of characters
    where words are not separated (Japanese, Chinese). The work grows with the square of the number of different texts.
    """
    score, counts = _scorer(metric, any(map(stands_alone, chain.from_iterable(texts)))), Counter(texts)
    known = {
        (text, reference): score(text, [reference]).score
        for text in counts
        for reference in counts
        if text != reference or counts[text] > 1
    }
    others = max(len(texts) - 1, 1)
    return [
        sum(known[text, other] for place, other in enumerate(texts) if place != own) / others
        for own, text in enumerate(texts)
    ]


def most_agreed(candidates: Sequence[Candidate], metric: Utility, n_best: int) -> list[Candidate]:
    """The n best texts by expected utility, which becomes their score."""
    utilities = expected_utilities([candidate.text for candidate in candidates], metric)
    scored = [replace(candidate, score=utility) for candidate, utility in zip(candidates, utilities, strict=True)]
    ranked = sorted(scored, key=lambda candidate: -candidate.score)
    different: dict[str, Candidate] = {}  # one that was drawn several times is one translation
    for candidate in ranked:
        different.setdefault(candidate.text, candidate)
    return list(different.values())[:n_best]


def _scorer(metric: Utility, unspaced: bool) -> Callable[..., Any]:
    if metric == "chrf":
        return CHRF().sentence_score
    return BLEU(effective_order=True, tokenize="char" if unspaced else "13a").sentence_score
