"""One recurrent layer whose cell is a word in the recipe."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nmt.models.attention import Keys
from nmt.models.rnn.feeding import FedWeights, decode_fed

Cell = Literal["rnn_tanh", "rnn_relu", "gru", "lstm"]
CELL_NAMES: dict[Cell, str] = {"rnn_tanh": "tanh RNN", "rnn_relu": "ReLU RNN", "gru": "GRU", "lstm": "LSTM"}
CellState = tuple[Tensor, ...]  # (hidden,) or, for an LSTM, (hidden, cell); each [rows, dim]
# Input and recurrent weights [gates x dim, ...], input and recurrent biases [gates x dim].
Weights = tuple[Tensor, Tensor, Tensor, Tensor]


def num_state_parts(cell: Cell) -> int:
    """How many tensors one layer carries from step to step."""
    return 2 if cell == "lstm" else 1


def _weights(rnn: nn.RNNBase) -> Weights:
    return cast(Weights, (rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0, rnn.bias_hh_l0))


@contextmanager
def _precision(value: Literal["tf32", "ieee"]) -> Iterator[None]:
    """Of what cuDNN's recurrent layers multiply; it stays so where a gradient is wanted, for the backward pass.

    It is set back otherwise: torch.backends.cudnn.allow_tf32 is an error while they and convolutions differ.
    """
    rnn: Any = torch.backends.cudnn.rnn
    former, rnn.fp32_precision = rnn.fp32_precision, value
    try:
        yield
    finally:
        if not torch.is_grad_enabled():
            rnn.fp32_precision = former


class RecurrentLayer(nn.Module):
    """A simple RNN (Elman, 1990), GRU (Cho et al., 2014) or LSTM (Hochreiter & Schmidhuber, 1997), one direction.

    The GRU is torch's: its reset gate is applied after the recurrent product, that of the paper before.
    A whole sequence runs in one library call on padded input: packed sequences would leave the fast LSTM kernels.
    """

    def __init__(self, cell: Cell, input_dim: int, dim: int) -> None:
        super().__init__()
        self.cell: Cell = cell
        self.dim = dim
        if cell == "lstm":
            self.rnn: nn.RNNBase = nn.LSTM(input_dim, dim, batch_first=True)
        elif cell == "gru":
            self.rnn = nn.GRU(input_dim, dim, batch_first=True)
        else:
            self.rnn = nn.RNN(input_dim, dim, nonlinearity=cell.removeprefix("rnn_"), batch_first=True)
        self._initialise()

    def _initialise(self) -> None:
        """Xavier input weights, orthogonal recurrent weights, zero biases, and an LSTM forget bias of one."""
        input_weight, recurrent_weight, input_bias, recurrent_bias = _weights(self.rnn)
        gates = recurrent_weight.shape[0] // self.dim
        for gate in range(gates):
            part = slice(gate * self.dim, (gate + 1) * self.dim)
            nn.init.xavier_uniform_(input_weight.data[part])
            nn.init.orthogonal_(recurrent_weight.data[part])
        nn.init.zeros_(input_bias)
        nn.init.zeros_(recurrent_bias)
        if self.cell == "lstm":  # remember by default (Jozefowicz et al., 2015)
            nn.init.ones_(input_bias.data[self.dim : 2 * self.dim])

    def forward(self, inputs: Tensor, state: CellState) -> Tensor:
        """[batch, length, input_dim] and the state before it -> hidden vectors [batch, length, dim]"""
        first = tuple(part.unsqueeze(0).contiguous() for part in state)  # the library puts layers first
        if not inputs.is_cuda:
            return self._run(inputs, first)
        # Autocast would make it fp16, in which small gradients are zero, whatever it makes of the rest: TF32 instead.
        # Elsewhere products are in real fp32 as those of `step` are, so that search and forced decoding agree.
        autocast = torch.is_autocast_enabled("cuda")
        if autocast:
            inputs, first = inputs.float(), tuple(part.float() for part in first)
        with _precision("tf32" if autocast else "ieee"), torch.autocast("cuda", enabled=False):
            return self._run(inputs, first)

    def _run(self, inputs: Tensor, first: CellState) -> Tensor:
        outputs, _ = self.rnn(inputs, first if self.cell == "lstm" else first[0])
        return outputs

    def step(self, inputs: Tensor, state: CellState) -> CellState:
        """[rows, input_dim] and a state -> the next state, whose first part is the output [rows, dim]"""
        if self.cell == "gru":
            from_input, from_hidden = self.products(inputs, state[0])
            resetting, keeping, new = from_input.chunk(3, dim=-1)
            resetting_too, keeping_too, old = from_hidden.chunk(3, dim=-1)
            new = torch.tanh(new + torch.sigmoid(resetting + resetting_too) * old)
            return (torch.lerp(new, state[0], torch.sigmoid(keeping + keeping_too)),)
        total = self.summed_products(inputs, state[0])
        if self.cell == "lstm":
            entering, forgetting, new, leaving = total.chunk(4, dim=-1)
            cell = torch.sigmoid(forgetting) * state[1] + torch.sigmoid(entering) * torch.tanh(new)
            return torch.sigmoid(leaving) * torch.tanh(cell), cell
        return (torch.relu(total) if self.cell == "rnn_relu" else torch.tanh(total),)

    def products(self, inputs: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """[rows, input_dim] and the state before it [rows, dim] -> what each gives to the gates, [rows, gates x dim]"""
        input_weight, recurrent_weight, input_bias, recurrent_bias = self.weights()
        return F.linear(inputs, input_weight, input_bias), F.linear(hidden, recurrent_weight, recurrent_bias)

    def summed_products(self, inputs: Tensor, hidden: Tensor) -> Tensor:
        """The sum of both, for the cells whose gates need no more."""
        from_input, from_hidden = self.products(inputs, hidden)
        return from_input + from_hidden

    def weights(self) -> Weights:
        """Of this layer, as the library names them."""
        return _weights(self.rnn)

    def fed(
        self, embedded: Tensor, state: CellState, memory: Keys, readout: nn.Linear, factors: Sequence[Tensor | None]
    ) -> Tensor:
        """Of an LSTM with input feeding: the features of all positions, as `feeding.decode_fed` has it."""
        input_weight, recurrent_weight, input_bias, recurrent_bias = _weights(self.rnn)
        bias = input_bias + recurrent_bias
        weights = FedWeights(input_weight, recurrent_weight, bias, readout.weight, readout.bias)
        return decode_fed(embedded, state, memory, weights, factors)

    def zero_state(self, rows: int, like: Tensor) -> CellState:
        """A state of zeros on the device and in the type of `like`."""
        return tuple(like.new_zeros(rows, self.dim) for _ in range(num_state_parts(self.cell)))
