"""A finished pair of sentences and the combination of words that the split holds out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sentence:
    """One German sentence, its one English translation, and the key of its combination."""

    german: str
    english: str
    key: str


def _capitalised(text: str) -> str:
    return text[0].upper() + text[1:]


def sentence(german: str, english: str, key: str, end: str = ".", english_end: str = "") -> Sentence:
    """Capital letter and final mark on both sides."""
    english_end = english_end or end
    if english.endswith(".") and english_end == ".":  # "at 5:30 p.m."
        english_end = ""
    return Sentence(_capitalised(german) + end, _capitalised(english) + english_end, key)
