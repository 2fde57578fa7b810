"""data/multi30k/prepare.py: from a folder and from a stand-in for the hub, on text of our own."""

import errno
import gzip
import hashlib
import os
from pathlib import Path
from types import ModuleType

import datasets
import pytest

from tests.scripts import load_script

SCRIPT = Path(__file__).resolve().parents[2] / "data" / "multi30k" / "prepare.py"
SENTENCES = {
    "train": {"en": ["One dog.  ", "Two cats.", "A house."], "de": ["Ein Hund.", "Zwei Katzen.\t ", " Ein Haus."]},
    "dev": {"en": ["A green door."], "de": ["Eine grüne Tür.\xa0"]},
    "test": {"en": ["A tree.", "A river."], "de": ["Ein Baum.", "Ein Fluss."]},
}
FILES = {
    "train.en": "One dog.\nTwo cats.\nA house.\n",
    "train.de": "Ein Hund.\nZwei Katzen.\nEin Haus.\n",
    "dev.en": "A green door.\n",
    "dev.de": "Eine grüne Tür.\xa0\n",
    "test.en": "A tree.\nA river.\n",
    "test.de": "Ein Baum.\nEin Fluss.\n",
}


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """prepare.py, with the counts and checksums of the sentences above."""
    module = load_script(SCRIPT)
    monkeypatch.setattr(module, "NUM_LINES", {"train": 3, "dev": 1, "test": 2})
    sums = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in FILES.items()}
    monkeypatch.setattr(module, "SHA256", sums | {f"{split}.fr": "0" for split in SENTENCES})
    return module


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The authors' files: German packed, English plain."""
    folder = tmp_path / "from"
    folder.mkdir()
    for split, stem in [("train", "train"), ("dev", "val"), ("test", "test_2016_flickr")]:
        for language, lines in SENTENCES[split].items():
            data = "".join(f"{line}\n" for line in lines).encode()
            if language == "de":
                (folder / f"{stem}.de.gz").write_bytes(gzip.compress(data))
            else:
                (folder / f"{stem}.en").write_bytes(data)
    return folder


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, list[str]]]:
    """What the hub has, in its names of splits; a test may change it."""
    splits = {"train": "train", "dev": "validation", "test": "test"}
    content = {
        splits[split]: {key: list(lines) for key, lines in columns.items()} for split, columns in SENTENCES.items()
    }

    def load_dataset(name: str) -> datasets.DatasetDict:
        assert name == "bentrevett/multi30k"
        return datasets.DatasetDict({split: datasets.Dataset.from_dict(columns) for split, columns in content.items()})

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    return content


def read_all(out: Path) -> dict[str, str]:
    return {path.name: path.read_bytes().decode() for path in out.iterdir()}


def test_a_folder_gives_normalised_plain_files(script: ModuleType, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert script.main(["--from", str(folder), "--out", str(out)]) == 0
    assert read_all(out) == FILES


@pytest.mark.usefixtures("hub")
def test_the_hub_gives_the_same_files(script: ModuleType, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert script.main(["--out", str(out)]) == 0
    assert read_all(out) == FILES


def test_files_that_are_there_and_right_are_left_alone(
    script: ModuleType, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert script.main(["--from", str(folder), "--out", str(out)]) == 0
    before = {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    assert script.main(["--from", str(tmp_path / "nowhere"), "--out", str(out)]) == 0  # needs no source any more
    assert {path.name: path.stat().st_mtime_ns for path in out.iterdir()} == before
    assert "is ready" in capsys.readouterr().out


def test_a_damaged_file_is_written_again(script: ModuleType, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert script.main(["--from", str(folder), "--out", str(out)]) == 0
    (out / "dev.en").write_bytes(b"A red door.\n")
    assert script.main(["--from", str(folder), "--out", str(out)]) == 0
    assert read_all(out) == FILES


def test_a_wrong_count_is_refused_and_nothing_written(
    script: ModuleType, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "test_2016_flickr.en").write_bytes(b"A tree.\n")
    out = tmp_path / "out"
    assert script.main(["--from", str(folder), "--out", str(out), "--no-verify"]) == 2
    assert "test.en would have 1 lines; Multi30k has 2" in capsys.readouterr().err
    assert not out.exists()


def test_another_text_is_named_and_accepted_only_on_request(
    script: ModuleType, hub: dict[str, dict[str, list[str]]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub["validation"]["de"] = ["Eine rote Tür."]
    out = tmp_path / "out"
    assert script.main(["--out", str(out)]) == 2
    message = capsys.readouterr().err
    assert "dev.de has its 1 lines but not the text on record" in message
    assert "--no-verify" in message
    assert not out.exists()
    assert script.main(["--out", str(out), "--no-verify"]) == 0
    assert read_all(out) == FILES | {"dev.de": "Eine rote Tür.\n"}


def test_a_hub_out_of_reach_points_to_the_folder_option(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def load_dataset(name: str) -> None:
        raise ConnectionError("no route")

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    assert script.main(["--out", str(tmp_path / "out")]) == 2
    message = capsys.readouterr().err
    assert "ConnectionError: no route" in message
    assert "--from DIR" in message


def test_a_full_disk_leaves_none_of_the_files(
    script: ModuleType,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = []

    def full(descriptor: int) -> None:
        written.append(descriptor)
        if len(written) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert script.main(["--from", str(folder), "--out", str(tmp_path / "out")]) == 2
    assert "cannot be written: No space left on device." in capsys.readouterr().err
    assert read_all(tmp_path / "out") == {}


def test_other_languages_need_a_folder(script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert script.main(["--languages", "en", "fr", "--out", str(tmp_path / "out")]) == 2
    assert "has no fr; give a folder" in capsys.readouterr().err


def test_a_packed_file_comes_before_a_plain_one_of_the_same_name(
    script: ModuleType, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    (folder / "val.de").write_bytes(b"Eine rote T\xc3\xbcr.\n")
    assert script.main(["--from", str(folder), "--out", str(out), "--no-verify"]) == 0
    assert read_all(out) == FILES


def test_a_missing_file_of_the_folder_is_named(
    script: ModuleType, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert script.main(["--languages", "fr", "--from", str(folder), "--out", str(tmp_path / "out")]) == 2
    assert "neither train.fr.gz nor train.fr" in capsys.readouterr().err


def test_a_broken_file_of_the_folder_is_named(
    script: ModuleType, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "val.de.gz").write_bytes((folder / "val.de.gz").read_bytes()[:-9])
    assert script.main(["--from", str(folder), "--out", str(tmp_path / "out")]) == 2
    assert "val.de.gz cannot be read" in capsys.readouterr().err


def test_every_file_has_a_checksum_on_record_and_in_the_readme() -> None:
    module = load_script(SCRIPT)
    assert set(module.SHA256) == {f"{split}.{language}" for split in module.NUM_LINES for language in module.LANGUAGES}
    readme = SCRIPT.with_name("README.md").read_text(encoding="utf-8")
    assert all(f"`{name}` |" in readme and checksum in readme for name, checksum in module.SHA256.items())
