"""Characters that a vocabulary does not have, written with ones that it has.

A model reads the former as bytes that it has hardly ever met, and one of them can spoil a sentence: "A dog jumps…"
where all training text had "...". What means the same is read instead; what has no like stays as it is.
"""

import unicodedata
from collections.abc import Set

ALIKE = ("'’‘‚‛ʼ′`´", '"“”„‟«»″', "-‐‑‒–—―−", "/⁄", "·•∙")  # groups whose members stand for each other


def in_known_characters(text: str, alphabet: Set[str]) -> str:
    """A clean text, its characters that are not in the alphabet replaced where that is possible; no word is added."""
    unknown = set(text) - alphabet
    return text.translate({ord(one): _stand_in(one, alphabet) for one in unknown}) if unknown else text


def _stand_in(character: str, alphabet: Set[str]) -> str:
    # NFKC: full-width letters, ligatures, "…" as "...", "½" as "1⁄2".
    for form in (character, unicodedata.normalize("NFKC", character)):
        like = "".join(_alike(one, alphabet) for one in form)
        if " " not in like and alphabet >= set(like):
            return like
    return character


def _alike(character: str, alphabet: Set[str]) -> str:
    if character in alphabet:
        return character
    others = (other for group in ALIKE if character in group for other in group if other in alphabet)
    return next(others, character)
