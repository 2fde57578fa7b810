"""The environments of the peers, and the programs that run in them, as far as they run without one."""

import json
import subprocess
import sys
import venv
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch

import nmt
import nmt.run.train
import nmt.training.loop
import nmt.training.step
import nmt.training.updater
import peers
from nmt.experiment import experiment_bytes, load_experiment
from nmt.models.base import Seq2Seq
from nmt.reports.record import RunRecord
from nmt.training.optimizer import MovingAverage
from nmt.training.progress import Progress
from peers import NMT, PEERS, clock, set_up
from tests.tiny import make_experiment, run

Load = Callable[[str], ModuleType]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Load:
    """Imports `peers/NAME/run.py`, which adds to the path."""

    def load(name: str) -> ModuleType:
        monkeypatch.setattr(sys, "path", [*sys.path])
        spec = spec_from_file_location(f"run_{name}", peers.BENCH / "peers" / name / "run.py")
        assert spec
        assert spec.loader
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> Callable[[ModuleType], list[dict[str, Any]]]:
    """What a program leaves when it ends, which here ends nothing but itself."""

    def listen(module: ModuleType) -> list[dict[str, Any]]:
        written: list[dict[str, Any]] = []

        def leave(task: dict[str, Any], figures: dict[str, Any]) -> None:
            written.append(figures)
            raise SystemExit

        monkeypatch.setattr(module, "leave", leave)
        return written

    return listen


def test_an_environment_is_made_anew_for_another_torch_python_or_requirement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed: list[str] = []

    def install(command: list[str], **_: Any) -> None:
        installed.append(command[-1])

    monkeypatch.setattr(peers, "VENVS", tmp_path)
    monkeypatch.setattr(venv, "create", lambda folder, **_: folder.mkdir(exist_ok=True))
    monkeypatch.setattr(subprocess, "run", install)

    def made(name: str = "marian") -> bool:
        installed.clear()
        set_up(PEERS[name])
        return bool(installed)

    assert made()
    assert installed == [peers.TORCH, str(PEERS["marian"].folder / "requirements.txt")]
    assert not made()
    monkeypatch.setattr(peers, "TORCH", "torch==2.99.0")
    assert made()
    assert installed[0] == "torch==2.99.0"
    assert not made()
    monkeypatch.setattr(peers.platform, "python_version", lambda: "3.99.1")
    assert made()
    assert not made()
    monkeypatch.setattr(peers, "_read", lambda path: "pymarian==0")
    assert made()
    set_up(NMT)
    assert not (tmp_path / "nmt").exists()


def test_a_torch_that_is_not_the_peers_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(peers, "VENVS", tmp_path)
    monkeypatch.setattr(venv, "create", lambda folder, **_: folder.mkdir(exist_ok=True))
    monkeypatch.setattr(subprocess, "run", lambda command, **_: None)
    monkeypatch.setattr(peers, "TORCH", "torch==2.13.0")
    for own, told in (("2.13.0+cpu", False), ("2.15.0", True)):
        monkeypatch.setattr(peers, "version", lambda name, own=own: own)
        set_up(PEERS["sockeye"])
        assert ("nmt here torch==2.15.0" in capsys.readouterr().err) == told


