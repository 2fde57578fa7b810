"""The one object a recipe fills."""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from nmt.config import Config, dump_config, load_config, write_toml
from nmt.corpus.filters import FilterConfig
from nmt.models.build import ModelConfig
from nmt.search.hypothesis import SearchConfig
from nmt.storage.disk import Disk, replace_file
from nmt.tokenizer.sentencepiece import TokenizerConfig
from nmt.training.config import TrainingConfig


class TextFiles(Config):
    """Two aligned text files, or one TSV file as `source` and no target."""

    source: str
    target: str | None = None

    def paths(self) -> list[Path]:
        return [Path(name) for name in (self.source, self.target) if name is not None]


class CorpusConfig(Config):
    """The text; paths are relative to the directory the command runs in. `max_length` is in tokens."""

    reader: Literal["parallel", "tsv"] = "parallel"
    source_language: str = ""
    target_language: str = ""
    train: TextFiles
    dev: TextFiles
    test: TextFiles | None = None
    max_length: int = Field(100, ge=1)
    filters: FilterConfig = FilterConfig()

    @model_validator(mode="after")
    def _files_fit_reader(self) -> "CorpusConfig":
        for name in ("train", "dev", "test"):
            files: TextFiles | None = getattr(self, name)
            if files is not None and (files.target is None) == (self.reader == "parallel"):
                rule = "needs a source and a target" if self.reader == "parallel" else "is one file, its source"
                raise ValueError(f"corpus.{name} {rule} when corpus.reader = '{self.reader}'.")
        return self


class Experiment(Config):
    """What one run is: everything that decides its result."""

    name: str = Field(min_length=1)
    seed: int = Field(1, ge=0)
    corpus: CorpusConfig
    tokenizer: TokenizerConfig = TokenizerConfig()
    model: ModelConfig
    training: TrainingConfig = TrainingConfig()
    search: SearchConfig = SearchConfig()

    @model_validator(mode="after")
    def _shared_table_needs_joint_tokenizer(self) -> "Experiment":
        if self.model.share_embeddings == "all" and not self.tokenizer.joint:
            raise ValueError(
                "model.share_embeddings = 'all' needs tokenizer.joint = true; use 'target' with two tokenizers."
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


def load_experiment(path: Path, overrides: list[str] | None = None) -> Experiment:
    """Read a recipe. Raises ConfigError."""
    return load_config(Experiment, path, overrides or [])


def save_experiment(experiment: Experiment, path: Path) -> None:
    """Write every field, defaults too, so that a later change of a default does not change what this run was."""
    replace_file(path, write_toml(dump_config(experiment)).encode(), Disk())
