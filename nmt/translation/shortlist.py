"""Which target pieces the translation of a sentence may need, told from its source pieces.

A lexical table from IBM model 1 (Brown et al., 1993), learnt from the training text, names the likeliest translations
of each source piece. A batch is then searched with the few hundred pieces of its sentences instead of all.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save
from torch import Tensor

from nmt.errors import CheckpointError
from nmt.storage.disk import Disk, replace_file
from nmt.tokenizer.base import BOS_ID, EOS_ID, PAD_ID, UNK_ID

SHORTLIST_FILE = "shortlist.safetensors"
TABLES = "tables"  # what the checksum of its tables is called, beside those of the tokenizers
MAX_LINKS = (
    20_000_000  # source x target pieces of all pairs learnt from; 12 bytes each, and as much again while sorting
)
ROUNDS = 5  # of expectation maximisation
SPECIAL = sorted((PAD_ID, UNK_ID, BOS_ID, EOS_ID))

Pieces = Sequence[int]
Encoded = tuple[Pieces, Pieces]  # source and target of a pair
P = TypeVar("P")


@dataclass(frozen=True)
class Shortlist:
    """Target pieces by source piece."""

    translations: NDArray[np.int32]  # [source_vocab, each], the likeliest; EOS_ID where there are fewer
    always: NDArray[np.int32]  # what any sentence may need: special and frequent pieces

    def ids(self, sources: Iterable[Pieces], prefixes: Iterable[Pieces] = ()) -> Tensor:
        """The target pieces for these sentences and what they must begin with: int64 [n], ascending.

        The special pieces come first, so they keep their ids when a piece is known by its place.
        """
        read = np.fromiter(itertools.chain.from_iterable(sources), np.int64)
        given = np.fromiter(itertools.chain.from_iterable(prefixes), np.int64)
        found = np.concatenate([self.always, self.translations[read].ravel(), given])
        return torch.from_numpy(np.unique(found).astype(np.int64))

    @property
    def num_translated(self) -> int:
        """How many source pieces have translations."""
        return int(np.count_nonzero(self.translations[:, 0] != EOS_ID))

    def write(self, run: Path, tokenizers: Mapping[str, str]) -> None:
        """Into the run directory, with the SHA-256 of its tokenizers and its own. Raises DiskError."""
        tables = {"translations": self.translations, "always": self.always}
        about = {**tokenizers, TABLES: self._checksum()}
        replace_file(run / SHORTLIST_FILE, save(tables, about), Disk())

    @classmethod
    def read(cls, run: Path, tokenizers: Mapping[str, str] | None = None) -> "Shortlist":
        """From a run directory, of these tokenizers, or None: of any.

        Raises CheckpointError where it has none, one that was changed, or one of other tokenizers.
        """
        path, remedy = run / SHORTLIST_FILE, f"`nmt shortlist {run}` makes a new one."
        if not path.is_file():
            raise CheckpointError(f"{run} has no {SHORTLIST_FILE}. `nmt shortlist {run}` makes one.")
        try:
            with safe_open(path, framework="numpy") as file:
                about = dict(file.metadata() or {})
                found = cls(file.get_tensor("translations"), file.get_tensor("always"))
        except (SafetensorError, OSError) as error:
            raise CheckpointError(f"{path} is damaged ({error}). {remedy}") from None
        checksum = about.pop(TABLES, None)
        if checksum is None:
            raise CheckpointError(f"{path} has no checksum: an earlier version made it. {remedy}")
        if checksum != found._checksum():
            raise CheckpointError(f"{path} was changed after it was written: its checksum differs. {remedy}")
        if tokenizers is not None and about != dict(tokenizers):
            raise CheckpointError(f"{path} was made with other tokenizers. {remedy}")
        return found

    def _checksum(self) -> str:
        """The SHA-256 of the tables and of their types and shapes."""
        digest = hashlib.sha256()
        for table in (self.translations, self.always):
            digest.update(f"{table.dtype} {table.shape} ".encode())
            digest.update(table.tobytes())
        return digest.hexdigest()


def even_share(
    pairs: Iterable[P], encode: Callable[[P], Encoded], max_links: int = MAX_LINKS
) -> tuple[list[Encoded], int]:
    """Every n-th pair, encoded, for the least power of two n with at most `max_links` links; and how many there were.

    The text is read once. Where the links become too many, every second of the pairs kept so far is let go.
    """
    kept: list[Encoded] = []
    step = 1
    seen = number = 0
    for number, pair in enumerate(pairs, start=1):
        if (number - 1) % step:
            continue
        kept.append(encode(pair))
        seen += _num_links(kept[-1])
        while seen > max_links and len(kept) > 1:
            kept = kept[::2]
            step *= 2
            seen = sum(map(_num_links, kept))
    return kept, number


def learn(
    pairs: Iterable[Encoded],
    source_vocab: int,
    target_vocab: int,
    each: int = 40,
    frequent: int = 200,
    copy: bool = False,
) -> Shortlist:
    """From encoded pairs: the `each` likeliest translations of a source piece, and the `frequent` target pieces.

    `copy`: source and target share their ids, and a piece may stand for itself (names, numbers).
    """
    sources, targets, position = _links(pairs)
    keys, place = np.unique(sources.astype(np.int64) * target_vocab + targets, return_inverse=True)
    source_of = keys // target_vocab
    chances = np.full(len(keys), 1.0)  # t(target | source) of each pair of pieces that occurs
    for _ in range(ROUNDS):
        weights = chances[place]
        weights /= np.bincount(position, weights)[position]  # how much of a target piece each source piece explains
        counts = np.bincount(place, weights, minlength=len(keys))
        chances = counts / np.bincount(source_of, counts, minlength=source_vocab)[source_of]
    order = np.lexsort((-chances, source_of))  # by source piece, the likeliest first
    rank = np.arange(len(order)) - np.searchsorted(source_of[order], source_of[order])
    order, rank = order[rank < each], rank[rank < each]
    translations = np.full((source_vocab, each + copy), EOS_ID, np.int32)
    translations[source_of[order], rank] = keys[order] % target_vocab
    if copy:
        translations[:, -1] = np.arange(source_vocab)
    occurrences = np.bincount(targets, minlength=target_vocab)
    common = np.argsort(-occurrences, kind="stable")[:frequent]
    return Shortlist(translations, np.union1d(common, SPECIAL).astype(np.int32))


def _links(pairs: Iterable[Encoded]) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Each source piece with each target piece of its pair: their ids, and which target position of all it is."""
    parts: list[tuple[NDArray[np.int32], ...]] = [(np.zeros(0, np.int32),) * 3]
    num_positions = 0
    for source, target in pairs:
        if not source or not target:
            continue
        reads, writes = np.array(source, np.int32), np.array(target, np.int32)
        positions = np.arange(num_positions, num_positions + len(writes), dtype=np.int32)
        parts.append((np.tile(reads, len(writes)), np.repeat(writes, len(reads)), np.repeat(positions, len(reads))))
        num_positions += len(writes)
    sources, targets, position = (np.concatenate(column) for column in zip(*parts, strict=True))
    return sources, targets, position


def _num_links(pair: Encoded) -> int:
    return len(pair[0]) * len(pair[1])
