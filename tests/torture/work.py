"""Tiny runs in processes of their own, which may be killed, and what such a run leaves."""

import contextlib
import dataclasses
import json
import multiprocessing
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from nmt.config import parse_config
from nmt.errors import NMTError
from nmt.experiment import Experiment
from nmt.run import train as run_module
from nmt.storage.disk import Disk
from nmt.storage.folder import read_folder
from nmt.storage.steps import list_steps, newest_whole, step_dir
from nmt.training import loop, step
from nmt.training.checkpoint import Checkpoints
from nmt.training.updater import Updater

WORDS = {
    "de": ["hund", "katze", "haus", "baum", "rot", "blau", "klein", "groß"],
    "en": ["dog", "cat", "house", "tree", "red", "blue", "small", "big"],
}
RNN = {"encoder": {"type": "rnn", "cell": "gru", "dim": 12}, "decoder": {"type": "rnn", "cell": "lstm", "dim": 16}}
TRANSFORMER = {
    side: {"type": "transformer", "layers": 1, "dim": 16, "heads": 2, "feed_forward_dim": 24}
    for side in ("encoder", "decoder")
}
MODELS: dict[str, dict[str, Any]] = {
    "rnn": RNN,
    "transformer": TRANSFORMER,
    "mixed": {"encoder": RNN["encoder"], "decoder": TRANSFORMER["decoder"]},
}

# A process that has torch imported makes the others: each then starts in milliseconds.
CONTEXT = multiprocessing.get_context("forkserver")
# (The first step of an optimizer imports torch._dynamo, which takes seconds.)
CONTEXT.set_forkserver_preload(["tests.torture.work", "torch._dynamo"])


