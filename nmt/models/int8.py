"""Weights as 8-bit integers: a model for translating on a CPU, whose matrix products are quicker.

Each row of a weight matrix, and each row of what it is multiplied with, has its own scale, so that its largest value
becomes 127: no zero points, and nothing is calibrated beforehand, both unlike Jacob et al. (2018). Products of integers
are exact: what comes out for a row does not depend on the rows beside it. A recurrent encoder, the sums of attention,
softmax and normalisation stay in fp32.
"""

import copy

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nmt.models.build import EncoderDecoder
from nmt.models.products import replace_products

LARGEST = 127


def is_quick() -> bool:
    """Whether torch multiplies integers by instructions of this CPU (AVX-512 VNNI); on others it is a plain loop."""
    return bool(torch.cpu.get_capabilities().get("avx512_vnni"))


def quantise(values: Tensor) -> tuple[Tensor, Tensor]:
    """values [rows, dim] -> int8 [rows, dim] and the scale of each row [rows, 1]; their product is about `values`."""
    scale = values.abs().amax(dim=-1, keepdim=True).clamp(min=1e-30) / LARGEST
    return (values / scale).round_().to(torch.int8), scale


def _wide_enough(values: Tensor) -> Tensor:
    """[..., 1] -> [..., 2] with a zero beside it: torch's product of integers (2.13) is wrong for a width of one."""
    return F.pad(values, (0, 1)) if values.shape[-1] == 1 else values


class Int8Linear(nn.Module):
    """y = x W^T + b with W [outputs, inputs] in 8 bits."""

    columns: Tensor  # int8 [inputs, outputs], the transpose of W as the integer product reads it
    scale: Tensor  # [outputs]
    bias: Tensor | None  # [outputs]

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        super().__init__()
        integers, scale = quantise(_wide_enough(weight.detach().float()))
        self.register_buffer("columns", integers.t())
        self.register_buffer("scale", scale.squeeze(1))
        self.register_buffer("bias", None if bias is None else bias.detach().float())

    def forward(self, values: Tensor) -> Tensor:
        """[..., inputs] -> [..., outputs]"""
        integers, scale = quantise(_wide_enough(values.reshape(-1, values.shape[-1])))
        # Each integer is exact in fp32 up to 2^24; sums beyond are rounded as any fp32 sum is.
        outputs = torch._int_mm(integers, self.columns).float().mul_(scale).mul_(self.scale)
        if self.bias is not None:
            outputs.add_(self.bias)
        return outputs.view(*values.shape[:-1], -1)

    def rows(self, ids: Tensor) -> "Int8Linear":
        """Only the outputs `ids` int64 [n], in that order."""
        part = copy.copy(self)
        part._buffers = {
            # Gathered as rows of W, so that the transpose is laid out as it was.
            "columns": self.columns.t()[ids].t(),
            "scale": self.scale[ids],
            "bias": None if self.bias is None else self.bias[ids],
        }
        return part


def to_int8(model: EncoderDecoder) -> EncoderDecoder:
    """A copy whose linear maps, decoder steps and output are in 8 bits; embeddings and norms stay as they are."""
    quick = copy.deepcopy(model)
    return replace_products(quick, Int8Linear, quick.modules())
