"""The run that another begins with (`init_from`): its tokenizer stays, its weights are trained further.

Fine-tuning a model of general text on a little text of a domain (Luong & Manning, 2015), or of one language pair on
another (Zoph et al., 2016). Only the first weights come from there: text, optimizer, schedule and seed are the new
run's own.
"""

from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from nmt.begun import flat
from nmt.config import Config
from nmt.errors import ConfigError
from nmt.experiment import Experiment, load_experiment
from nmt.storage.seal import is_as_sealed
from nmt.tokenizer.pair import TOKENIZER_FILES, TokenizerPair
from nmt.translation.load import load_member

# What may be another one than in the run that one begins with: it changes neither weights nor vocabulary.
MAY_DIFFER = {"model.dropout", "model.word_dropout", "tokenizer.training_pairs"} | {
    f"tokenizer.{name}" for name in ("sampling", "sampling_candidates", "sampling_smoothing")
}


@dataclass(frozen=True)
class Parent:
    """What a run takes over."""

    tokenizers: TokenizerPair
    weights: dict[str, Tensor] | None  # None where training has begun: by now it has weights of its own


def load_parent(experiment: Experiment, directory: Path, begun: bool) -> Parent | None:
    """What the run in `directory` takes over; None where its recipe names no other run.

    Once training has begun the other run is not needed any more, unless the tokenizer in the directory was damaged.
    Raises ConfigError where model or tokenizer are others there, CheckpointError where it cannot be read.
    """
    if experiment.init_from is None:
        return None
    names = [name for name in sorted(TOKENIZER_FILES) if (directory / name).exists()]
    if begun and names and all(is_as_sealed(directory, name) for name in names):
        return Parent(TokenizerPair.load(directory, experiment.tokenizer), None)
    source = Path(experiment.init_from)
    if source.resolve() == directory.resolve():
        raise ConfigError(
            f"init_from = {experiment.init_from!r} is the run itself. Train it into another one with --out."
        )
    model, about, tokenizers = load_member(source, "best")
    before = load_experiment(source / "experiment.toml")
    _check_same("model", about.model, experiment.model, experiment.init_from)
    _check_same("tokenizer", before.tokenizer, experiment.tokenizer, experiment.init_from)
    return Parent(tokenizers, dict(model.named_parameters()))


def _check_same(table: str, before: Config, now: Config, source: str) -> None:
    old, new = flat(before, f"{table}."), flat(now, f"{table}.")
    for key in sorted((old.keys() | new.keys()) - MAY_DIFFER):
        if old.get(key) != new.get(key):
            raise ConfigError(
                f"{source} was trained with {key} = {old.get(key)!r}, and the recipe has {new.get(key)!r}. With "
                f"init_from, [{table}] must be that of {source}/experiment.toml."
            )
