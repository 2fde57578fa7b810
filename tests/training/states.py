"""A training state so small that thousands of saves take no time, and the save of a validation."""

from pathlib import Path

import torch
from safetensors.torch import load

from nmt.config import parse_config
from nmt.models.build import ModelConfig, build_model
from nmt.models.saved import SavedModel
from nmt.storage.disk import Disk
from nmt.training.checkpoint import Checkpoints, TrainingState
from nmt.training.config import TrainingConfig
from nmt.training.distributed import ALONE
from nmt.training.optimizer import MovingAverage, build_optimizer
from nmt.training.progress import Progress

VOCAB = 5
TREE = {
    "embedding_dim": 2,
    "encoder": {"type": "rnn", "cell": "rnn_tanh", "bidirectional": False, "dim": 2},
    "decoder": {"type": "rnn", "cell": "rnn_tanh", "layers": 1, "dim": 2, "attention": "none", "feed": "output"},
}
ABOUT = SavedModel(parse_config(ModelConfig, TREE, "states"), VOCAB, VOCAB, 9, 1, {}, ("de", "en"))


def small_state(update: int) -> TrainingState:
    """The state of an update, and of no other: the number is in every tensor. Each update was the best so far."""
    model = build_model(ABOUT.model, VOCAB, VOCAB)
    optimizer = build_optimizer(model, TrainingConfig())
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, float(update))
    optimizer.step()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(update)
    progress = Progress(update=update, models=list(range(1, update)), states=list(range(1, update)))
    progress.note_score(float(update), keep=1)
    return TrainingState(model, MovingAverage(model, 0.5), optimizer, progress)


def save(run: Path, update: int, disk: Disk, seconds: float = 0.0) -> None:
    """What a validation does: the model, the state, the pointers, and of each the last two are kept.

    With other `seconds`, the state of an update has other bytes.
    """
    state, checkpoints = small_state(update), Checkpoints(run, keep_last=2, disk=disk)
    state.progress.wall_seconds = seconds
    checkpoints.save_model(state.model, ABOUT, state.progress, float(update))
    checkpoints.save_state(state, ALONE)


def is_of(files: dict[str, bytes], update: int) -> bool:
    """Whether these are the files of the model or the state of that update."""
    weights = load(files["model.safetensors" if "model.safetensors" in files else "weights.safetensors"])
    return all(bool((weight == update).all()) for weight in weights.values())
