"""The run that another begins with (`init_from`): its tokenizer stays, its weights are trained further.

Fine-tuning a model of general text on a little text of a domain (Luong & Manning, 2015), or of one language pair on
another (Zoph et al., 2016). Only the first weights come from there: text, optimizer, schedule and seed are the new
run's own.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from nmt.begun import flat
from nmt.config import Config
from nmt.corpus.checks import fit
from nmt.errors import CheckpointError, ConfigError
from nmt.experiment import Experiment, load_experiment
from nmt.storage.seal import is_as_sealed
from nmt.tokenizer.pair import TOKENIZER_FILES, TokenizerPair
from nmt.translation.load import RECIPE, load_member, recipe_search

# Keys that may be other ones than in the run that one begins with: they change neither weights nor vocabulary.
OF_ITS_OWN = {
    "model.dropout",
    "model.word_dropout",
    "tokenizer.training_pairs",
    "tokenizer.sampling",
    "tokenizer.sampling_candidates",
    "tokenizer.sampling_smoothing",
}


@dataclass(frozen=True)
class Parent:
    """What a run takes over."""

    directory: Path
    tokenizers: TokenizerPair
    weights: dict[str, Tensor] | None  # of its best model; None once training has begun: by then a run has its own

    def checksum(self) -> str:
        """SHA-256 of the weights, '' where there are none."""
        digest = hashlib.sha256()
        for weight in (self.weights or {}).values():
            digest.update(weight.detach().numpy().tobytes())
        return digest.hexdigest() if self.weights else ""


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
        return Parent(source, TokenizerPair.load(directory, experiment.tokenizer), weights=None)
    if not source.is_dir():
        raise CheckpointError(f"init_from = '{source}': no such run directory.")
    if source.resolve() == directory.resolve():
        raise ConfigError(f"init_from = '{source}' is the run itself. Train into another directory with --out.")
    recipe_search(source)  # raises where its recipe was changed
    model, about, tokenizers = load_member(source, "best")
    _check_same("model", about.model, experiment.model, source)
    _check_same("tokenizer", load_experiment(source / RECIPE).tokenizer, experiment.tokenizer, source)
    return Parent(source, tokenizers, None if begun else dict(model.named_parameters()))


def doubt_about_card(experiment: Experiment) -> str:
    """A sentence where [card] has been taken over from the run that this one begins with, but not the text; or ''."""
    source = Path(experiment.init_from or "")
    before = load_experiment(source / RECIPE)
    if experiment.corpus.train == before.corpus.train:
        return ""
    for key in ("corpus", "dataset"):
        named = getattr(experiment.card, key)
        if named and named == getattr(before.card, key):
            return f"card.{key} is that of {source}, but the training text is another: name this one there."
    return ""


def doubt_about_languages(experiment: Experiment) -> str:
    """A sentence where the run that this one begins with translates between other languages; or ''."""
    source = Path(experiment.init_from or "")
    before, now = load_experiment(source / RECIPE).corpus, experiment.corpus
    if fit((before.source_language, before.target_language), (now.source_language, now.target_language)):
        return ""
    return (
        f"{source} was trained from {before.source_language or '?'} into {before.target_language or '?'}, and this run "
        f"goes from {now.source_language or '?'} into {now.target_language or '?'}, with the same tokenizer."
    )


def _check_same(table: str, before: Config, now: Config, source: Path) -> None:
    old, new = flat(before, f"{table}."), flat(now, f"{table}.")
    # The type first: with another one all other keys differ, too.
    for key in sorted((old.keys() | new.keys()) - OF_ITS_OWN, key=lambda key: (not key.endswith(".type"), key)):
        if old.get(key) != new.get(key):
            raise ConfigError(
                f"{source} was trained with {key} = {old.get(key)!r}, and the recipe has {new.get(key)!r}. With "
                f"init_from, [{table}] must be that of {source / RECIPE}."
            )
