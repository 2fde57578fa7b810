"""Sentence pairs as ids, kept as flat arrays: a corpus of a million pairs is four arrays, not a million lists."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from nmt.corpus.readers import Pair
from nmt.tokenizer.pair import TokenizerPair

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Side:
    """The sentences of one language: ids without special tokens, and where each sentence begins."""

    ids: Ints  # [all tokens]
    starts: Longs  # [sentences + 1]

    @classmethod
    def pack(cls, sentences: Sequence[Sequence[int]]) -> "Side":
        lengths = np.fromiter((len(sentence) for sentence in sentences), dtype=np.int64, count=len(sentences))
        flat = [token for sentence in sentences for token in sentence]
        return cls(np.array(flat, dtype=np.int32), np.concatenate([np.zeros(1, np.int64), lengths.cumsum()]))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, index: int) -> Ints:
        return self.ids[self.starts[index] : self.starts[index + 1]]

    @property
    def lengths(self) -> Longs:
        """Tokens of each sentence, without special ones."""
        return np.diff(self.starts)

    def take(self, indices: Longs) -> "Side":
        return Side.pack([self[int(index)].tolist() for index in indices])


@dataclass(frozen=True)
class Examples:
    """Encoded pairs, and the text they came from where subwords are sampled anew each epoch."""

    source: Side
    target: Side
    texts: tuple[Pair, ...] = ()

    def __len__(self) -> int:
        return len(self.source)


def encode_pairs(pairs: list[Pair], tokenizers: TokenizerPair, max_length: int) -> tuple[Examples, int]:
    """Encode pairs and drop those with a side that is empty or over `max_length` tokens; also how many were dropped."""
    source = Side.pack(tokenizers.source.encode_all([pair.source for pair in pairs]))
    target = Side.pack(tokenizers.target.encode_all([pair.target for pair in pairs]))
    longest, shortest = np.maximum(source.lengths, target.lengths), np.minimum(source.lengths, target.lengths)
    kept = np.flatnonzero((longest <= max_length) & (shortest > 0))
    texts = tuple(pairs[index] for index in kept)
    if len(kept) == len(pairs):
        return Examples(source, target, texts), 0
    return Examples(source.take(kept), target.take(kept), texts), len(pairs) - len(kept)


def save_examples(examples: Examples, path: Path) -> None:
    """Write ids (not text) with a checksum, by way of a temporary file."""
    arrays: dict[str, npt.NDArray[Any]] = {
        "source.ids": examples.source.ids,
        "source.starts": examples.source.starts,
        "target.ids": examples.target.ids,
        "target.starts": examples.target.starts,
    }
    content = save(arrays)
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(content)
    path.with_suffix(".json").write_text(json.dumps({"sha256": hashlib.sha256(content).hexdigest()}))
    partial.replace(path)


def load_examples(path: Path) -> Examples | None:
    """What save_examples wrote, or None where it is missing or damaged (it can always be made again)."""
    try:
        expected = json.loads(path.with_suffix(".json").read_text())["sha256"]
        if hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            return None
        arrays = load_file(path)
        return Examples(
            Side(arrays["source.ids"], arrays["source.starts"]), Side(arrays["target.ids"], arrays["target.starts"])
        )
    except (OSError, ValueError, KeyError, SafetensorError):
        return None
