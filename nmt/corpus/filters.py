"""Filters: which sentence pairs are worth training on, and how many each rule dropped."""

import hashlib
from collections.abc import Callable, Iterable, Iterator

from pydantic import Field

from nmt.config import Config
from nmt.corpus.lines import is_blank
from nmt.corpus.readers import Pair
from nmt.counted import counted

# A short line may well be many times as long as its translation: `好` is `All right.`
_SHORTEST_UNEVEN = 20


class FilterConfig(Config):
    """What to drop from training text. 0 turns a limit off; lengths in tokens are a matter of batching."""

    max_characters: int = Field(default=2000, ge=0)
    """Longest source or target, in characters."""
    max_words: int = Field(default=200, ge=0)
    """Longest source or target, in words between white space (a Chinese or Japanese sentence is one word)."""
    max_length_ratio: float = Field(default=9.0, ge=0)
    """Most characters of one side for each of the other; pairs of up to 20 characters a side are never uneven."""
    drop_identical: bool = False
    """Drop pairs whose source and target are the same text: lines nobody translated, but names as well."""
    drop_duplicates: bool = False
    """Keep only the first of equal pairs. A checksum of each is kept in memory while the text is read."""


class Filters:
    """The rules of a config, and how many pairs each was the first to drop."""

    def __init__(self, config: FilterConfig) -> None:
        self.rules = _rules(config)
        self.counts = dict.fromkeys(self.rules, 0)  # in the order they are tried

    def passing(self, pairs: Iterable[Pair]) -> Iterator[Pair]:
        """The pairs that pass every rule, in order; the others are counted."""
        for pair in pairs:
            reason = next((name for name, drops in self.rules.items() if drops(pair)), None)
            if reason is None:
                yield pair
            else:
                self.counts[reason] += 1


def describe_drops(counts: dict[str, int]) -> str:
    """One sentence for a message: `Filters dropped 12 pairs: empty 2, too_long_words 10.`"""
    total = sum(counts.values())
    if total == 0:
        return "Filters dropped nothing."
    parts = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
    return f"Filters dropped {counted(total, 'pair')}: {parts}."


def _rules(config: FilterConfig) -> dict[str, Callable[[Pair], bool]]:
    """The rules that are on; each says whether to drop a pair. A rule is named as describe_drops shows it."""
    rules: dict[str, Callable[[Pair], bool]] = {"empty": is_empty}
    if config.max_characters:
        rules["too_long_characters"] = lambda pair: max(len(pair.source), len(pair.target)) > config.max_characters
    if config.max_words:
        rules["too_long_words"] = lambda pair: _longest_in_words(pair) > config.max_words
    if config.max_length_ratio:
        rules["length_ratio"] = lambda pair: _is_uneven(pair, config.max_length_ratio)
    if config.drop_identical:
        rules["identical"] = lambda pair: pair.source.strip() == pair.target.strip()
    if config.drop_duplicates:
        rules["duplicate"] = _seen_before()  # last: only what is kept otherwise counts as a first copy
    return rules


def is_empty(pair: Pair) -> bool:
    """Whether a side shows nothing: such a pair is neither trained nor validated on."""
    return is_blank(pair.source) or is_blank(pair.target)


def _longest_in_words(pair: Pair) -> int:
    return max(len(pair.source.split()), len(pair.target.split()))


def _is_uneven(pair: Pair, max_ratio: float) -> bool:
    shorter, longer = sorted((len(pair.source.strip()), len(pair.target.strip())))
    return longer > _SHORTEST_UNEVEN and longer > max_ratio * shorter


def _seen_before() -> Callable[[Pair], bool]:
    seen: set[bytes] = set()  # not the text; that two of a billion pairs share a hash has p < 1e-20

    def rule(pair: Pair) -> bool:
        text = f"{len(pair.source)}\n{pair.source}{pair.target}".encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(text, digest_size=16).digest()
        if digest in seen:
            return True
        seen.add(digest)
        return False

    return rule
