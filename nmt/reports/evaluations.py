"""Results of `nmt evaluate`, kept in the run: the folder `scores`, with checksums like those of a model."""

import json
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from nmt.errors import CheckpointError
from nmt.metrics import METRICS, OTHER_METRICS, Score
from nmt.reports.record import RunRecord
from nmt.reports.searches import describe_search
from nmt.storage.disk import Disk
from nmt.storage.folder import is_whole, read_folder, recover_folder, remove_folder, replaced, write_folder
from nmt.storage.lock import only_one

FOLDER, FILE = "scores", "scores.json"
LOCKED = "scores.lock"  # a folder that exists only while somebody writes scores


@dataclass(frozen=True)
class Evaluation:
    """The scores of a run's best model on one text, searched in one way, one by each metric.

    Files are given by name and checksum.
    """

    source: str
    reference: str
    source_sha256: str
    reference_sha256: str
    num_sentences: int
    search: dict[str, Any]
    translate_seconds: float
    scores: tuple[Score, ...]

    @property
    def measured(self) -> tuple[str, str, str]:
        """What was scored: the text, and the search as far as it affects the translations."""
        return self.source_sha256, self.reference_sha256, describe_search(self.search)


def read_evaluations(run_dir: Path) -> tuple[Evaluation, ...]:
    """All evaluations on record, one for each text and search, oldest first.

    Raises CheckpointError where the file was changed since.
    """
    folder = run_dir / FOLDER
    if not folder.is_dir():  # a crash while a new one took its place may have left only the old one
        folder = replaced(folder)
        if not is_whole(folder):
            return ()
    data = read_folder(folder, f"Delete {folder}, and measure again with `nmt evaluate`.").files.get(FILE, b"")
    try:
        return _merged(TypeAdapter(tuple[Evaluation, ...]).validate_json(data))
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]["msg"]
        raise CheckpointError(
            f"{folder}/{FILE} does not fit this version of nmt ({problem}). Delete {folder} and evaluate again."
        ) from None


def only_noter(run_dir: Path) -> AbstractContextManager[bool]:
    """Let one process at a time record scores of the run and write its card from them; others wait.

    Raises DiskError.
    """
    return only_one(run_dir / LOCKED, taken=lambda: None)


def note_evaluation(run_dir: Path, evaluation: Evaluation) -> None:
    """Keep it in the run; its scores replace earlier ones of the same text, search and metric.

    Call it within `only_noter`: it reads, adds and writes.
    Raises CheckpointError and DiskError.
    """
    recover_folder(run_dir / FOLDER, Disk())
    noted = _merged([*read_evaluations(run_dir), evaluation])
    text = json.dumps([asdict(each) for each in noted], ensure_ascii=False, indent=1) + "\n"
    write_folder(run_dir / FOLDER, {FILE: text.encode()}, {}, Disk())


def _merged(evaluations: Iterable[Evaluation]) -> tuple[Evaluation, ...]:
    """One for each text and search, with the last score by each metric, in the order of METRICS."""
    places = {name: place for place, name in enumerate([*METRICS, *OTHER_METRICS])}
    found: dict[tuple[str, str, str], Evaluation] = {}
    for each in evaluations:
        earlier = found[each.measured].scores if each.measured in found else ()
        scores = {score.name: score for score in (*earlier, *each.scores)}
        in_order = sorted(scores.values(), key=lambda score: places.get(score.name, len(places)))
        found[each.measured] = replace(each, scores=tuple(in_order))
    return tuple(found.values())


def doubt_about_scores(run_dir: Path, scores: Iterable[Score]) -> str:
    """A sentence where they are so far below the run's on the dev set as those of other lines are; or ''."""
    expected = RunRecord.load(run_dir / "record.json").best_dev_bleu or 0.0
    value = next((score.value for score in scores if score.name == "BLEU"), expected)
    if value >= expected / 10:
        return ""
    return (
        f"BLEU is far below that on the dev set, {expected:.1f}. Do the two files belong together, line by line? If "
        f"not, delete {run_dir / FOLDER} and evaluate again on what does."
    )


def forget_evaluations(run_dir: Path) -> None:
    """Remove all scores: the model is about to change. Raises DiskError."""
    for folder in (replaced(run_dir / FOLDER), run_dir / FOLDER):  # in this order: no crash brings the old ones back
        if folder.is_dir():
            remove_folder(folder, Disk())
