"""The files at the top of a run directory (recipe, tokenizers, log, record), whose checksums hold at any moment."""

from pathlib import Path

from nmt.config import RECIPE
from nmt.reports.card import forget_card
from nmt.reports.record import RECORD
from nmt.storage.disk import Disk, disk_error, replace_file
from nmt.storage.seal import is_as_sealed, noted_files, read_sealed, seal
from nmt.tokenizer.pair import TOKENIZER_FILES
from nmt.training.journal import JOURNAL

BEGUN = [RECIPE, *sorted(TOKENIZER_FILES)]  # what a run has from its beginning
ENDED = [*BEGUN, JOURNAL, RECORD]


def write_loose(directory: Path, files: dict[str, bytes], ended: bool) -> None:
    """Put files in place of others, name -> bytes; between any two operations the run can be used.

    Raises CheckpointError where yet another one was damaged, for which the new manifest would vouch; DiskError.
    """
    names = ENDED if ended else BEGUN
    for name in noted_files(directory) & set(names) - files.keys():
        read_sealed(directory, name)
    as_they_are = [name for name in names if name not in files or is_as_sealed(directory, name)]
    seal(directory, as_they_are, Disk(), coming=files)
    for name, data in files.items():
        replace_file(directory / name, data, Disk())
    seal(directory, names, Disk())


def holds(directory: Path, name: str, data: bytes) -> bool:
    """Whether a file is this already, and vouched for."""
    return is_as_sealed(directory, name) and (directory / name).read_bytes() == data


def remove_records(directory: Path) -> None:
    """Remove what says how a run ended. Raises DiskError."""
    try:
        for name in (RECORD, "progress.json"):  # the latter of earlier versions
            Disk().remove(directory / name)
        Disk().sync(directory)
    except OSError as error:
        raise disk_error(directory, error) from error
    forget_card(directory)
