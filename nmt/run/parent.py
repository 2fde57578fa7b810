"""The run that another begins with (`init_from`): its tokenizer stays, its weights are trained further.

Fine-tuning a model of general text on a little text of a domain (Luong & Manning, 2015), or of one language pair on
another (Zoph et al., 2016). Only the first weights come from there: text, optimizer, schedule and seed are the new
run's own.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from nmt.config import RECIPE, Config, dump_config, flat
from nmt.corpus.languages import fit
from nmt.errors import CheckpointError, ConfigError
from nmt.experiment import Experiment, load_experiment
from nmt.run.resume import first_difference
from nmt.storage.seal import is_as_sealed
from nmt.tokenizer.pair import TOKENIZER_FILES, TokenizerPair
from nmt.translation.load import load_member, recipe_search

# Keys that may be other ones than in the run that one begins with: they change neither weights nor vocabulary.
MAY_DIFFER = {
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


def doubts_about(experiment: Experiment) -> list[str]:
    """Sentences about what is taken over from the run that this one begins with, and perhaps should not be."""
    before = load_experiment(Path(experiment.init_from or "") / RECIPE)
    return list(filter(None, (doubt(experiment, before) for doubt in (_of_languages, _of_card, _of_rate))))


def _of_languages(now: Experiment, before: Experiment) -> str:
    pairs = [(one.corpus.source_language, one.corpus.target_language) for one in (before, now)]
    if fit(*pairs):
        return ""
    (first, second), (third, fourth) = ((source or "?", target or "?") for source, target in pairs)
    return (
        f"{now.init_from} was trained from {first} into {second}, and this run goes from {third} into {fourth}, with "
        "the same tokenizer."
    )


def _of_card(now: Experiment, before: Experiment) -> str:
    if now.corpus.train == before.corpus.train:
        return ""
    for key in ("corpus", "dataset"):
        named = getattr(now.card, key)
        if named and named == getattr(before.card, key):
            return f"card.{key} is that of {now.init_from}, but the training text is another: name this one there."
    return ""


def _of_rate(now: Experiment, before: Experiment) -> str:
    rate, of_before = now.training.learning_rate, before.training.learning_rate
    if rate < of_before:
        return ""
    return (
        f"training.learning_rate = {rate:g} is not below that of {now.init_from} ({of_before:g}): fine-tuning usually "
        f"wants a lower one, such as {of_before / 10:g}."
    )


def _check_same(table: str, before: Config, now: Config, source: Path) -> None:
    old, new = (flat({table: dump_config(one)}) for one in (before, now))
    if key := first_difference(old, new, MAY_DIFFER):
        raise ConfigError(
            f"{source} was trained with {key} = {old.get(key)!r}, and the recipe has {new.get(key)!r}. With "
            f"init_from, [{table}] must be that of {source / RECIPE}."
        )
