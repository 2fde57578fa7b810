"""R-Drop (Liang et al., 2021): two passes under different dropout must give the same distributions.

The paper minimises, for each token, both negative log-likelihoods and `alpha` times the mean of the two divergences
(Kullback-Leibler) between the passes. Here the loss of a token is half of that sum, so that it is as large as without.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import linear

from nmt.training import loss as loss_module
from nmt.training.loss import Loss, as_autocast_has_it, scaled


def r_drop_loss(
    first: Tensor,
    second: Tensor,
    weight: Tensor,
    bias: Tensor,
    targets: Tensor,
    real: Tensor,
    smoothing: float,
    alpha: float,
) -> Loss:
    """The loss of features of two passes over one batch, each [batch, tgt_len, dim]; the rest as in `cross_entropy`."""
    passes = (as_autocast_has_it(each).flatten(0, 1)[real] for each in (first, second))
    smoothed, nll = _LinearRDrop.apply(  # type: ignore[no-untyped-call]
        *passes, weight, bias, targets.flatten()[real], smoothing, alpha
    )
    return Loss(smoothed, nll.detach(), len(real))


class _LinearRDrop(torch.autograd.Function):
    """Both likelihoods and the divergence from one projection of each pass, chunk by chunk, with their gradients.

    With log-probabilities p, q of the two passes and P, Q = exp(p), exp(q), the gradient of KL(P||Q) + KL(Q||P) is
    P (p - q - KL(P||Q) + 1) - Q for the logits of P, and the same with P and Q exchanged for those of Q.
    """

    @staticmethod
    def forward(
        ctx: Any,
        first: Tensor,
        second: Tensor,
        weight: Tensor,
        bias: Tensor,
        targets: Tensor,
        smoothing: float,
        alpha: float,
    ) -> tuple[Tensor, Tensor]:
        with torch.autocast(first.device.type, enabled=False):
            table = weight.to(first.dtype)
            accumulator = torch.promote_types(first.dtype, torch.float32)
            gradients = torch.empty_like(first), torch.empty_like(second)
            grad_weight, grad_bias = torch.zeros_like(weight), torch.zeros_like(bias)
            smoothed = torch.zeros((), dtype=accumulator, device=first.device)
            nll = torch.zeros_like(smoothed)
            for start in range(0, len(first), loss_module.CHUNK_ROWS):
                chunk = slice(start, start + loss_module.CHUNK_ROWS)
                chosen = targets[chunk].unsqueeze(1)  # [chunk, 1]
                rows = first[chunk], second[chunk]
                logs = [(linear(each, table).to(accumulator) + bias).log_softmax(dim=1) for each in rows]
                # exp() of less than -87 is a denormal number in fp32, which is a hundred times slower.
                probabilities = [each.clamp(min=-80.0).exp_() for each in logs]
                gap = logs[0] - logs[1]  # [chunk, vocab]
                for side, sign in ((0, 1.0), (1, -1.0)):
                    own, other = probabilities[side], probabilities[1 - side]
                    divergence = sign * (own.unsqueeze(1) @ gap.unsqueeze(2)).squeeze(2)  # [chunk, 1]
                    lost = -logs[side].gather(1, chosen).sum()
                    nll += lost / 2
                    smoothed += ((1 - smoothing) * lost - smoothing * logs[side].mean(dim=1).sum()) / 2
                    smoothed += alpha / 4 * divergence.sum()
                    gradient = (gap * (sign * alpha / 4)).add_(0.5 + alpha / 4 * (1 - divergence)).mul_(own)
                    gradient.sub_(other, alpha=alpha / 4).sub_(smoothing / (2 * len(weight)))
                    gradient.scatter_add_(1, chosen, gradient.new_full((1, 1), (smoothing - 1) / 2).expand_as(chosen))
                    grad_bias += gradient.new_ones(len(gradient)) @ gradient  # much quicker than sum(dim=0)
                    lean = gradient.to(first.dtype)
                    gradients[side][chunk] = lean @ table
                    grad_weight += lean.t() @ rows[side]
        ctx.save_for_backward(*gradients, grad_weight, grad_bias)
        ctx.mark_non_differentiable(nll)
        return smoothed, nll

    @staticmethod
    def backward(ctx: Any, upstream: Tensor, _: Tensor) -> tuple[Tensor | None, ...]:
        gradients = (scaled(gradient, upstream) for gradient in ctx.saved_tensors)
        return *gradients, None, None, None
