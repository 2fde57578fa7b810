"""Pairs of one text that are in another."""

from pathlib import Path

import numpy as np
import pytest

from nmt.corpus import shared
from nmt.corpus.examples import Examples, Side
from nmt.corpus.shards import SMALL_IDS, Shards, ShardWriter

TRAIN = [([5], [6]), ([7, 8, 9], [7]), ([300], [6, 6]), ([5], [6]), ([7, 9, 8], [7])]


def pack(pairs: list[tuple[list[int], list[int]]]) -> Examples:
    return Examples(*(Side.pack(side) for side in zip(*pairs, strict=True)))


@pytest.fixture
def train(tmp_path: Path) -> Shards:
    examples = pack(TRAIN)
    with ShardWriter(tmp_path / "train", {"source": SMALL_IDS, "target": SMALL_IDS}, shard_rows=2) as writer:
        writer.append({"source": examples.source, "target": examples.target})
        return writer.close()


@pytest.mark.parametrize("piece", [1, 3, 100])
def test_a_pair_counts_where_both_sides_are_there_together(
    train: Shards, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(shared, "PIECE_PAIRS", piece)
    assert (
        shared.count_shared(pack([([5], [6]), ([5], [7]), ([300], [6, 6]), ([5], [6]), ([8, 7, 9], [7])]), train) == 3
    )
    assert shared.count_shared(pack([([44], [6]), ([5, 5], [6])]), train) == 0


def test_pairs_that_only_look_alike_at_first_are_told_apart(train: Shards, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "_marks", lambda source, target: np.zeros(len(source), np.int64))
    assert shared.count_shared(pack([([7, 9, 8], [7]), ([9, 8, 7], [7])]), train) == 1