def test_marian_is_waited_for_so_that_its_time_is_our_own(
    load: Load, left: Callable[[ModuleType], list[dict[str, Any]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that nobody waited for is in nobody's os.times()."""
    marian = load("marian")
    program = tmp_path / "pymarian"
    line = "Ep. 1 : Up. 3 : Sen. 384 : Cost 9.01 * 3,456 @ 1,200 after 10,368 : Time 1.23s"
    program.write_text(f"#!/bin/sh\nwhile true; do echo '{line}'; done\n", encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "vocab.txt").write_text("a\n", encoding="utf-8")
    started: list[subprocess.Popen[str]] = []

    class Noted(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(marian, "version", lambda name: "1")
    written = left(sys.modules["clock"])
    task = {"model": "transformer", "corpus": str(tmp_path), "work": str(tmp_path), "threads": 1, "seed": 1}
    with pytest.raises(SystemExit):
        marian.train(task | {"batch_tokens": 9, "warmup": 1, "updates": 2, "epoch_tokens": 0})
    (process,) = started
    waited = process.returncode
    process.kill()
    process.communicate()
    assert waited == -9
    assert (written[0]["updates"], written[0]["target_tokens"], written[0]["version"]) == (2, 2400, "1")


TASK = {"model": "rnn", "input_feeding": False, "batch_tokens": 77, "precision": "fp32", "threads": 1, "seed": 3}


def test_our_runner_trains_what_the_task_asks_for(load: Load) -> None:
    runner = load("nmt")
    plain = runner.experiment_of(TASK, "training.max_updates=9")
    assert (plain.training.batch_tokens, plain.training.threads, plain.training.max_updates) == (77, 1, 9)
    assert (plain.training.precision, plain.seed, plain.model.decoder.feed) == ("fp32", 3, "output")
    assert runner.experiment_of(TASK | {"input_feeding": True}).model.decoder.feed == "input"


def test_the_clock_is_told_the_tokens_of_each_update(load: Load) -> None:
    ticks: list[int] = []
    log = load("nmt").ClockedLog(SimpleNamespace(tick=ticks.append))
    for total in (10, 25, 31):
        log.train(Progress(target_tokens=total), {})
    assert ticks == [10, 15, 6]


def test_our_training_is_clocked_and_its_profile_knows_every_phase(
    load: Load, left: Callable[[ModuleType], list[dict[str, Any]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = []
    for updates in (1, 3):
        run(make_experiment(tmp_path / "text", training__max_updates=updates), tmp_path / f"{updates}")
        records.append(RunRecord.load(tmp_path / f"{updates}" / "record.json"))
    runner = load("nmt")
    patched: list[tuple[Any, str]] = [
        (nmt.run.train, "train"),
        (nmt.training.loop, "make_batch"),
        (Seq2Seq, "forward"),
        (nmt.training.step, "cross_entropy"),
        (torch.Tensor, "backward"),
        (nmt.training.updater, "clip_gradients"),
        (nmt.training.updater, "build_optimizer"),
        (MovingAverage, "update"),
    ]
    for where, name in patched:  # by the runner, whose process ends with it
        monkeypatch.setattr(where, name, getattr(where, name))
    (tmp_path / "tiny.toml").write_bytes(experiment_bytes(make_experiment(tmp_path / "text")))
    monkeypatch.setattr(runner, "experiment_of", lambda _, *ends: load_experiment(tmp_path / "tiny.toml", [*ends]))
    written = left(sys.modules["clock"])
    with pytest.raises(SystemExit):
        runner.profile(TASK | {"warmup": 1, "updates": 2, "epoch_tokens": 0, "corpus": str(tmp_path / "clocked")})
    (figures,) = written
    assert (figures["updates"], figures["target_tokens"]) == (2, records[1].target_tokens - records[0].target_tokens)
    assert figures["parameters"] == records[0].parameters
    assert set(figures["phases"]) == {*runner.PHASES, "other"}
    assert all(seconds > 0 for seconds in figures["phases"].values())
    assert sum(figures["phases"].values()) == pytest.approx(figures["wall_seconds"])
    assert len(figures["operations"]) == 15


def test_live_data_is_a_batch_made_and_cached_data_is_none(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    """Making a batch takes 3 s here, training on it 10 s."""
    runner, now, found = load("nmt"), [0.0], []

    def make_batch(*arguments: Any) -> list[Any]:
        now[0] += 3.0
        return list(arguments)

    def train(task: dict[str, Any], finish: Callable[[], dict[str, Any]]) -> None:
        batches = []
        for number in range(8):
            batches.append(nmt.training.loop.make_batch(number))  # type: ignore[call-arg, arg-type]
            now[0] += 10.0
        assert batches == [[0]] * 8
        found.append(finish())

    monkeypatch.setattr(nmt.training.loop, "make_batch", make_batch)
    monkeypatch.setattr(runner, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    monkeypatch.setattr(runner, "train", train)
    runner.cached(TASK)
    assert found == [{"live_update_seconds": 13.0, "cached_update_seconds": 10.0}]


def test_our_quality_is_dev_bleu_by_seconds_of_training(
    load: Load, left: Callable[[ModuleType], list[dict[str, Any]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = load("nmt")
    written = left(runner)

    def train_run(experiment: Any, directory: Path, console: Any) -> None:
        assert (experiment.training.time_limit, experiment.training.validate_every) == (90, 25)
        points = [{"update": 5, "nll": 3.0}, {"update": 25, "train_seconds": 7.5, "bleu": 4.5}]
        directory.mkdir()
        (directory / "metrics.jsonl").write_text("\n".join(map(json.dumps, points)), encoding="utf-8")

    monkeypatch.setattr(nmt.run.train, "train_run", train_run)
    with pytest.raises(SystemExit):
        runner.quality(TASK | {"seconds": 90, "validate_every": 25, "corpus": str(tmp_path / "text")})
    assert written[0]["curve"] == [{"seconds": 7.5, "updates": 25, "bleu": 4.5}]


def test_our_runner_translates_with_each_setting(
    load: Load, left: Callable[[ModuleType], list[dict[str, Any]]], tiny_run: Path, tmp_path: Path
) -> None:
    runner, lines = load("nmt"), ["der Hund mag ein Haus.", "das Kind sieht den Baum.", "ein Vogel malt die Brücke."]
    written = left(runner)
    (tmp_path / "source").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    settings = [{"beam": 3, "batch": 100, "lines": 1000}, {"beam": 1, "batch": 1, "lines": 2}]
    task = {"checkpoint": str(tiny_run), "how": "", "exported": "", "source": str(tmp_path / "source")}
    with pytest.raises(SystemExit):
        runner.translate(task | {"settings": settings})
    translator = nmt.load(tiny_run)
    for result, beam, number in zip(written[0]["results"], (3, 1), (3, 2), strict=True):
        expected = translator.translate(lines[:number], translator.search.model_copy(update={"beam": beam}))
        assert result["texts"] == [one.text for one in expected]
        assert result["output_tokens"] == sum(one.num_tokens for one in expected)
    assert [len(result["latencies"]) for result in written[0]["results"]] == [1, 2]


@pytest.mark.parametrize(("power", "quicker"), [(1, 1.0), (-1, 0.5)])
def test_ctranslate2_is_timed_with_one_thread_and_with_all_for_a_sentence_alone_and_the_quicker_counts(
    load: Load,
    left: Callable[[ModuleType], list[dict[str, Any]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    power: int,
    quicker: float,
) -> None:
    """A call takes as many seconds as it has threads, or a second divided by them."""
    now, calls = [0.0], []

    class Translator:
        def __init__(self, _: str, *, inter_threads: int, intra_threads: int, **options: str) -> None:
            self.workers, self.threads = inter_threads, intra_threads

        def translate_batch(self, sources: list[list[str]], **options: int) -> list[Any]:
            calls.append((self.workers, self.threads, len(sources)))
            now[0] += self.threads**power
            return [SimpleNamespace(hypotheses=[source[::-1]]) for source in sources]

    monkeypatch.setitem(sys.modules, "ctranslate2", SimpleNamespace(Translator=Translator, __version__="1"))
    runner = load("ctranslate2")
    monkeypatch.setattr(sys.modules["clock"], "time", SimpleNamespace(perf_counter=lambda: now[0]))
    written = left(runner)
    (tmp_path / "source").write_text("a b\nc d\n", encoding="utf-8")
    settings = [{"beam": 5, "batch": 100, "lines": 2}, {"beam": 5, "batch": 1, "lines": 2}]
    task = {"checkpoint": "model", "how": "int8", "threads": 2, "source": str(tmp_path / "source")}
    with pytest.raises(SystemExit):
        runner.translate(task | {"settings": settings})
    together, alone = written[0]["results"]
    assert calls == [(2, 1, 2)] * 2 + [(1, 1, 2), (1, 1, 1), (1, 1, 1), (1, 2, 2), (1, 2, 1), (1, 2, 1)]
    assert together["outputs"] == alone["outputs"] == ["b a", "d c"]
    assert alone["latencies"] == [quicker] * 2


@pytest.mark.parametrize(("batch", "calls"), [(100, [20, 30]), (1, [20] + [1] * 30)])
def test_lines_are_timed_together_or_one_by_one_after_a_warm_up(batch: int, calls: list[int]) -> None:
    sizes: list[int] = []

    def translate(lines: list[str]) -> list[str]:
        sizes.append(len(lines))
        return [line.upper() for line in lines]

    found = clock.time_lines(translate, [f"line {number}" for number in range(30)], {"batch": batch})
    assert sizes == calls
    assert found["outputs"] == [f"LINE {number}" for number in range(30)]
    assert len(found["latencies"]) == len(calls) - 1
    assert sum(found["latencies"]) <= found["seconds"]
