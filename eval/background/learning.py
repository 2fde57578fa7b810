"""The least that training is: a batch, its loss, its gradient, a step."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch
from torch import nn

from nmt.corpus.batching import Batch
from nmt.training.loss import Loss, cross_entropy
from nmt.training.optimizer import clip_gradients


@dataclass(frozen=True)
class Step:
    """One update: nats a target token before it, and the norm of its gradient before clipping."""

    loss: float
    gradient_norm: float


def loss_of(model: nn.Module, batch: Batch) -> Loss:
    """Summed over the batch's target tokens. `model` is a Seq2Seq, or has its `forward` and `output`."""
    features = model(batch.source, batch.source_mask, batch.target_in)
    return cross_entropy(features, model.output.weight, model.output.bias, batch.target_out, batch.real, 0.0)


def learn(
    model: nn.Module, batches: Iterable[Batch], optimizer: torch.optim.Optimizer, clip_norm: float
) -> Iterator[Step]:
    """One update for each batch, with the gradient's norm cut at `clip_norm` (0: never); given as they are done."""
    for batch in batches:
        model.train()
        optimizer.zero_grad()
        loss = loss_of(model, batch)
        (loss.smoothed / loss.num_tokens).backward()
        gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
        norm, _ = clip_gradients(gradients, clip_norm)
        optimizer.step()
        yield Step(float(loss.nll) / loss.num_tokens, norm)


@torch.no_grad()
def mean_loss(model: nn.Module, batches: Iterable[Batch]) -> float:
    """Nats a target token; its exponential is the perplexity."""
    model.eval()
    losses = [loss_of(model, batch) for batch in batches]
    return sum(float(loss.nll) for loss in losses) / sum(loss.num_tokens for loss in losses)
