"""The training state on disk: enough to go on as if nothing had happened. Translating never opens it."""

import random
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor

from nmt.errors import CheckpointError
from nmt.models.build import EncoderDecoder
from nmt.models.saved import fill_parameters, load_tensors, read_folder, write_folder
from nmt.training.optimizer import MovingAverage
from nmt.training.progress import Progress


@dataclass(frozen=True)
class TrainingState:
    """Everything that changes while a model trains."""

    model: EncoderDecoder
    average: MovingAverage
    optimizer: torch.optim.Optimizer
    progress: Progress


def save_state(directory: Path, state: TrainingState) -> None:
    """Weights, their average, optimizer moments, random generators, progress: in one folder that is whole or absent."""
    files = {
        "weights.safetensors": save(_lean(dict(state.model.named_parameters()))),
        "average.safetensors": save(_lean(state.average.weights)),
        "optimizer.safetensors": save(_lean(_moments(state.optimizer))),
        "random.safetensors": save(_random_states()),
        "progress.json": state.progress.to_json().encode(),
    }
    write_folder(directory, files)


def load_state(directory: Path, state: TrainingState) -> Progress:
    """Fill model, average and optimizer in place and set the random generators; returns the progress.

    Raises CheckpointError where a file is missing, changed, or of another model.
    """
    files = read_folder(directory)
    fill_parameters(state.model, load_tensors(files, "weights.safetensors", directory), str(directory))
    for name, weight in load_tensors(files, "average.safetensors", directory).items():
        state.average.weights[name].copy_(weight)
    moments = load_tensors(files, "optimizer.safetensors", directory)
    parameters = [parameter for group in state.optimizer.param_groups for parameter in group["params"]]
    for index, parameter in enumerate(parameters):
        names = [name for name in moments if name.startswith(f"{index}.")]
        own = {name.partition(".")[2]: moments[name].to(parameter.device, copy=True) for name in names}
        if own:
            state.optimizer.state[parameter] = own
    _restore_random(load_tensors(files, "random.safetensors", directory))
    try:
        return Progress.from_json(files["progress.json"])
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"{directory}/progress.json does not fit this version of nmt ({error}). Train again."
        ) from None


def _moments(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    return {
        f"{index}.{name}": tensor
        for index, parameter in enumerate(parameters)
        for name, tensor in optimizer.state.get(parameter, {}).items()
    }


def _lean(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}


def _random_states() -> dict[str, Tensor]:
    """torch's generators; python's and numpy's are never drawn from without a seed of their own."""
    states = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        states["cuda"] = torch.cuda.get_rng_state()
    return states


def _restore_random(states: dict[str, Tensor]) -> None:
    torch.set_rng_state(states["cpu"])
    if "cuda" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state(states["cuda"])


def seed_everything(seed: int) -> None:
    """Seed every generator that library code might draw from."""
    random.seed(seed)
    torch.manual_seed(seed)
