"""Label-smoothed cross-entropy, fused with the projection to the vocabulary."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

CHUNK_ROWS = 512  # 512 x 8,000 fp32 logits are 16 MB: they stay in the cache between passes


@dataclass(frozen=True)
class Loss:
    """Sums over the real tokens of a batch; whoever averages divides by `num_tokens`."""

    smoothed: Tensor  # what is minimised, in nats
    nll: Tensor  # negative log-likelihood in nats, without gradient
    num_tokens: int


def cross_entropy(
    features: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, mask: Tensor, smoothing: float
) -> Loss:
    """Loss of features [batch, tgt_len, dim] against targets int64 [batch, tgt_len] where mask is True.

    weight [vocab, dim] and bias [vocab] are the projection. Smoothing as in Szegedy et al. (2016): the target gets
    1 - smoothing, and smoothing is spread evenly over the whole vocabulary.
    """
    real = features[mask]  # [tokens, dim]
    smoothed, nll = _LinearCrossEntropy.apply(  # type: ignore[no-untyped-call]
        real, weight, bias, targets[mask], smoothing
    )
    return Loss(smoothed, nll.detach(), len(real))


class _LinearCrossEntropy(torch.autograd.Function):
    """The whole [tokens, vocab] matrix never exists: gradients are made chunk by chunk on the way forward."""

    @staticmethod
    def forward(
        ctx: Any, features: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, smoothing: float
    ) -> tuple[Tensor, Tensor]:
        wanted = any(ctx.needs_input_grad)
        with torch.autocast(features.device.type, enabled=False):
            table = weight.to(features.dtype)
            accumulator = torch.promote_types(features.dtype, torch.float32)
            grad_features = torch.empty_like(features) if wanted else None
            grad_weight = torch.zeros_like(weight) if wanted else None
            grad_bias = torch.zeros_like(bias) if wanted else None
            smoothed = torch.zeros((), dtype=accumulator, device=features.device)
            nll = torch.zeros_like(smoothed)
            for start in range(0, len(features), CHUNK_ROWS):
                rows = features[start : start + CHUNK_ROWS]
                chosen = targets[start : start + CHUNK_ROWS].unsqueeze(1)
                logits = torch.nn.functional.linear(rows, table).to(accumulator).add_(bias)  # [chunk, vocab]
                log_sum, target_logit, mean_logit = _softmax_in_place(logits, chosen)
                chunk_nll = (log_sum - target_logit).sum()
                nll += chunk_nll
                smoothed += (1 - smoothing) * chunk_nll + smoothing * (log_sum - mean_logit).sum()
                if grad_features is None or grad_weight is None or grad_bias is None:
                    continue
                gradient = logits.sub_(smoothing / logits.shape[1])  # logits now holds probabilities
                gradient.scatter_add_(1, chosen, gradient.new_full((1, 1), smoothing - 1.0).expand_as(chosen))
                grad_bias += gradient.sum(dim=0)
                lean = gradient.to(features.dtype)
                grad_features[start : start + CHUNK_ROWS] = lean @ table
                if lean.dtype == grad_weight.dtype:
                    grad_weight.addmm_(lean.t(), rows)
                else:
                    grad_weight += lean.t() @ rows
        if wanted:
            ctx.save_for_backward(grad_features, grad_weight, grad_bias)
        ctx.mark_non_differentiable(nll)
        return smoothed, nll

    @staticmethod
    def backward(ctx: Any, upstream: Tensor, _: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None]:
        grad_features, grad_weight, grad_bias = ctx.saved_tensors
        scale = upstream
        return grad_features * scale.to(grad_features.dtype), grad_weight * scale, grad_bias * scale, None, None


def _softmax_in_place(logits: Tensor, chosen: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Turn logits [chunk, vocab] into probabilities; give log-sum-exp, chosen logit and mean logit, each [chunk]."""
    target_logit = logits.gather(1, chosen).squeeze(1)
    mean_logit = logits.mean(dim=1)
    largest = logits.amax(dim=1, keepdim=True)
    # exp() of less than -87 is a denormal number in fp32, which is a hundred times slower.
    logits.sub_(largest).clamp_(min=-80.0).exp_()
    total = logits.sum(dim=1, keepdim=True)
    logits.div_(total)
    return (largest + total.log()).squeeze(1), target_logit, mean_logit
