"""What translating a line gives."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from nmt.search.boundaries import without_space
from nmt.translation.words import Links, word_groups


@dataclass(frozen=True)
class Term:
    """A term of a glossary in a line, and whether its translation is as it should be."""

    source: str | None  # None: none of the target's sources is in the line, and the target should not be there
    target: str  # where several would do, the one that is there
    met: bool


@dataclass(frozen=True)
class Candidate:
    """One hypothesis as text."""

    text: str
    score: float  # larger is better: log-probability after the penalties, or expected utility (minimum Bayes risk)
    pieces: tuple[str, ...]  # ends with "</s>" where finish_reason is "eos"
    token_log_probs: tuple[float, ...]  # one a piece, natural logarithm
    attention: Tensor | None  # [tgt_len, src_len], only where it was asked for
    finish_reason: str
    alignment: Links | None = None  # (source word, target word), from 0; only where it was asked for
    repeats: bool = False  # a phrase follows itself again and again, as it does not in the source
    terms: tuple[Term, ...] = ()  # of the glossary, where there is one
    goes_on: frozenset[int] = frozenset()  # places of pieces that begin a segment, with no space before it
    begins: frozenset[int] = frozenset()  # the same with a space before it

    @property
    def log_prob(self) -> float:
        """Natural logarithm of the model's probability of the whole text."""
        return math.fsum(self.token_log_probs)

    @property
    def num_tokens(self) -> int:
        return len(self.pieces)

    @property
    def confidence(self) -> float:
        """The probability of a token, between 0 and 1: their geometric mean."""
        return math.exp(self.log_prob / max(self.num_tokens, 1))

    @property
    def word_confidences(self) -> tuple[float, ...]:
        """The probability of each word after those before it, between 0 and 1."""
        groups = word_groups(self.pieces, self.goes_on, self.begins)
        return tuple(math.exp(math.fsum(self.token_log_probs[place] for place in group)) for group in groups)


@dataclass(frozen=True)
class Translation:
    """A translated line; blank lines stay blank and have no hypotheses."""

    text: str
    score: float
    hypotheses: tuple[Candidate, ...]
    source_tokens: tuple[str, ...]  # pieces of the source, ends with "</s>"
    finish_reason: str  # "eos", "length", or "blank"
    num_segments: int = 1  # more than one where the line was longer, or of more sentences, than the model allows
    unknown: str = ""  # characters of the line that the vocabulary has only as bytes, and nothing like them
    capitals: bool = False  # the line is in capitals, which the vocabulary hardly has: see TokenizerPair.capitals

    @property
    def target_tokens(self) -> tuple[str, ...]:
        return self.hypotheses[0].pieces if self.hypotheses else ()

    @property
    def attention(self) -> Tensor | None:
        return self.hypotheses[0].attention if self.hypotheses else None

    @property
    def num_tokens(self) -> int:
        return sum(candidate.num_tokens for candidate in self.hypotheses[:1])

    @property
    def repeats(self) -> bool:
        return any(candidate.repeats for candidate in self.hypotheses[:1])

    @property
    def terms(self) -> tuple[Term, ...]:
        return self.hypotheses[0].terms if self.hypotheses else ()


@dataclass(frozen=True)
class PairScore:
    """Natural logarithms of the probabilities of a given target."""

    pieces: tuple[str, ...]  # ends with "</s>"
    token_log_probs: tuple[float, ...]  # one a piece
    score: float  # log_prob over the length penalty of the translator's search; there is no coverage in it

    @property
    def log_prob(self) -> float:
        """Of the whole target."""
        return math.fsum(self.token_log_probs)


def concatenate(candidates: Sequence[Candidate], first_words: Sequence[int]) -> Candidate:
    """One candidate from those of the segments of a line, which begin at those words of it; scores add up.

    A space goes between their texts, but not where both are written without, as Japanese and Chinese are.
    """
    reasons = {candidate.finish_reason for candidate in candidates}
    links: list[tuple[int, int]] = []
    texts: list[str] = []
    goes_on: list[int] = []
    begins: list[int] = []
    words = num_pieces = 0
    for candidate, first in zip(candidates, first_words, strict=True):
        if texts and candidate.text and without_space(texts[-1], candidate.text):
            goes_on.append(num_pieces)
            words -= 1  # its first word is the rest of the last one
        elif texts and candidate.text:
            texts.append(" ")
            begins.append(num_pieces)
        links += [(source + first, target + words) for source, target in candidate.alignment or ()]
        texts += [candidate.text] if candidate.text else []
        words += len(word_groups(candidate.pieces))
        num_pieces += len(candidate.pieces)
    return Candidate(
        text="".join(texts),
        score=sum(candidate.score for candidate in candidates),
        pieces=tuple(piece for candidate in candidates for piece in candidate.pieces),
        token_log_probs=tuple(value for candidate in candidates for value in candidate.token_log_probs),
        attention=None,  # each segment looked only at itself
        finish_reason="length" if "length" in reasons else "eos",
        alignment=None if any(candidate.alignment is None for candidate in candidates) else tuple(links),
        repeats=any(candidate.repeats for candidate in candidates),
        goes_on=frozenset(goes_on),
        begins=frozenset(begins),
    )
