"""What a whole run holds, each part with its checksum looked at; but for the card, which is for people."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from nmt.errors import CheckpointError
from nmt.export.exported import about_export, export_command
from nmt.reports.evaluations import FOLDER as SCORES
from nmt.reports.record import RECORD, RunRecord
from nmt.storage.folder import read_folder, read_manifest
from nmt.storage.seal import read_sealed
from nmt.storage.steps import follow, list_steps, newest_whole, step_dir
from nmt.training.checkpoint import read_progress
from nmt.training.journal import JOURNAL, holds
from nmt.translation.shortlist import SHORTLIST_FILE, Shortlist

POINTERS = {"models": ("best", "last"), "state": ("latest",)}
PUBLISHED = {"models": ("best",)}  # what `nmt push` leaves out is not missing


def problems(run: Path) -> list[str]:
    """What is missing or was changed in a run, a sentence each; [] where every byte is as it was written."""
    found: list[str] = []
    for check in _checks(run):
        try:
            check()
        except CheckpointError as error:
            found.append(str(error))
    return found


def _checks(run: Path) -> Iterator[Callable[[], object]]:
    """One for each thing that a run should hold, or may; it raises CheckpointError unless that is as it was written."""
    manifest, ended = _manifest(run), (run / RECORD).exists()
    needed = {"models": ended and _has_validated(run), "state": ended}
    for part, names in (PUBLISHED if "published" in manifest["about"] else POINTERS).items():
        steps = list_steps(run / part)
        yield from (partial(read_folder, step_dir(run / part, update)) for update in steps)
        for name in names:
            if needed[part] or steps or (run / part / name).exists():
                yield partial(follow, run / part, name)
    for folder in sorted(path for path in (run / "export").glob("*") if path.is_dir() and path.suffix != ".tmp"):
        about = about_export(folder)
        format = about.get("format", folder.name)
        again = export_command(run, format, about, folder if folder.name != format else None)
        yield partial(read_folder, folder, f"Make it again: {again}.")
    if (run / SCORES).is_dir():
        remedy = f"Delete {run / SCORES}, and measure again with `nmt evaluate`."
        yield partial(read_folder, run / SCORES, remedy)
    yield partial(read_manifest, run)
    yield from (partial(read_sealed, run, name) for name in manifest["files"])
    if JOURNAL not in manifest["files"]:  # before a run has ended: what comes after its newest state is taken away
        yield partial(_check_journal, run)
    if (run / SHORTLIST_FILE).exists():
        yield partial(Shortlist.read, run)


def _manifest(run: Path) -> dict[str, Any]:
    """That of the loose files; one of nothing where it cannot be read."""
    try:
        return read_manifest(run)
    except CheckpointError:
        return {"about": {}, "files": {}}


def _has_validated(run: Path) -> bool:
    """Whether the record of a run tells of a model: Ctrl-C may have stopped it before its first validation."""
    try:
        record = RunRecord.load(run / RECORD)
    except CheckpointError:  # damaged
        return True
    return record.finish_reason != "interrupted" or record.best_dev_bleu is not None or record.best_update > 0


def _check_journal(run: Path) -> None:
    try:
        found = newest_whole(run / "state", lambda _: None)
        progress = read_progress(found[1], step_dir(run / "state", found[0])) if found else None
    except CheckpointError:  # is said of the state itself
        return
    if progress and not holds(run / JOURNAL, progress.log_bytes, progress.log_sha256):
        raise CheckpointError(
            f"{run / JOURNAL} was changed after it was written, or is missing. Training begins a new one; nothing else "
            "needs it."
        )
