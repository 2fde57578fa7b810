"""From a line to what is searched: segments of no more tokens, and no more sentences, than the model takes."""

from dataclasses import dataclass

from nmt.corpus.lines import clean, is_blank
from nmt.search.terms import Terms
from nmt.tokenizer.base import EOS_ID
from nmt.tokenizer.pair import TokenizerPair
from nmt.translation.glossary import Glossary
from nmt.translation.segments import Span, deal_out, is_taken_whole, split_long


@dataclass(frozen=True)
class Segment:
    """A piece of a line, short enough for the model."""

    line: int
    ids: list[int]
    prefix: list[int]  # what its translation must begin with
    first_word: int = 0  # of the line
    terms: Terms | None = None  # what it must say, and what not; None without a glossary

    @property
    def source(self) -> list[int]:
        return [*self.ids, EOS_ID]

    @property
    def needed(self) -> int:
        """How many tokens its terms need."""
        return self.terms.needed if self.terms else 0


@dataclass(frozen=True)
class Segmenter:
    """Cuts lines, but not within a term of the glossary that fits as a whole."""

    tokenizers: TokenizerPair
    max_length: int
    max_sentences: int  # 0: any number
    glossary: Glossary | None = None
    elsewhere: bool = False  # its targets may be in the translation of any line

    def segments(self, number: int, line: str, prefix: str) -> list[Segment]:
        """Of the line of this number, none of a blank one."""
        text = clean(line)
        if is_blank(text):
            return []
        pair, begin, glossary = self.tokenizers, clean(prefix), self.glossary
        read, write, spell = pair.encode_source, pair.target.encode, pair.source.spellings
        allowed = glossary.allowed(text, begin, self.elsewhere) if glossary else frozenset()
        ids = read(text)
        if self._fits(text, ids):
            terms = glossary.terms(text, spell(ids), allowed, pair.read) if glossary else None
            return [Segment(number, ids, write(begin), terms=terms)] if ids else []
        segments: list[Segment] = []
        end = counted = words = 0  # `words` of the text before `counted`
        spans, targets = self._terms_of(text), glossary.target_spans(begin) if glossary else []
        pieces = split_long(text, lambda piece: self._fits(piece, read(piece)), spans)
        for piece, own in zip(pieces, deal_out(begin, text, pieces, targets, spans), strict=True):
            start = text.index(piece, end)
            words += len(f"{text[counted:start]}x".split()) - 1  # before the one that the piece begins or goes on
            counted = start
            if ids := read(piece):
                terms = glossary.terms(piece, spell(ids), allowed, pair.read) if glossary else None
                segments.append(Segment(number, ids, write(own), words, terms))
            end = start + len(piece)
        return segments

    def _fits(self, text: str, ids: list[int]) -> bool:
        """Whether the model takes a text that has these ids as one."""
        terms = self._terms_of(text) if self.max_sentences else []  # which matter only to how many sentences there are
        return is_taken_whole(text, len(ids), self.max_length, self.max_sentences, terms)

    def _terms_of(self, text: str) -> list[Span]:
        """Where the terms that count are."""
        return self.glossary.spans(text) if self.glossary else []
