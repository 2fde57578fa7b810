"""A model whose products with weights are made in another way than it was trained with."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from nmt.models.build import EncoderDecoder
from nmt.models.embedding import OutputProjection
from nmt.models.rnn.layer import RecurrentLayer

Make = Callable[[Tensor, Tensor | None], nn.Module]  # W [outputs, inputs] and b [outputs] -> y = x W^T + b


class SteppingLayer(RecurrentLayer):
    """A recurrent layer whose steps are made so; a whole sequence at once is left to the library."""

    def __init__(self, layer: RecurrentLayer, make: Make) -> None:
        nn.Module.__init__(self)
        self.cell, self.dim, self.rnn = layer.cell, layer.dim, layer.rnn
        input_weight, recurrent_weight, input_bias, recurrent_bias = layer.weights()
        if self.cell == "gru":
            self.input_product = make(input_weight, input_bias)
            self.recurrent_product = make(recurrent_weight, recurrent_bias)
        else:  # one product instead of two: each costs more in calls and copies than in arithmetic
            self.product = make(torch.cat([input_weight, recurrent_weight], dim=1), input_bias + recurrent_bias)

    def products(self, inputs: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
        return self.input_product(inputs), self.recurrent_product(hidden)

    def summed_products(self, inputs: Tensor, hidden: Tensor) -> Tensor:
        return self.product(torch.cat([inputs, hidden], dim=-1))


def replace_products(model: EncoderDecoder, make: Make, within: Iterable[nn.Module]) -> EncoderDecoder:
    """The model itself, for translating: linear maps, output and decoder steps in one of `within` are made so.

    Embeddings and norms stay as they are.
    """
    for module in list(within):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Linear | OutputProjection):
                setattr(module, name, make(child.weight, child.bias))
            elif isinstance(child, RecurrentLayer) and module is model.decoder.layers:
                setattr(module, name, SteppingLayer(child, make))
    return model.eval()
