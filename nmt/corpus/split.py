"""One text cut in three: to train on, to choose the best model by (dev), and to test it on; no sentence is in two."""

import hashlib
import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nmt.corpus.filters import FilterConfig, Filters
from nmt.corpus.lines import clean
from nmt.corpus.readers import Pair, Text
from nmt.errors import DataError

CANDIDATES = 10  # so many times as many pairs are considered as are held out, for some with sentences found only once
MOST = 0.2  # of a text that may be held out


@dataclass(frozen=True)
class HeldOut:
    """What is not trained on, and how many pairs there are."""

    dev: tuple[Pair, ...]
    test: tuple[Pair, ...]
    num_pairs: int  # of the whole text

    def rest(self, texts: tuple[Text, ...]) -> Iterator[Pair]:
        """The pairs to train on: all that share neither sentence with one held out."""
        held = self.dev + self.test
        sources, targets = {_key(pair.source) for pair in held}, {_key(pair.target) for pair in held}
        for pair in _read(texts):
            if _key(pair.source) not in sources and _key(pair.target) not in targets:
                yield pair


def hold_out(texts: tuple[Text, ...], num_dev: int, num_test: int, seed: int) -> HeldOut:
    """Choose pairs by chance, those first whose sentences are found nowhere else, so that training loses nothing more.

    Only pairs that training would not filter out are chosen, and no two that share a sentence; sentences that differ
    in case or spaces are one. The choice depends on `seed` and on what the sentences are, not on their order. The text
    is read twice and never held in memory.

    Raises DataError where that would be more than a fifth of the text.
    """
    wanted = num_dev + num_test
    candidates, num_pairs = _candidates(texts, CANDIDATES * wanted, seed)
    names = ", ".join(text.describe() for text in texts)
    if wanted > MOST * num_pairs:
        raise DataError(
            f"{names}: {num_dev:,} pairs for dev and {num_test:,} for test are more than a fifth of the {num_pairs:,} "
            "that there are. Hold out fewer."
        )
    found_once = _found_once(texts, candidates)
    chosen = _no_two_alike(sorted(candidates, key=lambda pair: not found_once(pair)))[:wanted]
    if len(chosen) < wanted:
        raise DataError(
            f"{names}: {num_dev:,} pairs for dev and {num_test:,} for test were asked for, and only {len(chosen):,} "
            "have sentences of their own and pass the filters that training has. Hold out fewer."
        )
    return HeldOut(tuple(chosen[:num_dev]), tuple(chosen[num_dev:]), num_pairs)


def _read(texts: tuple[Text, ...]) -> Iterator[Pair]:
    for text in texts:
        yield from text.pairs()


def _key(sentence: str) -> str:
    return " ".join(clean(sentence).casefold().split())


def _candidates(texts: tuple[Text, ...], number: int, seed: int) -> tuple[list[Pair], int]:
    """Pairs with different sources, as if drawn by lot; also how many pairs there are."""
    heap: list[tuple[int, Pair]] = []  # those with the smallest numbers, the largest of them on top
    within: set[int] = set()
    num_pairs = 0

    def counted() -> Iterator[Pair]:
        nonlocal num_pairs
        for pair in _read(texts):
            num_pairs += 1
            yield pair

    for pair in Filters(FilterConfig()).passing(counted()):
        lot = -_lot(_key(pair.source), seed)
        if lot in within or (len(heap) == number and lot < heap[0][0]):
            continue
        within.add(lot)
        if len(heap) < number:
            heapq.heappush(heap, (lot, pair))
        else:
            within.remove(heapq.heapreplace(heap, (lot, pair))[0])
    return [pair for _, pair in sorted(heap, key=lambda entry: -entry[0])], num_pairs


def _lot(key: str, seed: int) -> int:
    digest = hashlib.blake2b(f"{seed}\n{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def _found_once(texts: tuple[Text, ...], pairs: list[Pair]) -> Callable[[Pair], bool]:
    """Tells whether a sentence of one of these pairs is in no other pair of the text."""
    sources = Counter(dict.fromkeys((_key(pair.source) for pair in pairs), 0))
    targets = Counter(dict.fromkeys((_key(pair.target) for pair in pairs), 0))
    for pair in _read(texts):
        for counts, key in ((sources, _key(pair.source)), (targets, _key(pair.target))):
            if key in counts:
                counts[key] += 1
    return lambda pair: sources[_key(pair.source)] == 1 and targets[_key(pair.target)] == 1


def _no_two_alike(pairs: list[Pair]) -> list[Pair]:
    """The first of those that share a target; their sources differ already."""
    first: dict[str, Pair] = {}
    for pair in pairs:
        first.setdefault(_key(pair.target), pair)
    return list(first.values())
