"""A model spread over all processes (FSDP2): each keeps an n-th of the weights, the gradients, the moments of the
optimizer and the moving average.

A layer is gathered when it computes and let go of afterwards; what is in no layer (embeddings, output) is gathered for
the length of a forward and a backward pass. Gradients are summed over the processes on the way back, and each gets its
part of the sum. What is saved is whole tensors, as without sharding.
"""

import warnings
from collections.abc import Iterator
from functools import cache

import torch
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, fully_shard, register_fsdp_forward_method
from torch.utils._pytree import register_dataclass

from nmt.models.attention import Keys
from nmt.models.base import EncoderOutput
from nmt.models.build import EncoderDecoder, build_model
from nmt.models.rnn.decoder import RNNDecoder
from nmt.models.saved import SavedModel, fill_parameters
from nmt.training.distributed import Workers, whole


def shard(model: EncoderDecoder, workers: Workers) -> None:
    """Spread the weights of a model that is the same in all processes, in place, and move it to their device."""
    _show_tensors_to_fsdp()
    # What a layer gives may be a view: that only matters where it is changed in place, and no model does that.
    warnings.filterwarnings("ignore", message="FSDP2-wrapped module .* returned a view tensor")
    _keep_where_gathered(model)
    mesh = init_device_mesh(workers.device.type, (workers.size,))
    for layer in _layers(model):
        fully_shard(layer, mesh=mesh)
        if hasattr(layer, "prepare"):  # computes with the layer's weights, as forward does
            register_fsdp_forward_method(layer, "prepare")
    fully_shard(model, mesh=mesh, reshard_after_forward=False)  # the loss needs the output table
    for module in model.modules():
        if isinstance(module, FSDPModule):  # sums, not means: the loss is divided by the tokens of all processes
            module.set_gradient_divide_factor(1.0)
            module.set_force_sum_reduction_for_comms(True)


def whole_model(weights: dict[str, Tensor], about: SavedModel, workers: Workers) -> EncoderDecoder | None:
    """A model of its own with these weights, which may be sharded, in the process that leads; None in the others."""
    found = whole(weights, wanted=workers.leads)
    if not workers.leads:
        return None
    with torch.random.fork_rng(devices=[]):  # making a model draws nothing from the generator of the training
        model = build_model(about.model, about.source_vocab, about.target_vocab)
    model.to(next(iter(found.values())).dtype)
    fill_parameters(model, found, "the sharded weights")
    return model.to(workers.device)


def _layers(model: EncoderDecoder) -> Iterator[nn.Module]:
    """What stands in a stack, is made of modules itself, and reads a whole sequence in one call.

    With input feeding a layer is called for each token, and how many there are is not the same in all processes.
    """
    for part in (model.encoder, model.decoder):
        if isinstance(part, RNNDecoder) and part.config.feed == "input":
            continue
        for stack in part.modules():
            if isinstance(stack, nn.ModuleList):
                yield from (layer for layer in stack if next(layer.children(), None) is not None)


def _keep_where_gathered(model: nn.Module) -> None:
    """On a GPU a recurrent layer moves its weights side by side, out of the memory that later gathers write to.

    It would compute with those of the first pass for ever. Left where they are, cuDNN copies them each time and warns.
    """
    warnings.filterwarnings("ignore", message="RNN module weights are not part of single contiguous chunk")
    for module in model.modules():
        if isinstance(module, nn.RNNBase):
            module.flatten_parameters = lambda: None  # type: ignore[method-assign]


@cache
def _show_tensors_to_fsdp() -> None:
    """It looks for tensors in what layers take and give, to know when gradients come; in these since torch 2.13."""
    for kind in (EncoderOutput, Keys):
        register_dataclass(kind)
