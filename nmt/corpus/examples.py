"""Sentence pairs as ids, kept as flat arrays: a million pairs are four arrays, not a million lists."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from nmt.corpus.readers import Pair
from nmt.tokenizer.pair import TokenizerPair

Ids = npt.NDArray[np.integer[Any]]
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Side:
    """The sentences of one language: ids without special tokens, or the bytes of their text; and where each begins."""

    ids: Ids  # [all tokens]
    starts: Longs  # [sentences + 1]

    @classmethod
    def pack(cls, sentences: Sequence[Sequence[int]]) -> "Side":
        lengths = np.fromiter(map(len, sentences), dtype=np.int64, count=len(sentences))
        flat = np.fromiter(chain.from_iterable(sentences), dtype=np.int32, count=int(lengths.sum()))
        return cls(flat, _starts(lengths))

    @classmethod
    def pack_texts(cls, texts: Iterable[str]) -> "Side":
        encoded = [text.encode() for text in texts]
        lengths = np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded))
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), _starts(lengths))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, index: int) -> Ids:
        return self.ids[self.starts[index] : self.starts[index + 1]]

    def text(self, index: int) -> str:
        """One sentence of those that pack_texts packed."""
        return self[index].tobytes().decode()

    def texts(self) -> list[str]:
        """All sentences of those that pack_texts packed."""
        content = self.ids.tobytes()
        return [content[first:last].decode() for first, last in pairwise(self.starts.tolist())]

    @property
    def lengths(self) -> Longs:
        """Tokens of each sentence, without special ones."""
        return np.diff(self.starts)

    def take(self, indices: Longs) -> "Side":
        first, after = self.starts[indices], self.starts[indices + 1]
        starts = _starts(after - first)
        return Side(self.ids[np.arange(starts[-1]) + np.repeat(first - starts[:-1], after - first)], starts)


@dataclass(frozen=True)
class Examples:
    """Encoded pairs, and the text they came from where subwords are sampled anew each epoch."""

    source: Side
    target: Side
    texts: tuple[Side, Side] | None = None  # UTF-8 of source and target
    numbers: Longs | None = None  # which pairs of the corpus they are; None: all, in order

    def __len__(self) -> int:
        return len(self.source)


def encode_pairs(
    pairs: Sequence[Pair], tokenizers: TokenizerPair, max_length: int, keep_texts: bool = False
) -> tuple[Examples, Longs]:
    """Encode pairs and drop those with a side that is empty or over `max_length` tokens; also which ones were kept."""
    source = Side.pack(tokenizers.source.encode_all([pair.source for pair in pairs]))
    target = Side.pack(tokenizers.target.encode_all([pair.target for pair in pairs]))
    longest, shortest = np.maximum(source.lengths, target.lengths), np.minimum(source.lengths, target.lengths)
    kept = np.flatnonzero((longest <= max_length) & (shortest > 0))
    if len(kept) < len(pairs):
        source, target = source.take(kept), target.take(kept)
    texts = None
    if keep_texts:
        chosen = [pairs[index] for index in kept.tolist()]
        texts = Side.pack_texts(pair.source for pair in chosen), Side.pack_texts(pair.target for pair in chosen)
    return Examples(source, target, texts), kept


def _starts(lengths: Longs) -> Longs:
    return np.concatenate([np.zeros(1, np.int64), lengths.cumsum()])
