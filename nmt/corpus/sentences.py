"""Where sentences end. Needs nothing besides Python: an exported model has a copy of this file."""

import re
from collections import Counter

COVERED = 0.99  # of the lines of a text: what more of them have is usual in it
# What follows them in a pattern is none of them, so that going back over a long run finds nothing and takes no longer.
CLOSERS = "[\"'\u2019\u201d\u00bb\u203a)\\]}\u300d\u300f\uff09]*"
# After a full stop white space must follow and then no lower-case letter (`3.5`, `e.g. this`; see `sentence_ends`);
# Chinese, Japanese and Burmese sentences follow each other without a space. The wide full stop is also that of numbers
# and initials.
_END = re.compile(
    rf"[.!?\u2026\u061f\u06d4\u0964\u0965\u1362\u17d4]{CLOSERS}(?P<space>\s+)"
    rf"|(?:[\u3002\uff01\uff1f\uff61\u104b]|(?<![\d\uff21-\uff3a])\uff0e(?![\d\uff0e])){CLOSERS}\s*"
)
_QUOTE_END = "\u300d", "\u300f"
_SAID = "\u3068", "\u3063\u3066"  # to and tte, after what is quoted in a Japanese sentence
_WORD_BEFORE = re.compile(r"[^\W_]+$")
_ORDINAL = re.compile(r"\d{1,2}")
# Before a name, so that the sentence goes on; as after a letter alone (`John A. Noble`, `z. B. Hunde`) and after what
# may be an ordinal (`am 28. Januar`).
_TITLES = {"Mr", "Mrs", "Ms", "Dr", "Prof", "St", "Mt", "Rev", "Sen", "Gov", "Gen", "Col", "Capt", "Lt", "Sgt", "Nr"}
_TITLES |= {"Hr", "Fr", "Mme", "Mlle", "Sra"}


def sentence_ends(text: str, start: int = 0, end: int | None = None) -> list[int]:
    """Where the sentences of text[start:end] end, the last of them at `end`; white space belongs to the one before it.

    By punctuation, for any language: where a lower-case letter of any script follows, the sentence goes on; so it does
    after a Japanese quotation (`「はい。」と言った。`).
    """
    end = len(text) if end is None else end
    found = []
    for one in _END.finditer(text, start, end):
        if one["space"]:
            goes_on = text[one.end() : one.end() + 1].islower() or _is_abbreviated(text, one.start())
        else:
            goes_on = text.endswith(_QUOTE_END, 0, one.end()) and text.startswith(_SAID, one.end())
        if one.end() < end and not goes_on:
            found.append(one.end())
    return [*found, end]


def count_sentences(text: str) -> int:
    """How many sentences a text has, at least 1."""
    return len(sentence_ends(text))


def usual_sentences(counts: Counter[int]) -> int:
    """The number of sentences that nearly all lines have at most, of how many lines have how many (0: no lines)."""
    lines = 0
    for number, some in sorted(counts.items()):
        lines += some
        if lines >= COVERED * counts.total():
            return number
    return 0


def _is_abbreviated(text: str, stop: int) -> bool:
    """Whether the full stop there ends an abbreviation after which a sentence goes on."""
    word = _WORD_BEFORE.search(text[max(stop - 8, 0) : stop])
    if text[stop] != "." or word is None:
        return False
    return len(word[0]) == 1 or word[0] in _TITLES or _ORDINAL.fullmatch(word[0]) is not None
