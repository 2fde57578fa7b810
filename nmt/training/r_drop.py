"""R-Drop (Liang et al., 2021): two passes under different dropout must give the same distributions.

The paper minimises, for each token, both negative log-likelihoods and `alpha` times the mean of the two divergences
(Kullback-Leibler) between the passes. Here the loss of a token is half of that sum, so that it is as large as without.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import linear

from nmt.training import loss as loss_module
from nmt.training.loss import Loss, cross_entropy


def r_drop_loss(
    first: Tensor,
    second: Tensor,
    weight: Tensor,
    bias: Tensor,
    targets: Tensor,
    mask: Tensor,
    smoothing: float,
    alpha: float,
) -> Loss:
    """The loss of features of two passes over one batch, each [batch, tgt_len, dim]; the rest as in `cross_entropy`."""
    losses = [cross_entropy(each, weight, bias, targets, mask, smoothing) for each in (first, second)]
    apart = _LinearDivergence.apply(first[mask], second[mask], weight, bias)  # type: ignore[no-untyped-call]
    smoothed = (losses[0].smoothed + losses[1].smoothed) / 2 + (alpha / 2) * apart
    return Loss(smoothed, (losses[0].nll + losses[1].nll) / 2, losses[0].num_tokens)


class _LinearDivergence(torch.autograd.Function):
    """Summed over tokens, the mean of KL(P||Q) and KL(Q||P), P and Q being the softmax of two projected features.

    As in the cross-entropy, gradients are made chunk by chunk on the way forward. With the log-probabilities p and q,
    that of KL(P||Q) is P (p - q - KL(P||Q)) for the logits of P, and Q - P for those of Q.
    """

    @staticmethod
    def forward(ctx: Any, first: Tensor, second: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        with torch.autocast(first.device.type, enabled=False):
            table = weight.to(first.dtype)
            accumulator = torch.promote_types(first.dtype, torch.float32)
            gradients = torch.empty_like(first), torch.empty_like(second)
            grad_weight, grad_bias = torch.zeros_like(weight), torch.zeros_like(bias)
            total = torch.zeros((), dtype=accumulator, device=first.device)
            for start in range(0, len(first), loss_module.CHUNK_ROWS):
                rows = [each[start : start + loss_module.CHUNK_ROWS] for each in (first, second)]
                logs = [(linear(each, table).to(accumulator) + bias).log_softmax(dim=1) for each in rows]
                # exp() of less than -87 is a denormal number in fp32, which is a hundred times slower.
                probabilities = [each.clamp(min=-80.0).exp() for each in logs]
                gap = logs[0] - logs[1]  # [chunk, vocab]
                forth = (probabilities[0] * gap).sum(dim=1, keepdim=True)  # [chunk, 1]
                back = -(probabilities[1] * gap).sum(dim=1, keepdim=True)
                total += (forth + back).sum() / 2
                difference = probabilities[0] - probabilities[1]
                halves = (
                    (probabilities[0] * (gap - forth)).add_(difference).div_(2),
                    (probabilities[1] * (-gap - back)).sub_(difference).div_(2),
                )
                for side, (half, row) in enumerate(zip(halves, rows, strict=True)):
                    lean = half.to(first.dtype)
                    gradients[side][start : start + loss_module.CHUNK_ROWS] = lean @ table
                    grad_weight += lean.t() @ row
                    grad_bias += half.sum(dim=0)
        ctx.save_for_backward(*gradients, grad_weight, grad_bias)
        return total

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, ...]:
        return tuple(gradient * upstream.to(gradient.dtype) for gradient in ctx.saved_tensors)
