"""Lines: only LF ends one, bad bytes are located, cleaned text holds nothing that breaks a record."""

import bz2
import gzip
import hashlib
import io
import lzma
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt.corpus.lines import clean, decode_line, explain_failure, hash_file, is_blank, iter_lines, one_line, read_lines
from nmt.errors import DataError

# Everything that ends a line for str.splitlines, and CR.
SEPARATORS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
ANY_TEXT = st.text(st.characters(), max_size=60)  # surrogates included
HOSTILE_TEXT = st.text(st.sampled_from(f"ab \t\x00\x1b\x1f\x7f\x9f\ufeff\ufffd\u2581_\ud800\udfff</s>{SEPARATORS}"))

INVALID_UTF8 = [
    b"\xff",
    b"\xfe\xff",
    b"\x80",
    b"\xbf",
    b"\xc0\xaf",
    b"\xc1\xbf",
    b"\xe0\x80\xaf",
    b"\xe2\x82",
    b"\xf0\x9f\x98",
    b"\xed\xa0\x80",
    b"\xed\xbf\xbf",
    b"\xf4\x90\x80\x80",
    b"\xf8\x88\x80\x80\x80",
    b"Stra\xdfe",
    b"\xc3(",
    b"\xe2(\xa1",
]


def write(folder: Path, data: bytes, name: str = "text.de") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"a", ["a"]),
        (b"a\n", ["a"]),
        (b"a\nb", ["a", "b"]),
        (b"\n\n", ["", ""]),
        (b"a\n\n", ["a", ""]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\r\r\n", ["a\r"]),
        (b"a\rb\n", ["a\rb"]),
        (b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n", ["a", "\ufeffb"]),
        (b"\xef\xbb\xbf", []),
        (b"\xef\xbb\xbf\n", [""]),
        (b"\xef\xbb\xbf\r", [""]),
        (b"a\r", ["a"]),
        ("Straße\n".encode(), ["Straße"]),
    ],
)
def test_a_line_ends_at_lf_only(tmp_path: Path, data: bytes, lines: list[str]) -> None:
    assert read_lines(write(tmp_path, data)) == lines


