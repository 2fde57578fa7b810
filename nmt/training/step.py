"""The gradients of one update, in pieces where the whole does not fit into memory."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

from nmt.corpus.batching import Batch, split_batch
from nmt.errors import NMTError
from nmt.models.build import EncoderDecoder
from nmt.training.device import Machine
from nmt.training.distributed import own_part
from nmt.training.loss import cross_entropy
from nmt.training.r_drop import r_drop_loss


def accumulate_gradients(
    model: EncoderDecoder, batches: list[Batch], tokens: int, smoothing: float, machine: Machine, r_drop: float = 0.0
) -> float:
    """Add to the parameters' gradients those of the smoothed loss, summed over the batches and divided by `tokens`.

    `r_drop` above 0 is the weight of what R-Drop adds to it, for a second pass over each batch.

    Returns the summed negative log-likelihood in nats.
    """
    nll = torch.zeros((), dtype=torch.float64, device=machine.device)  # read once, at the end: a GPU goes on meanwhile
    for batch in batches:
        with machine.autocast():
            inputs: tuple[Tensor, ...] = batch.source, batch.source_mask, batch.target_in
            if r_drop:  # both passes side by side: dropout falls on each by itself
                inputs = tuple(torch.cat([each, each]) for each in inputs)
            features = model(*inputs)
            output = model.output  # of a sharded model it is whole only now
            rest = output.weight, output.bias, batch.target_out, batch.real, smoothing
            if r_drop:
                first, second = features.chunk(2)
                loss = r_drop_loss(first, second, *rest, r_drop)
            else:
                loss = cross_entropy(features, *rest)
        (loss.smoothed / tokens).backward()
        nll += loss.nll
    return float(nll)


def split_all(batches: list[Batch], split_above: int) -> list[Batch]:
    """The same sentences in batches of at most `split_above` padded tokens (0: as they are)."""
    return [part for batch in batches for part in split_batch(batch, split_above)] if split_above else batches


def is_out_of_memory(error: RuntimeError | MemoryError) -> bool:
    """Whether the machine ran out of memory; torch, and each library on a GPU, says so in a way of its own."""
    told = ("can't allocate memory", "CUDA error: out of memory", "_STATUS_ALLOC_FAILED", "_ALLOCATION_FAILED")
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or any(one in str(error) for one in told)


def halve(batches: list[Batch]) -> int:
    """How many padded tokens to allow so that the largest of these is split. Raises NMTError for a single pair."""
    divisible = [batch for batch in batches if len(batch.indices) > 1]
    largest = max(divisible or batches, key=lambda batch: batch.padded_tokens)
    if not divisible:
        raise NMTError(
            f"Out of memory with a single pair of {largest.padded_tokens} tokens; the last checkpoint is intact. "
            "Begin anew, with another --out: lower corpus.max_length, or make the model smaller."
        )
    return largest.padded_tokens // 2


def gradients_of(parameters: Sequence[Tensor]) -> list[Tensor]:
    """Every gradient, or this process's part of it; zeros, which stay, where there is none: all processes sum alike."""
    for parameter in parameters:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    return [own_part(parameter.grad) for parameter in parameters if parameter.grad is not None]


@contextmanager
def memory_errors_explained() -> Iterator[None]:
    """Raises NMTError where memory runs out for something that cannot be done in smaller pieces."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        raise NMTError(
            "Out of memory, and not for the gradients of a batch, which would have been split: for the weights, the "
            "optimizer, or the translation of the dev set. The last checkpoint is intact: go on with the model shared "
            "among several processes (torchrun, training.shard = true), or begin a smaller one, with another --out."
        ) from error
