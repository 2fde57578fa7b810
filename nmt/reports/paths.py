"""Files as a report names them."""

from pathlib import Path


def portable_path(path: Path) -> str:
    """The path below the working directory, or the file name alone: a report outlives the machine it was made on."""
    try:
        return path.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return path.name


def file_name(path: str) -> str:
    """Without the folders, which belong to the machine it ran on; also for paths of Windows."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]
