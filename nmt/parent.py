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
from nmt.errors import CheckpointError, ConfigError
from nmt.experiment import Experiment, load_experiment
from nmt.storage.seal import is_as_sealed
from nmt.tokenizer.pair import TOKENIZER_FILES, TokenizerPair
from nmt.translation.load import RECIPE, load_member, recipe_search

# What may be another one than in the run that one begins with: it changes neither weights nor vocabulary.
MAY_DIFFER = {"model.dropout", "model.word_dropout", "tokenizer.training_pairs"} | {
    f"tokenizer.{name}" for name in ("sampling", "sampling_candidates", "sampling_smoothing")
}


@dataclass(frozen=True)
class Parent:
    """What a run takes over. It `begins` unless training has begun: by then it has weights of its own."""

    directory: Path
    tokenizers: TokenizerPair
    begins: bool

    def weights(self) -> dict[str, Tensor]:
        """Those of its best model. Raises CheckpointError."""
        model, _, _ = load_member(self.directory, "best")
        return dict(model.named_parameters())


def load_parent(experiment: Experiment, directory: Path, begun: bool) -> Parent | None:
    """What the run in `directory` takes over; None where its recipe names no other run.

    Once training has begun the other run is not needed any more, unless a tokenizer in the directory was damaged.
    Raises ConfigError where model or tokenizer are others there, CheckpointError where it cannot be read.
    """
    if experiment.init_from is None:
        return None
    source = Path(experiment.init_from)
    names = {"tokenizer.model"} if experiment.tokenizer.joint else TOKENIZER_FILES - {"tokenizer.model"}
    if begun and all(is_as_sealed(directory, name) for name in names):
        return Parent(source, TokenizerPair.load(directory, experiment.tokenizer), begins=False)
    if not source.is_dir():
        raise CheckpointError(f"init_from = '{source}': no such run directory.")
    if source.resolve() == directory.resolve():
        raise ConfigError(f"init_from = '{source}' is the run itself. Train into another directory with --out.")
    recipe_search(source)  # raises where its recipe was changed
    _, about, tokenizers = load_member(source, "best")
    _check_same("model", about.model, experiment.model, source)
    _check_same("tokenizer", load_experiment(source / RECIPE).tokenizer, experiment.tokenizer, source)
    return Parent(source, tokenizers, begins=not begun)


def _check_same(table: str, before: Config, now: Config, source: Path) -> None:
    old, new = flat(before, f"{table}."), flat(now, f"{table}.")
    # The type first: with another one all other keys differ, too.
    for key in sorted((old.keys() | new.keys()) - MAY_DIFFER, key=lambda key: (not key.endswith(".type"), key)):
        if old.get(key) != new.get(key):
            raise ConfigError(
                f"{source} was trained with {key} = {old.get(key)!r}, and the recipe has {new.get(key)!r}. With "
                f"init_from, [{table}] must be that of {source / RECIPE}."
            )
