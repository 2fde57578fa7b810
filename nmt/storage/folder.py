"""A folder with a manifest: whole or absent, and every byte of it checked when it is read.

The only order that survives a power cut on every file system (Pillai et al., 2014): write and sync each file of a new
folder, the manifest last, sync the folder, rename it, sync its parent. A folder that has its final name is complete.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nmt.counted import counted
from nmt.errors import CheckpointError, DamagedError
from nmt.storage.disk import Disk, disk_error, make_folders, remove_quietly

FORMAT_VERSION = 2
COPY = "Copy the whole run directory again, or train again."
MANIFEST = "manifest.json"
REPLACED = ".gone.tmp"  # what a folder is called while a new one takes its name: a crash may leave only this one
_REMOVED = ".removed.tmp"


@dataclass(frozen=True)
class Folder:
    """What was read: file name -> bytes, and what the writer noted about itself."""

    files: dict[str, bytes]
    about: dict[str, Any]


def write_folder(directory: Path, files: dict[str, bytes], about: dict[str, Any], disk: Disk) -> None:
    """Make `directory` with these files, or leave it as it is where it already holds exactly these.

    A crash while one folder takes the place of another may leave neither under this name: `recover_folder` puts the old
    one back. Raises DiskError where that fails; nothing is then left but what was there before.
    """
    manifest = build_manifest(files, about)
    if _is_intact(directory, manifest):
        return
    partial, doomed = directory.with_name(directory.name + ".tmp"), replaced(directory)
    try:
        make_folders(directory.parent, disk)
        disk.remove(partial)
        disk.make_folder(partial)
        for name, data in {**files, MANIFEST: manifest}.items():  # the manifest last
            disk.write(partial / name, data)
            disk.sync(partial / name)
        disk.sync(partial)
        if directory.exists():
            disk.remove(doomed)
            disk.rename(directory, doomed)
        disk.rename(partial, directory)
        disk.sync(directory.parent)
        disk.remove(doomed)
    except OSError as error:
        with suppress(OSError):
            if doomed.exists() and not directory.exists():
                disk.rename(doomed, directory)
        remove_quietly(partial, disk)
        raise disk_error(directory, error, sum(map(len, files.values()))) from error


def replaced(directory: Path) -> Path:
    """Where a folder is while a new one takes its place."""
    return directory.with_name(directory.name + REPLACED)


def recover_folder(directory: Path, disk: Disk) -> None:
    """Where a crash came while a new folder took the place of this one, put the old one back. Raises DiskError."""
    try:
        if not directory.exists() and is_whole(replaced(directory)):
            disk.rename(replaced(directory), directory)
            disk.sync(directory.parent)
    except OSError as error:
        raise disk_error(directory, error) from error


def remove_folder(directory: Path, disk: Disk) -> None:
    """By way of another name, so that a crash half-way leaves no incomplete folder of the old one. Raises DiskError."""
    doomed = directory.with_name(directory.name + _REMOVED)
    try:
        disk.remove(doomed)
        disk.rename(directory, doomed)
        disk.remove(doomed)
    except OSError as error:
        raise disk_error(directory, error) from error


def read_folder(directory: Path, remedy: str = COPY) -> Folder:
    """The files of a folder that write_folder wrote.

    Raises DamagedError, which ends with `remedy`, unless every byte is as it was, and CheckpointError where the disk
    does not say.
    """
    try:
        if not directory.is_dir():
            raise DamagedError(f"{directory} is missing. {remedy}")
        tree = read_manifest(directory, remedy)
        files = {name: _read_checked(directory / name, entry, remedy) for name, entry in tree["files"].items()}
    except OSError as error:
        raise _unreadable(directory, error) from None
    return Folder(files, tree["about"])


def is_whole(directory: Path) -> bool:
    """Whether it can be read, and every byte of it is as it was written."""
    try:
        read_folder(directory)
    except CheckpointError:
        return False
    return True


def build_manifest(files: dict[str, bytes], about: dict[str, Any]) -> bytes:
    """Sizes and SHA-256 sums of the files; the last sum is that of the manifest itself without it."""
    entries = {name: {"bytes": len(data), "sha256": sha256(data)} for name, data in sorted(files.items())}
    tree = {"format_version": FORMAT_VERSION, "about": about, "files": entries}
    return _canonical({**tree, "sha256": sha256(_canonical(tree))})


def read_manifest(directory: Path, remedy: str = COPY) -> dict[str, Any]:
    """The manifest of a folder, itself unchanged.

    Raises DamagedError where it is missing or not what was written, and CheckpointError where the disk does not say,
    or where another version of nmt wrote it.
    """
    path = directory / MANIFEST
    try:
        content = path.read_bytes()
        tree: dict[str, Any] = json.loads(content)
        own_sum, version = tree.pop("sha256", None), tree["format_version"]
        well_formed = version != FORMAT_VERSION or _is_well_formed(tree)
    except FileNotFoundError:
        raise DamagedError(f"{directory} has no {MANIFEST}: it is not complete. {remedy}") from None
    except OSError as error:
        raise _unreadable(directory, error) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DamagedError(f"{path} is not readable. {remedy}") from None
    if type(version) is int and version != FORMAT_VERSION:
        raise CheckpointError(
            f"{directory} has format {version}; this nmt reads format {FORMAT_VERSION}. "
            "Use the nmt version that wrote it, or train again."
        )
    if not well_formed or own_sum != sha256(_canonical(tree)) or content != _canonical({**tree, "sha256": own_sum}):
        raise DamagedError(f"{path} was changed after it was written: its checksum differs. {remedy}")
    return tree


def _is_well_formed(tree: dict[str, Any]) -> bool:
    """Whether it names plain files, which are in its own folder, with a size and a checksum each."""
    return isinstance(tree["about"], dict) and all(
        name not in ("", "..")
        and Path(name).name == name
        and type(entry["bytes"]) is int
        and type(entry["sha256"]) is str
        for name, entry in tree["files"].items()
    )


def sha256(data: bytes) -> str:
    """The checksum of manifests, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _canonical(tree: dict[str, Any]) -> bytes:
    return json.dumps(tree, indent=1, allow_nan=False).encode()


def _read_checked(path: Path, entry: dict[str, Any], remedy: str) -> bytes:
    if path.is_symlink():
        raise DamagedError(
            f"{path} is a link, and links are not followed. Copy the run with the files themselves: `cp -RL`, or from "
            "the hub `hf download USER/NAME --local-dir DIR`."
        )
    if not path.is_file():
        raise DamagedError(f"{path} is missing. {remedy}")
    if path.stat().st_size != entry["bytes"]:  # before a file of any size is read
        raise DamagedError(f"{path} has {counted(path.stat().st_size, 'byte')} instead of {entry['bytes']:,}. {remedy}")
    data = path.read_bytes()
    if sha256(data) != entry["sha256"]:
        raise DamagedError(f"{path} was changed after it was written: its checksum differs. {remedy}")
    return data


def _unreadable(directory: Path, error: OSError) -> CheckpointError:
    return CheckpointError(
        f"{error.filename or directory} cannot be read ({error.strerror or error}). That need not last: try again, "
        f"or move {directory} away to do without it."
    )


def _is_intact(directory: Path, manifest: bytes) -> bool:
    try:
        read_folder(directory)
        return (directory / MANIFEST).read_bytes() == manifest
    except (CheckpointError, OSError):
        return False
