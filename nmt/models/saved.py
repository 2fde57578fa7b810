"""A model on disk: weights as safetensors, config as JSON, and a manifest of checksums; no pickle anywhere."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from nmt.config import dump_config, parse_config
from nmt.errors import CheckpointError, ConfigError
from nmt.models.build import EncoderDecoder, ModelConfig, build_model
from nmt.storage.disk import Disk
from nmt.storage.folder import read_folder, write_folder


@dataclass(frozen=True)
class SavedModel:
    """What translating needs to know of a model besides its weights."""

    model: ModelConfig
    source_vocab: int
    target_vocab: int
    max_length: int  # of a source or target in training, in tokens: corpus.max_length
    max_sentences: int  # of a source in training, as a rule; 0: not known
    tokenizers: dict[str, str]  # file name -> SHA-256
    languages: tuple[str, str]


def model_files(model: EncoderDecoder, about: SavedModel) -> dict[str, bytes]:
    """What a saved model consists of: file name -> bytes."""
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in model.named_parameters()}
    description = {
        "model": dump_config(about.model),
        "source_vocab": about.source_vocab,
        "target_vocab": about.target_vocab,
        "max_length": about.max_length,
        "max_sentences": about.max_sentences,
        "tokenizers": about.tokenizers,
        "languages": list(about.languages),
    }
    return {"model.safetensors": save(weights), "model.json": json.dumps(description, indent=1).encode()}


def save_model(
    directory: Path,
    model: EncoderDecoder,
    about: SavedModel,
    note: dict[str, Any] | None = None,
    disk: Disk | None = None,
) -> None:
    """Make the folder `directory` with this model; the manifest keeps `note`. Raises DiskError."""
    write_folder(directory, model_files(model, about), note or {}, disk or Disk())


def load_model(directory: Path) -> tuple[EncoderDecoder, SavedModel]:
    """The model in eval mode, on the CPU. Raises CheckpointError; a damaged file is never loaded."""
    files = read_folder(directory).files
    try:
        tree: dict[str, Any] = json.loads(files["model.json"])
        config = parse_config(ModelConfig, tree["model"], f"{directory}/model.json")
        source_vocab, target_vocab = int(tree["source_vocab"]), int(tree["target_vocab"])
        languages = (str(tree["languages"][0]), str(tree["languages"][1]))
        limits = int(tree["max_length"]), int(tree.get("max_sentences", 0))  # which was not noted before
        about = SavedModel(config, source_vocab, target_vocab, *limits, tree["tokenizers"], languages)
        weights = load_tensors(files, "model.safetensors", directory)
        with torch.device("meta"):  # a description that asks for more than there is takes no memory
            described = build_model(config, about.source_vocab, about.target_vocab)
        _check_fit(weights, dict(described.named_parameters()), str(directory))
    except (KeyError, ValueError, TypeError, IndexError, RuntimeError, ConfigError) as error:
        raise CheckpointError(f"{directory}/model.json does not describe a model: {error}") from None
    # Not `described.to_empty`, for which torch imports its symbolic shapes: that takes longer than drawing the numbers.
    with torch.random.fork_rng(devices=[]):  # loading a model draws nothing from the caller's generator
        model = build_model(config, about.source_vocab, about.target_vocab)
    fill_parameters(model, weights, str(directory))
    return model.eval(), about


def load_tensors(files: dict[str, bytes], name: str, directory: Path) -> dict[str, Tensor]:
    """The tensors of one of the files that read_folder found in `directory`. Raises CheckpointError."""
    if name not in files:
        raise CheckpointError(f"{directory} has no {name}: it is not complete. Copy it again, or train again.")
    try:
        return load(files[name])
    except SafetensorError as error:
        raise CheckpointError(
            f"{directory}/{name} is not a safetensors file ({error}). Copy the run again, or train again."
        ) from None


@torch.no_grad()
def fill_parameters(
    model: EncoderDecoder,
    weights: dict[str, Tensor],
    where: str,
    put: Callable[[Tensor, Tensor], object] = Tensor.copy_,
) -> None:
    """Copy `weights` into the parameters of the same names, by `put`(parameter, weight).

    Raises CheckpointError unless names, shapes and number types are the same and every number is finite.
    """
    check_tensors(weights, dict(model.named_parameters()), where)
    for name, parameter in model.named_parameters():
        put(parameter, weights[name])


def check_tensors(found: dict[str, Tensor], expected: dict[str, Tensor], where: str) -> None:
    """Raises CheckpointError unless names, shapes and number types are those expected and every number is finite."""
    _check_fit(found, expected, where)
    for name, tensor in found.items():
        if not bool(tensor.isfinite().all()):
            raise CheckpointError(f"{where}: {name} holds NaN or infinity. Train again with a lower learning rate.")


def _check_fit(found: dict[str, Tensor], expected: dict[str, Tensor], where: str) -> None:
    if set(expected) != set(found):
        different = ", ".join(sorted(set(expected) ^ set(found))[:3])
        raise CheckpointError(f"{where}: the weights are not those of the described model ({different}). Train again.")
    for name, tensor in expected.items():
        if tensor.shape != found[name].shape:
            shapes = f"{list(found[name].shape)} instead of {list(tensor.shape)}"
            raise CheckpointError(f"{where}: {name} has shape {shapes}. Train again.")
        if tensor.dtype != found[name].dtype:
            types = f"{found[name].dtype} instead of {tensor.dtype}".replace("torch.", "")
            raise CheckpointError(f"{where}: {name} is of type {types}. Copy the run again, or train again.")
