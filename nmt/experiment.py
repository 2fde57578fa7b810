"""The one object a recipe fills."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from nmt.config import Config, dump_config, load_config, write_toml
from nmt.corpus.filters import FilterConfig
from nmt.corpus.hub import file_format
from nmt.corpus.readers import BY_LANGUAGE, Text, name_text
from nmt.models.build import ModelConfig
from nmt.search.hypothesis import SearchConfig
from nmt.tokenizer.sentencepiece import TokenizerConfig
from nmt.training.config import TrainingConfig


class TextFiles(Config):
    """Two aligned text files; or as `source` and no target one TSV or TMX file (corpus.reader = "tsv", "tmx"), or with
    "datasets" a data set of the Hugging Face hub (and which `config`, `split`, `revision` of it) or a .jsonl, .json,
    .csv or .parquet file.
    """

    source: str
    target: str | None = None
    config: str | None = None
    split: str | None = None
    revision: str | None = None


_FORM = 'usually two files with a sentence a line, as in {0} = {{ source = "{0}.de", target = "{0}.en" }}'


class CorpusConfig(Config):
    """The text; paths are relative to the directory the command runs in. `max_length` is in tokens.

    The languages name the columns of a data set, and which of a TMX file's are meant.
    """

    reader: Literal["parallel", "tsv", "tmx", "datasets"] = "parallel"
    source_language: str = ""
    target_language: str = ""
    train: TextFiles = Field(description=f"It names the training text: {_FORM.format('train')}.")
    dev: TextFiles = Field(
        description="It names the text by which the best model is chosen, some hundred to two thousand pairs held out "
        f"of the training text: {_FORM.format('dev')}."
    )
    test: TextFiles | None = None
    max_length: int = Field(100, ge=1)
    filters: FilterConfig = FilterConfig()

    def text(self, part: Literal["train", "dev", "test"]) -> Text:
        """A part that the recipe has."""
        files: TextFiles = getattr(self, part)
        return name_text(
            part, self.reader, files.model_dump(exclude_none=True), (self.source_language, self.target_language)
        )

    def texts(self) -> dict[str, Text]:
        """Those that the recipe has, by their names."""
        texts = {"train": self.text("train"), "dev": self.text("dev")}
        return texts | {"test": self.text("test")} if self.test else texts

    @model_validator(mode="after")
    def _files_fit_reader(self) -> "CorpusConfig":
        rules = {
            "parallel": "needs a source and a target",
            "tsv": "is one file, its source: leave out the target",
            "tmx": "is one file, its source: leave out the target",
            "datasets": "is one data set or file, its source: leave out the target",
        }
        for name in ("train", "dev", "test"):
            files: TextFiles | None = getattr(self, name)
            if files is None:
                continue
            if (files.target is None) == (self.reader == "parallel"):
                raise ValueError(f"With corpus.reader = '{self.reader}', corpus.{name} {rules[self.reader]}.")
            named = [key for key in ("config", "split", "revision") if getattr(files, key) is not None]
            if named and (self.reader != "datasets" or file_format(files.source)):
                raise ValueError(
                    f"corpus.{name}.{named[0]} is for a data set of the Hugging Face hub (corpus.reader = 'datasets'); "
                    f"{files.source} is a file."
                )
        if self.reader in BY_LANGUAGE and not (self.source_language and self.target_language):
            raise ValueError(
                f"corpus.reader = '{self.reader}' needs corpus.source_language and corpus.target_language: by them it "
                "finds the two texts."
            )
        if self.reader in BY_LANGUAGE and self.source_language == self.target_language:
            raise ValueError(
                f"corpus.source_language and corpus.target_language are both {self.source_language!r}: that text "
                "would be a translation of itself."
            )
        return self


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
