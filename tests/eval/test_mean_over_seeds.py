"""eval/mean_over_seeds.py: files of `nmt evaluate --json` become a mean with its interval."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.scripts import load_script

SCRIPT = Path(__file__).resolve().parents[2] / "eval" / "mean_over_seeds.py"


@pytest.fixture
def script() -> ModuleType:
    return load_script(SCRIPT)


def written(folder: Path, name: str, value: float, signature: str = "tok:none", **other: Any) -> str:
    score = {"name": "BLEU-words", "value": value, "signature": signature, "low": 1.0, "high": 99.0}
    tree = {"reference": "test.words.ja", "num_sentences": 500, "scores": [score]} | other
    path = folder / f"{name}.json"
    path.write_text(json.dumps(tree), encoding="utf-8")
    return str(path)


def test_the_interval_is_students(script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [written(tmp_path, str(seed), value) for seed, value in ((1, 36.0), (2, 37.0), (3, 38.0))]
    assert script.main(files) == 0
    half = 4.302653 / 3**0.5  # t of two degrees of freedom; the deviation of the three is 1
    interval = f"95 % interval over seeds {37 - half:.2f} to {37 + half:.2f}"
    assert capsys.readouterr().out == f"BLEU-words 37.00 ({interval}), mean of 3: 36.00, 37.00, 38.00; tok:none\n"


def test_one_seed_has_no_interval(script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert script.main([written(tmp_path, "1", 36.5)]) == 0
    assert capsys.readouterr().out == "BLEU-words 36.50, mean of 1: 36.50; tok:none\n"


@pytest.mark.parametrize(
    "other",
    [{"reference": "dev.words.ja"}, {"num_sentences": 499}, {"signature": "tok:13a"}, {"scores": []}],
    ids=lambda other: next(iter(other)),
)
def test_scores_of_different_texts_or_metrics_are_refused(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], other: dict[str, Any]
) -> None:
    assert script.main([written(tmp_path, "1", 36.0), written(tmp_path, "2", 36.0, **other)]) == 2
    assert "differ in reference, number of sentences or signature" in capsys.readouterr().err


def test_a_file_that_is_missing_is_named(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert script.main([str(tmp_path / "missing.json")]) == 2
    assert "missing.json" in capsys.readouterr().err
