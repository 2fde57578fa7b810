"""From run directories to a translator."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import torch

from nmt.config import parse_config
from nmt.errors import CheckpointError, ConfigError
from nmt.models.base import Seq2Seq
from nmt.models.build import EncoderDecoder
from nmt.models.ensemble import Ensemble
from nmt.models.saved import SavedModel, load_model
from nmt.search.hypothesis import SearchConfig
from nmt.tokenizer.pair import TokenizerPair
from nmt.translation.translator import Translator


def load(
    run_dir: str | Path | Sequence[str | Path], checkpoint: str = "best", search: SearchConfig | None = None
) -> Translator:
    """The translator in a run directory, or in several, whose models then translate together as an ensemble.

    An ensemble searches as the recipe of its first run says, unless `search` is given.
    Raises CheckpointError where a run is missing, changed or does not fit, or where tokenizers or languages differ.
    """
    directories = [Path(run_dir)] if isinstance(run_dir, (str, Path)) else [Path(one) for one in run_dir]
    if not directories:
        raise ConfigError("No run directory was given.")
    members = [_load_member(directory, checkpoint) for directory in directories]
    _, first, tokenizers = members[0]
    for directory, (_, about, _) in zip(directories, members, strict=True):
        if about.tokenizers != first.tokenizers or about.languages != first.languages:
            what = "tokenizers" if about.languages == first.languages else "languages"
            raise CheckpointError(
                f"{directories[0]} and {directory} have different {what}. The models of an ensemble must share them: "
                "train them on the same text with the same [tokenizer] and seed."
            )
    models = [model for model, _, _ in members]
    model: Seq2Seq = models[0] if len(models) == 1 else Ensemble(models).eval()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    max_length = min(about.max_length for _, about, _ in members)
    return Translator(model.to(device), tokenizers, search or recipe_search(directories[0]), max_length)


def _load_member(directory: Path, checkpoint: str) -> tuple[EncoderDecoder, SavedModel, TokenizerPair]:
    if not directory.is_dir():
        raise CheckpointError(f"{directory}: no such run directory. `nmt train RECIPE --out {directory}` makes one.")
    model, about = load_model(directory / checkpoint)
    tokenizers = TokenizerPair.load(directory)
    if tokenizers.fingerprint() != about.tokenizers:
        names = ", ".join(tokenizers.files())
        raise CheckpointError(
            f"{directory}: {names} is not the tokenizer that {checkpoint}/ was trained with. "
            "Put back the one of this run; another one would turn every translation into noise."
        )
    return model, about, tokenizers


def recipe_search(run_dir: Path) -> SearchConfig:
    """How the recipe of a run searches. Raises CheckpointError where it has none, or one that was changed by hand."""
    recipe = run_dir / "experiment.toml"
    if not run_dir.is_dir():
        raise CheckpointError(f"{run_dir}: no such run directory. `nmt train RECIPE --out {run_dir}` makes one.")
    try:
        tree = tomllib.loads(recipe.read_text(encoding="utf-8"))
        return parse_config(SearchConfig, tree.get("search", {}), f"{recipe}: search")
    except FileNotFoundError:
        raise CheckpointError(
            f"{run_dir} has no {recipe.name}: it is not the directory of a run, or not a whole one."
        ) from None
    except (OSError, ValueError, ConfigError) as error:
        raise CheckpointError(f"{recipe} is damaged ({error}). Copy the run again, or train again.") from None
