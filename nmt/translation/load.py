"""From run directories to a translator."""

import errno
import os
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from nmt.config import RECIPE, parse_config
from nmt.errors import CheckpointError, ConfigError
from nmt.models.average import average_models
from nmt.models.base import Seq2Seq
from nmt.models.build import EncoderDecoder
from nmt.models.ensemble import Ensemble
from nmt.models.int8 import is_quick, to_int8
from nmt.models.packed import pack
from nmt.models.saved import SavedModel, load_model
from nmt.search.config import SearchConfig
from nmt.storage.folder import read_manifest, sha256
from nmt.storage.seal import read_sealed
from nmt.storage.steps import follow, list_steps, step_dir
from nmt.tokenizer.pair import TOKENIZER_FILES, TokenizerPair
from nmt.translation.shortlist import Shortlist
from nmt.translation.translator import Translator


def load(
    run_dir: str | Path | Sequence[str | Path],
    checkpoint: str = "best",
    search: SearchConfig | None = None,
    int8: bool = False,
    shortlist: bool = False,
) -> Translator:
    """The translator in a run directory, or in several, whose models then translate together as an ensemble.

    `checkpoint` is `best`, `last`, `step-N`, or `best:K` and `last:K`, the mean of the weights of the best or last K
    that the run kept (training.keep_best, training.keep_last).

    `int8`: weights in 8 bits, for a CPU with AVX-512 VNNI; on another they stay in fp32, which is quicker there.
    `shortlist`: only the target pieces that the first run's shortlist has for the source are considered.

    An ensemble searches as the recipe of its first run says, unless `search` is given.
    Raises CheckpointError where a run is missing, changed or does not fit, or where tokenizers or languages differ;
    ConfigError where there is no such checkpoint.
    """
    directories = [Path(run_dir)] if isinstance(run_dir, (str, Path)) else [Path(one) for one in run_dir]
    if not directories:
        raise ConfigError("No run directory was given.")
    members = [load_member(directory, checkpoint) for directory in directories]
    _, first, tokenizers = members[0]
    for directory, (_, about, _) in zip(directories, members, strict=True):
        if about.tokenizers != first.tokenizers or about.languages != first.languages:
            what = "tokenizers" if about.languages == first.languages else "languages"
            raise CheckpointError(
                f"{directories[0]} and {directory} have different {what}. The models of an ensemble must share them: "
                "train them on the same text with the same [tokenizer]."
            )
    device = device_for(int8)
    for_cpu = to_int8 if int8 and is_quick() else pack
    models = [for_cpu(model) if device.type == "cpu" else model for model, _, _ in members]
    model: Seq2Seq = models[0] if len(models) == 1 else Ensemble(models).eval()
    narrowed = Shortlist.read(directories[0], first.tokenizers) if shortlist else None
    max_length = min(about.max_length for _, about, _ in members)
    max_sentences = min((about.max_sentences for _, about, _ in members if about.max_sentences), default=0)
    search = search or recipe_search(directories[0])
    return Translator(model.to(device), tokenizers, search, max_length, narrowed, max_sentences)


def device_for(int8: bool) -> torch.device:
    """A GPU where there is one, unless it is to compute with 8 bits and the CPU can."""
    return torch.device("cuda" if torch.cuda.is_available() and not (int8 and is_quick()) else "cpu")


def load_member(directory: Path, checkpoint: str) -> tuple[EncoderDecoder, SavedModel, TokenizerPair]:
    """The model of one run, on the CPU, what is known of it, and its tokenizers. Raises as `load` does."""
    _check_there(directory)
    _check_for_models(directory)
    try:
        folders, loaded = _load_models(directory, checkpoint)
    except CheckpointError:  # a run that is being trained may have moved on between looking where it is and reading it
        folders, loaded = _load_models(directory, checkpoint)
    model, about = average_models([model for model, _ in loaded]), loaded[0][1]
    for name in sorted(TOKENIZER_FILES & about.tokenizers.keys()):  # before a parser sees what was changed
        path = directory / name
        if path.exists() and sha256(path.read_bytes()) != about.tokenizers[name]:
            raise _other_tokenizer(directory, name, folders[0])
    tokenizers = TokenizerPair.load(directory)
    if tokenizers.fingerprint() != about.tokenizers:
        raise _other_tokenizer(directory, ", ".join(tokenizers.files()), folders[0])
    return model, about, tokenizers


def _load_models(directory: Path, checkpoint: str) -> tuple[list[Path], list[tuple[EncoderDecoder, SavedModel]]]:
    folders = [step_dir(directory / "models", update) for update in find_steps(directory, checkpoint)]
    return folders, [load_model(folder) for folder in folders]


def _check_there(path: Path) -> None:
    """Raises CheckpointError where there is no such folder, as where somebody gives the text itself."""
    try:
        if path.is_dir():
            return
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
    is_file = os.path.isfile(path)
    if is_file or any(character.isspace() for character in path.name):
        what = "a file and no run directory" if is_file else "no run directory"
        raise CheckpointError(f"{path} is {what}. Text is given with -i FILE, or on standard input.")
    raise CheckpointError(f"{path}: no such run directory. `nmt train RECIPE --out {path}` makes one.")


