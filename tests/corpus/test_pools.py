"""Pools: every pair once an epoch, at most so many at a time, and anywhere found again."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nmt.corpus.batching import plan_epoch
from nmt.corpus.examples import Examples, Side
from nmt.corpus.pools import BLOCK_PAIRS, POOL_PAIRS, TrainingCorpus, deal
from nmt.corpus.shards import BYTES, SMALL_IDS, Shards, ShardWriter


def corpus_of(num_pairs: int, folder: Path, pool_pairs: int, block_pairs: int, shard_rows: int = 10) -> TrainingCorpus:
    """Pair n: n % 5 + 1 times n as source, and n % 3 + 1 times n as target."""
    with ShardWriter(folder, {"source": SMALL_IDS, "target": SMALL_IDS}, shard_rows) as writer:
        rows = {"source": [[n] * (n % 5 + 1) for n in range(num_pairs)]}
        rows["target"] = [[n] * (n % 3 + 1) for n in range(num_pairs)]
        writer.append({name: Side.pack(sentences) for name, sentences in rows.items()})
    return TrainingCorpus(writer.close(), pool_pairs, block_pairs)


def unread(num_pairs: int, pool_pairs: int = POOL_PAIRS, block_pairs: int = BLOCK_PAIRS) -> TrainingCorpus:
    return TrainingCorpus(Shards(Path("nowhere"), num_pairs, 1, {}), pool_pairs, block_pairs)


SIZES = (st.integers(1, 3000), st.integers(1, 400), st.integers(1, 80))


@given(*SIZES, st.integers(0, 3), st.integers(0, 3))
def test_an_epoch_deals_every_block_once_to_pools_that_are_not_too_large(
    num_pairs: int, pool_pairs: int, block_pairs: int, seed: int, epoch: int
) -> None:
    num_pools = unread(num_pairs, pool_pairs, block_pairs).num_pools
    pools = deal(num_pairs, num_pools, block_pairs, seed, epoch)
    assert sorted(first for pool in pools for first in pool.tolist()) == list(range(0, num_pairs, block_pairs))
    assert all(pool.tolist() == sorted(pool.tolist()) for pool in pools)
    sizes = [sum(min(block_pairs, num_pairs - first) for first in pool.tolist()) for pool in pools]
    assert max(sizes) <= max(pool_pairs, block_pairs)
    assert max(map(len, pools)) - min(map(len, pools)) <= 1  # no pool is a small rest
    assert min(map(len, pools)) >= 1


@settings(max_examples=40)
@given(st.integers(1, 300), st.integers(1, 100), st.integers(1, 20), st.integers(1, 120))
def test_the_batches_of_an_epoch_hold_every_pair_once(
    tmp_path_factory: pytest.TempPathFactory, num_pairs: int, pool_pairs: int, block_pairs: int, batch_tokens: int
) -> None:
    corpus = corpus_of(num_pairs, tmp_path_factory.mktemp("pools") / "new", pool_pairs, block_pairs, shard_rows=70)
    seen = []
    for number in range(corpus.num_pools):
        pool = corpus.pool(seed=1, epoch=2, number=number)
        assert pool.numbers is not None
        for indices in plan_epoch(pool, batch_tokens, seed=1, epoch=2, pool=number):
            for index in indices.tolist():
                pair = int(pool.numbers[index])
                assert pool.source[index].tolist() == [pair] * (pair % 5 + 1)
                assert pool.target[index].tolist() == [pair] * (pair % 3 + 1)
                seen.append(pair)
    assert sorted(seen) == list(range(num_pairs))


@given(st.integers(1, 64), st.integers(1, 64), st.integers(1, 9), st.integers(0, 3), st.integers(0, 3))
def test_a_corpus_that_fits_one_pool_is_batched_as_if_it_were_in_memory(
    tmp_path_factory: pytest.TempPathFactory, num_pairs: int, batch_tokens: int, shard_rows: int, seed: int, epoch: int
) -> None:
    corpus = corpus_of(num_pairs, tmp_path_factory.mktemp("pools") / "new", 64, 4, shard_rows)
    assert corpus.num_pools == 1
    pool = corpus.pool(seed, epoch, 0)
    rows = [[[n] * (n % most + 1) for n in range(num_pairs)] for most in (5, 3)]
    in_memory = Examples(Side.pack(rows[0]), Side.pack(rows[1]))
    assert pool.numbers is not None
    assert pool.numbers.tolist() == list(range(num_pairs))
    assert pool.source.ids.tolist() == in_memory.source.ids.tolist()
    plans = [plan_epoch(each, batch_tokens, seed, epoch) for each in (pool, in_memory)]
    assert [batch.tolist() for batch in plans[0]] == [batch.tolist() for batch in plans[1]]


def test_pools_depend_on_seed_and_epoch_alone_and_differ_with_both() -> None:
    dealt = [
        [pool.tolist() for pool in deal(4000, 4, 8, seed, epoch)] for seed, epoch in ((1, 2), (1, 2), (1, 3), (2, 2))
    ]
    assert dealt[0] == dealt[1]
    assert dealt[0] != dealt[2]
    assert dealt[0] != dealt[3]


def test_a_pool_is_a_sample_of_the_whole_corpus() -> None:
    for pool in deal(64_000, 10, 64, seed=1, epoch=0):  # 100 of 1000 blocks each
        assert pool.min() < 10_000
        assert pool.max() > 54_000
        assert pool.mean() == pytest.approx(32_000, abs=5 * 64_000 / (12 * 100) ** 0.5)


@pytest.mark.parametrize(
    ("num_pairs", "num_pools"),
    [(1, 1), (29_000, 1), (2**18, 1), (2**18 + 1, 2), (2**19, 2), (10_000_000, 39)],
)
def test_how_many_pools_there_are(num_pairs: int, num_pools: int) -> None:
    assert unread(num_pairs).num_pools == num_pools


def test_the_text_comes_with_the_pairs_where_it_was_kept(tmp_path: Path) -> None:
    texts = [f"Satz {number} " * (number % 3 + 1) for number in range(50)]
    with ShardWriter(
        tmp_path / "new",
        {"source": SMALL_IDS, "target": SMALL_IDS, "source_text": BYTES, "target_text": BYTES},
        shard_rows=16,
    ) as writer:
        ids = Side.pack([[number] for number in range(50)])
        text = Side.pack_texts(texts)
        writer.append({"source": ids, "target": ids, "source_text": text, "target_text": Side.pack_texts(texts[::-1])})
    corpus = TrainingCorpus(writer.close(), pool_pairs=12, block_pairs=3)
    for number in range(corpus.num_pools):
        pool = corpus.pool(1, 0, number)
        assert pool.texts is not None
        assert pool.numbers is not None
        assert [pool.source[index].tolist() for index in range(len(pool))] == [[n] for n in pool.numbers]
        assert pool.texts[0].texts() == [texts[n] for n in pool.numbers]
        assert pool.texts[1].texts() == [texts[49 - n] for n in pool.numbers]
