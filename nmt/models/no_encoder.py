"""What stands in an encoder's place in a language model: a decoder that has nothing to read."""

from typing import Literal

from torch import Tensor, nn

from nmt.config import Config
from nmt.models.base import EncoderOutput


class NoEncoderConfig(Config):
    """No encoder: the decoder is a language model of the target (Mikolov et al., 2010, for a recurrent one).

    A recurrent decoder then has `attention = "none"`. A Transformer's cross-attention adds one learned vector a layer.
    """

    type: Literal["none"]

    def describe(self) -> str:
        return "no encoder"


class NoEncoder(nn.Module):
    """The same for every source: a one at each position, from which a decoder learns what to begin with."""

    output_dim = 1

    def __init__(self, config: NoEncoderConfig, input_dim: int, dropout: float) -> None:
        super().__init__()

    def forward(self, embedded: Tensor, mask: Tensor) -> EncoderOutput:
        """embedded [batch, src_len, input_dim], of which only the shape counts; mask bool [batch, src_len]"""
        states = embedded.new_ones(*mask.shape, 1)
        return EncoderOutput(states, mask, states[:, 0])
