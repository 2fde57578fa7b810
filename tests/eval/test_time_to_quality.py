"""Time to a quality: how long who trains with what, and which models are scored."""

from pathlib import Path
from typing import Any, cast

import pytest

import corpus
import time_to_quality
from nmt.tokenizer.base import Tokenizer
from peers import System


def test_a_peer_is_scored_at_even_parts_of_its_time_and_we_train_a_quarter_of_it_without_input_feeding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = corpus.Pieces(Path("text"), corpus.count([(4, 3)]), cast(Tokenizer, None))
    tasks: dict[str, dict[str, Any]] = {}

    def run(system: System, action: str, task: dict[str, Any], work: Path) -> dict[str, Any]:
        tasks[action] = task | {"system": system.name}
        if action == "quality":
            return {"curve": [{"seconds": 5.0, "updates": 25, "bleu": 4.0}]}
        return {"saved": [{"seconds": mark, "updates": 10, "model": f"at {mark:g}"} for mark in task["marks"]]}

    def bleu(peer: System, model: str, task: dict[str, Any], work: Path) -> float:
        return {"at 20": 3.0, "at 40": 5.0, "at 60": 6.0}[model]

    monkeypatch.setattr(corpus, "prepare", lambda: text)
    monkeypatch.setattr(time_to_quality, "run", run)
    monkeypatch.setattr(time_to_quality, "set_up", lambda system: None)
    monkeypatch.setattr(time_to_quality, "dev_bleu", bleu)
    command = ["", "--model=rnn", "--peer", "opennmt", "--minutes=1", "--marks=3", "--seed=4", "--precision=bf16"]
    monkeypatch.setattr("sys.argv", command)
    *_, figures = time_to_quality.measure(time_to_quality.parse_arguments())
    theirs, ours = tasks["train"], tasks["quality"]
    assert (theirs["system"], theirs["seconds"], theirs["marks"]) == ("opennmt", 60.0, [20.0, 40.0, 60.0])
    assert (ours["system"], ours["seconds"], ours["validate_every"]) == ("nmt", 15.0, 25)
    assert (theirs["input_feeding"], ours["input_feeding"]) == (True, False)
    assert (theirs["precision"], ours["precision"]) == ("fp32", "bf16")
    assert theirs["seed"] == ours["seed"] == 4
    assert figures["curves"] == {
        "opennmt": [{"seconds": 20 * mark, "updates": 10, "bleu": [3.0, 5.0, 6.0][mark - 1]} for mark in (1, 2, 3)],
        "nmt": [{"seconds": 5.0, "updates": 25, "bleu": 4.0}],
    }
    assert figures["machine"].keys() >= {"commit", "torch"}