@pytest.mark.parametrize("separator", SEPARATORS.replace("\n", ""))
def test_no_other_separator_ends_a_line(tmp_path: Path, separator: str) -> None:
    assert read_lines(write(tmp_path, f"a{separator}b\nc\n".encode())) == [f"a{separator}b", "c"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\ufeff"))))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    path = tmp_path_factory.mktemp("lines") / "text"
    path.write_bytes("".join(f"{line}\n" for line in lines).encode())
    assert read_lines(path) == lines


BYTES = st.lists(st.sampled_from([b"\n", b"\r", b"\xef\xbb\xbf", "ß".encode(), b"\xc3", b"a", b"\x85"])).map(b"".join)


@given(BYTES)
def test_line_by_line_a_file_is_what_it_is_as_a_whole(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = write(tmp_path_factory.mktemp("lines"), data)
    try:
        whole = data.decode().removeprefix("\ufeff").split("\n")
    except UnicodeDecodeError as error:
        with pytest.raises(DataError, match=rf"offset {error.start} in the file\)"):
            read_lines(path)
        return
    expected = whole if whole[-1] else whole[:-1]
    assert read_lines(path) == [line.removesuffix("\r") for line in expected]


def test_lines_come_before_the_rest_of_the_file_is_read(tmp_path: Path) -> None:
    lines = iter_lines(write(tmp_path, b"eins\nzwei\n\xff\n"))
    assert [next(lines), next(lines)] == ["eins", "zwei"]
    with pytest.raises(DataError, match=r"line 3, byte 1 \(0xFF, offset 10 in the file\)"):
        next(lines)


def test_the_hash_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    data = b"abc\n" * 100_000
    assert hash_file(write(tmp_path, data)) == hashlib.sha256(data).hexdigest()
    with pytest.raises(DataError, match=r"train\.de: no such file"):
        hash_file(tmp_path / "train.de")


@pytest.mark.parametrize("name", ["text.de.gz", "text.de"])
def test_a_gzip_file_reads_as_the_plain_one_whatever_its_name(tmp_path: Path, name: str) -> None:
    data = "eins\r\nzwei\x85\n".encode()
    assert read_lines(write(tmp_path, gzip.compress(data), name)) == ["eins", "zwei\x85"]


def test_invalid_utf8_is_located_by_file_line_and_byte(tmp_path: Path) -> None:
    path = write(tmp_path, b"abc\nStra\xdfe\n")  # 4 bytes of line 1, then the fifth byte of line 2
    with pytest.raises(DataError, match=r"text\.de: line 2, byte 5 \(0xDF, offset 8 in the file\).*UTF-8.*iconv"):
        read_lines(path)


def zipped(data: bytes) -> bytes:
    with zipfile.ZipFile(file := io.BytesIO(), "w") as archive:
        archive.writestr("text.de", data)
    return file.getvalue()


@pytest.mark.parametrize(("kind", "pack"), [("zip", zipped), ("xz", lzma.compress), ("bzip2", bz2.compress)])
def test_a_file_that_is_packed_otherwise_is_refused_with_its_kind(
    tmp_path: Path, kind: str, pack: Callable[[bytes], bytes]
) -> None:
    message = rf"text\.de is a {kind} archive, which is not read\. Unpack it, or pack it with gzip\."
    with pytest.raises(DataError, match=message):
        read_lines(write(tmp_path, pack("Straße\n".encode())))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_a_utf16_file_is_refused(tmp_path: Path, encoding: str) -> None:
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    with pytest.raises(DataError, match=r"text\.de is UTF-16\. Convert it first: iconv -f UTF-16"):
        read_lines(write(tmp_path, mark + "Hallo\n".encode(encoding)))
    with pytest.raises(DataError, match=r"line 1, byte 1 .*UTF-16"):  # no zero byte at once
        read_lines(write(tmp_path, mark + f"{'猫' * 300}\n".encode(encoding)))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    "head",
    [
        '<tmx version="1.4">',
        '\ufeff<?xml version="1.0" encoding="UTF-8"?>\r\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">',
        "<?xml version='1.0'?>\n<!-- by hand -->\n<tmx version='1.4'>",
    ],
)
def test_a_translation_memory_is_refused_where_lines_are_expected(tmp_path: Path, head: str, packed: bool) -> None:
    data = f"{head}\n<body/></tmx>\n".encode()
    (tmp_path / "memory").write_bytes(gzip.compress(data) if packed else data)
    with pytest.raises(DataError, match=r"memory is a translation memory \(TMX\), not lines.* `nmt split`.* \"tmx\""):
        read_lines(tmp_path / "memory")


@pytest.mark.parametrize(
    "line",
    [
        "<?xml is how a document begins",
        "a <tmx version='1.4'>",
        "<tmx> is the root of a memory",
        "<tmx-tools version='2'>",
        "<?xml?><p>tmx</p>",
    ],
)
def test_a_line_about_xml_is_a_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "text.en").write_text(line + "\n", encoding="utf-8")
    assert read_lines(tmp_path / "text.en") == [line]


@pytest.mark.parametrize("invalid", INVALID_UTF8)
def test_invalid_utf8_stops_training_and_not_translation(tmp_path: Path, invalid: bytes) -> None:
    with pytest.raises(DataError, match="line 1"):
        read_lines(write(tmp_path, invalid + b"\n"))
    text, replaced = decode_line(invalid + b"\n")
    assert replaced == text.count("\ufffd") >= 1


def test_a_replacement_character_of_the_input_is_not_counted() -> None:
    assert decode_line("a\ufffdb".encode()) == ("a\ufffdb", 0)
    assert decode_line("a\ufffdb".encode() + b"\xff") == ("a\ufffdb\ufffd", 1)


@given(st.binary())
def test_any_bytes_decode_to_text_that_can_be_encoded(line: bytes) -> None:
    text, replaced = decode_line(line)
    assert text.encode("utf-8").count("\ufffd".encode()) - line.count("\ufffd".encode()) == replaced


