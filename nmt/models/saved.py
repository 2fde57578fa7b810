"""A model on disk: weights as safetensors, config as JSON, and a manifest of checksums; no pickle anywhere."""

import hashlib
import json
import os
import shutil
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

FORMAT_VERSION = 1


@dataclass(frozen=True)
class SavedModel:
    """What translating needs to know of a model besides its weights."""

    model: ModelConfig
    source_vocab: int
    target_vocab: int
    max_length: int  # longest sentence seen in training, in tokens
    tokenizers: dict[str, str]  # file name -> SHA-256
    languages: tuple[str, str]


def write_folder(directory: Path, files: dict[str, bytes]) -> None:
    """Write files and their manifest into a new folder, then put it in the place of `directory`.

    Whoever reads finds the old folder or the new one, whole; a crash in between leaves `directory`.old.
    """
    partial, old = directory.with_name(directory.name + ".tmp"), directory.with_name(directory.name + ".old")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    manifest = {
        "format_version": FORMAT_VERSION,
        "files": {
            name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()
        },
    }
    for name, data in {**files, "manifest.json": json.dumps(manifest, indent=1).encode()}.items():
        with open(partial / name, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    if directory.exists():
        shutil.rmtree(old, ignore_errors=True)
        directory.rename(old)
    partial.rename(directory)
    shutil.rmtree(old, ignore_errors=True)


def read_folder(directory: Path) -> dict[str, bytes]:
    """The files of a folder that write_folder wrote, checked against its manifest.

    Raises CheckpointError when the folder is missing, incomplete, changed, or of a newer format.
    """
    if not directory.is_dir() and directory.with_name(directory.name + ".old").is_dir():
        directory = directory.with_name(directory.name + ".old")
    if not directory.is_dir():
        raise CheckpointError(f"{directory} is missing. Is {directory.parent} the directory of a run that has trained?")
    try:
        manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
        version, entries = manifest["format_version"], manifest["files"]
        checksums = {str(name): str(entry["sha256"]) for name, entry in entries.items()}
    except FileNotFoundError:
        raise CheckpointError(
            f"{directory} has no manifest.json: it is not complete. Copy it again, or train again."
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise CheckpointError(
            f"{directory}/manifest.json is not readable. Copy the run again, or train again."
        ) from None
    if version != FORMAT_VERSION:
        raise CheckpointError(
            f"{directory} has format {version}; this nmt reads format {FORMAT_VERSION}. "
            "Use the nmt version that wrote it."
        )
    return {name: _read_checked(directory / name, sha256) for name, sha256 in checksums.items()}


def _read_checked(path: Path, sha256: str) -> bytes:
    try:
        data = path.read_bytes()
    except (OSError, ValueError):  # ValueError: a name that no file can have
        raise CheckpointError(f"{path} is missing. Copy the whole run directory, or train again.") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise CheckpointError(
            f"{path} was changed after training: its checksum differs. Copy it again, or train again."
        )
    return data


def model_files(model: EncoderDecoder, about: SavedModel) -> dict[str, bytes]:
    """What a saved model consists of: file name -> bytes."""
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in model.named_parameters()}
    description = {
        "model": dump_config(about.model),
        "source_vocab": about.source_vocab,
        "target_vocab": about.target_vocab,
        "max_length": about.max_length,
        "tokenizers": about.tokenizers,
        "languages": list(about.languages),
    }
    return {"model.safetensors": save(weights), "model.json": json.dumps(description, indent=1).encode()}


def save_model(directory: Path, model: EncoderDecoder, about: SavedModel) -> None:
    """Replace `directory` by this model."""
    write_folder(directory, model_files(model, about))


def load_model(directory: Path) -> tuple[EncoderDecoder, SavedModel]:
    """The model in eval mode, on the CPU. Raises CheckpointError; a damaged file is never loaded."""
    files = read_folder(directory)
    try:
        tree: dict[str, Any] = json.loads(files["model.json"])
        config = parse_config(ModelConfig, tree["model"], f"{directory}/model.json")
        source_vocab, target_vocab = int(tree["source_vocab"]), int(tree["target_vocab"])
        languages = (str(tree["languages"][0]), str(tree["languages"][1]))
        about = SavedModel(config, source_vocab, target_vocab, int(tree["max_length"]), tree["tokenizers"], languages)
    except (KeyError, ValueError, TypeError, ConfigError) as error:
        raise CheckpointError(f"{directory}/model.json does not describe a model: {error}") from None
    with torch.random.fork_rng(devices=[]):  # loading a model draws nothing from the caller's generator
        model = build_model(config, about.source_vocab, about.target_vocab)
    fill_parameters(model, load_tensors(files, "model.safetensors", directory), str(directory))
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
def fill_parameters(model: EncoderDecoder, weights: dict[str, Tensor], where: str) -> None:
    """Copy `weights` into the parameters of the same names; CheckpointError unless names and shapes are the same."""
    parameters = dict(model.named_parameters())
    if set(parameters) != set(weights):
        different = ", ".join(sorted(set(parameters) ^ set(weights))[:3])
        raise CheckpointError(f"{where}: the weights are not those of the described model ({different}). Train again.")
    for name, parameter in parameters.items():
        if parameter.shape != weights[name].shape:
            shapes = f"{list(weights[name].shape)} instead of {list(parameter.shape)}"
            raise CheckpointError(f"{where}: {name} has shape {shapes}. Train again.")
        parameter.copy_(weights[name])
