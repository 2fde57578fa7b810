"""data/tanaka: from words to text and back by rule, and prepare.py from a folder and a stand-in for GitHub."""

import gzip
import hashlib
import io
import math
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.scripts import load_script

FOLDER = Path(__file__).resolve().parents[2] / "data" / "tanaka"

# Sentences of our own, in the words of the corpus and in natural text.
ENGLISH = [
    ("he doesn 't live here .", "he doesn't live here."),
    ("it 's ten o 'clock , isn 't it ?", "it's ten o'clock, isn't it?"),
    ("i 'm fine ; we 'll see !", "i'm fine; we'll see!"),
    ("wait ... no .", "wait... no."),
    ("'' come in , '' she said .", '"come in," she said.'),
    ("he said , '' it 's late . ''", 'he said, "it\'s late."'),
    ("she said , ' go home . '", "she said, 'go home.'"),
    ("it is two hours ' drive .", "it is two hours' drive."),
    ("here is $ 7 .", "here is $7."),
    ("ask mr. miller at 9 p.m.", "ask mr. miller at 9 p.m."),
    ("a well-known song", "a well-known song"),
]
JAPANESE = [
    ("それ は 大き な 木 で す 。", "それは大きな木です。"),
    ("「 ｇｏｏｄ ｂｙｅ 」 と 言 っ た 。", "「ｇｏｏｄ ｂｙｅ」と言った。"),
    ("ｃｄ を 買 う", "ｃｄを買う"),
]
SPLITS = {"train": 3, "dev": 1, "test": 1}


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    return load_script(FOLDER / "words.py")


@pytest.mark.parametrize(("tokens", "text"), ENGLISH)
def test_english_words_become_text_and_words_again(words: ModuleType, tokens: str, text: str) -> None:
    assert words.english_text(tokens.split(" ")) == text
    assert words.english_words(text) == tokens.split(" ")


@pytest.mark.parametrize(("tokens", "text"), JAPANESE)
def test_japanese_words_become_text(words: ModuleType, tokens: str, text: str) -> None:
    assert words.japanese_text(tokens.split(" ")) == text


@pytest.mark.parametrize("text", ["", " ", "'", "''", '"', "'tis.", '"".', "a''b", "...", "x....", "(a) b:c", "'t"])
def test_any_english_text_is_split_without_losing_a_letter(words: ModuleType, text: str) -> None:
    found = words.english_words(text)
    assert "".join(found).replace("''", '"') == "".join(text.split()).replace("''", '"')
    assert all(found)


def test_a_word_may_have_any_number_of_marks(words: ModuleType) -> None:
    assert words.english_words("(" * 2000 + "no" + "!" * 2000) == ["("] * 2000 + ["no"] + ["!"] * 2000


@pytest.mark.parametrize(
    ("data", "written"),
    [
        (b"", b""),
        (b"\n", b"\n"),
        (b"no!", b"no !\n"),
        (b"no!\n\n", b"no !\n\n"),
        ("so\r\na\u2028b\x85\n".encode(), b"so\na b\n"),
    ],
)
def test_a_line_is_written_for_each_that_is_read(data: bytes, written: bytes) -> None:
    done = subprocess.run([sys.executable, FOLDER / "words.py", "en"], input=data, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, written, b"")


def test_the_line_that_is_not_utf8_is_named() -> None:
    data = "no!\nStraße\n".encode("windows-1252")
    done = subprocess.run([sys.executable, FOLDER / "words.py", "en"], input=data, capture_output=True)
    assert (done.returncode, done.stderr) == (2, b"error: line 2 is not UTF-8.\n")


def test_japanese_text_is_split_at_the_words_that_were_learned(words: ModuleType) -> None:
    lines = [tokens.split(" ") for tokens, _ in JAPANESE]
    split = words.JapaneseWords([*lines, ["大き", "な", "木", "を", "買", "う"]]).split
    for line, (_, text) in zip(lines, JAPANESE, strict=True):
        assert split(text) == line
    assert split("木を木を買う") == ["木", "を", "木", "を", "買", "う"]
    assert split("") == []


def test_what_follows_a_word_decides_between_two_splits(words: ModuleType) -> None:
    split = words.JapaneseWords([["ab", "c"], ["ab", "c"], ["a", "bd"], ["a", "bd"], ["ab"], ["a"], ["b"]]).split
    assert (split("abc"), split("abd")) == (["ab", "c"], ["a", "bd"])


def test_how_often_a_word_ends_a_line_decides_between_two_splits(words: ModuleType) -> None:
    for lines, split in (
        ([["ab", "c"], ["a", "bc", "x"]], ["ab", "c"]),
        ([["ab", "c", "x"], ["a", "bc"]], ["a", "bc"]),
    ):
        assert words.JapaneseWords(lines).split("abc") == split


def test_a_word_is_four_parts_as_probable_as_after_the_one_before_and_one_part_as_by_itself(words: ModuleType) -> None:
    log = words.JapaneseWords([["木", "を"], ["木"]])._log
    assert log("木", "を") == pytest.approx(math.log(0.8 * 1 / 2 + 0.2 * 1 / 3))
    assert log("木", "") == pytest.approx(math.log(0.8 * 1 / 2 + 0.2 * 2 / 3))  # one line of two ends here
    assert log("を", "木") == pytest.approx(math.log(0.2 * 2 / 3))
    assert log("猫", "木") == pytest.approx(math.log(0.2 * 2 / 3))
    assert log("木", "猫") == pytest.approx(math.log(0.2 / 3) - 8)


