"""Every checksum of a run directory, looked at."""

import json
from collections.abc import Callable
from pathlib import Path

from nmt.errors import CheckpointError
from nmt.storage.exported import about_export, export_command
from nmt.storage.folder import read_folder, read_manifest
from nmt.storage.seal import read_sealed
from nmt.storage.steps import follow, list_steps, step_dir

POINTERS = {"models": ("best", "last"), "state": ("latest",)}
PUBLISHED = {"models": ("best",)}  # what `nmt push` leaves out is not missing


def problems(run: Path) -> list[str]:
    """What is missing or was changed in a run, a sentence each; [] where every byte is as it was written."""
    found: list[str] = []
    needed = {"models": _has_validated(run), "state": (run / "record.json").exists()}
    for part, names in (PUBLISHED if _is_published(run) else POINTERS).items():
        for update in list_steps(run / part):
            _try(found, read_folder, step_dir(run / part, update))
        for name in names:
            if needed[part] or list_steps(run / part) or (run / part / name).exists():
                _try(found, follow, run / part, name)
    for folder in sorted(path for path in (run / "export").glob("*") if path.is_dir() and path.suffix != ".tmp"):
        about = about_export(folder)
        format = about.get("format", folder.name)
        again = export_command(run, format, about, folder if folder.name != format else None)
        _try(found, read_folder, folder, f"Make it again: {again}.")
    if (run / "scores").is_dir():
        remedy = f"Delete {run / 'scores'}, and measure again with `nmt evaluate`."
        _try(found, read_folder, run / "scores", remedy)
    try:
        sealed = list(read_manifest(run)["files"])
    except CheckpointError as error:
        return [*found, str(error)]
    for name in sealed:
        _try(found, read_sealed, run, name)
    return found


def _has_validated(run: Path) -> bool:
    """Whether the record of a run tells of a model: Ctrl-C may have stopped it before its first validation."""
    try:
        record = json.loads((run / "record.json").read_bytes())
        return record["finish_reason"] != "interrupted" or record["best_dev_bleu"] is not None or record["best_update"]
    except FileNotFoundError:
        return False
    except (OSError, ValueError, KeyError, TypeError):  # damaged
        return True


def _is_published(run: Path) -> bool:
    try:
        return "published" in read_manifest(run)["about"]
    except CheckpointError:
        return False


def _try(found: list[str], check: Callable[..., object], *arguments: object) -> None:
    try:
        check(*arguments)
    except CheckpointError as error:
        found.append(str(error))
