"""Input feeding in training: LSTM, dot attention and readout over all target positions, with their gradient by hand.

The loop is RNNDecoder.step for one LSTM layer. Left to autograd it spends most of its time on adding up, position by
position, the gradients of the weights and of the memory, and on concatenating what one product can read where it lies.
Here whatever does not wait for the position before is one product over all of them: the embeddings' share of the gates
before the loop, and after it the gradients of embeddings, weights and memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from nmt.models.attention import Keys, masked_softmax

_tanh_backward = torch.ops.aten.tanh_backward.grad_input  # (gradient, tanh(x), grad_input=where it goes)
_sigmoid_backward = torch.ops.aten.sigmoid_backward.grad_input


@dataclass(frozen=True)
class FedWeights:
    """The weights of the loop: those of an LSTM that reads [embedding; readout before], and of the readout."""

    input: Tensor  # [4 dim, input_dim + feature_dim]
    recurrent: Tensor  # [4 dim, dim]
    bias: Tensor  # [4 dim]
    readout: Tensor  # [feature_dim, dim + memory_dim]
    readout_bias: Tensor  # [feature_dim]


def decode_fed(
    embedded: Tensor,
    state: Sequence[Tensor],
    memory: Keys,
    weights: FedWeights,
    factors: Sequence[Tensor | None],
) -> Tensor:
    """embedded [batch, tgt_len, input_dim], first hidden and cell state -> features [batch, tgt_len, feature_dim].

    The memory is that of a dot attention. `factors` is the dropout of hidden states [tgt_len, batch, dim] and features
    [tgt_len, batch, feature_dim]: what to multiply them by. Within autocast the products are in its type, the rest in
    that of the weights.
    """
    given = (weights.input, weights.recurrent, weights.bias, weights.readout, weights.readout_bias)
    kind = embedded.device.type
    low = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else weights.bias.dtype
    with torch.autocast(kind, enabled=False):
        inputs = (one.to(weights.bias.dtype) for one in (embedded, *state, memory.keys, memory.values))
        return _Fed.apply(*inputs, *given, memory.mask, *factors, low)  # type: ignore[no-untyped-call]


def _add_product(total: Tensor, left: Tensor, right: Tensor) -> Tensor:
    """total += left right, where the product is in the type of `right`."""
    if left.dtype == right.dtype:
        return total.addmm_(left, right)
    return total.add_(left.to(right.dtype) @ right)


class _Fed(torch.autograd.Function):
    """Time comes first in here. `read` holds what the gates read of the past, [feature before; hidden before]."""

    @staticmethod
    def forward(
        ctx: Any,
        embedded: Tensor,
        hidden: Tensor,
        cell: Tensor,
        keys: Tensor,
        values: Tensor,
        weight_input: Tensor,
        weight_recurrent: Tensor,
        bias: Tensor,
        weight_readout: Tensor,
        bias_readout: Tensor,
        mask: Tensor,
        keep_hidden: Tensor | None,
        keep_feature: Tensor | None,
        low: torch.dtype,
    ) -> Tensor:
        batch, length, width = embedded.shape
        dim, feature = hidden.shape[1], len(bias_readout)
        new = embedded.new_empty
        inputs = embedded.transpose(0, 1).to(low).reshape(length * batch, width)
        of_input = weight_input[:, :width].to(low)
        of_past = torch.cat([weight_input[:, width:], weight_recurrent], dim=1).to(low)  # [4 dim, feature + dim]
        of_readout = weight_readout.to(low)
        gates = (inputs @ of_input.t()).to(bias.dtype).view(length, batch, 4 * dim).add_(bias)
        read, cells = new(length + 1, batch, feature + dim), new(length + 1, batch, dim)
        cell_tanh, features = new(length, batch, dim), new(length, batch, feature)  # features before dropout
        looked, seen = new(length, batch, dim + values.shape[2]), new(length, batch, values.shape[1])
        read[0, :, :feature], read[0, :, feature:], cells[0] = 0.0, hidden, cell
        for t in range(length):
            gate = _add_product(gates[t], read[t], of_past.t())
            gate[:, : 2 * dim].sigmoid_()
            gate[:, 2 * dim : 3 * dim].tanh_()
            gate[:, 3 * dim :].sigmoid_()
            enter, forget, candidate, output = gate.chunk(4, dim=1)
            torch.mul(forget, cells[t], out=cells[t + 1]).addcmul_(enter, candidate)
            torch.tanh(cells[t + 1], out=cell_tanh[t])
            after = torch.mul(output, cell_tanh[t], out=read[t + 1, :, feature:])
            query = looked[t, :, :dim].copy_(after) if keep_hidden is None else after * keep_hidden[t]
            looked[t, :, :dim] = query
            seen[t] = masked_softmax(torch.bmm(keys, query.unsqueeze(2)).squeeze(2), mask)
            looked[t, :, dim:] = torch.bmm(seen[t].unsqueeze(1), values).squeeze(1)
            features[t] = bias_readout
            _add_product(features[t], looked[t], of_readout.t()).tanh_()
            read[t + 1, :, :feature] = features[t] if keep_feature is None else features[t] * keep_feature[t]
        saved = (inputs, keys, values, of_input, of_past, of_readout, gates, read, cells, cell_tanh, looked, seen)
        ctx.save_for_backward(*saved, features, keep_hidden, keep_feature)
        return read[1:, :, :feature].transpose(0, 1).contiguous()

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor | None, ...]:
        inputs, keys, values, of_input, of_past, of_readout, *saved = ctx.saved_tensors
        gates, read, cells, cell_tanh, looked, seen, features, keep_hidden, keep_feature = saved
        length, batch, dim = cell_tanh.shape
        feature, width = features.shape[2], of_input.shape[1]
        upstream = upstream.transpose(0, 1)
        of_gates, of_looked, of_scores = torch.empty_like(gates), torch.zeros_like(looked), torch.empty_like(seen)
        of_features = torch.empty_like(features)  # before tanh
        of_read, of_cell = torch.zeros_like(read[0]), torch.zeros_like(cells[0])
        for t in range(length - 1, -1, -1):
            torch.add(upstream[t], of_read[:, :feature], out=of_features[t])
            if keep_feature is not None:
                of_features[t].mul_(keep_feature[t])
            _tanh_backward(of_features[t], features[t], grad_input=of_features[t])
            _add_product(of_looked[t], of_features[t], of_readout)
            of_seen = torch.bmm(values, of_looked[t, :, dim:].unsqueeze(2)).squeeze(2)
            of_scores[t] = seen[t] * (of_seen - (seen[t] * of_seen).sum(dim=1, keepdim=True))
            of_hidden = torch.bmm(of_scores[t].unsqueeze(1), keys).squeeze(1).add_(of_looked[t, :, :dim])
            if keep_hidden is not None:
                of_hidden.mul_(keep_hidden[t])
            of_hidden.add_(of_read[:, feature:])
            gate, of_gate = gates[t], of_gates[t]
            enter, forget, candidate, output = gate.chunk(4, dim=1)
            of_enter, of_forget, of_candidate, of_output = of_gate.chunk(4, dim=1)
            torch.mul(of_hidden, cell_tanh[t], out=of_output)
            _sigmoid_backward(of_output, output, grad_input=of_output)
            of_hidden.mul_(output)
            of_cell.add_(_tanh_backward(of_hidden, cell_tanh[t], grad_input=of_hidden))
            torch.mul(of_cell, candidate, out=of_enter)
            torch.mul(of_cell, cells[t], out=of_forget)
            _sigmoid_backward(of_gate[:, : 2 * dim], gate[:, : 2 * dim], grad_input=of_gate[:, : 2 * dim])
            torch.mul(of_cell, enter, out=of_candidate)
            _tanh_backward(of_candidate, candidate, grad_input=of_candidate)
            of_cell.mul_(forget)
            of_read = _add_product(of_read.zero_(), of_gate, of_past)
        rows, low = length * batch, of_input.dtype
        lean = of_gates.view(rows, 4 * dim).to(low)
        of_embedded = (lean @ of_input).view(length, batch, width).transpose(0, 1)
        weight_past = lean.t() @ read[:-1].reshape(rows, feature + dim).to(low)
        weight_input = torch.cat([lean.t() @ inputs, weight_past[:, :feature]], dim=1)
        weight_readout = of_features.view(rows, feature).to(low).t() @ looked.view(rows, -1).to(low)
        queries, contexts = looked[:, :, :dim].transpose(0, 1), of_looked[:, :, dim:].transpose(0, 1)
        exact = gates.dtype
        return (
            of_embedded.to(exact),
            of_read[:, feature:],
            of_cell,
            torch.bmm(of_scores.permute(1, 2, 0), queries),
            torch.bmm(seen.permute(1, 2, 0), contexts),
            weight_input.to(exact),
            weight_past[:, feature:].to(exact),
            of_gates.sum(dim=(0, 1)),
            weight_readout.to(exact),
            of_features.sum(dim=(0, 1)),
            None,
            None,
            None,
            None,
        )
