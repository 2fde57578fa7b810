"""Where words begin and end.

A word is letters, digits and marks in a row, but a kana or a Chinese character is a word by itself: Japanese and
Chinese are written without spaces, and a term must be found there all the same.
Needs nothing besides Python: an exported model has a copy of this file.
"""

import re
import unicodedata

# Kana and Chinese characters, as ranges of a regular expression's character class.
ALONE = (
    r"\u3005\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b16f\U00020000-\U000323af"
)
_ALONE = re.compile(f"[{ALONE}]")
# Those, and the punctuation that stands between them.
_WITHOUT_SPACES = re.compile(rf"[{ALONE}\u3000-\u303f\u30fb\uff00-\uffef]")


def stands_alone(character: str) -> bool:
    """Whether it is a word by itself."""
    return _ALONE.match(character) is not None


def without_space(before: str, after: str) -> bool:
    """Whether no space belongs between two texts that follow each other: both are written without."""
    ends, begins = _WITHOUT_SPACES.match(before[-1:]), _WITHOUT_SPACES.match(after[:1])
    return ends is not None and begins is not None


def part_of_word(character: str) -> bool:
    """Whether it is a letter, a digit or a mark, and not a word by itself: between others there is a boundary."""
    if stands_alone(character):
        return False
    return character.isalnum() or unicodedata.category(character).startswith("M")


def is_boundary(text: str, place: int) -> bool:
    """Whether no word goes on from the character before that place to the one after it."""
    return place in (0, len(text)) or not (part_of_word(text[place - 1]) and part_of_word(text[place]))


def is_whole(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] neither begins nor ends inside a word. Beside its punctuation anything may stand."""
    return is_boundary(text, start) and is_boundary(text, end)
