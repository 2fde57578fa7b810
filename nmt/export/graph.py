"""Building an ONNX graph node by node."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from nmt.export.packages import package

OPSET = 17
Axes = Sequence[int | str]  # of an input or output; a name where the length is free


class Graph:
    """Nodes and weights so far. Every method gives the name of a value, which other nodes read."""

    def __init__(self) -> None:
        self.onnx: Any = package("onnx", "--format onnx")
        self.nodes: list[Any] = []
        self.weights: dict[str, Any] = {}

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """One node; the name of its only output."""
        return self.ops(kind, 1, *inputs, **attributes)[0]

    def ops(self, kind: str, outputs: int, *inputs: str, **attributes: Any) -> list[str]:
        """One node; the names of its outputs."""
        names = [f"{kind}_{len(self.nodes)}_{index}" for index in range(outputs)]
        self.nodes.append(self.onnx.helper.make_node(kind, list(inputs), names, **attributes))
        return names

    def name(self, value: str, name: str) -> None:
        """Have an output of the graph called `name` that is `value`."""
        self.nodes.append(self.onnx.helper.make_node("Identity", [value], [name]))

    def constant(self, value: Any) -> str:
        """A weight or another fixed array; the same name for the same tensor."""
        key = f"tensor_{value.data_ptr()}_{tuple(value.shape)}" if isinstance(value, Tensor) else repr(value)
        if key not in self.weights:
            array = value.detach().float().cpu().numpy() if isinstance(value, Tensor) else np.array(value)
            self.weights[key] = (f"constant_{len(self.weights)}", np.array(array, order="C"), value)
        return str(self.weights[key][0])

    def linear(self, inputs: str, linear: nn.Linear) -> str:
        """[..., in] -> [..., out]"""
        return self.affine(inputs, linear.weight, linear.bias)

    def affine(self, inputs: str, weight: Tensor, bias: Tensor | None) -> str:
        """inputs @ weight^T + bias"""
        product = self.op("MatMul", inputs, self.constant(weight.detach().t().contiguous()))
        return product if bias is None else self.op("Add", product, self.constant(bias))

    def norm(self, inputs: str, norm: nn.Module) -> str:
        """Layer normalisation, or nothing for an identity."""
        if not isinstance(norm, nn.LayerNorm):
            return inputs
        scale, shift = self.constant(norm.weight), self.constant(norm.bias)
        return self.op("LayerNormalization", inputs, scale, shift, axis=-1, epsilon=norm.eps)

    def reshape(self, value: str, shape: Sequence[int]) -> str:
        """0 keeps a length, -1 is what remains."""
        return self.op("Reshape", value, self.constant(list(shape)))

    def transpose(self, value: str, *order: int) -> str:
        return self.op("Transpose", value, perm=list(order))

    def model(self, inputs: Mapping[str, tuple[type, Axes]], outputs: Mapping[str, tuple[type, Axes]]) -> Any:
        """The whole, checked: names of inputs and outputs -> type and axes."""
        helper = self.onnx.helper

        def declare(name: str, kind: type, axes: Axes) -> Any:
            return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(kind)), list(axes))

        weights = [self.onnx.numpy_helper.from_array(array, name) for name, array, _ in self.weights.values()]
        values = ([declare(name, *about) for name, about in side.items()] for side in (inputs, outputs))
        graph = helper.make_graph(self.nodes, "nmt", *values, initializer=weights)
        opset = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opset, ir_version=8, producer_name="nmt")
        self.onnx.checker.check_model(model)
        return model


def gate_order(weight: Tensor, cell: str) -> Tensor:
    """torch's gates [gates x dim, ...] in ONNX's order: an LSTM's i f g o -> i o f g, a GRU's r z n -> z r n."""
    order = {"lstm": (0, 3, 1, 2), "gru": (1, 0, 2)}.get(cell, (0,))
    parts = weight.detach().chunk(len(order))
    return torch.cat([parts[index] for index in order])
