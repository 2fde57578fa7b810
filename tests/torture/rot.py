"""Changed bits, cut files and files that changed places are all found, and nothing changed is ever used."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nmt
from nmt.errors import NMTError
from nmt.run.verify import problems
from nmt.storage.steps import newest_whole
from tests.torture.work import in_process, uninterrupted

UNREAD = {".lock", "README.md"}  # nothing is in the one, and only people read the other


def flip(generator: random.Random, files: list[Path]) -> str:
    path = generator.choice(files)
    content = bytearray(path.read_bytes())
    place = generator.randrange(len(content))
    content[place] ^= 1 << generator.randrange(8)
    path.write_bytes(bytes(content))
    return f"{path.name}, byte {place}"


def cut(generator: random.Random, files: list[Path]) -> str:
    path = generator.choice(files)
    content = path.read_bytes()
    path.write_bytes(content[: generator.randrange(len(content))])
    return f"{path.name} cut"


def swap(generator: random.Random, files: list[Path]) -> str:
    while True:
        one, other = generator.sample(files, 2)
        first, second = one.read_bytes(), other.read_bytes()
        if first != second:
            break
    one.write_bytes(second)
    other.write_bytes(first)
    return f"{one.name} and {other.name}"


DAMAGE: dict[str, Callable[[random.Random, list[Path]], str]] = {"flip": flip, "cut": cut, "swap": swap}


def used(run: Path) -> dict[str, Any]:
    """What translating and resuming would take from a run; an error where they refuse."""
    taken: dict[str, Any] = {}
    for name, act in (
        ("best", lambda: _weights(run, "best")),
        ("last", lambda: _weights(run, "last")),
        ("search", lambda: nmt.load(run).search),
        ("state", lambda: _state(run)),
    ):
        try:
            taken[name] = act()
        except NMTError as error:
            taken[name] = error
    return taken


def _weights(run: Path, checkpoint: str) -> list[bytes]:
    model = nmt.load(run, checkpoint).model
    return [weight.detach().numpy().tobytes() for weight in model.parameters()]


def _state(run: Path) -> Any:
    said: list[str] = []
    found = newest_whole(run / "state", said.append)
    return NMTError("fell back") if said else found


def run(folder: Path, counts: dict[str, int], seed: int = 1) -> dict[str, dict[str, Any]]:
    """Damage a run so many times in each way; how often that was found, and how often something wrong was used."""
    original, damaged = folder / "whole-rnn", folder / "damaged"
    assert in_process(uninterrupted, folder / "text", "rnn", original, {}) == 0
    expected = used(original)
    assert not [value for value in expected.values() if isinstance(value, NMTError)]
    assert problems(original) == []
    generator = random.Random(seed)
    results = {}
    for kind, count in counts.items():
        missed, wrong = [], []
        for _ in range(count):
            shutil.rmtree(damaged, ignore_errors=True)
            shutil.copytree(original, damaged, ignore=shutil.ignore_patterns("tensorboard"))
            files = sorted(path for path in damaged.rglob("*") if path.is_file() and path.name not in UNREAD)
            what = DAMAGE[kind](generator, files)
            if not problems(damaged):
                missed.append(what)
            taken = used(damaged)
            wrong += [
                f"{what}: {name}"
                for name, value in taken.items()
                if not isinstance(value, NMTError) and value != expected[name]
            ]
        results[kind] = {"trials": count, "found": count - len(missed), "missed": missed, "silently_used": wrong}
    return results
