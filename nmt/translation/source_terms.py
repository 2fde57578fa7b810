"""Source terms of a glossary: what finds them in a line, and which of those that are found count."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from nmt.search.boundaries import ALONE
from nmt.tokenizer.stand_ins import ALIKE
from nmt.translation.occurrences import apart, overlap

# Letters and digits in a row, or one other character; a kana, a Chinese character or an apostrophe of any kind is such.
WORD = re.compile(rf"(?:(?![{ALONE}\u02bc])[^\W_])+|\S")


@dataclass(frozen=True)
class Entry:
    """A source term and its targets, as their places in the glossary's list of them."""

    source: str  # as it is spelled first
    targets: tuple[int, ...]
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Match:
    """A source term in a line, from character `start` to before `end`."""

    start: int
    end: int
    entry: Entry


def longest_first(matches: Sequence[Match]) -> list[Match]:
    """Those that count, in order: the longest, then the longest that does not overlap it, and so on."""
    # Of two terms in the same place, that which has an upper-case letter says more.
    order = sorted(matches, key=lambda one: (one.start - one.end, one.start, one.entry.pattern.flags))
    chosen = apart(((one.start, one.end, number) for number, one in enumerate(order)), overlap)
    return [order[number] for _, _, number in chosen]


def first_word(term: str) -> str:
    word = WORD.match(term)
    assert word is not None  # a term is not blank
    return word[0]


def pattern_of(source: str) -> re.Pattern[str]:
    """What finds a term; the same for all that find the same."""
    exact_case = any(character.isupper() for character in source)
    pattern = " +".join("".join(map(_any_like, word)) for word in source.split(" "))
    if not exact_case:  # the one letter that capitals write as two
        pattern = pattern.replace("ß", "ss").replace("ss", "(?:ß|ss)")
    return re.compile(pattern, 0 if exact_case else re.IGNORECASE)


def key_of(word: str) -> str:
    """The same for all that a pattern takes for one word: to `re.IGNORECASE` i, ı, I and İ are the same letter."""
    word = next((group[0] for group in ALIKE if word in group), word)
    return word.casefold().replace("i\u0307", "i").replace("ı", "i")


def places_of(match: Match, text: str, tokens: Sequence[bytes], read: Callable[[str], str]) -> set[int]:
    """Which tokens write a match; none where together they do not write the text as it is read."""
    if b"".join(tokens) != f" {read(text)}".encode():
        return set()
    start, end = (1 + len(read(text[:place]).encode()) for place in (match.start, match.end))
    ends = list(accumulate(len(token) for token in tokens))
    return {place for place, last in enumerate(ends) if last > start and last - len(tokens[place]) < end}


def _any_like(character: str) -> str:
    """What finds a character, or another one that is read as it."""
    alike = next((group for group in ALIKE if character in group), "")
    return f"[{re.escape(alike)}]" if alike else re.escape(character)
