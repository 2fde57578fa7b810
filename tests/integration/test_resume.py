"""A run that is stopped and resumed ends with the very bits of one that was not."""

import functools
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from nmt.config import parse_config
from nmt.corpus.pools import TrainingCorpus
from nmt.experiment import Experiment
from nmt.models.saved import read_folder
from nmt.run import train_run
from nmt.training.loop import _Trainer

WORDS_DE = ["hund", "katze", "haus", "baum", "rot", "blau", "klein", "groß"]
WORDS_EN = ["dog", "cat", "house", "tree", "red", "blue", "small", "big"]
MODELS: dict[str, dict[str, Any]] = {
    "rnn": {
        "encoder": {"type": "rnn", "cell": "gru", "dim": 12},
        "decoder": {"type": "rnn", "cell": "lstm", "dim": 16},
    },
    "transformer": {
        "encoder": {"type": "transformer", "layers": 1, "dim": 16, "heads": 2, "feed_forward_dim": 24},
        "decoder": {"type": "transformer", "layers": 1, "dim": 16, "heads": 2, "feed_forward_dim": 24},
    },
}


def experiment(folder: Path, model: str, **training: Any) -> Experiment:
    """A tiny experiment that uses everything which carries state: dropout, sampling, EMA, accumulation, Adam."""
    for part, rows in (("train", range(64)), ("dev", range(8))):
        for name, words in (("de", WORDS_DE), ("en", WORDS_EN)):
            lines = [" ".join(words[(row * step) % 8] for step in range(1, 3 + row % 4)) for row in rows]
            (folder / f"{part}.{name}").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    files = {part: {"source": f"{folder}/{part}.de", "target": f"{folder}/{part}.en"} for part in ("train", "dev")}
    tree = {
        "name": "tiny",
        "corpus": files,
        "tokenizer": {"vocab_size": 320, "sampling": 0.5},
        "model": {"embedding_dim": 16, "dropout": 0.2, "word_dropout": 0.1, **MODELS[model]},
        "training": {
            "max_updates": 12,
            "batch_tokens": 120,
            "accumulate": 2,
            "validate_every": 4,
            "warmup": 3,
            **training,
        },
    }
    return parse_config(Experiment, tree, "test")


def run(made: Experiment, directory: Path) -> str:
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        return train_run(made, directory, Console(file=nowhere))


def content(directory: Path) -> dict[str, bytes]:
    """Every byte of weights, averages, moments and generators; progress without what clocks say."""
    files = {**read_folder(directory / "state"), **{f"last/{k}": v for k, v in read_folder(directory / "last").items()}}
    progress = json.loads(files.pop("progress.json"))
    return files | {"progress": json.dumps({k: v for k, v in progress.items() if "seconds" not in k}).encode()}


def metrics(directory: Path) -> list[dict[str, Any]]:
    clocks = ("train_seconds", "tokens_per_second", "seconds")
    lines = (directory / "metrics.jsonl").read_text(encoding="utf-8").strip().split("\n")
    return [{k: v for k, v in json.loads(line).items() if k not in clocks} for line in lines]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("stop_after", [3, 4, 7])
def test_a_run_stopped_by_a_signal_and_resumed_equals_an_uninterrupted_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str, stop_after: int
) -> None:
    made = experiment(tmp_path, model, log_every=1)
    assert run(made, tmp_path / "whole") == "max_updates"
    update = _Trainer._update

    def interrupted_update(trainer: _Trainer, batches: list[Any]) -> tuple[float, float, int]:
        result = update(trainer, batches)
        if trainer.progress.update == stop_after:
            os.kill(os.getpid(), signal.SIGTERM)
        return result

    with monkeypatch.context() as patch:
        patch.setattr(_Trainer, "_update", interrupted_update)
        assert run(made, tmp_path / "parts") == "interrupted"
    assert json.loads((tmp_path / "parts" / "progress.json").read_text())["update"] == stop_after
    assert run(made, tmp_path / "parts") == "max_updates"
    assert content(tmp_path / "parts") == content(tmp_path / "whole")
    assert metrics(tmp_path / "parts") == metrics(tmp_path / "whole")


def test_a_run_goes_on_in_the_pool_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pools = functools.partial(TrainingCorpus, pool_pairs=16, block_pairs=4)
    monkeypatch.setattr("nmt.corpus.prepare.TrainingCorpus", pools)
    settings: dict[str, Any] = {"schedule": "constant", "accumulate": 1, "validate_every": 50}
    assert run(experiment(tmp_path, "rnn", max_updates=25, **settings), tmp_path / "whole") == "max_updates"
    places = set()
    for max_updates in (1, 4, 6, 9, 13, 17, 18, 25):
        assert run(experiment(tmp_path, "rnn", max_updates=max_updates, **settings), tmp_path / "run") == "max_updates"
        progress = json.loads((tmp_path / "run" / "progress.json").read_text())
        places.add((progress["epoch"], progress["pool"], progress["position"]))
    assert {pool for _, pool, _ in places} > {0, 1}
    weights = [read_folder(tmp_path / name / "state")["weights.safetensors"] for name in ("run", "whole")]
    assert weights[0] == weights[1]


def test_a_finished_run_goes_on_when_the_limit_is_raised(tmp_path: Path) -> None:
    assert run(experiment(tmp_path, "rnn", max_updates=5, schedule="constant"), tmp_path / "run") == "max_updates"
    assert run(experiment(tmp_path, "rnn", max_updates=9, schedule="constant"), tmp_path / "run") == "max_updates"
    assert run(experiment(tmp_path, "rnn", max_updates=9, schedule="constant"), tmp_path / "whole") == "max_updates"
    weights = [read_folder(tmp_path / name / "state")["weights.safetensors"] for name in ("run", "whole")]
    assert weights[0] == weights[1]
