"""Label-smoothed cross-entropy, fused with the projection to the vocabulary."""

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

CHUNK_ROWS = 512  # 512 x 8,000 fp32 logits are 16 MB: they stay in the cache between passes
LEAST_PROBABILITY = 1e-30  # the logarithm of a smaller one, which fp32 rounds or loses, is computed from the logits


@dataclass(frozen=True)
class Loss:
    """Sums over the real tokens of a batch; whoever averages divides by `num_tokens`."""

    smoothed: Tensor  # what is minimised, in nats
    nll: Tensor  # negative log-likelihood in nats, without gradient
    num_tokens: int


def cross_entropy(
    features: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, real: Tensor, smoothing: float
) -> Loss:
    """Loss of features [batch, tgt_len, dim] against targets int64 [batch, tgt_len] at the places `real` (see `Batch`).

    weight [vocab, dim] and bias [vocab] are the projection. Smoothing as in Szegedy et al. (2016): the target gets
    1 - smoothing, and smoothing is spread evenly over the whole vocabulary.
    """
    smoothed, nll = _LinearCrossEntropy.apply(  # type: ignore[no-untyped-call]
        as_autocast_has_it(features).flatten(0, 1),
        weight,
        bias,
        targets.flatten()[real],
        real,
        smoothing,
        torch.is_grad_enabled(),
    )
    return Loss(smoothed, nll.detach(), len(real))


def as_autocast_has_it(features: Tensor) -> Tensor:
    """In the type of matrix products where autocast is on: a Transformer's last norm leaves fp32, whatever it is.

    The loss turns autocast off inside, since it chooses the type of every step; the largest product of a small model
    would else be the only one in fp32.
    """
    kind = features.device.type
    if features.dtype == torch.float32 and torch.is_autocast_enabled(kind):
        return features.to(torch.get_autocast_dtype(kind))
    return features


def scaled(gradient: Tensor, upstream: Tensor) -> Tensor:
    """Their product in the type of the gradient; in bf16 the scale alone would be off by up to 0.4 %."""
    return (gradient.to(upstream.dtype) * upstream).to(gradient.dtype)


class _LinearCrossEntropy(torch.autograd.Function):
    """The whole [tokens, vocab] matrix never exists: gradients are made chunk by chunk on the way forward.

    The gradient of a row's logits is softmax(logits), less 1 - smoothing at the target, less smoothing / vocab. The
    last part is the same everywhere, so it never touches the logits: it takes a multiple of the table's mean row off
    the gradient of the features, one of the features' sum off that of the table, and a constant off that of the bias.
    """

    @staticmethod
    def forward(
        ctx: Any,
        padded: Tensor,
        weight: Tensor,
        bias: Tensor,
        targets: Tensor,
        real: Tensor,
        smoothing: float,
        wanted: bool,
    ) -> tuple[Tensor, Tensor]:
        features = padded[real]
        with torch.autocast(features.device.type, enabled=False):
            table, offset = weight.to(features.dtype), bias.to(features.dtype)
            accumulator = torch.promote_types(features.dtype, torch.float32)
            grad_features = torch.empty_like(features) if wanted else None
            grad_weight = torch.zeros_like(weight) if wanted else None
            grad_bias = torch.zeros_like(bias) if wanted else None
            target_logits = torch.empty(len(features), 1, dtype=accumulator, device=features.device)
            target_probs = torch.empty_like(target_logits)
            for start in range(0, len(features), CHUNK_ROWS):
                chunk = slice(start, start + CHUNK_ROWS)
                rows, chosen = features[chunk], targets[chunk].unsqueeze(1)
                logits = F.linear(rows, table, offset).to(accumulator)  # [chunk, vocab]
                target_logits[chunk] = logits.gather(1, chosen)
                probs = torch.softmax(logits, dim=1, out=logits)  # in place: a row is read before it is written
                target_probs[chunk] = probs.gather(1, chosen)
                if grad_features is None or grad_weight is None or grad_bias is None:
                    continue
                probs.scatter_add_(1, chosen, probs.new_full((1, 1), smoothing - 1.0).expand_as(chosen))
                grad_bias += probs.new_ones(len(probs)) @ probs  # much quicker than sum(dim=0)
                lean = probs.to(features.dtype)
                torch.mm(lean, table, out=grad_features[chunk])
                if lean.dtype == grad_weight.dtype:
                    grad_weight.addmm_(lean.t(), rows)
                else:
                    grad_weight += lean.t() @ rows
            row_nll = -target_probs.log()
            lost = (target_probs < LEAST_PROBABILITY).squeeze(1)
            if bool(lost.any()):
                far = F.linear(features[lost], table, offset).to(accumulator)
                row_nll[lost] = far.logsumexp(1, keepdim=True) - target_logits[lost]
            feature_sum, mean_row = features.sum(dim=0, dtype=accumulator), weight.mean(dim=0).to(accumulator)
            mean_logits = feature_sum @ mean_row + len(features) * bias.mean()  # summed over rows
            nll = row_nll.sum()
            smoothed = (1 - smoothing) * nll + smoothing * ((row_nll + target_logits).sum() - mean_logits)
        if grad_features is not None and grad_weight is not None and grad_bias is not None:
            grad_features -= smoothing * mean_row
            grad_weight -= smoothing / len(weight) * feature_sum
            grad_bias -= smoothing / len(weight) * len(features)
            grad_padded = torch.zeros_like(padded).index_copy_(0, real, grad_features)
            ctx.save_for_backward(grad_padded, grad_weight, grad_bias)
        ctx.mark_non_differentiable(nll)
        return smoothed, nll

    @staticmethod
    def backward(ctx: Any, upstream: Tensor, _: Tensor) -> tuple[Tensor | None, ...]:
        gradients = (scaled(gradient, upstream) for gradient in ctx.saved_tensors)
        return *gradients, None, None, None, None
