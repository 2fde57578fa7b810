"""Pools: the parts of an epoch that are in memory one after the other.

A corpus that fits one pool is one. A larger one is cut into blocks of neighbouring pairs, and each epoch deals them to
pools anew. Seed, epoch and pool decide all of it, so a run goes on at any place for the cost of reading one pool.
"""

from dataclasses import dataclass

import numpy as np

from nmt.corpus.examples import Examples, Longs
from nmt.corpus.shards import Shards

POOL_PAIRS = 2**18
BLOCK_PAIRS = 64  # neighbours on disk, read together; they meet in a pool, but not in its batches


@dataclass(frozen=True)
class TrainingCorpus:
    """Encoded pairs on disk (columns `source` and `target`; `source_text` and `target_text` where they are sampled)."""

    shards: Shards
    pool_pairs: int = POOL_PAIRS
    block_pairs: int = BLOCK_PAIRS

    def __len__(self) -> int:
        return len(self.shards)

    @property
    def num_pools(self) -> int:
        num_blocks = -(-len(self) // self.block_pairs)
        return -(-num_blocks // max(self.pool_pairs // self.block_pairs, 1))

    def pool(self, seed: int, epoch: int, number: int) -> Examples:
        """One pool of an epoch, in memory. Raises DataError where the files are gone."""
        firsts = deal(len(self), self.num_pools, self.block_pairs, seed, epoch)[number]
        blocks = [(first, min(first + self.block_pairs, len(self))) for first in firsts.tolist()]
        texts = None
        if "source_text" in self.shards.columns:
            texts = self.shards.read("source_text", blocks), self.shards.read("target_text", blocks)
        return Examples(
            self.shards.read("source", blocks),
            self.shards.read("target", blocks),
            texts,
            np.concatenate([np.arange(first, last, dtype=np.int64) for first, last in blocks]),
        )


def deal(num_pairs: int, num_pools: int, block_pairs: int, seed: int, epoch: int) -> list[Longs]:
    """For each pool of an epoch, where its blocks begin, ascending: a pure function of its arguments."""
    blocks = np.arange(0, num_pairs, block_pairs, dtype=np.int64)
    # Its own stream of random numbers: those of [seed, epoch, pool] plan the batches.
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, epoch], spawn_key=(0,))))
    return [np.sort(part) for part in np.array_split(generator.permutation(blocks), num_pools)]