def _check_for_models(run_dir: Path) -> None:
    """Raises CheckpointError for a run that is as it should be but has not come to its first validation."""
    if (run_dir / "state").is_dir() and not list_steps(run_dir / "models"):
        every = _recipe(run_dir)["training"]["validate_every"]
        raise CheckpointError(
            f"{run_dir} has no model yet: training keeps one at each validation, every "
            f"{'update' if every == 1 else f'{every} updates'} (training.validate_every), and at its end. Give its "
            "`nmt train` again to go on."
        )


def find_steps(run_dir: Path, checkpoint: str) -> list[int]:
    """Updates of the models of a run that `checkpoint` names (see `load`). Raises CheckpointError and ConfigError."""
    match = re.fullmatch(r"(best|last)(?::([1-9]\d*))?|step-(\d+)", checkpoint)
    if not match:
        raise ConfigError(
            f"checkpoint '{checkpoint}' must be best, last, step-N, or best:K and last:K for the mean of K models."
        )
    if match[3]:
        kept = list_steps(run_dir / "models")
        if int(match[3]) not in kept:
            raise ConfigError(f"checkpoint '{checkpoint}': {run_dir / 'models'} keeps only {_names(kept)}.")
        return [int(match[3])]
    if not match[2]:
        return [follow(run_dir / "models", match[1])]
    count, kept = int(match[2]), _kept(run_dir, match[1])
    if count > len(kept):
        names = _names(kept)
        raise ConfigError(
            f"checkpoint '{checkpoint}': as its {match[1]}, {run_dir / 'models'} keeps only {names}. "
            f"Set training.keep_{match[1]} = {count} before training, or ask for fewer."
        )
    return kept[:count] if match[1] == "best" else kept[-count:]


def _names(updates: Sequence[int]) -> str:
    return ", ".join(f"step-{update}" for update in sorted(updates)) or "none"


def _kept(run_dir: Path, which: str) -> list[int]:
    """The models that a run keeps as its last, in order, or as its best, the best first.

    The folder holds both, so a model of one kind may lie among those of the other.
    """
    models = run_dir / "models"
    number: int = _recipe(run_dir)["training"][f"keep_{which}"]
    if which == "last":
        newest = follow(models, "last")
        updates = [update for update in list_steps(models) if update <= newest][-number:]
        # An older one may be here as one of the best, and the number may have been raised since: no gap is allowed.
        numbers = [_about(step_dir(models, update)).get("validation", 0) for update in updates]
        gaps = [place for place in range(1, len(updates)) if numbers[place] - numbers[place - 1] > 1]
        return updates[gaps[-1] :] if gaps else updates
    scores = {update: _score(step_dir(models, update)) for update in list_steps(models)}
    return sorted(scores, key=lambda update: (-scores[update], update))[:number]


def _about(folder: Path) -> dict[str, Any]:
    about: dict[str, Any] = read_manifest(folder)["about"]
    return about


def _score(folder: Path) -> float:
    try:
        return float(_about(folder)["score"])
    except (KeyError, TypeError, ValueError):
        raise CheckpointError(f"{folder} has no score to be the best by. Ask for last:K or step-N.") from None


def _other_tokenizer(directory: Path, names: str, folder: Path) -> CheckpointError:
    return CheckpointError(
        f"{directory}: {names} is not the tokenizer that {folder} was trained with. "
        "Put back the one of this run; another one would turn every translation into noise."
    )


def recipe_search(run_dir: Path) -> SearchConfig:
    """How the recipe of a run searches. Raises CheckpointError where it has none, or one that was changed by hand."""
    tree = _recipe(run_dir).get("search", {})
    try:
        return parse_config(SearchConfig, tree, f"{run_dir / RECIPE}: search")
    except ConfigError as error:
        raise _damaged_recipe(run_dir, error) from None


def is_language_model(run_dir: Path) -> bool:
    """Whether it reads nothing. Raises as `recipe_search` does."""
    encoder = _recipe(run_dir).get("model", {}).get("encoder", {})
    return bool(encoder.get("type") == "none")


def languages_of(run_dir: Path) -> tuple[str, str]:
    """Of its source and target; empty where they are not named. Raises as `recipe_search` does."""
    corpus = _recipe(run_dir).get("corpus", {})
    return corpus.get("source_language", ""), corpus.get("target_language", "")


def _recipe(run_dir: Path) -> dict[str, Any]:
    """All keys of a run's recipe, defaults too. Raises as `recipe_search` does."""
    _check_there(run_dir)
    if not (run_dir / RECIPE).exists():
        raise CheckpointError(f"{run_dir} has no {RECIPE}: it is not the directory of a run, or not a whole one.")
    try:
        return tomllib.loads(read_sealed(run_dir, RECIPE).decode("utf-8"))
    except (OSError, ValueError) as error:
        raise _damaged_recipe(run_dir, error) from None


def _damaged_recipe(run_dir: Path, error: Exception) -> CheckpointError:
    return CheckpointError(f"{run_dir / RECIPE} is damaged ({error}). Copy the run again, or train again.")