def test_a_word_that_is_empty_writes_nothing(words: ModuleType) -> None:
    assert words.japanese_text(["ｃｄ", "", "を"]) == "ｃｄを"


def test_unknown_characters_are_words_of_their_own_and_none_is_lost(words: ModuleType) -> None:
    split = words.JapaneseWords([["大き", "な", "木"]]).split
    assert split("大きなｘ猫木 木") == ["大き", "な", "ｘ", "猫", "木", "木"]
    assert words.JapaneseWords([]).split("猫") == ["猫"]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """prepare.py, for a corpus of the sentences above."""
    monkeypatch.syspath_prepend(str(FOLDER))
    module = load_script(FOLDER / "prepare.py")
    monkeypatch.setattr(module, "NUM_LINES", SPLITS)
    sums = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in expected_files().items()}
    monkeypatch.setattr(module, "SHA256", sums)
    yield module
    sys.modules.pop("words", None)


def source_files() -> dict[str, bytes]:
    """The corpus as it is published."""
    return {
        f"{split}.{language}": "".join(f"{tokens}\n" for tokens, _ in pairs[:count]).encode()
        for split, count in SPLITS.items()
        for language, pairs in (("en", ENGLISH), ("ja", JAPANESE))
    }


def expected_files() -> dict[str, str]:
    files = {}
    for split, count in SPLITS.items():
        for language, pairs in (("en", ENGLISH), ("ja", JAPANESE)):
            files[f"{split}.{language}"] = "".join(f"{text}\n" for _, text in pairs[:count])
            files[f"{split}.words.{language}"] = "".join(f"{tokens}\n" for tokens, _ in pairs[:count])
    return files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Japanese packed, English plain."""
    folder = tmp_path / "from"
    folder.mkdir()
    for name, data in source_files().items():
        packed = name.endswith("ja")
        (folder / (f"{name}.gz" if packed else name)).write_bytes(gzip.compress(data) if packed else data)
    return folder


def read_all(out: Path) -> dict[str, str]:
    return {path.name: path.read_bytes().decode() for path in out.iterdir()}


def test_a_folder_that_cannot_be_made_is_named(
    script: ModuleType, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert script.main(["--from", str(folder), "--out", str(tmp_path / "file" / "out")]) == 2
    assert capsys.readouterr().err == f"error: {tmp_path / 'file' / 'out'} cannot be made: Not a directory.\n"


def test_a_folder_gives_text_and_words(script: ModuleType, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert script.main(["--from", str(folder), "--out", str(out)]) == 0
    assert read_all(out) == expected_files()


def test_github_gives_the_same(script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def answer(address: str, timeout: float) -> io.BytesIO:
        folder, _, name = address.rpartition("/")
        assert folder == script.ADDRESS
        assert script.COMMIT in folder
        return io.BytesIO(source_files()[name])

    monkeypatch.setattr(urllib.request, "urlopen", answer)
    out = tmp_path / "out"
    assert script.main(["--out", str(out)]) == 0
    assert read_all(out) == expected_files()


def test_files_that_are_right_need_no_source_and_a_damaged_one_does(
    script: ModuleType, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, nowhere = tmp_path / "out", str(tmp_path / "nowhere")
    assert script.main(["--from", str(folder), "--out", str(out)]) == 0
    assert script.main(["--from", nowhere, "--out", str(out)]) == 0
    assert "is ready" in capsys.readouterr().out
    (out / "dev.ja").write_text("犬。\n", encoding="utf-8")
    assert script.main(["--from", nowhere, "--out", str(out)]) == 2
    assert "neither train.en.gz nor train.en" in capsys.readouterr().err


def test_another_text_is_named_and_accepted_only_on_request(
    script: ModuleType, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    (folder / "dev.en").write_text("it is red .\n", encoding="utf-8")
    assert script.main(["--from", str(folder), "--out", str(out)]) == 2
    assert "dev.en has its 1 lines but not the text on record" in capsys.readouterr().err
    assert not out.exists()
    assert script.main(["--from", str(folder), "--out", str(out), "--no-verify"]) == 0
    assert read_all(out)["dev.en"] == "it is red.\n"
    (folder / "test.en").write_bytes(b"one\ntwo\n")
    (out / "test.en").unlink()
    assert script.main(["--from", str(folder), "--out", str(out), "--no-verify"]) == 2
    assert "test.en would have 2 lines; small_parallel_enja has 1" in capsys.readouterr().err


def test_github_out_of_reach_points_to_the_folder_option(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(address: str, timeout: float) -> None:
        raise urllib.error.URLError("no route")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    assert script.main(["--out", str(tmp_path / "out")]) == 2
    message = capsys.readouterr().err
    assert "no route" in message
    assert "--from DIR" in message


def test_every_file_has_a_checksum_on_record_and_in_the_readme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    module = load_script(FOLDER / "prepare.py")
    sys.modules.pop("words", None)
    names = {
        f"{split}{kind}.{code}" for split in module.NUM_LINES for kind in ("", ".words") for code in module.TO_TEXT
    }
    assert set(module.SHA256) == names
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}` |" in readme and checksum in readme for name, checksum in module.SHA256.items())
