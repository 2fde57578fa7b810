"""The training benchmark: who trains with what, and what becomes of what is measured."""

from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import pytest

import corpus
import machine
import train_speed
from flops import RNNShape, TransformerShape, training_flop_per_target_token
from nmt.tokenizer.base import Tokenizer
from peers import NMT, PEERS, System

COUNTS = corpus.count([(4, 3), (6, 8)])


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """What `measure` does, in order. Nobody trains: 1,000 target tokens are over in 4 s."""
    done: list[tuple[str, Any]] = []

    def prepare() -> corpus.Pieces:
        done.append(("prepare", None))
        return corpus.Pieces(Path("text"), COUNTS, cast(Tokenizer, None))

    def run(system: System, action: str, task: dict[str, Any], work: Path) -> dict[str, Any]:
        done.append((action, task | {"system": system.name}))
        return {"target_tokens": 1000, "seconds": 4.0}

    monkeypatch.setattr(corpus, "prepare", prepare)
    monkeypatch.setattr(train_speed, "run", run)
    monkeypatch.setattr(train_speed, "set_up", lambda system: done.append(("set up", system.name)))
    monkeypatch.setattr(machine, "source_commit", lambda: "c0ffee")
    monkeypatch.setattr(machine, "undisturbed", lambda measure, limit: measure() | {"others_share": 0.0})
    monkeypatch.setattr(machine, "product_rates", lambda threads, precision: {"1x1x1": 1e9})
    return done


def measure(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> dict[str, Any]:
    """The last of the figures of a round."""
    monkeypatch.setattr("sys.argv", ["", "--rounds=1", "--updates=7", *arguments])
    *_, figures = train_speed.measure(train_speed.parse_arguments())
    return figures


def test_all_peers_feed_back_and_ours_does_where_that_is_measured_too(
    done: list[tuple[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    peers = ["opennmt", "fairseq", "marian"]  # the last has no recurrent model
    figures = measure(monkeypatch, "--model=rnn", "--input-feeding", "--peer", *peers)
    assert [what for what, _ in done[:5]] == ["prepare"] + ["set up"] * 4
    tasks = [task for what, task in done if what == "train"]
    assert [(task["system"], task["input_feeding"]) for task in tasks] == [
        ("nmt", False),
        ("nmt", True),
        ("opennmt", True),
        ("fairseq", True),
    ]
    assert all(task["updates"] == 7 and task["epoch_tokens"] == COUNTS.target_tokens for task in tasks)
    assert [(what, task["input_feeding"]) for what, task in done[-4:]] == [
        ("profile", False),
        ("cached", False),
        ("profile", True),
        ("cached", True),
    ]
    (one,) = figures["rounds"]
    assert {one[name]["tokens_per_second"] for name in ("nmt", train_speed.FED, "opennmt", "fairseq")} == {250.0}
    assert figures["machine"]["commit"] == "c0ffee"
    assert figures["counts"] == asdict(COUNTS)


def test_flop_are_those_of_the_shape_that_a_system_is_configured_to_have(
    done: list[tuple[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = {
        "nmt": RNNShape(encoder_cell="gru", readout=256),
        train_speed.FED: RNNShape(encoder_cell="gru", readout=256, input_feeding=True),
        "fairseq": RNNShape(encoder_cell="lstm", readout=512, bottleneck=256, input_feeding=True),
        "joeynmt": RNNShape(encoder_cell="gru", readout=512, input_feeding=True),
    }
    figures = measure(monkeypatch, "--model=rnn", "--input-feeding", "--no-profile", "--peer", "fairseq", "joeynmt")
    assert figures["flop_per_target_token"] == {
        name: training_flop_per_target_token(shape, COUNTS) for name, shape in shapes.items()
    }
    assert figures["alone"] == {}


def test_a_transformer_feeds_nothing_back(done: list[tuple[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    measure(monkeypatch, "--model=transformer", "--precision=bf16", "--peer", "fairseq", "eole")
    tasks = [task for what, task in done if what == "train"]
    assert [(task["system"], task["input_feeding"], task["precision"]) for task in tasks] == [
        ("nmt", False, "bf16"),
        ("fairseq", False, "fp32"),  # has no other
        ("eole", False, "bf16"),
    ]
    assert {train_speed.shape_of(system, "transformer", False) for system in (NMT, *PEERS.values())} == {
        TransformerShape()
    }


def test_an_update_with_live_data_stands_beside_one_with_a_cached_batch() -> None:
    profile = {"wall_seconds": 2.0, "updates": 4, "phases": {"forward": 0.5}, "operations": {"aten::addmm": 1.0}}
    cached = {"live_update_seconds": 0.3, "cached_update_seconds": 0.2}
    assert train_speed.describe_alone("nmt", {"profile": profile, "cached": cached}) == [
        "nmt, an update under the profiler 500 ms: forward 25 %",
        "by operation: aten::addmm 50 %",
        "an update with live data 300 ms, with a cached batch 200: 1.500",
    ]
