"""Characters that a vocabulary does not have, written with ones that it has.

A model reads the former as bytes that it has hardly ever met, and one of them can spoil a sentence: "A dog jumps…"
where all training text had "...". What means the same is read instead; what has no like stays as it is.
Needs nothing besides Python: an exported model has a copy of this file.
"""

import unicodedata
from collections.abc import Set
from typing import Any

ALIKE = ("'’‘‚‛ʼ′`´", '"“”„‟«»″', "-‐‑‒–—―−", "·•∙")  # groups whose members stand for each other
OTHER_NUMBERS = ("<super>", "<sub>", "<fraction>")  # to Unicode 10² is 102, and 2½ is 21/2
DRESSED = ("<wide>", "<font>")  # a digit in these is a plain one; in others, as in 1998①, it is no part of a number


def alphabet_of(processor: Any) -> frozenset[str]:
    """The characters that a SentencePieceProcessor has pieces for, and the space; any other one it writes in bytes."""
    odd = processor.is_byte, processor.is_control, processor.is_unknown
    ids = (index for index in range(processor.get_piece_size()) if not any(is_odd(index) for is_odd in odd))
    return frozenset("".join(map(processor.id_to_piece, ids)).replace("\u2581", " ") + " ")


def in_known_characters(text: str, alphabet: Set[str]) -> str:
    """A clean text, its characters that are not in the alphabet replaced where that is possible; no word is added."""
    unknown = set(text) - alphabet
    return text.translate({ord(one): _stand_in(one, alphabet) for one in unknown}) if unknown else text


def _stand_in(character: str, alphabet: Set[str]) -> str:
    plain = unicodedata.normalize("NFKC", character)  # of full-width letters, ligatures, "…" as "..."
    kind = unicodedata.decomposition(character)
    has_digit = plain[:1].isdigit() or plain[-1:].isdigit()
    if kind.startswith(OTHER_NUMBERS) or (has_digit and kind and not kind.startswith(DRESSED)):
        return character
    for form in (character, plain):
        like = "".join(_alike(one, alphabet) for one in form)
        if " " not in like and alphabet >= set(like):
            return like
    return character


def _alike(character: str, alphabet: Set[str]) -> str:
    if character in alphabet:
        return character
    others = (other for group in ALIKE if character in group for other in group if other in alphabet)
    return next(others, character)
