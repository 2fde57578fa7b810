"""Weights as 8-bit integers: a model for translating on a CPU, whose matrix products are quicker.

Each row of a weight matrix, and each row of what it is multiplied with, has its own scale, so that its largest value
becomes 127 (dynamic quantisation; Jacob et al., 2018, without zero points). Products of integers are exact: what comes
out for a row does not depend on the rows beside it. A recurrent encoder, the sums of attention, softmax and
normalisation stay in fp32.
"""

import copy

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nmt.models.build import EncoderDecoder
from nmt.models.embedding import OutputProjection
from nmt.models.rnn.layer import RecurrentLayer

LARGEST = 127


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


class Int8RecurrentLayer(RecurrentLayer):
    """A recurrent layer that steps in 8 bits; a whole sequence at once is left to the library, in fp32."""

    def __init__(self, layer: RecurrentLayer) -> None:
        nn.Module.__init__(self)
        self.cell, self.dim, self.rnn = layer.cell, layer.dim, layer.rnn
        input_weight, recurrent_weight, input_bias, recurrent_bias = layer.weights()
        if self.cell == "gru":
            self.input_product = Int8Linear(input_weight, input_bias)
            self.recurrent_product = Int8Linear(recurrent_weight, recurrent_bias)
        else:  # one product instead of two: each costs more in scales and copies than in arithmetic
            self.product = Int8Linear(torch.cat([input_weight, recurrent_weight], dim=1), input_bias + recurrent_bias)

    def products(self, inputs: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
        return self.input_product(inputs), self.recurrent_product(hidden)

    def summed_products(self, inputs: Tensor, hidden: Tensor) -> Tensor:
        return self.product(torch.cat([inputs, hidden], dim=-1))


def to_int8(model: EncoderDecoder) -> EncoderDecoder:
    """A copy whose linear maps, decoder steps and output are in 8 bits; embeddings and norms stay as they are."""
    quick = copy.deepcopy(model)
    for module in list(quick.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Linear | OutputProjection):
                setattr(module, name, Int8Linear(child.weight, child.bias))
            elif isinstance(child, RecurrentLayer) and module is quick.decoder.layers:
                setattr(module, name, Int8RecurrentLayer(child))
    return quick.eval()
