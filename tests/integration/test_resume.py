"""A run that goes on ends with the very bits of one that never stopped (stops and kills are in tests/torture)."""

import functools
import json
from pathlib import Path
from typing import Any

import pytest

from nmt.corpus.pools import TrainingCorpus
from tests.torture.work import differences, make_experiment, train


def test_a_finished_run_goes_on_when_the_limit_is_raised(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"schedule": "constant", "validate_every": 3}
    for max_updates, name in ((6, "run"), (9, "run"), (9, "whole")):
        experiment = make_experiment(tmp_path / "text", "rnn", max_updates=max_updates, **settings)
        assert train(experiment, tmp_path / name) == "max_updates"
    assert differences(tmp_path / "run", tmp_path / "whole") == []


def test_a_run_goes_on_in_the_pool_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pools = functools.partial(TrainingCorpus, pool_pairs=16, block_pairs=4)
    monkeypatch.setattr("nmt.corpus.prepare.TrainingCorpus", pools)
    settings: dict[str, Any] = {"schedule": "constant", "accumulate": 1, "validate_every": 50, "save_every": 0}
    places = set()
    for max_updates in (1, 4, 6, 9, 13, 17, 18, 25):
        experiment = make_experiment(tmp_path / "text", "rnn", max_updates=max_updates, **settings)
        train(experiment, tmp_path / "run")
        progress = json.loads((tmp_path / "run" / "state" / f"step-{max_updates}" / "progress.json").read_text())
        places.add((progress["epoch"], progress["pool"], progress["position"]))
    assert {pool for _, pool, _ in places} > {0, 1}
    train(experiment, tmp_path / "whole")
    weights = [(tmp_path / name / "state/step-25/weights.safetensors").read_bytes() for name in ("run", "whole")]
    assert weights[0] == weights[1]
