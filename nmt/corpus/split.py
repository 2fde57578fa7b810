"""One text cut in three: to train on, to choose the best model by (dev), and to test it on; no sentence is in two."""

import hashlib
import heapq
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from pathlib import Path

from nmt.corpus.filters import FilterConfig, Filters
from nmt.corpus.lines import clean, one_line
from nmt.corpus.new_files import new_files
from nmt.corpus.readers import Pair, Text
from nmt.counted import counted
from nmt.errors import DataError

CANDIDATES = 10  # so many times as many pairs are considered as are held out, for some with sentences found only once
FEWEST_CANDIDATES = 20_000
MOST = 0.2  # of a text that may be kept from training
TOLD_EVERY = 1_000_000  # pairs

Say = Callable[[str], None]


@dataclass(frozen=True)
class HeldOut:
    """What is not trained on, and how many pairs there are."""

    texts: tuple[Text, ...]
    dev: tuple[Pair, ...]
    test: tuple[Pair, ...]
    num_pairs: int  # of the whole text
    most: int  # that can be held out, in any case
    hashes: tuple[list[str], ...]  # of the files of each text

    def rest(self, say: Say = lambda _: None) -> Iterator[Pair]:
        """The pairs to train on: all that share neither sentence with one held out.

        Raises DataError, at the end, where they are too few.
        """
        held = self.dev + self.test
        sources, targets = {_key(pair.source) for pair in held}, {_key(pair.target) for pair in held}
        num_read = num_kept = 0
        for pair in _told(self.texts, "third", say):
            num_read += 1
            if _key(pair.source) not in sources and _key(pair.target) not in targets:
                num_kept += 1
                yield pair
        if tuple(text.hashes() for text in self.texts) != self.hashes:
            raise DataError(f"{_names(self.texts)}: changed while it was read. Give the same command again.")
        if num_kept < (1 - MOST) * num_read:
            raise DataError(
                f"{_names(self.texts)}: {num_read - num_kept:,} of {num_read:,} pairs have a sentence of those held "
                f"out, so often are they repeated. {_fewer(len(self.dev), len(self.test), self.most)}"
            )


def hold_out(texts: tuple[Text, ...], num_dev: int, num_test: int, seed: int, say: Say = lambda _: None) -> HeldOut:
    """Choose pairs by lot, those first whose sentences are found nowhere else, so that training loses nothing more.

    Only pairs that training would not filter out are chosen, and no two that share a sentence. Sentences that differ
    in case, spaces or punctuation are one. The same `seed` chooses the same pairs of a text in any order.
    Nothing but what may be chosen is held in memory.

    Raises DataError where that would be more than a fifth of the text, or where source and target are the same.
    """
    hashes = tuple(text.hashes() for text in texts)  # what can be read only once is refused
    for text, both in zip(texts, hashes, strict=True):
        if len(set(both)) < len(both):
            raise DataError(f"{text.describe()} are the same text. Give one in each language.")
    wanted = num_dev + num_test
    candidates, num_pairs = _candidates(_told(texts, "first", say), _num_candidates(wanted), seed)
    num_lost = _num_lost(_told(texts, "second", say), candidates)
    most = _most(candidates, num_lost, num_pairs, wanted)
    if wanted > MOST * num_pairs:
        raise DataError(
            f"{_names(texts)}: {counted(num_dev, 'pair')} for dev and {num_test:,} for test are more than a fifth of "
            f"the {num_pairs:,} that there are. {_fewer(num_dev, num_test, most)}"
        )
    first = set(_first(candidates, num_lost, wanted))
    chosen = [pair for pair in candidates if pair in first]  # by lot, so that test is not what dev left
    if len(chosen) < wanted:
        raise DataError(
            f"{_names(texts)}: {counted(num_dev, 'pair')} for dev and {num_test:,} for test were asked for, and only "
            f"{len(chosen):,} have sentences of their own and pass the filters that training has. "
            f"{_fewer(num_dev, num_test, most)}"
        )
    return HeldOut(texts, tuple(chosen[:num_dev]), tuple(chosen[num_dev:]), num_pairs, most, hashes)


