"""Folders step-N of a run, and pointers: small files that name one of them."""

import re
from collections.abc import Callable, Container, Iterable
from pathlib import Path

from nmt.errors import CheckpointError, DamagedError
from nmt.storage.disk import Disk, disk_error, replace_file, unused
from nmt.storage.folder import (
    MANIFEST,
    REPLACED,
    Folder,
    is_whole,
    read_folder,
    read_manifest,
    recover_folder,
    remove_folder,
    sha256,
)

_STEP = re.compile(r"step-(0|[1-9]\d*)")
_POINTER = re.compile(r"step-(0|[1-9]\d*) ([0-9a-f]{64})\n")


def step_dir(directory: Path, update: int) -> Path:
    """Where the step of that many updates is."""
    return directory / f"step-{update}"


def list_steps(directory: Path) -> list[int]:
    """Updates of the steps in a directory, smallest first. What a crash left half-written is none.

    Raises CheckpointError where the directory cannot be read.
    """
    try:
        if not directory.is_dir():
            return []
        matches = [_STEP.fullmatch(path.name) for path in directory.iterdir() if path.is_dir()]
    except OSError as error:
        raise CheckpointError(f"{directory} cannot be read ({error.strerror}).") from None
    return sorted(int(match[1]) for match in matches if match)


def point(directory: Path, name: str, update: int, disk: Disk) -> None:
    """Have the pointer `name` name a step, and its manifest by checksum so that no changed bit names another one.

    Raises DamagedError where the manifest of the step is not as it was written, and DiskError.
    """
    path, step = directory / name, step_dir(directory, update)
    read_manifest(step)
    try:
        manifest = (step / MANIFEST).read_bytes()
        text = f"step-{update} {sha256(manifest)}\n".encode()
        stays = path.is_file() and path.read_bytes() == text
    except OSError as error:
        raise disk_error(path, error) from error
    if not stays:
        replace_file(path, text, disk)


def follow(directory: Path, name: str) -> int:
    """The step that a pointer names. Raises CheckpointError where it is missing, changed, or names nothing."""
    path = directory / name
    try:
        match = _POINTER.fullmatch(path.read_bytes().decode("ascii"))
        if not match:
            raise ValueError("not a pointer")
        update, checksum = int(match[1]), match[2]
        step = step_dir(directory, update).name
        manifest = (directory / step / MANIFEST).read_bytes()
    except FileNotFoundError as error:
        missing = Path(error.filename)
        what = f"{missing} is missing" if missing == path else f"{path} names {step}, which is missing"
        raise CheckpointError(f"{what}. {_whole_ones(directory)}") from None
    except (OSError, ValueError):
        raise CheckpointError(f"{path} is not readable. {_whole_ones(directory)}") from None
    if checksum != sha256(manifest):
        raise CheckpointError(f"{path} and {step} do not fit: one was changed. {_whole_ones(directory)}")
    return update


def newest_whole(
    directory: Path, say: Callable[[str], None], among: Container[int] | None = None
) -> tuple[int, Folder] | None:
    """The newest step that is as it was written; `say` tells of each newer one that is not. None: there is no step.

    With `among`, only these count. Raises CheckpointError where there are steps but none is whole, or where one cannot
    be read now that may be whole.
    """
    failure: DamagedError | None = None
    for update in reversed(list_steps(directory)):
        if among is not None and update not in among:
            continue
        try:
            return update, read_folder(step_dir(directory, update))
        except DamagedError as error:
            failure = failure or error
            say(f"{error} Falling back to the checkpoint before it.")
    if failure:
        raise failure
    return None


def recover(directory: Path, disk: Disk) -> None:
    """Where a crash came while one step took the place of another of its number, put that back. Raises DiskError."""
    try:
        for path in sorted(directory.glob("step-*" + REPLACED)):
            recover_folder(path.with_name(path.name.removesuffix(REPLACED)), disk)
    except OSError as error:
        raise disk_error(directory, error) from error


def set_aside(directory: Path, update: int, disk: Disk) -> None:
    """Have a damaged step count no more; what there is of it stays, as step-N.damaged. Raises DiskError."""
    step = step_dir(directory, update)
    try:
        disk.rename(step, unused(step.with_name(step.name + ".damaged")))
        disk.sync(directory)
    except OSError as error:
        raise disk_error(step, error) from error


def prune(directory: Path, keep: Iterable[int], disk: Disk) -> None:
    """Remove every other step, and what a crash left half-written. Raises DiskError."""
    try:
        for path in sorted(directory.glob("*.tmp")):
            disk.remove(path)
    except OSError as error:
        raise disk_error(directory, error) from error
    for update in set(list_steps(directory)) - set(keep):
        remove_folder(step_dir(directory, update), disk)


def _whole_ones(directory: Path) -> str:
    steps = [step_dir(directory, update) for update in reversed(list_steps(directory))]
    whole = [step.name for step in steps if is_whole(step)]
    if not whole:
        return f"Is {directory.parent} the directory of a run that has trained?"
    return f"Whole are: {', '.join(whole)}."
