"""Reading lines of text, whatever they contain.

A line ends at LF and nowhere else. Python's own ways of splitting text would also end one at CR, VT, FF, NEL,
U+2028 ..., and two aligned files would then silently lose their alignment; so files are read as bytes and split here.
"""

import codecs
import gzip
import hashlib
import io
import os
import re
import sys
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from nmt.errors import DataError

STANDARD = Path("-")  # what stands for standard input, or output
BYTE_ORDER_MARK = "\ufeff"
REPLACEMENT = "\ufffd"

# Characters that some program takes for the end of a line or a record. US (0x1f) is no line end, but is white space
# to `str.split` as its neighbours FS, GS and RS are.
_SEPARATORS = "\n\x0b\x0c\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"
_OTHER_CONTROLS = [
    chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in _SEPARATORS and chr(code) != "\t"
]
_ONE_LINE: dict[int, str] = {
    **{ord(character): " " for character in _SEPARATORS},
    **{ord(character): "" for character in (*_OTHER_CONTROLS, BYTE_ORDER_MARK)},
    **dict.fromkeys(range(0xD800, 0xE000), REPLACEMENT),
}
# SentencePiece writes a space as U+2581 and therefore reads U+2581 as a space; the nearest character that stays visible
# is the low line.
_SPACES = "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_CLEAN: dict[int, str] = {**_ONE_LINE, **{ord(space): " " for space in _SPACES}, 0x2581: "_"}

# How a translation memory begins, as far as a stream lets one look before it is read.
HEAD_BYTES = 512
_MEMORY = re.compile(rb"(\xef\xbb\xbf)?\s*<(\?xml\b.*?<)?(!DOCTYPE\s+tmx\b|tmx\s+version\b)", re.DOTALL)

_PACKED = {
    b"PK\x03\x04": "zip",
    b"\xfd7zXZ\x00": "xz",
    b"BZh91AY&SY": "bzip2",
    b"(\xb5/\xfd": "zstd",
}  # by their first bytes

# Searching for a character of the table first is ten times faster than translating a line that holds none.
_NEEDS_ONE_LINE = re.compile(f"[{''.join(map(re.escape, map(chr, _ONE_LINE)))}]")
_NEEDS_CLEAN = re.compile(f"[{''.join(map(re.escape, map(chr, _CLEAN)))}]")


def iter_lines(path: Path) -> Iterator[str]:
    """The lines of a UTF-8 text file, plain or gzip, without their line ends; the file is read as they are asked for.

    Lines end at LF; one CR before it and a byte order mark at the start of the file are removed, and a last line
    counts whether or not it ends in LF. Nothing else is changed: see `clean`.

    Raises DataError when the file cannot be read, or naming line and byte when it is not UTF-8.
    """
    offset, looks_like_utf16 = 0, False
    with explain_failure(path), open_unpacked(path) as file, unpacked(file, path) as stream:
        for number, data in enumerate(stream, start=1):
            if number == 1:
                looks_like_utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
            try:
                line = data.decode("utf-8")
            except UnicodeDecodeError as error:
                encoding = "UTF-16" if looks_like_utf16 else "WINDOWS-1252"
                raise DataError(
                    f"{path}: line {number}, byte {error.start + 1} (0x{data[error.start]:02X}, offset "
                    f"{offset + error.start} in the file) is not valid UTF-8. Convert the file first; if it is "
                    f"{encoding}: iconv -f {encoding} -t UTF-8 OLD > NEW"
                ) from None
            if number == 1:
                line = line.removeprefix(BYTE_ORDER_MARK)
                if not line:  # a mark and nothing else is no line
                    return
            offset += len(data)
            yield line.removesuffix("\n").removesuffix("\r")