@pytest.mark.parametrize(
    ("line", "text"), [(b"a\r\n", "a"), (b"a\n", "a"), (b"a", "a"), (b"\n", ""), (b"a\r\r\n", "a\r")]
)
def test_decoding_a_line_removes_its_end(line: bytes, text: str) -> None:
    assert decode_line(line) == (text, 0)


def test_a_missing_file_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match=r"train\.de: no such file\. Check the path\.$"):
        read_lines(tmp_path / "train.de")
    monkeypatch.chdir(tmp_path)
    Path("data", "my").mkdir(parents=True)
    path = Path("data", "my", "train.de")
    with pytest.raises(
        DataError, match=rf"^{re.escape(str(path))}: no such file in {re.escape(str(tmp_path))}\. Check"
    ):
        read_lines(path)
    maker = path.with_name("prepare.py")
    maker.touch()
    told = rf"\. The files beside it are written by {re.escape(str(maker))}\."
    with pytest.raises(DataError, match=f"{told}$"):
        read_lines(path)
    with pytest.raises(DataError, match=f"{told} It may be left out$"), explain_failure(path, "It may be left out"):
        path.stat()


def test_a_missing_file_is_explained_in_a_folder_that_was_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(DataError, match=r"^data/train\.de: no such file\. Check the path\.$"):
        read_lines(Path("data/train.de"))


def test_a_folder_is_explained(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a folder"):
        read_lines(tmp_path)


def test_an_unreadable_file_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, b"a\n")

    def refuse(path: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied", str(path))  # chmod does not stop root, who may run this test

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match=r"text\.de: not allowed to read it.*chmod"):
        read_lines(path)


@pytest.mark.parametrize(
    "data",
    [b"plain text\n", gzip.compress(b"abc\n" * 1000)[:-10], gzip.compress(b"abc\n" * 1000)[:20] + b"\0" * 40],
    ids=["no gzip", "cut off", "spoilt"],  # gzip writes the time into its data, and names must stay
)
def test_a_broken_gzip_file_is_explained(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(DataError, match="is not a complete gzip file"):
        read_lines(write(tmp_path, data, "text.de.gz"))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        *[(f"a{separator}b", "a b") for separator in SEPARATORS],
        ("a\tb", "a b"),
        ("a\x1fb", "a b"),
        ("a\x00b", "ab"),
        ("\x07\x1b[2Ja\x7f\x9b", "[2Ja"),
        ("\ufeffa\ufeffb", "ab"),
        ("a\ud800b\udfffc", "a\ufffdb\ufffdc"),
        ("▁▁a", "__a"),
        ("</s> <unk> <pad> <s>", "</s> <unk> <pad> <s>"),
        ("Zwölf  Äpfel, bitte! 😀 \u200b", "Zwölf  Äpfel, bitte! 😀 \u200b"),
        ("no-break\xa0and\u3000wide", "no-break and wide"),
        ("e\u0301te\u0301", "\xe9t\xe9"),
    ],
)
def test_cleaning(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(ANY_TEXT | HOSTILE_TEXT)
def test_cleaned_text_is_one_line_and_stays_as_it_is(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned.splitlines()) <= 1
    assert not any(character in cleaned for character in f"{SEPARATORS}\0\t\u2581\ufeff")
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert clean(cleaned) == cleaned == one_line(cleaned)


@given(ANY_TEXT | HOSTILE_TEXT)
def test_an_output_line_is_one_record_for_every_reader(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert not any(separator in line for separator in SEPARATORS)
    assert line.encode("utf-8").count(b"\n") == 0
    assert one_line(line) == line


def test_an_output_line_keeps_ordinary_text() -> None:
    assert one_line("Preis:\t3 € ▁ </s>") == "Preis:\t3 € ▁ </s>"


@pytest.mark.parametrize("text", ["", " ", "\t", "\u200b", "\ufeff\xa0", "\u3000", "\x00\x85", "\u00ad\u2060"])
def test_what_shows_nothing_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", " . ", "\u0301", "\ufffd", "😀"])
def test_what_shows_something_is_not_blank(text: str) -> None:
    assert not is_blank(text)
