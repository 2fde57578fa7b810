"""How many pairs of one text are in another, as a model reads them: by their ids."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from nmt.corpus.examples import Examples, Longs, Side
from nmt.corpus.shards import Shards

PIECE_PAIRS = 2**16  # held in memory at once

Key = tuple[bytes, bytes]


def count_shared(pairs: Examples, train: Shards) -> int:
    """How many of the pairs are in a corpus, too. Looking through it takes about as long as its checksums."""
    wanted = Counter(_keys(pairs.source, pairs.target, np.arange(len(pairs))))
    marks, found = np.unique(_marks(pairs.source, pairs.target)), set[Key]()
    for block in train.blocks(PIECE_PAIRS):
        source, target = (train.read(column, [block]) for column in ("source", "target"))
        likely = np.flatnonzero(np.isin(_marks(source, target), marks))
        found.update(key for key in _keys(source, target, likely) if key in wanted)
    return sum(wanted[key] for key in found)


def _marks(source: Side, target: Side) -> Longs:
    """A number for each pair, of its lengths and middle tokens: the same for equal pairs, rarely for others."""
    marks = np.zeros(len(source), np.int64)
    for side in (source, target):
        middles = side.ids[side.starts[:-1] + side.lengths // 2]  # no side is empty
        for part in (side.lengths, middles):
            marks = marks * 1_000_003 + part
    return marks


def _keys(source: Side, target: Side, indices: Longs) -> Iterator[Key]:
    for index in indices.tolist():
        yield source[index].astype(np.int32).tobytes(), target[index].astype(np.int32).tobytes()
