"""Dropout that is cheap on a CPU, and dropout of whole words."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def byte_mask(shape: torch.Size, probability: float, device: torch.device) -> tuple[Tensor, float]:
    """A mask of bytes that are 0 with about `probability` and otherwise 1, and the exact share that it keeps.

    Eight random bytes come from one 64-bit draw: about ten times cheaper than one Bernoulli draw an element, which on
    a CPU is a third of a small model's step. They stay bytes: torch turns bools into numbers several times slower. The
    probability is rounded to a multiple of 1/256 from 1/256 to 255/256.
    """
    threshold = min(max(round(probability * 256), 1), 255)  # something must be dropped, and something kept
    count = shape.numel()
    words = torch.empty((count + 7) // 8, dtype=torch.int64, device=device).random_(-(2**63), None)
    drawn = words.view(torch.uint8)[:count].view(shape)
    return drawn.clamp_(threshold - 1, threshold).sub_(threshold - 1), 1.0 - threshold / 256


class Dropout(nn.Module):
    """Inverted dropout (Srivastava et al., 2014); the identity in evaluation."""

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = probability

    def forward(self, values: Tensor) -> Tensor:
        """Any shape in, the same shape out."""
        if not self.training or self.probability == 0.0:
            return values
        if values.device.type != "cpu":
            return F.dropout(values, self.probability)
        keep, kept = byte_mask(values.shape, self.probability, values.device)
        return _MaskedScale.apply(values, keep, 1.0 / kept)  # type: ignore[no-untyped-call]

    def factors(self, shape: torch.Size, like: Tensor) -> Tensor | None:
        """What to multiply values of this shape by, 0 or more than 1, in the type of `like`; None in evaluation."""
        if not self.training or self.probability == 0.0:
            return None
        if like.device.type != "cpu":
            return F.dropout(like.new_ones(shape), self.probability)
        keep, kept = byte_mask(shape, self.probability, like.device)
        return keep.to(like.dtype).mul_(1.0 / kept)


class _MaskedScale(torch.autograd.Function):
    """values * keep * scale, saving only the byte mask for the way back."""

    @staticmethod
    def forward(ctx, values: Tensor, keep: Tensor, scale: float) -> Tensor:  # type: ignore[no-untyped-def]
        ctx.save_for_backward(keep)
        ctx.scale = scale
        return (values * scale).mul_(keep)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor, None, None]:  # type: ignore[no-untyped-def]
        (keep,) = ctx.saved_tensors
        return (gradient * ctx.scale).mul_(keep), None, None


class WordDropout(nn.Module):
    """Zeroes the whole embedding of a token, so that a model cannot lean on single words (Sennrich et al., 2016)."""

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = probability

    def forward(self, embedded: Tensor) -> Tensor:
        """[..., dim] -> [..., dim]"""
        if not self.training or self.probability == 0.0:
            return embedded
        keep = torch.rand(embedded.shape[:-1], device=embedded.device) >= self.probability  # [...]
        return embedded * keep.unsqueeze(-1).to(embedded.dtype)
