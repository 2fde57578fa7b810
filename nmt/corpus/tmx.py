"""Translation memories (TMX 1.4b, as every CAT tool exports them), read as a stream."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

from nmt.corpus.lines import explain_failure, open_unpacked
from nmt.errors import DataError

CHUNK_BYTES = 1 << 16
_NATIVE = {"bpt", "ept", "it", "ph", "ut", "sub"}  # in a segment: codes of the document's format, and notes inside them


def read_tmx(path: Path, languages: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """The segments of two languages, from each unit that has both; any region will do where none is named.

    Formatting codes are left out, and white space, which may be the XML's own, is one space. Raises DataError when the
    file cannot be read, naming the line that is no XML, or when no unit has both languages.
    """
    reading, num_pairs = _Reading(), 0
    with explain_failure(path), open_unpacked(path) as stream:
        for chunk in iter(lambda: stream.read(CHUNK_BYTES), b""):
            for unit in reading.feed(chunk, path):
                found = tuple(_segment(unit, language) for language in languages)
                if found[0] is not None and found[1] is not None:
                    num_pairs += 1
                    yield found[0], found[1]
    reading.feed(b"", path, last=True)
    if not num_pairs:
        have = ", ".join(sorted(reading.languages)) or "none"
        raise DataError(
            f"{path} has no unit in both {languages[0]} and {languages[1]}. Its languages are: {have}. Name them as "
            "the file does."
        )


class _Reading:
    """Turns XML, chunk by chunk, into units: the language and text of each of their variants, in order."""

    def __init__(self) -> None:
        self.languages: set[str] = set()
        self.units: list[list[tuple[str, str]]] = []  # that have ended, and not been taken yet
        self.unit: list[tuple[str, str]] = []
        self.language = ""
        self.text: list[str] | None = None  # of the segment at hand
        self.native = 0  # how many elements of native code it is inside of
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.EntityDeclHandler = _refuse_entity

    def feed(self, chunk: bytes, path: Path, last: bool = False) -> list[list[tuple[str, str]]]:
        """The units that end in a chunk."""
        try:
            self.parser.Parse(chunk, last)
        except expat.ExpatError as error:
            raise DataError(
                f"{path}: line {error.lineno}, column {error.offset + 1}: {expat.ErrorString(error.code)}. It is no "
                "well-formed TMX; `xmllint --noout FILE` lists all that is wrong with it."
            ) from None
        except _EntityError:
            raise DataError(f"{path} declares entities of its own, which no TMX needs. They are not read.") from None
        ended, self.units = self.units, []
        return ended

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "tu":
            self.unit = []
        elif name == "tuv":
            self.language = attributes.get("xml:lang", attributes.get("lang", ""))  # `lang` was TMX 1.1
            self.languages.add(self.language)
        elif name == "seg":
            self.text, self.native = [], 0
        elif name in _NATIVE:
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


class _EntityError(Exception):
    """A few lines of entities can stand for gigabytes of text."""


def _refuse_entity(*declaration: Any) -> None:
    raise _EntityError


def _segment(unit: list[tuple[str, str]], language: str) -> str | None:
    """Its first variant in this very language, or else in one that differs in the region alone."""
    wanted = _parts(language)
    exact = (text for found, text in unit if _parts(found) == wanted)
    regional = (
        text for found, text in unit if 1 in (len(_parts(found)), len(wanted)) and _parts(found)[0] == wanted[0]
    )
    return next(exact, next(regional, None))


def _parts(language: str) -> list[str]:
    return language.lower().replace("_", "-").split("-")
