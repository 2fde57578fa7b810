"""Batches by a budget of target tokens, from sentences of similar length, in an order that seed and epoch decide."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from torch import Tensor

from nmt.corpus.examples import Examples, Longs, Side
from nmt.tokenizer.base import BOS_ID, EOS_ID, PAD_ID, Tokenizer
from nmt.tokenizer.pair import TokenizerPair


@dataclass(frozen=True)
class Batch:
    """Padded tensors, batch first; masks are True at real tokens."""

    source: Tensor  # int64 [batch, src_len], ends with end-of-sentence
    source_mask: Tensor  # bool [batch, src_len]
    target_in: Tensor  # int64 [batch, tgt_len], begins with begin-of-sentence
    target_out: Tensor  # int64 [batch, tgt_len], ends with end-of-sentence
    target_mask: Tensor  # bool [batch, tgt_len]
    real: Tensor  # int64 [tokens], which of batch x tgt_len are real target tokens: known without asking the device
    indices: Longs  # [batch], which pairs of the corpus these are

    @property
    def num_target_tokens(self) -> int:
        """Real target tokens, end-of-sentence included."""
        return len(self.real)

    @property
    def padded_tokens(self) -> int:
        """What the batch costs in memory: source and target tokens, padding included."""
        return self.source.numel() + self.target_in.numel()

    def to(self, device: torch.device) -> Self:
        """The same batch on another device; a GPU fetches it from pinned memory, which nobody waits for."""
        names = ("source", "source_mask", "target_in", "target_out", "target_mask", "real")
        tensors = [getattr(self, name) for name in names]
        if device.type == "cuda":
            tensors = [tensor.pin_memory() for tensor in tensors]
        moved = [tensor.to(device, non_blocking=True) for tensor in tensors]
        return replace(self, **dict(zip(names, moved, strict=True)))


def split_batch(batch: Batch, most: int) -> list[Batch]:
    """The batch in parts of at most `most` padded tokens each, or of one pair where that alone is more."""
    if batch.padded_tokens <= most:
        return [batch]
    rows = max(1, most * len(batch.indices) // batch.padded_tokens)
    return [_rows(batch, slice(start, start + rows)) for start in range(0, len(batch.indices), rows)]


def _rows(batch: Batch, rows: slice) -> Batch:
    """Some rows of a batch, without the padding that only the others needed."""
    src_len = int(batch.source_mask[rows].sum(dim=1).max())
    tgt_len = int(batch.target_mask[rows].sum(dim=1).max())
    return Batch(
        batch.source[rows, :src_len],
        batch.source_mask[rows, :src_len],
        batch.target_in[rows, :tgt_len],
        batch.target_out[rows, :tgt_len],
        batch.target_mask[rows, :tgt_len],
        places_of(batch.target_mask[rows, :tgt_len]),
        batch.indices[rows],
    )


def places_of(mask: Tensor) -> Tensor:
    """Where a mask of any shape, flattened, is True: int64 [number]."""
    return mask.flatten().nonzero().squeeze(1)


def pad(sentences: list[list[int]]) -> tuple[Tensor, Tensor]:
    """Lists of ids -> int64 [batch, length] padded with PAD_ID, and the mask bool [batch, length]."""
    lengths = torch.tensor([len(sentence) for sentence in sentences])
    width = int(lengths.max()) if sentences else 0
    padded = torch.full((len(sentences), width), PAD_ID, dtype=torch.int64)
    mask = torch.arange(width).unsqueeze(0) < lengths.unsqueeze(1)
    padded[mask] = torch.tensor([token for sentence in sentences for token in sentence], dtype=torch.int64)
    return padded, mask


def plan_epoch(examples: Examples, batch_tokens: int, seed: int, epoch: int, pool: int = 0) -> list[Longs]:
    """Which examples go together, in order, for one pool of one epoch: a pure function of its arguments.

    No batch has more than `batch_tokens` padded target tokens (or twice as many source tokens), except a single
    sentence longer than that. With subword sampling what is drawn for a batch is longer, often by a tenth or more.
    """
    generator = np.random.Generator(np.random.PCG64([seed, epoch, pool]))
    source, target = examples.source.lengths + 1, examples.target.lengths + 1
    # Buckets of similar target length; inside, similar source length, jittered so that batches differ by epoch.
    order = np.lexsort((source + 2 * generator.random(len(source)), target // 2))
    batches, start, widest_target, widest_source = [], 0, 0, 0
    # Lists: a pool has a quarter of a million pairs, and single elements of arrays are slow.
    lengths = zip(source[order].tolist(), target[order].tolist(), strict=True)
    for position, (source_length, target_length) in enumerate(lengths):
        widest_target, widest_source = max(widest_target, target_length), max(widest_source, source_length)
        rows = position - start + 1
        if rows > 1 and (rows * widest_target > batch_tokens or rows * widest_source > 2 * batch_tokens):
            batches.append(order[start:position])
            start, widest_target, widest_source = position, target_length, source_length
    if start < len(order):
        batches.append(order[start:])
    return [batches[index] for index in generator.permutation(len(batches))]


def make_batch(examples: Examples, indices: Longs, tokenizers: TokenizerPair, seed: int, epoch: int) -> Batch:
    """Pad the examples into tensors; segment their text anew where the tokenizer samples."""
    numbers = indices if examples.numbers is None else examples.numbers[indices]
    if examples.texts:
        sampled = []
        for place, (side, tokenizer) in enumerate(
            zip(examples.texts, (tokenizers.source, tokenizers.target), strict=True)
        ):
            rows = zip(indices.tolist(), numbers.tolist(), strict=True)
            sampled.append([_sample(tokenizer, side.text(row), (seed, epoch, number, place)) for row, number in rows])
        sources, targets = (Side.pack(sentences) for sentences in sampled)
    else:
        sources, targets = examples.source.take(indices), examples.target.take(indices)
    source, source_mask = _pad_ended(sources)
    target_out, target_mask = _pad_ended(targets)
    target_in = torch.full_like(target_out, BOS_ID)
    target_in[:, 1:] = target_out[:, :-1]
    target_in.masked_fill_(~target_mask, PAD_ID)
    return Batch(source, source_mask, target_in, target_out, target_mask, places_of(target_mask), numbers)


def _pad_ended(side: Side) -> tuple[Tensor, Tensor]:
    """As `pad`, of sentences that are still to be ended: int64 and bool [batch, longest + 1]."""
    lengths = side.lengths[:, None]
    positions = np.arange(lengths.max() + 1)
    padded = np.where(positions == lengths, EOS_ID, PAD_ID)
    padded[positions < lengths] = side.ids
    return torch.from_numpy(padded), torch.from_numpy(positions <= lengths)


def _sample(tokenizer: Tokenizer, text: str, place: tuple[int, int, int, int]) -> list[int]:
    """Subword sampling without state: the run's seed, the epoch, the number of the pair and the side decide."""
    return tokenizer.sample(text, int(np.random.SeedSequence(place).generate_state(1, np.uint64)[0]))
