"""Translating with an exported model: our text path, another engine's model and search."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from nmt.config import RECIPE
from nmt.errors import CheckpointError, ConfigError, ExportError
from nmt.experiment import load_experiment
from nmt.export.ctranslate2_search import CTranslate2Search
from nmt.export.exported import about_export, export_command
from nmt.export.keys import HONOURED, asked_besides
from nmt.export.onnx_search import OnnxSearch
from nmt.models.build import ModelConfig
from nmt.search.config import SearchConfig
from nmt.search.hypothesis import Hypothesis
from nmt.storage.folder import MANIFEST, read_folder, sha256
from nmt.storage.steps import step_dir
from nmt.tokenizer.pair import TokenizerPair
from nmt.translation.glossary import Glossary
from nmt.translation.load import find_steps, recipe_search
from nmt.translation.segmenter import Segment
from nmt.translation.shortlist import SHORTLIST_FILE
from nmt.translation.translator import Translator

# Of each format: which type both sides of a model must have, that in words, and the rule.
MODELS = {
    "ctranslate2": ("transformer", "a Transformer", "CTranslate2 runs Transformers only."),
    "onnx": ("rnn", "a recurrent model", "only recurrent models are exported to ONNX."),
}


def check_expressible(config: ModelConfig, format: str) -> None:
    """Raises ExportError where a format has no such model."""
    expected, _, rule = MODELS[format]
    types = {"encoder": config.encoder.type, "decoder": config.decoder.type}
    for side, type in types.items():
        if type != expected:
            others = ((name, kind) for name, (one, kind, _) in MODELS.items() if set(types.values()) == {one})
            remedy = "".join(f" Export {kind} with --format {name}." for name, kind in others)
            raise ExportError(f"model.{side}.type = '{type}': {rule}{remedy}")


def export_dir(run: Path, format: str) -> Path:
    """Where the exported model of a run lies, unless another place was asked for."""
    return run / "export" / format


def model_sums(run: Path, checkpoint: str) -> list[str]:
    """What tells the models that `checkpoint` names from others: the checksums of their manifests."""
    folders = [step_dir(run / "models", update) for update in find_steps(run, checkpoint)]
    return [sha256((folder / MANIFEST).read_bytes()) for folder in folders]


def load_exported(
    run: Path, format: str, search: SearchConfig, shortlist: bool = False, folder: Path | None = None
) -> "ExportedTranslator":
    """The translator of a run's model as it was exported in this format, to `folder` where that is given.

    A shortlist goes with onnx only. Raises CheckpointError where there is no such model, or where the run has another
    one, or another shortlist, now; ExportError where it cannot have one; ConfigError where the engine is not installed.
    """
    output, folder = folder, folder or export_dir(run, format)
    remedy = export_command(run, format, about_export(folder), output)
    if not folder.is_dir():
        recipe_search(run)  # raises where this is no run
        check_expressible(load_experiment(run / RECIPE).model, format)
        raise CheckpointError(f"{folder} is missing: {remedy} makes it.")
    read = read_folder(folder, f"Make it again: {remedy}.")
    about = read.about
    if about["format"] != format or (format == "onnx" and "output.onnx" not in read.files):
        raise CheckpointError(f"{folder} is of another format, or an earlier version made it. Make it again: {remedy}.")
    if about["models"] != model_sums(run, about["checkpoint"]):
        raise CheckpointError(
            f"{folder} was not made from what is now the checkpoint '{about['checkpoint']}' of {run}. Make it again: "
            f"{remedy}."
        )
    if shortlist:
        _check_shortlist(run, about.get("shortlist"), remedy)
    tokenizers = TokenizerPair.load(folder)
    if format == "onnx":
        engine: Engine = OnnxSearch(read.files, shortlist)
    else:
        engine = CTranslate2Search(read.files, about["quantization"], tokenizers, about["positions"])
    return ExportedTranslator(engine, tokenizers, search, about["max_length"], about.get("max_sentences", 0))


def _check_shortlist(run: Path, exported: str | None, remedy: str) -> None:
    """Raise CheckpointError unless what was exported, by its SHA-256, is the shortlist that the run has."""
    path = run / SHORTLIST_FILE
    if not path.is_file():
        raise CheckpointError(f"{run} has no {SHORTLIST_FILE}. `nmt shortlist {run}` makes one; then {remedy}.")
    if exported != sha256(path.read_bytes()):
        raise CheckpointError(f"{run} was exported without the shortlist that it has now. Export it again: {remedy}.")


class Engine(Protocol):
    """A model and the search of what runs it."""

    @property
    def format(self) -> str:
        """What `nmt export` calls it."""

    @property
    def threads(self) -> int:
        """How many batches it takes at once."""

    def check(self, config: SearchConfig, longest: int) -> None:
        """Raise ConfigError where a sentence of `longest` tokens cannot be searched so."""

    def find(self, sources: Sequence[Sequence[int]], config: SearchConfig) -> list[list[Hypothesis]]:
        """Up to n_best hypotheses, the best first, of each sentence (ids that end with end-of-sentence)."""


class ExportedTranslator(Translator):
    """Text in, text out, as the Translator does, but the engine searches; the keys that it honours decide how."""

    def __init__(
        self, engine: Engine, tokenizers: TokenizerPair, search: SearchConfig, max_length: int, max_sentences: int = 0
    ) -> None:
        self.engine, self.tokenizers, self.search = engine, tokenizers, search
        self.max_length, self.max_sentences = max_length, max_sentences

    @property
    def threads(self) -> int:
        """As many as the engine has workers."""
        return self.engine.threads

    def honours(self, key: str) -> bool:
        """Whether the engine's search does what this key of [search] asks for."""
        return key in HONOURED[self.engine.format]

    def check(
        self, search: SearchConfig | None = None, alignment: bool = False, glossary: Glossary | None = None
    ) -> None:
        """Raise ConfigError for what the engine's search does not do."""
        self._refuse({"alignment": alignment, "glossary": glossary})
        config = search or self.search
        if keys := asked_besides(config, self.engine.format):  # it may well be the recipe that says so
            said = ", ".join(f"search.{key} = {getattr(config, key)!r}" for key in keys)
            remedy = " ".join(f"--set {key}={_default(key)}" for key in keys)
            raise ConfigError(f"The {self.engine.format} backend has no {said}. Give {remedy}, or use our own search.")
        self.engine.check(config, self.max_length + 1)  # a longer line is split

    def _find(self, segments: list[Segment], config: SearchConfig, keep_attention: bool) -> list[list[Hypothesis]]:
        self._refuse({"attention": keep_attention, "prefix": any(segment.prefix for segment in segments)})
        return self.engine.find([segment.source for segment in segments], config)

    def _refuse(self, asked: dict[str, object]) -> None:
        """Raise ConfigError for the first of what was asked for and is not there."""
        for name, value in asked.items():
            if value:
                raise ConfigError(
                    f"The {self.engine.format} backend has no {name}. Leave it out, or use our own search."
                )


def _default(key: str) -> str:
    """Of a search key, as an override says it."""
    value = SearchConfig.model_fields[key].default
    return str(value).lower() if isinstance(value, bool) else str(value)