def open_unpacked(path: Path) -> BinaryIO:
    """The bytes of a file, or of standard input (`-`); those that were packed into it, where its name ends in `.gz`.

    See `explain_failure`.
    """
    if path == STANDARD:
        return open_stdin()
    return cast("BinaryIO", gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def open_stdin() -> BinaryIO:
    """Standard input; where the caller has closed it, Python has none and there is nothing to read."""
    if sys.stdin is None:
        return io.BytesIO()
    try:
        # A file of our own: Python closes sys.stdin when it ends, and crashes if a thread still waits in it.
        return open(os.dup(sys.stdin.fileno()), "rb")
    except OSError:  # no file, as in a test
        return sys.stdin.buffer


def unpacked(stream: BinaryIO, name: Path | str) -> BinaryIO:
    """What is to be read from `stream`: of gzip what was packed into it, whatever it is called.

    Raises DataError for other archives, for UTF-16, and for a translation memory: every line would be translated into
    nonsense.
    """
    if not isinstance(stream, (io.BufferedReader, gzip.GzipFile)):
        return stream  # nothing that can be looked into
    with explain_failure(name):
        head = stream.peek(HEAD_BYTES)[:HEAD_BYTES]
    refuse_archive(head, name)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and b"\0" in head:
        raise DataError(f"{name} is UTF-16. Convert it first: iconv -f UTF-16 -t UTF-8 OLD > NEW")
    if _MEMORY.match(head):
        raise DataError(
            f"{name} is a translation memory (TMX), not lines of text. `nmt split` makes text of it, and a recipe with "
            'corpus.reader = "tmx" trains on it as it is.'
        )
    if head.startswith(b"\x1f\x8b"):
        return unpacked(cast("BinaryIO", gzip.open(stream, "rb")), name)
    return cast("BinaryIO", stream)


def refuse_archive(head: bytes, name: Path | str) -> None:
    """Raises DataError where a file that begins so is packed, and not by gzip."""
    for magic, kind in _PACKED.items():
        if head.startswith(magic):
            raise DataError(f"{name} is a {kind} archive, which is not read. Unpack it, or pack it with gzip.")


def read_lines(path: Path) -> list[str]:
    """All lines of a file, as iter_lines gives them."""
    return list(iter_lines(path))


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes, read in blocks. Raises DataError when it cannot be read, or not once more."""
    with explain_failure(path):
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise DataError(
                f"{path} is a pipe or a device, and its text is read more than once. Write it to a file first."
            )
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


def hash_text(path: Path, lines: Iterable[str]) -> str:
    """That of a file; what came through a pipe, which cannot be read again, is known by its lines."""
    return hash_file(path) if path.is_file() else hash_lines(lines)


def hash_lines(lines: Iterable[str]) -> str:
    """SHA-256 of the file with these lines."""
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


@contextmanager
def explain_failure(path: Path | str, besides: str = "") -> Iterator[None]:
    """Within, an error of the system about `path` becomes a DataError that says what to do, or what can be done
    `besides` giving the right path.
    """
    try:
        yield
    except FileNotFoundError:
        where = _here() if Path(path).parts[:1] == ("data",) else ""  # of a checkout, so the recipes say
        maker = Path(path).with_name("prepare.py")
        made = f"The files beside it are written by {maker}. " if maker.exists() else ""
        raise DataError(
            f"{path}: no such file{where}. {made}{besides or ('' if made else 'Check the path.')}".rstrip()
        ) from None
    except IsADirectoryError:
        raise DataError(f"{path} is a folder. Give the path of a text file in it.") from None
    except PermissionError:
        raise DataError(f"{path}: not allowed to read it. Give yourself the permission (chmod u+r).") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path} is not a complete gzip file ({error}). Fetch it again, or gunzip it first.") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}).") from None


def _here() -> str:
    """Where relative paths begin; "" in a folder that was removed meanwhile."""
    try:
        return f" in {Path.cwd()}"
    except OSError:
        return ""


def decode_line(line: bytes) -> tuple[str, int]:
    """Decode one line for translation: invalid UTF-8 becomes U+FFFD, because stopping would lose all other lines.

    `line` may end in LF or CR LF, which is removed. Returns the text and the number of replacements in it.
    """
    line = line.removesuffix(b"\n").removesuffix(b"\r")
    try:
        return line.decode("utf-8"), 0
    except UnicodeDecodeError:
        text = line.decode("utf-8", errors="replace")
        # A replacement character that was there before is no error of the input.
        return text, text.count(REPLACEMENT) - line.count(REPLACEMENT.encode("utf-8"))


def clean(text: str) -> str:
    """Prepare a line for the tokenizer, in training and in translation alike.

    Line separators (CR, VT, FF, FS, GS, RS, NEL, U+2028, U+2029), US, TAB and the spaces of Unicode become a space.
    Other control characters (NUL, ESC, DEL ...) and U+FEFF are removed. Lone surrogates, which UTF-8 cannot hold,
    become U+FFFD, and U+2581 becomes `_`. Letters and their accents are composed (NFC), so that é is one thing however
    it was typed; that also replaces characters which Unicode calls equal to another (the Kelvin sign by K). Everything
    else, such as the text `</s>`, stays. Cleaning twice is cleaning once.
    """
    clean = text.translate(_CLEAN) if _NEEDS_CLEAN.search(text) else text
    return unicodedata.normalize("NFC", clean)


def one_line(text: str) -> str:
    """Make `text` safe to write as one record: no line separator or control character but TAB, no lone surrogate."""
    return text.translate(_ONE_LINE) if _NEEDS_ONE_LINE.search(text) else text


def is_blank(text: str) -> bool:
    """Whether a line shows nothing: empty, or only spaces, control and formatting characters (zero-width space ...)."""
    return all(unicodedata.category(character) in _INVISIBLE for character in text)


_INVISIBLE = {"Zs", "Zl", "Zp", "Cc", "Cf"}
