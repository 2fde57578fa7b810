"""Weights laid out once as oneDNN reads them: the same fp32 products, quicker.

What torch calls for them otherwise (MKL) takes two to five times as long on a processor of AMD where there are few
rows, as for a sentence that is translated alone, and on one that computes with 512 bits (Zen 5) twice as long for any
number. oneDNN compiles a kernel for each number of rows when it first meets it, which takes half a millisecond and, for
as long as it is kept, 0.6 MB: so rows are added until there are as many as one of a few numbers.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nmt.models.build import EncoderDecoder
from nmt.models.products import replace_products

FEW_ROWS = 16  # up to here their number stays as it is; also a hint for the layout, which serves any


class PackedLinear(nn.Linear):
    """y = x W^T + b, for no gradient. The plain weight is kept: it may be an embedding too."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        nn.Module.__init__(self)
        self.out_features, self.in_features = weight.shape
        self.weight = weight if isinstance(weight, nn.Parameter) else nn.Parameter(weight.detach())
        self.register_parameter(
            "bias", bias if bias is None or isinstance(bias, nn.Parameter) else nn.Parameter(bias.detach())
        )
        self.packed = self._packed()

    def _packed(self) -> Tensor | None:
        weight = self.weight.detach()
        if weight.dtype != torch.float32 or weight.device.type != "cpu":
            return None
        packed: Tensor = torch.ops.mkldnn._reorder_linear_weight(weight, FEW_ROWS)
        return packed

    def __getstate__(self) -> dict[str, Any]:
        """Without the packed weight, which torch can neither copy nor pickle."""
        return {name: value for name, value in vars(self).items() if name != "packed"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)  # type: ignore[no-untyped-call]
        self.packed = self._packed()

    def forward(self, values: Tensor) -> Tensor:
        """[..., inputs] -> [..., outputs]"""
        rows = values.reshape(-1, self.in_features)
        packed = self.packed if (values.dtype, values.device.type) == (torch.float32, "cpu") else None
        if packed is None or torch.is_grad_enabled():
            return F.linear(values, self.weight, self.bias)
        number = len(rows)
        if missing := _rounded_up(number) - number:
            rows = F.pad(rows, (0, 0, 0, missing))
        found: Tensor = torch.ops.mkldnn._linear_pointwise(rows, packed, self.bias, "none", [], "")
        return found[:number].view(*values.shape[:-1], self.out_features)

    def rows(self, ids: Tensor) -> nn.Module:
        """The same map to only the outputs `ids` (int64 [n]), in that order; plain: kernels are made for one n each."""
        part = nn.Linear(self.in_features, len(ids), self.bias is not None, device="meta")
        part.weight = nn.Parameter(self.weight.detach()[ids])
        part.register_parameter("bias", None if self.bias is None else nn.Parameter(self.bias.detach()[ids]))
        return part


def _rounded_up(number: int) -> int:
    """To a multiple of 16, or of an eighth of the largest power of two in the number; up to 16 it stays as it is."""
    if number <= FEW_ROWS:
        return number
    step = max(FEW_ROWS, 1 << (number.bit_length() - 4))
    return -(-number // step) * step


def pack(model: EncoderDecoder) -> EncoderDecoder:
    """The model itself with its weights packed, for translating on a CPU in fp32; recurrent encoders are left as is.

    As it was where this build of torch has no such products: they are torch.compile's, and have no public name.
    """
    try:
        with torch.inference_mode():
            PackedLinear(torch.zeros(1, 1), None)(torch.zeros(1, 1))
    except (AttributeError, RuntimeError):
        return model.eval()
    return replace_products(model, PackedLinear, model.modules())
