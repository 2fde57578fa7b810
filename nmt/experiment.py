"""The config of a run: everything a recipe can say."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from nmt.config import Config, dump_config, load_config, write_toml
from nmt.corpus.config import CorpusConfig
from nmt.models.build import ModelConfig
from nmt.search.config import SearchConfig
from nmt.tokenizer.sentencepiece import TokenizerConfig
from nmt.training.config import TrainingConfig


class CardConfig(Config):
    """What the model card says beyond what was measured; what is empty is said there to be unknown.

    `license` is the model's, by the hub's name for it ("apache-2.0", "cc-by-4.0"), or in words; `corpus` and
    `corpus_license` are in words; `dataset` is the name of the corpus on the Hugging Face hub.
    """

    license: str = ""
    corpus: str = ""
    corpus_license: str = ""
    dataset: str = ""


def _one_line(name: str) -> str:
    if "\n" in name or "\r" in name:
        raise ValueError(f"name = {name!r} must be one line.")
    return name


class Experiment(Config):
    """What one run is: everything that decides its result, and what its card says of it.

    `init_from` is the directory of another run, with whose tokenizer and best weights this one begins (fine-tuning). It
    is then validated before its first update, too: what it began with is its best until a later model is better.
    Otherwise the first weights are drawn, by `seed`.
    """

    name: Annotated[str, AfterValidator(_one_line)] = Field(
        min_length=1, description='It is what reports call the run, as in name = "first".'
    )
    seed: int = Field(1, ge=0, lt=2**32)
    init_from: str | None = Field(None, min_length=1)
    corpus: CorpusConfig = Field(description="It is a table that names the text: train and dev.")
    tokenizer: TokenizerConfig = TokenizerConfig()
    model: ModelConfig = Field(description="It is a table of the architecture: encoder and decoder.")
    training: TrainingConfig = TrainingConfig()
    search: SearchConfig = SearchConfig()
    card: CardConfig = CardConfig()

    @model_validator(mode="after")
    def _parts_go_together(self) -> "Experiment":
        if self.model.share_embeddings == "all" and not self.tokenizer.joint:
            raise ValueError(
                "model.share_embeddings = 'all' needs tokenizer.joint = true; use 'target' with two tokenizers."
            )
        if self.training.r_drop and not (self.model.dropout or self.model.word_dropout):
            raise ValueError(
                "training.r_drop has no effect without dropout, as both passes are the same: set model.dropout or "
                "model.word_dropout above 0."
            )
        for side, stack in (("encoder", self.model.encoder), ("decoder", self.model.decoder)):
            if (
                stack.type == "transformer"
                and stack.positions == "learned"
                and stack.max_positions <= self.corpus.max_length
            ):
                raise ValueError(
                    f"model.{side}.max_positions = {stack.max_positions} must be above corpus.max_length = "
                    f"{self.corpus.max_length}: learned positions end there."
                )
        return self

    @model_validator(mode="after")
    def _no_option_without_effect(self) -> "Experiment":
        needs = {"max_positions": ("positions", "learned"), "heads": ("attention", "multihead")}
        for side, stack in (("encoder", self.model.encoder), ("decoder", self.model.decoder)):
            fields = type(stack).model_fields
            for name, (key, value) in needs.items():
                if key in fields and getattr(stack, key) != value and getattr(stack, name) != fields[name].default:
                    raise ValueError(f"model.{side}.{name} has no effect without model.{side}.{key} = {value!r}.")
        return self


def load_experiment(path: Path, overrides: list[str] | None = None) -> Experiment:
    """Read a recipe. Raises ConfigError."""
    return load_config(Experiment, path, overrides or [])


def experiment_bytes(experiment: Experiment) -> bytes:
    """Every field as TOML, defaults too, so that a later change of a default does not change what this run was."""
    return write_toml(dump_config(experiment)).encode()
