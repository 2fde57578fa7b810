"""A tiny vocabulary whose tokens write something, and an independent look at what is in a text."""

import re
from collections.abc import Iterable

from nmt.search.phrases import Phrases

SPELLINGS = (b"", b"", b"", b"", b" a", b" b", b"a", b"b", b"-", b" ")
VOCAB = len(SPELLINGS)


def written(tokens: Iterable[int], spellings: tuple[bytes, ...] = SPELLINGS) -> str:
    return b"".join(spellings[token] for token in tokens).decode("utf-8")


def ends(text: str, phrase: str) -> set[int]:
    """Where a phrase ends in a text, in whole words: no letter stands beside a letter of it."""
    before, after = (r"(?<!\w)" if phrase[0].isalnum() else ""), (r"(?!\w)" if phrase[-1].isalnum() else "")
    pattern = rf"{before}(?={re.escape(phrase)}{after})"
    return {match.start() + len(phrase) for match in re.finditer(pattern, text)}


def tokens_of(phrase: str, spellings: tuple[bytes, ...] = SPELLINGS) -> tuple[int, ...]:
    """A phrase as a word after a space, each token as long as it can be."""
    rest, tokens = b" " + phrase.encode(), []
    while rest:
        fitting = [token for token, spelling in enumerate(spellings) if spelling and rest.startswith(spelling)]
        tokens.append(max(fitting, key=lambda token: len(spellings[token])))
        rest = rest[len(spellings[tokens[-1]]) :]
    return tuple(tokens)


def phrases_of(*phrases: str, spellings: tuple[bytes, ...] = SPELLINGS) -> Phrases:
    return Phrases.build(spellings, [(b" " + one.encode(), tokens_of(one, spellings)) for one in phrases])
