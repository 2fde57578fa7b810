"""The loose files of a run directory, vouched for by one manifest beside them."""

from pathlib import Path
from typing import Any

from nmt.errors import CheckpointError, DamagedError
from nmt.storage.disk import Disk, disk_error, replace_file
from nmt.storage.folder import MANIFEST, build_manifest, read_manifest, sha256


def seal(directory: Path, names: list[str], disk: Disk, coming: dict[str, bytes] | None = None) -> None:
    """Note size and SHA-256 of these files, those of them that exist, as they are now. Raises DiskError.

    `coming` are files that will be written next, name -> bytes. Until the next seal their present and their coming
    content both pass the check, so a crash in between does no harm.
    """
    try:
        files = {name: (directory / name).read_bytes() for name in names if (directory / name).is_file()}
        for name in files:
            disk.sync(directory / name)
    except OSError as error:
        raise disk_error(directory / MANIFEST, error) from error
    about = {"coming": {name: sha256(data) for name, data in coming.items()}} if coming else {}
    replace_file(directory / MANIFEST, build_manifest(files, about), disk)


def check_sealed(directory: Path) -> None:
    """Raises CheckpointError unless every file that `seal` has noted is as it was."""
    for name in read_manifest(directory)["files"]:
        read_sealed(directory, name)


def noted_files(directory: Path) -> set[str]:
    """The files that `seal` has noted; none where there is no manifest, or one that was changed."""
    try:
        return set(read_manifest(directory)["files"])
    except DamagedError:
        return set()


def is_as_sealed(directory: Path, name: str) -> bool:
    """Whether `seal` has noted this file, and it is as it was."""
    try:
        read_sealed(directory, name)
    except CheckpointError:
        return False
    return True


def read_sealed(directory: Path, name: str) -> bytes:
    """A file that `seal` has noted.

    Raises DamagedError where it is missing or was changed since, and CheckpointError where it was not noted or cannot
    be read.
    """
    tree = read_manifest(directory)
    entries: dict[str, dict[str, Any]] = tree["files"]
    known = [entries[name]["sha256"]] if name in entries else []
    coming = tree["about"].get("coming")
    if isinstance(coming, dict) and name in coming:
        known.append(coming[name])
    path = directory / name
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise DamagedError(f"{path} is missing. Copy the whole run directory, or train again.") from None
    except OSError as error:
        raise CheckpointError(
            f"{path} cannot be read ({error.strerror}). Make it readable, or copy it again."
        ) from None
    if not known:
        raise CheckpointError(f"{path} is not in {MANIFEST}: the run has not ended, or was changed. Train to its end.")
    if sha256(data) not in known:
        raise DamagedError(
            f"{path} was changed after it was written: its checksum differs. Put back the one of this run."
        )
    return data