def _fewer(num_dev: int, num_test: int, most: int) -> str:
    """How many of each can be held out, in the same ratio."""
    dev = max(1, most * num_dev // (num_dev + num_test))
    test = min(num_test, most - dev)
    return f"Hold out fewer: --dev {dev} --test {test}." if test >= 0 else "Even one is too many."


def write_parts(parts: Sequence[tuple[tuple[Path, Path], Iterable[Pair]]]) -> list[int]:
    """Write the pairs of each part into two files, all or none of them; returns how many pairs each has.

    Raises DataError when they cannot be written.
    """
    counts = []
    with new_files([path for paths, _ in parts for path in paths]) as files:
        for source, target, (_, pairs) in zip(files[::2], files[1::2], parts, strict=True):
            number = 0
            for pair in pairs:
                number += 1
                source.write(one_line(pair.source) + "\n")
                target.write(one_line(pair.target) + "\n")
            counts.append(number)
    return counts


def _told(texts: tuple[Text, ...], time: str, say: Say) -> Iterator[Pair]:
    """All pairs; every million it is said how many were read, for the first, second or third `time`."""
    for number, pair in enumerate(chain.from_iterable(text.pairs() for text in texts), start=1):
        yield pair
        if number % TOLD_EVERY == 0:
            say(f"{time} of three readings: {number:,} pairs ...")


def _names(texts: tuple[Text, ...]) -> str:
    return ", ".join(text.describe() for text in texts)


def _key(sentence: str) -> str:
    """Its letters with their marks, and digits: what two sentences must differ in; where it has none, all of it."""
    text = clean(sentence).casefold().replace("i\u0307", "i")  # which is what becomes of a capital I with a dot
    if text.isascii():
        return "".join(filter(str.isalnum, text)) or text
    kept, marked = [], False  # a mark on anything but a letter says how a sign is drawn
    for one in text:
        marked = one.isalpha() or (marked and unicodedata.category(one)[0] == "M")
        if marked or one.isalnum():
            kept.append(one)
    return "".join(kept) or text


def _num_candidates(wanted: int) -> int:
    return max(FEWEST_CANDIDATES, CANDIDATES * wanted)


def _first(candidates: list[Pair], num_lost: dict[Pair, int], wanted: int) -> list[Pair]:
    """Those that training loses least by, no two that share a sentence: as many as are wanted, if there are."""
    return _no_two_alike(sorted(candidates[: _num_candidates(wanted)], key=num_lost.__getitem__))[:wanted]


def _most(candidates: list[Pair], num_lost: dict[Pair, int], num_pairs: int, wanted: int) -> int:
    """So many as are wanted, or the next smaller number that `hold_out` will take for sure."""
    most = min(wanted, int(MOST * num_pairs))
    while True:
        lost = accumulate(num_lost[pair] for pair in _first(candidates, num_lost, most))
        possible = sum(total <= MOST * num_pairs for total in lost)
        if possible == most:
            return most
        most = possible  # for which fewer candidates are drawn


def _candidates(pairs: Iterable[Pair], number: int, seed: int) -> tuple[list[Pair], int]:
    """Pairs with different sources, in the order of their lots; also how many pairs there are.

    Of those of one source the one with the smallest lot of its own is taken, so that their order does not matter.
    """
    heap: list[int] = []  # the smallest lots, negative, so that the largest of them is on top
    found: dict[int, Pair] = {}
    num_pairs = 0

    def counted() -> Iterator[Pair]:
        nonlocal num_pairs
        for pair in pairs:
            num_pairs += 1
            yield pair

    for pair in Filters(FilterConfig()).passing(counted()):
        lot = -_lot(_key(pair.source), seed)
        if lot in found:
            found[lot] = min(found[lot], pair, key=lambda one: _lot(f"{one.source}\n{one.target}", seed))
        elif len(heap) < number:
            heapq.heappush(heap, lot)
            found[lot] = pair
        elif lot > heap[0]:
            del found[heapq.heapreplace(heap, lot)]
            found[lot] = pair
    return [found[lot] for lot in sorted(heap, reverse=True)], num_pairs


def _lot(key: str, seed: int) -> int:
    digest = hashlib.blake2b(f"{seed}\n{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def _num_lost(pairs: Iterable[Pair], candidates: list[Pair]) -> dict[Pair, int]:
    """How many pairs of the text share a sentence with each of the candidates, itself among them."""
    keys = {pair: (_key(pair.source), _key(pair.target)) for pair in candidates}
    sources = Counter(dict.fromkeys((source for source, _ in keys.values()), 0))
    targets = Counter(dict.fromkeys((target for _, target in keys.values()), 0))
    both = Counter(dict.fromkeys(keys.values(), 0))
    for pair in pairs:
        source, target = _key(pair.source), _key(pair.target)
        if source in sources:
            sources[source] += 1
        if target in targets:
            targets[target] += 1
        if (source, target) in both:
            both[source, target] += 1
    return {pair: sources[source] + targets[target] - both[source, target] for pair, (source, target) in keys.items()}


def _no_two_alike(pairs: list[Pair]) -> list[Pair]:
    """The first of those that share a target; their sources differ already."""
    first: dict[str, Pair] = {}
    for pair in pairs:
        first.setdefault(_key(pair.target), pair)
    return list(first.values())
