"""Splitting a line that is longer, or of more sentences, than the model allows, at the best places there are.

Pieces end at sentence ends where that is enough, else at clause punctuation, else between words, else anywhere but
inside a character that is built of several code points. No text is lost: the pieces hold, in order, every character
of the line that is not white space.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Sequence

from nmt.corpus.sentences import CLOSERS, sentence_ends

Fits = Callable[[str], bool]
Span = tuple[int, int]  # where it begins, before which character it ends
Level = Callable[[str, int, int], list[int]]  # where the units of a part of a text end

_CLAUSE_END = re.compile(rf"[,;:\u2013\u2014\u060c\u061b]{CLOSERS}\s+|[\uff0c\u3001\uff1b\uff1a]{CLOSERS}\s*")
_WORD_END = re.compile(r"\s+")

_ZERO_WIDTH_JOINER = "\u200d"


def is_taken_whole(text: str, num_tokens: int, max_length: int, max_sentences: int, terms: Sequence[Span] = ()) -> bool:
    """Whether a text of so many tokens needs no splitting: neither of more tokens than that nor of more sentences.

    `max_sentences` 0 allows any number of sentences. None ends within one of the `terms`, such as `Yahoo! Japan`; they
    are in order and do not overlap.
    """
    return num_tokens <= max_length and (
        not max_sentences or len(_outside(terms, sentence_ends(text))) <= max_sentences
    )


def deal_out(
    prefix: str, text: str, pieces: Sequence[str], targets: Sequence[Span] = (), terms: Sequence[Span] = ()
) -> list[str]:
    """What each of the pieces of `text` gets of `prefix`, with which the translation of the whole begins.

    As many of its sentences as begin in the piece, the last one maybe unfinished; the last piece gets what is left. No
    sentence ends within one of the `targets` of the prefix or of the `terms` of the text.
    """
    begins = [0, *_outside(terms, sentence_ends(text))[:-1]]
    ends = _outside(targets, sentence_ends(prefix))
    parts: list[str] = []
    start = place = 0
    for piece in pieces[:-1]:
        place = text.index(piece, place) + len(piece)
        begun = bisect_left(begins, place)  # sentences of the text, at least one
        end = ends[min(begun, len(ends)) - 1]
        parts.append(prefix[start:end])
        start = end
    return [*parts, prefix[start:]]


def split_long(text: str, fits: Fits, terms: Sequence[Span] = ()) -> list[str]:
    """Split `text` into pieces that fit, as few as taking the most each time gives; the last two are then evened out.

    `fits` says whether the model takes a piece; what it takes it should also take when shortened. It is called on
    texts of 1 MB too, but in all on a small multiple of the text. Pieces carry no white space at either end. A single
    code point that does not fit is returned all the same: there is nothing left to split. One of the `terms` is only
    split where it does not fit by itself.

    Returns `[text]` when it fits, and always at least one piece.
    """
    if fits(text):
        return [text]
    levels = _LEVELS
    if terms:
        levels = (*(_sparing(terms, level) for level in _BETWEEN_WORDS), *_LEVELS)
    spans = _split(text, 0, len(text), fits, levels)
    pieces = [text[start:end].strip() for start, end in spans]
    return [piece for piece in pieces if piece] or [""]


def _split(text: str, start: int, end: int, fits: Fits, levels: Sequence[Level]) -> list[Span]:
    """Split text[start:end], which does not fit, into spans that do, at the first of these levels and at finer ones."""
    if not levels:
        return [(start, end)]
    ends = levels[0](text, start, end)  # of the units, ascending; the last is `end`
    spans: list[Span] = []
    run: list[Span] = []  # pieces in a row made of whole units
    position, unit, count = start, 0, 1
    while unit < len(ends):
        count = _longest_fit(text, position, ends, unit, count, fits)
        if count == 0:  # this unit alone is too long: split it by itself
            spans += [*_even_out(text, run, ends, fits), *_split(text, position, ends[unit], fits, levels[1:])]
            run, count = [], 1
        else:
            run.append((position, ends[unit + count - 1]))
        unit += count
        position = ends[unit - 1]
    return spans + _even_out(text, run, ends, fits)


def _longest_fit(text: str, start: int, ends: Sequence[int], unit: int, guess: int, fits: Fits) -> int:
    """How many units from `unit` on fit together, maybe 0.

    Steps of 1, 2, 4 ... from `guess` (what the piece before took) until the answer is enclosed, then bisection: few
    calls, and on texts not much longer than a piece.
    """

    def fit(count: int) -> bool:
        return count == 0 or fits(text[start : ends[unit + count - 1]].strip())

    available = len(ends) - unit
    low = high = min(guess, available)
    step = 1
    if fit(low):
        high = low + step
        while high <= available and fit(high):
            step *= 2
            low, high = high, high + step
        high = min(high, available + 1)
    else:
        low = high - step
        while not fit(low):
            step *= 2
            low, high = max(low - step, 0), low
    while high - low > 1:  # `low` units fit; `high` do not, or are more than there are
        middle = (low + high) // 2
        if fit(middle):
            low = middle
        else:
            high = middle
    return low


def _even_out(text: str, run: list[Span], ends: Sequence[int], fits: Fits) -> list[Span]:
    """Move the boundary of the last two pieces to the middle: a last piece of one word would translate badly."""
    if len(run) < 2:
        return run
    (start, boundary), (_, end) = run[-2:]
    above = bisect_left(ends, (start + end) / 2)
    near = [cut for cut in ends[max(above - 1, 0) : above + 1] if start < cut < end]
    cut = min(near, key=lambda cut: abs(2 * cut - start - end), default=boundary)
    halves = [(start, cut), (cut, end)]
    if all(fits(text[first:last].strip()) for first, last in halves):
        return run[:-2] + halves
    return run


def _outside(terms: Sequence[Span], places: Sequence[int]) -> list[int]:
    """The places that are not within a term."""
    before = [bisect_left(terms, (place, 0)) - 1 for place in places]  # the last term that begins before each
    return [place for place, last in zip(places, before, strict=True) if last < 0 or terms[last][1] <= place]


def _sparing(terms: Sequence[Span], level: Level) -> Level:
    """The same without the boundaries within a term."""

    def ends(text: str, start: int, end: int) -> list[int]:
        return _outside(terms, level(text, start, end))

    return ends


def _ends_of(pattern: re.Pattern[str]) -> Level:
    """Units that end where a match of `pattern` ends."""

    def ends(text: str, start: int, end: int) -> list[int]:
        found = [match.end() for match in pattern.finditer(text, start, end)]
        return found if found and found[-1] == end else [*found, end]

    return ends


def _character_ends(text: str, start: int, end: int) -> list[int]:
    """Units are characters as a reader sees them: a base with its combining marks, an emoji sequence, a flag."""
    ends = []
    flags = 0  # regional indicators in a row before `position`; two make a flag
    for position in range(start + 1, end):
        before, after = text[position - 1], text[position]
        flags = flags + 1 if _is_regional_indicator(before) else 0
        if _continues(before, after) or (flags % 2 == 1 and _is_regional_indicator(after)):
            continue
        ends.append(position)
    return [*ends, end]


def _code_point_ends(text: str, start: int, end: int) -> list[int]:
    return list(range(start + 1, end + 1))


def _continues(before: str, after: str) -> bool:
    """Whether `after` belongs to the same visible character as `before` (the common part of Unicode's UAX #29)."""
    if after < "\u0300":
        return False
    return (
        unicodedata.category(after).startswith("M")
        or _ZERO_WIDTH_JOINER in (before, after)
        or "\U0001f3fb" <= after <= "\U0001f3ff"  # skin tones
        or "\u1160" <= after <= "\u11ff"  # Hangul vowels and finals
        or ("\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff")
    )


def _is_regional_indicator(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


_BETWEEN_WORDS: tuple[Level, ...] = (sentence_ends, _ends_of(_CLAUSE_END), _ends_of(_WORD_END))
_LEVELS: tuple[Level, ...] = (*_BETWEEN_WORDS, _character_ends, _code_point_ends)
