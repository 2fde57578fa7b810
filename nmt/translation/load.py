"""From run directories to a translator."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import torch

from nmt.config import parse_config
from nmt.errors import CheckpointError, ConfigError
from nmt.models.average import average_models
from nmt.models.base import Seq2Seq
from nmt.models.build import EncoderDecoder
from nmt.models.ensemble import Ensemble
from nmt.models.int8 import to_int8
from nmt.models.saved import SavedModel, load_model
from nmt.search.hypothesis import SearchConfig
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

    `int8`: weights in 8 bits, for a CPU. `shortlist`: only the target pieces that the first run's shortlist has for the
    source are considered.

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
    models = [to_int8(model) if int8 else model for model, _, _ in members]
    model: Seq2Seq = models[0] if len(models) == 1 else Ensemble(models).eval()
    device = torch.device("cuda" if torch.cuda.is_available() and not int8 else "cpu")
    narrowed = Shortlist.read(directories[0], first.tokenizers) if shortlist else None
    max_length = min(about.max_length for _, about, _ in members)
    return Translator(model.to(device), tokenizers, search or recipe_search(directories[0]), max_length, narrowed)


def load_member(directory: Path, checkpoint: str) -> tuple[EncoderDecoder, SavedModel, TokenizerPair]:
    """The model of one run, on the CPU, what is known of it, and its tokenizers. Raises as `load` does."""
    if not directory.is_dir():
        raise CheckpointError(f"{directory}: no such run directory. `nmt train RECIPE --out {directory}` makes one.")
    folders = [step_dir(directory / "models", update) for update in find_steps(directory / "models", checkpoint)]
    loaded = [load_model(folder) for folder in folders]
    model, about = average_models([model for model, _ in loaded]), loaded[0][1]
    for name in sorted(TOKENIZER_FILES & about.tokenizers.keys()):  # before a parser sees what was changed
        path = directory / name
        if path.exists() and sha256(path.read_bytes()) != about.tokenizers[name]:
            raise _other_tokenizer(directory, name, folders[0])
    tokenizers = TokenizerPair.load(directory)
    if tokenizers.fingerprint() != about.tokenizers:
        raise _other_tokenizer(directory, ", ".join(tokenizers.files()), folders[0])
    return model, about, tokenizers


def find_steps(models: Path, checkpoint: str) -> list[int]:
    """Updates of the models that `checkpoint` names (see `load`). Raises CheckpointError and ConfigError."""
    match = re.fullmatch(r"(best|last)(?::([1-9]\d*))?|step-(\d+)", checkpoint)
    if not match:
        raise ConfigError(
            f"checkpoint '{checkpoint}' must be best, last, step-N, or best:K and last:K for the mean of K models."
        )
    if match[3]:
        return [int(match[3])]
    if not match[2]:
        return [follow(models, match[1])]
    count, steps = int(match[2]), list_steps(models)
    if count > len(steps):
        kept = ", ".join(f"step-{update}" for update in steps) or "none"
        raise ConfigError(
            f"checkpoint '{checkpoint}': {models} keeps only {kept}. Set training.keep_{match[1]} = {count} "
            "before training, or ask for fewer."
        )
    if match[1] == "last":
        return steps[-count:]
    scores = {update: _score(step_dir(models, update)) for update in steps}
    return sorted(steps, key=lambda update: (-scores[update], update))[:count]


def _score(folder: Path) -> float:
    try:
        return float(read_manifest(folder)["about"]["score"])
    except (KeyError, TypeError, ValueError):
        raise CheckpointError(f"{folder} has no score to be the best by. Ask for last:K or step-N.") from None


def _other_tokenizer(directory: Path, names: str, folder: Path) -> CheckpointError:
    return CheckpointError(
        f"{directory}: {names} is not the tokenizer that {folder} was trained with. "
        "Put back the one of this run; another one would turn every translation into noise."
    )


def recipe_search(run_dir: Path) -> SearchConfig:
    """How the recipe of a run searches. Raises CheckpointError where it has none, or one that was changed by hand."""
    recipe = run_dir / "experiment.toml"
    if not run_dir.is_dir():
        raise CheckpointError(f"{run_dir}: no such run directory. `nmt train RECIPE --out {run_dir}` makes one.")
    if not recipe.exists():
        raise CheckpointError(f"{run_dir} has no {recipe.name}: it is not the directory of a run, or not a whole one.")
    try:
        tree = tomllib.loads(read_sealed(run_dir, recipe.name).decode("utf-8"))
        return parse_config(SearchConfig, tree.get("search", {}), f"{recipe}: search")
    except (OSError, ValueError, ConfigError) as error:
        raise CheckpointError(f"{recipe} is damaged ({error}). Copy the run again, or train again.") from None
