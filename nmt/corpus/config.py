"""The text of a run: the keys of `[corpus]`."""

from typing import Literal

from pydantic import Field, model_validator

from nmt.config import Config
from nmt.corpus.filters import FilterConfig
from nmt.corpus.hub import file_format
from nmt.corpus.readers import BY_LANGUAGE, Text, name_text


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
