"""Optimizer, clipping, and the moving average of the weights."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from nmt.training.config import TrainingConfig
from nmt.training.distributed import ALONE, Workers, own_part


def build_optimizer(model: nn.Module, config: TrainingConfig) -> torch.optim.Optimizer:
    """Adam (Kingma & Ba, 2015) or AdamW (Loshchilov & Hutter, 2019); no decay on vectors: biases and norms."""
    matrices = [parameter for parameter in model.parameters() if parameter.dim() > 1]
    vectors = [parameter for parameter in model.parameters() if parameter.dim() <= 1]
    groups = [{"params": matrices, "weight_decay": config.weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    kind = torch.optim.AdamW if config.optimizer == "adamw" else torch.optim.Adam
    return kind(groups, lr=config.learning_rate, betas=config.betas, eps=1e-8, fused=True)


def clip_gradients(gradients: list[Tensor], limit: float, holders: Workers = ALONE) -> tuple[float, bool]:
    """Scale gradients to a norm of at most `limit` (Pascanu et al., 2013; 0: never).

    `holders` are the processes over which they are spread. Returns the norm before, and whether it was cut.
    """
    norm = float(torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients))))
    if holders.size > 1:
        norm = math.sqrt(holders.sum(norm * norm)[0])
    clipped = 0.0 < limit < norm < float("inf")
    if clipped:
        torch._foreach_mul_(gradients, limit / norm)
    return norm, clipped


class MovingAverage:
    """Exponential moving average of the weights (Kingma & Ba, 2015, section 7.2), with a decay that grows from 0.1."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        averaged = model.named_parameters() if decay else ()
        self.weights = {name: parameter.detach().clone() for name, parameter in averaged}

    @torch.no_grad()
    def update(self, model: nn.Module, updates: int) -> None:
        """Take in the weights of an update after `updates` earlier ones; early on the average follows them closely."""
        if not self.weights:
            return
        decay = min(self.decay, (1 + updates) / (10 + updates))
        average, current = (list(map(own_part, tensors)) for tensors in (self.weights.values(), model.parameters()))
        torch._foreach_lerp_(average, current, 1.0 - decay)

    @contextmanager
    def applied(self, model: nn.Module) -> Iterator[None]:
        """Within, the model has the averaged weights; after, its own again."""
        self._swap(model)
        try:
            yield
        finally:
            self._swap(model)

    @torch.no_grad()
    def _swap(self, model: nn.Module) -> None:
        """The values alone: the library wants a recurrent layer's weights to stay side by side on a GPU."""
        for name, average in self.weights.items():
            parameter = model.get_parameter(name)
            own = parameter.detach().clone()
            parameter.copy_(average)
            average.copy_(own)
