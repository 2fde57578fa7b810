"""What one training run was and what it measured: `record.json` in the run directory."""

import dataclasses
import importlib.metadata
import json
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import TypeAdapter, ValidationError

from nmt import __version__
from nmt.corpus.readers import READERS, Text, name_text
from nmt.errors import CheckpointError
from nmt.storage.disk import Disk, replace_file

RECORD = "record.json"
END_OF_SCHEDULE = "training."  # changes of keys that begin with this give a schedule another end


@dataclass(frozen=True)
class RunRecord:
    """One training run. Written when it ends and at each stop; seconds and tokens add up over restarts.

    Attributes:
        name: the recipe's name for the run.
        experiment: the resolved recipe, as nested tables.
        architecture: in words, such as "bi-GRU encoder, 2-layer LSTM decoder, additive attention".
        commit: of the code that trained, or None outside a checkout.
        versions: of Python and the libraries that matter, by name, as they were when it was started.
        hardware: device, processor, cores, memory ...
        precision: "fp32" or "bf16".
        threads: used by torch on the CPU.
        parameters: trained numbers, shared ones counted once.
        vocab_size: pieces in the tokenizer.
        updates: optimizer steps done.
        epochs: passes over the training set, in parts too.
        target_tokens: trained on, end-of-sentence included.
        train_seconds: spent in updates: data included, validation and checkpoints not.
        wall_seconds: from launch to end, everything included.
        target_tokens_per_second: target_tokens / train_seconds.
        peak_memory_bytes: most memory the process held (on a GPU: most that was allocated there).
        best_update: of the model that `models/best` names; 0 is the one that a run began with (`init_from`).
        best_dev_bleu: its BLEU on the dev set by greedy search; None when never validated, and of a language model.
        finish_reason: "max_updates", "patience", "time_limit" or "interrupted".
        clipped_updates: updates whose gradient was cut to training.clip_norm.
        skipped_updates: updates left out because the gradient was not finite.
        rollbacks: returns to a checkpoint because of those; each halved the learning rate.
        changes: when training went on under other conditions (versions, processor, precision, threads ...), and
            which; the fields above have the last ones.
        train_pairs: sentence pairs trained on, after filters; None in records from before they were counted.
        dev_pairs: sentence pairs of the dev set.
        dev_signature: sacreBLEU's, of best_dev_bleu.
        text_sha256: of the files of "train", "dev" and "test", by which later scores on them are recognised (of a
            dev set of the hub, one of the lines of each side); None in records from before they were kept.
    """

    name: str
    experiment: dict[str, Any]
    architecture: str
    commit: str | None
    versions: dict[str, str]
    hardware: dict[str, str | int]
    precision: str
    threads: int
    parameters: int
    vocab_size: int
    updates: int
    epochs: float
    target_tokens: int
    train_seconds: float
    wall_seconds: float
    target_tokens_per_second: float
    peak_memory_bytes: int
    best_update: int
    best_dev_bleu: float | None
    finish_reason: str
    clipped_updates: int = 0
    skipped_updates: int = 0
    rollbacks: int = 0
    changes: list[str] = dataclasses.field(default_factory=list)
    train_pairs: int | None = None
    dev_pairs: int | None = None
    dev_signature: str | None = None
    text_sha256: dict[str, list[str]] | None = None

    @property
    def other_ends(self) -> list[str]:
        """The changes that gave its schedule another end during training, which the recipe does not show."""
        return [change for change in self.changes if f": {END_OF_SCHEDULE}" in change]

    @property
    def is_as_begun(self) -> bool:
        """Whether no model was better than the one that it began with (`init_from`)."""
        begun = bool(self.experiment.get("init_from")) and self.best_dev_bleu is not None  # else never scored
        return begun and self.updates > 0 and not self.best_update

    def text(self, part: str) -> Text | None:
        """What its recipe names as "train", "dev" or "test" text; None where it does not, or in a way unknown here."""
        files, reader = self._corpus.get(part), str(self._corpus.get("reader", "parallel"))
        if not isinstance(files, dict) or not isinstance(files.get("source"), str) or reader not in READERS:
            return None
        return name_text(part, reader, files, (self.language("source"), self.language("target")))

    def language(self, side: str) -> str:
        """What its recipe calls the language of the "source" or "target"; empty where it does not say."""
        return str(self._corpus.get(f"{side}_language", ""))

    def hashes(self, part: str) -> list[str]:
        """Those of `text_sha256`; none where they are not known."""
        return (self.text_sha256 or {}).get(part, [])

    @property
    def _corpus(self) -> dict[str, Any]:
        corpus = self.experiment.get("corpus", {})
        return corpus if isinstance(corpus, dict) else {}

    def save(self, path: Path) -> None:
        """Write as JSON; a reader never sees half a file. Raises DiskError."""
        replace_file(path, self.to_bytes(), Disk())

    def to_bytes(self) -> bytes:
        """The JSON that is saved."""
        return (json.dumps(dataclasses.asdict(self), ensure_ascii=False, indent=2) + "\n").encode()

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a record. Raises CheckpointError when it is missing or malformed."""
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise CheckpointError(_explain_missing(path)) from None
        except OSError as error:
            raise CheckpointError(f"{path} cannot be read: {error.strerror}.") from None
        except ValueError as error:  # not JSON, or not UTF-8
            raise CheckpointError(f"{path} is not JSON ({error}). {_REMEDY}") from None
        if not isinstance(fields, dict):
            raise CheckpointError(f"{path} must hold one JSON object. {_REMEDY}")
        unknown = sorted(fields.keys() - {field.name for field in dataclasses.fields(cls)})
        if unknown:
            raise CheckpointError(f"{path} has the unknown field {unknown[0]!r}. {_REMEDY}")
        try:
            return TypeAdapter(cls).validate_json(json.dumps(fields), strict=True)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            field = ".".join(str(part) for part in first["loc"])
            raise CheckpointError(f"{path}: {field}: {first['msg']}. {_REMEDY}") from None


def library_versions() -> dict[str, str]:
    """Versions of what affects the result, by name."""
    libraries = {name: importlib.metadata.version(name) for name in ("torch", "sentencepiece", "sacrebleu", "numpy")}
    return {"nmt": __version__, "python": platform.python_version(), **libraries}


def source_commit() -> str | None:
    """The commit of the source this runs from, where it is a checkout of its own; "-dirty" where that was changed."""
    root = Path(__file__).resolve().parents[2]
    top = _git(root, "rev-parse", "--show-toplevel")
    if top is None or Path(top).resolve() != root:  # installed within somebody else's repository
        return None
    return _git(root, "describe", "--always", "--exclude=*", "--abbrev=12", "--dirty")


def _git(folder: Path, *arguments: str) -> str | None:
    """What git says; None where there is no git, or no repository."""
    try:
        found = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return found.stdout.strip() or None if found.returncode == 0 else None


_REMEDY = "Put back the one of this run, or delete it: then its own `nmt train` command writes it again."


def _explain_missing(path: Path) -> str:
    run_dir = path.parent
    if not run_dir.exists():
        return f"{run_dir}: no such run directory. `nmt train RECIPE.toml --out {run_dir}` makes one."
    return (
        f"{run_dir} has no {path.name}: it is not the directory of a run, or training has not stopped yet. "
        f"`nmt train RECIPE.toml --out {run_dir}` begins or continues it."
    )
