"""Translation memories (TMX 1.4b, as every CAT tool exports them), read as a stream."""

import codecs
import gzip
import html
import re
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import Any
from xml.parsers import expat

from nmt.corpus.languages import language_parts
from nmt.corpus.lines import HEAD_BYTES, explain_failure, refuse_archive
from nmt.errors import DataError

CHUNK_BYTES = 1 << 16
SHOWN_LANGUAGES = 20
# For sed: references to control characters, to halves of surrogate pairs, and to U+FFFE and U+FFFF.
NO_CHARACTERS = (
    "s/&#(x0*([01]?[0-9a-f]|d[89a-f][0-9a-f]{2}|fff[ef])"
    "|0*([12]?[0-9]|3[01]|5529[6-9]|55[3-9][0-9]{2}|5[67][0-9]{3}|6553[45]));/ /gI"
)
_NATIVE = {"bpt", "ept", "it", "ph", "ut", "sub"}  # in a segment: codes of the document's format, and notes inside them
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16", codecs.BOM_UTF8: "utf-8"}
_NOT_UTF16 = re.compile(rb"<\?xml\b[^>]*\bencoding\s*=\s*[\"']utf-?16", re.IGNORECASE)  # in single bytes

Unit = list[tuple[str, str]]  # language and text of each variant, in order


def read_tmx(path: Path, languages: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """The segments of two languages, from each unit that has both; any region will do where none is named.

    Formatting codes are left out, and white space, which may be the XML's own, is one space. Raises DataError when the
    file cannot be read, naming the line that is no XML, or when no unit has both languages.
    """
    num_pairs, found = 0, set[str]()
    for pair in _pairs(path, languages, found):
        num_pairs += 1
        yield pair
    if not num_pairs:
        have = sorted(found)
        shown = ", ".join(have[:SHOWN_LANGUAGES]) + (" ..." if len(have) > SHOWN_LANGUAGES else "")
        raise DataError(
            f"{path} has no unit in both {languages[0]} and {languages[1]}. Its languages are: {shown or 'none'}. Name "
            "them as the file does."
        )


def other_languages(path: Path, languages: tuple[str, str]) -> list[str]:
    """The languages of a memory that has no unit in both of these; [] where there is one, and it is read no further.

    Raises DataError as `read_tmx` does.
    """
    found = set[str]()
    return [] if next(_pairs(path, languages, found), None) else sorted(found) or ["none"]


def _pairs(path: Path, languages: tuple[str, str], found: set[str]) -> Iterator[tuple[str, str]]:
    """Also notes the languages that it has in `found`."""
    with explain_failure(path), path.open("rb") as file:
        refuse_archive(file.peek(HEAD_BYTES), path)
        stream = _unpacked(file)
        reading = _Reading(path, stream.peek(HEAD_BYTES), stream is not file, found)
        chunk = b"?"
        while chunk:  # the last one, which is empty, may end units too: expat holds back what a long token is part of
            chunk = stream.read(CHUNK_BYTES)
            for unit in reading.feed(chunk, last=not chunk):
                if pair := _pair(unit, *languages):
                    yield pair


def _unpacked(file: BufferedReader) -> BufferedReader | gzip.GzipFile:
    return gzip.GzipFile(fileobj=file) if file.peek(2).startswith(b"\x1f\x8b") else file


class _Reading:
    """Turns XML, chunk by chunk, into units."""

    def __init__(self, path: Path, head: bytes, packed: bool, languages: set[str]) -> None:
        self.path = path
        # What makes UTF-8 of it, which is what `sed` reads.
        self.to_utf8 = ["gunzip"] * packed + ["iconv -f UTF-16 -t UTF-8"] * (b"\0" in head[:4])
        self.languages = languages  # that were met
        self.units: list[Unit] = []  # that have ended, and not been taken yet
        self.unit: Unit = []
        self.language = ""
        self.text: list[str] | None = None  # of the segment at hand
        self.native = 0  # how many elements of native code it is inside of
        # The bytes say more than the XML declaration, which converting a file leaves as it was.
        marked = next((name for mark, name in _MARKS.items() if head.startswith(mark)), None)
        self.parser = expat.ParserCreate("utf-8" if _NOT_UTF16.match(head) else marked)
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.EntityDeclHandler = self._refuse_entity
        self.parser.SkippedEntityHandler = self._skipped_entity

    def feed(self, chunk: bytes, last: bool = False) -> list[Unit]:
        """The units that end in a chunk."""
        try:
            self.parser.Parse(chunk, last)
        except expat.ExpatError as error:
            reason, remedy = expat.ErrorString(error.code), "It is no well-formed XML."
            if error.code == expat.errors.codes[expat.errors.XML_ERROR_BAD_CHAR_REF]:
                first, *others = [*self.to_utf8, f"sed -E '{NO_CHARACTERS}'"]
                remedy = f"Remove it: {' | '.join([f'{first} < OLD', *others])} > NEW"
            where = f"line {error.lineno}, column {error.offset + 1}"
            raise DataError(f"{self.path}: {where}: {reason}. {remedy}") from None
        except (ValueError, LookupError) as error:  # of Python, for what it cannot give expat
            raise DataError(
                f"{self.path}: its encoding is not read here ({error}). Convert it (iconv -f OLD -t UTF-8) and change "
                "encoding= in its first line."
            ) from None
        ended, self.units = self.units, []
        return ended

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "tu":
            self.unit = []
        elif name == "tuv":
            self.language = attributes.get("xml:lang", attributes.get("lang", ""))  # `lang` was TMX 1.1
            self.languages.add(self.language)
        elif name == "seg":
            self.text = []
        elif name in _NATIVE:
            if attributes.get("type") == "lb":  # a line break
                self._characters(" ")
            self.native += 1

    def _end(self, name: str) -> None:
        if name == "tu":
            self.units.append(self.unit)
        elif name == "seg" and self.text is not None:
            self.unit.append((self.language, " ".join("".join(self.text).split())))
            self.text = None
        elif name in _NATIVE:
            self.native -= 1

    def _characters(self, text: str) -> None:
        if self.text is not None and not self.native:
            self.text.append(text)

    def _skipped_entity(self, name: str, of_declarations: bool) -> None:
        """One that only the DTD declares, which is not read: `&nbsp;` and the like."""
        if not of_declarations:
            self._characters(html.unescape(f"&{name};"))

    def _refuse_entity(self, *declaration: Any) -> None:
        raise DataError(  # a few lines of them can stand for gigabytes
            f"{self.path} declares entities of its own, which no TMX needs. They are not read."
        )


def _pair(unit: Unit, source: str, target: str) -> tuple[str, str] | None:
    """The texts of two of its variants; None where it has not both."""
    found = _variant(unit, source), _variant(unit, target)
    if found[0] is None or found[1] is None or found[0] == found[1]:
        return None
    return unit[found[0]][1], unit[found[1]][1]


def _variant(unit: Unit, language: str) -> int | None:
    """Which one is in this very language, or else in one of which either says less (`de` and `de-AT`, `zh-Hans` and
    `zh-Hans-CN`); rather one with text."""
    wanted = language_parts(language)
    best, place = 0, None
    for index, (found, text) in enumerate(unit):
        parts = language_parts(found)
        common = min(len(parts), len(wanted))
        fits = 2 if parts == wanted else int(parts[:common] == wanted[:common])
        if fits and 2 * bool(text) + fits > best:
            best, place = 2 * bool(text) + fits, index
    return place
