"""What `nmt evaluate` has measured of a run, kept in it: the folder `scores`, with a checksum as a model has."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from nmt.errors import CheckpointError
from nmt.metrics import Score
from nmt.storage.disk import Disk
from nmt.storage.folder import is_whole, read_folder, recover_folder, remove_folder, replaced, write_folder

FOLDER, FILE = "scores", "scores.json"


@dataclass(frozen=True)
class Evaluation:
    """The scores of a run on one test set, searched in one way. The files are named, and known by their checksums."""

    source: str
    reference: str
    source_sha256: str
    reference_sha256: str
    num_sentences: int
    search: dict[str, Any]
    translate_seconds: float
    scores: tuple[Score, ...]

    def measures_the_same(self, other: "Evaluation") -> bool:
        """Whether this one takes the other's place: same text, same search, same metrics."""
        return self._key() == other._key()

    def _key(self) -> tuple[Any, ...]:
        names = [score.name for score in self.scores]
        return self.source_sha256, self.reference_sha256, self.search, names


def read_evaluations(run_dir: Path) -> tuple[Evaluation, ...]:
    """All that was noted, in the order of first notes. Raises CheckpointError where it was changed since."""
    folder = run_dir / FOLDER
    if not folder.is_dir():  # a crash while a new one took its place may have left only the old one
        folder = replaced(folder)
        if not is_whole(folder):
            return ()
    data = read_folder(folder, f"Delete {folder}, and measure again with `nmt evaluate`.").files.get(FILE, b"")
    try:
        return TypeAdapter(tuple[Evaluation, ...]).validate_json(data)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]["msg"]
        raise CheckpointError(
            f"{folder}/{FILE} does not fit this version of nmt ({problem}). Delete {folder} and evaluate again."
        ) from None


def note_evaluation(run_dir: Path, evaluation: Evaluation) -> None:
    """Keep it in the run, in place of an earlier one that measures the same. Raises CheckpointError and DiskError."""
    recover_folder(run_dir / FOLDER, Disk())
    noted = list(read_evaluations(run_dir))
    places = [number for number, earlier in enumerate(noted) if evaluation.measures_the_same(earlier)]
    for place in places or [len(noted)]:
        noted[place : place + 1] = [evaluation]
    text = json.dumps([asdict(each) for each in noted], ensure_ascii=False, indent=1) + "\n"
    write_folder(run_dir / FOLDER, {FILE: text.encode()}, {}, Disk())


def forget_evaluations(run_dir: Path) -> None:
    """The model is about to change. Raises DiskError."""
    for folder in (replaced(run_dir / FOLDER), run_dir / FOLDER):  # in this order: no crash brings the old ones back
        if folder.is_dir():
            remove_folder(folder, Disk())
