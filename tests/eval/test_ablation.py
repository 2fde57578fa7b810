"""eval/ablation.py: a table from results of `nmt compare`."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.scripts import load_script

SCRIPT = Path(__file__).resolve().parents[2] / "eval" / "ablation.py"


@pytest.fixture
def script() -> ModuleType:
    return load_script(SCRIPT)


def invented_run(name: str, bleu: float, seconds: float) -> dict[str, Any]:
    return {
        "name": name,
        "architecture": "a GRU and an LSTM",
        "hardware": {"cpu": "Some Processor", "cores": 2},
        "versions": {"torch": "2.13.0"},
        "commit": None,
        "scores": [{"name": "BLEU", "value": bleu, "signature": "tok:13a"}, {"name": "chrF", "value": 60.0}],
        "train_seconds": seconds,
        "target_tokens_per_second": 2500.0,
    }


def invented_results() -> dict[str, Any]:
    comparison = {"baseline": "recipe", "low": -2.5, "high": -0.5, "p_value": 0.01, "randomization_p": 0.02}
    over = {"low": -3.0, "high": 0.25}
    return {
        "created": "2026-01-02",
        "warnings": ["Something is not finished."],
        "test": {"source": "dev.en", "reference": "dev.de", "num_sentences": 1014},
        "runs": [
            invented_run("recipe-1", 38.0, 1800.0),
            invented_run("recipe-2", 39.0, 1790.0),
            invented_run("no-ema-1", 37.0, 1700.0),
            invented_run("r-drop-1", 40.0, 3600.0),
        ],
        "systems": [
            {"name": "recipe", "runs": ["recipe-1", "recipe-2"]},
            {"name": "no-ema", "runs": ["no-ema-1"]},
            {"name": "r-drop", "runs": ["r-drop-1"]},
        ],
        "comparisons": [
            comparison
            | {"metric": "BLEU", "system": "no-ema", "difference": -1.5, "over_seeds": over, "more_than_chance": False},
            comparison | {"metric": "chrF", "system": "no-ema", "difference": 9.0, "over_seeds": None},
            comparison
            | {"metric": "BLEU", "system": "r-drop", "difference": 1.5, "low": 0.5, "high": 2.5}
            | {"over_seeds": None, "randomization_p": 0.001, "more_than_chance": True},
        ],
    }


def test_each_change_has_a_row_with_its_difference_and_intervals(script: ModuleType, tmp_path: Path) -> None:
    path, out = tmp_path / "results.json", tmp_path / "reports" / "ablation.md"
    path.write_text(json.dumps(invented_results()), encoding="utf-8")
    assert script.main([str(path), str(path), "--out", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    rows = [line for line in text.split("\n") if line.startswith("| ") and "---" not in line]
    assert rows[1:4] == [
        "| recipe | 2 | 38.50 |  |  |  |  | the recipe | 1,795 | 2,500 |",
        "| no-ema | 1 | 37.00 | -1.50 | -2.50 to -0.50 | -3.00 to +0.25 | 0.020 | no | 1,700 | 2,500 |",
        "| r-drop | 1 | 40.00 | +1.50 | +0.50 to +2.50 | unknown | 0.010 | yes | 3,600 | 2,500 |",
    ]
    assert rows[5:] == rows[1:4]  # a table for each file
    for part in ("## a GRU and an LSTM", "1,014 sentences of `dev.en` and `dev.de`", "`tok:13a`", "> Something is not"):
        assert part in text
    assert "commit unknown" in text
    assert "they have also chosen each variant's checkpoint" in " ".join(text.split())


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"runs": []}'])
def test_a_file_that_holds_no_results_is_refused(
    script: ModuleType, tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "results.json"
    path.write_text(content, encoding="utf-8")
    assert script.main([str(path), "--out", str(tmp_path / "out.md")]) == 2
    assert "not results of nmt compare" in capsys.readouterr().err
    assert not (tmp_path / "out.md").exists()