def make_experiment(folder: Path, model: str, **training: Any) -> Experiment:
    """A tiny experiment that uses everything which carries state: dropout, sampling, EMA, accumulation, Adam."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, rows in (("train", range(64)), ("dev", range(8))):
        for name, words in WORDS.items():
            path = folder / f"{part}.{name}"
            if not path.exists():
                lines = [" ".join(words[(row * step) % 8] for step in range(1, 3 + row % 4)) for row in rows]
                path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    tree = {
        "name": model,
        "corpus": {
            part: {"source": f"{folder}/{part}.de", "target": f"{folder}/{part}.en"} for part in ("train", "dev")
        },
        "tokenizer": {"vocab_size": 320, "sampling": 0.5},
        "model": {"embedding_dim": 16, "dropout": 0.2, "word_dropout": 0.1, **MODELS[model]},
        "training": {
            "max_updates": 24,
            "batch_tokens": 120,
            "accumulate": 2,
            "validate_every": 8,
            "save_every": 3,
            "log_every": 2,
            "warmup": 3,
            "threads": 1,
            "precision": "fp32",
            **training,
        },
    }
    return parse_config(Experiment, tree, "torture")


def train(experiment: Experiment, directory: Path, disk: Disk | None = None) -> str:
    """Train here, on a disk that may do as it likes."""
    checkpoints = run_module.checkpoints_of

    def on_that_disk(*arguments: Any) -> Any:
        return dataclasses.replace(checkpoints(*arguments), disk=disk or Disk())

    run_module.checkpoints_of = on_that_disk
    try:
        return run_module.train_run(experiment, directory, Console(quiet=True))
    finally:
        run_module.checkpoints_of = checkpoints


class MortalDisk(Disk):
    """Kills this process in the middle of an operation, the n-th; 0 never does."""

    def __init__(self, at: int, marker: Path) -> None:
        self.left, self.marker = at, marker

    def _die(self) -> None:
        self.marker.touch()
        die()

    def _count(self) -> bool:
        self.left -= 1
        return self.left == 0

    def make_folder(self, path: Path) -> None:
        super().make_folder(path)
        if self._count():
            self._die()

    def write(self, path: Path, data: bytes) -> None:
        if self._count():
            super().write(path, data[: random.randrange(len(data) + 1)])
            self._die()
        super().write(path, data)

    def sync(self, path: Path) -> None:
        if self._count():
            self._die()
        super().sync(path)

    def rename(self, old: Path, new: Path) -> None:
        super().rename(old, new)
        if self._count():
            self._die()

    def remove(self, path: Path) -> None:
        if path.is_dir() and self._count():
            for inside in list(path.iterdir())[:2]:
                inside.unlink()
            self._die()
        super().remove(path)


def die() -> None:
    """As if the power went."""
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


def doomed(folder: Path, model: str, directory: Path, seed: int, training: dict[str, Any]) -> None:
    """Train until a random instant, in most cases one inside a save. Each save that has ended is set down elsewhere."""
    random.seed(seed)
    disk = Disk()
    if random.random() < 0.6:
        disk = MortalDisk(random.randrange(1, 120), directory.with_suffix(".in-a-save"))
    else:
        threading.Timer(random.uniform(0.02, 1.2), die).start()
    hook(Checkpoints, "save_state", lambda *_: True, note_state(directory.with_suffix(".saved")), after=True)
    with contextlib.suppress(NMTError):
        train(make_experiment(folder, model, **training), directory, disk)
    os._exit(0)  # without waiting for the timer


def note_state(path: Path) -> Callable[[Any], None]:
    """Sets down, on the disk itself, how far the states of a run go that somebody may count on."""

    def note(checkpoints: Any) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{list_steps(checkpoints.states)[-1]}\n")
            file.flush()
            os.fsync(file.fileno())

    return note


def interrupted(folder: Path, model: str, directory: Path, place: str, training: dict[str, Any]) -> None:
    """Train until a signal that arrives at a certain place."""

    def stop(_: Any = None) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    experiment = make_experiment(folder, model, **training)
    trainer: Any = loop._Trainer
    if place.startswith("update "):
        last = int(place.removeprefix("update ")) - 1
        hook(Updater, "update", lambda _, progress, __: progress.update == last, stop)
    elif place == "epoch end":
        hook(trainer, "_own_batches", lambda one: one.progress.epoch == 1 and one.progress.position <= 2, stop)
    elif place == "validation":
        hook(trainer, "_validate", lambda one: one.progress.update == 8, stop)
    elif place == "accumulation":
        real = step.cross_entropy
        calls = []

        def second_of_update_5(*arguments: Any) -> Any:
            calls.append(1)
            if len(calls) == 2 * 5:
                stop()
            return real(*arguments)

        step.cross_entropy = second_of_update_5
    elif place == "after save":
        hook(trainer, "_save", lambda one, *_: one.progress.update == 6, stop, after=True)
    else:
        raise AssertionError(place)
    sys.exit(0 if train(experiment, directory) == "interrupted" else 9)


def hook(kind: Any, name: str, when: Callable[..., bool], act: Callable[[Any], None], after: bool = False) -> None:
    """Have a method of a class call `act` with its object before or after its work, where `when` holds."""
    real = getattr(kind, name)

    def method(self: Any, *arguments: Any, **named: Any) -> Any:
        now = when(self, *arguments)
        if now and not after:
            act(self)
        result = real(self, *arguments, **named)
        if now and after:
            act(self)
        return result

    setattr(kind, name, method)


def uninterrupted(folder: Path, model: str, directory: Path, training: dict[str, Any]) -> None:
    """Train to the end."""
    train(make_experiment(folder, model, **training), directory)


def in_process(work: Callable[..., None], *arguments: Any, seconds: float = 120.0) -> int:
    """The exit code of work(*arguments) in a process of its own; below zero: the signal that killed it."""
    process = CONTEXT.Process(target=work, args=arguments)
    process.start()
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
        raise AssertionError(f"{work.__name__} hangs")
    return process.exitcode


def content(directory: Path) -> dict[str, Any]:
    """Every bit of the newest state and of all models; progress and metrics without what clocks say."""
    found = newest_whole(directory / "state", lambda message: None)
    assert found is not None
    update, folder = found
    files: dict[str, Any] = {f"state/{name}": data for name, data in folder.files.items()}
    progress = json.loads(files.pop("state/progress.json"))
    progress["window"].pop("seconds")
    files["progress"] = {k: v for k, v in progress.items() if "seconds" not in k and not k.startswith("log_")}
    for model in list_steps(directory / "models"):
        files |= {f"models/{model}/{k}": v for k, v in read_folder(step_dir(directory / "models", model)).files.items()}
    lines = (directory / "metrics.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    clocks = ("train_seconds", "tokens_per_second", "seconds")
    files["metrics"] = [{k: v for k, v in json.loads(line).items() if k not in clocks} for line in lines]
    return files | {"update": update}


def differences(one: Path, other: Path) -> list[str]:
    """What is not the same, bit for bit, in what two runs have left."""
    first, second = content(one), content(other)
    return sorted(key for key in first.keys() | second.keys() if first.get(key) != second.get(key))
