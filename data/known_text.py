"""Text files whose number of lines and SHA-256 are on record: read from a folder, checked, written whole or not at all.

Used by the prepare.py of phrasebook, multi30k and tanaka, which say what and where.
"""

import gzip
import hashlib
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class PrepareError(Exception):
    """The text cannot be had, or is not what it should be. The message says where and how to go on."""


@dataclass(frozen=True)
class KnownText:
    """What is on record of the files of a corpus, whose names begin with the split, as in `train.en`."""

    corpus: str
    num_lines: Mapping[str, int]  # by split
    sha256: Mapping[str, str]  # by file

    def is_ready(self, path: Path, verify: bool) -> bool:
        """Whether `path` holds the right text; without verification, the right number of lines is enough."""
        if not path.is_file():
            return False
        text = path.read_bytes()
        return text.count(b"\n") == self._expected(path.name) and (not verify or self._sum_fits(path.name, text))

    def check(self, name: str, text: bytes, verify: bool) -> None:
        """Refuse a text of the wrong length, and, when verifying, one whose checksum is not on record."""
        found, expected = text.count(b"\n"), self._expected(name)
        if found != expected:
            raise PrepareError(
                f"{name} would have {found} lines; {self.corpus} has {expected}. The source is incomplete."
            )
        if verify and not self._sum_fits(name, text):
            raise PrepareError(
                f"{name} has its {expected} lines but not the text on record: SHA-256 "
                f"{hashlib.sha256(text).hexdigest()}, not {self.sha256[name]}. Scores may not compare with published "
                "ones; --no-verify accepts it."
            )

    def _expected(self, name: str) -> int:
        return self.num_lines[name.partition(".")[0]]

    def _sum_fits(self, name: str, text: bytes) -> bool:
        return hashlib.sha256(text).hexdigest() == self.sha256[name]


def read_lines(plain: Path) -> list[str]:
    """The lines of a UTF-8 file, or of the same with `.gz` behind its name, which comes first."""
    packed = plain.with_name(f"{plain.name}.gz")
    try:
        data = gzip.decompress(packed.read_bytes()) if packed.exists() else plain.read_bytes()
        return data.decode("utf-8").removesuffix("\n").split("\n")
    except FileNotFoundError:
        raise PrepareError(f"{plain.parent} has neither {packed.name} nor {plain.name}.") from None
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise PrepareError(f"{packed if packed.exists() else plain} cannot be read: {error}.") from None


def write_all(out: Path, texts: Mapping[str, bytes]) -> None:
    """Write files into a folder, which is made. None takes its name before all are written, so that where one cannot be
    there is none; and each is whole, whenever this is interrupted.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PrepareError(f"{out} cannot be made: {error.strerror or error}.") from None
    partial = {name: out / f".{os.getpid()}.{name}" for name in texts}  # ends as git ignores it
    try:
        for name, text in texts.items():
            with partial[name].open("wb") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
        for name, temporary in partial.items():
            os.replace(temporary, out / name)
    except OSError as error:
        raise PrepareError(f"{out / name} cannot be written: {error.strerror or error}.") from None
    finally:
        for temporary in partial.values():
            temporary.unlink(missing_ok=True)
