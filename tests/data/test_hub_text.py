"""data/iwslt14 and data/wmt14: prepare.py against a stand-in for the hub, and the layout of the real one."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import datasets
import pyarrow
import pyarrow.parquet
import pytest

from tests.scripts import load_script

DATA = Path(__file__).resolve().parents[2] / "data"
ROWS = {
    "train": [{"de": "Ein Hund. ", "en": "A dog."}, {"de": "Zwei\nKatzen.", "en": "Two cats."}],
    "validation": [{"de": "Ein Haus.", "en": "A house."}],
    "test": [{"de": "Ein Baum.", "en": "A tree."}],
}
COUNTS = {"train": 2, "dev": 1, "test": 1}


def load(corpus: str) -> ModuleType:
    before = list(sys.path)
    module = load_script(DATA / corpus / "prepare.py")
    sys.path[:] = before
    return module


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """A hub with the rows above; what it was asked for."""
    asked: list[tuple[Any, ...]] = []

    def load_dataset(name: str, config: str | None, *, split: str, revision: str | None, streaming: bool) -> Any:
        asked.append((name, config, split, revision))
        return iter({"translation": row} for row in ROWS[split])

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    return asked


@pytest.mark.parametrize(
    ("corpus", "place"),
    [
        ("iwslt14", ("bbaaaa/iwslt14-de-en-preprocess", None, "refs/convert/parquet")),
        ("wmt14", ("wmt/wmt14", "de-en", None)),
    ],
)
def test_the_splits_become_plain_files(asked: list[tuple[Any, ...]], tmp_path: Path, corpus: str, place: Any) -> None:
    module = load(corpus)
    small = replace(module.CORPUS, num_lines=COUNTS)
    assert module.main(small, tmp_path, []) == 0
    name, config, revision = place
    assert asked == [(name, config, split, revision) for split in ("train", "validation", "test")]
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {
        "train.de": "Ein Hund.\nZwei Katzen.\n",
        "train.en": "A dog.\nTwo cats.\n",
        "dev.de": "Ein Haus.\n",
        "dev.en": "A house.\n",
        "test.de": "Ein Baum.\n",
        "test.en": "A tree.\n",
    }
    assert module.main(small, tmp_path, []) == 0
    assert len(asked) == 3  # what is there is not fetched again


@pytest.mark.usefixtures("asked")
def test_a_split_of_another_size_is_refused_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    module = load("wmt14")
    assert module.main(replace(module.CORPUS, num_lines=COUNTS | {"dev": 5}), tmp_path, []) == 2
    assert "wmt/wmt14 has 1 pairs in validation; WMT14 English-German has 5" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"train.de", "train.en"}


def test_a_hub_that_fails_on_the_way_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def rows(*_: Any, **__: Any) -> Iterator[Any]:
        yield {"translation": ROWS["train"][0]}
        raise ConnectionError("gone")

    monkeypatch.setattr(datasets, "load_dataset", rows)
    module = load("wmt14")
    assert module.main(module.CORPUS, tmp_path / "out", []) == 2
    assert "(ConnectionError: gone)" in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []


def test_the_library_finds_the_splits_in_the_layout_of_the_converted_branch(tmp_path: Path) -> None:
    for split, rows in ROWS.items():
        folder = tmp_path / "de-en" / split
        folder.mkdir(parents=True)
        table = pyarrow.Table.from_pylist([{"translation": row} for row in rows])
        pyarrow.parquet.write_table(table, folder / "0000.parquet")
    for split, rows in ROWS.items():
        found = datasets.load_dataset(str(tmp_path), None, split=split, streaming=True)
        assert [row["translation"] for row in found] == rows
