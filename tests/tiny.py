"""A tiny invented language pair, and a recipe that trains on it in a second."""

import io
from pathlib import Path
from typing import Any

from rich.console import Console

from nmt.config import parse_config
from nmt.corpus.readers import Pair
from nmt.experiment import Experiment
from nmt.run.train import train_run

SUBJECTS = {"der Hund": "the dog", "die Katze": "the cat", "das Kind": "the child", "ein Vogel": "a bird"}
VERBS = {"sieht": "sees", "mag": "likes", "sucht": "looks for", "findet": "finds", "malt": "paints"}
OBJECTS = {"den Baum": "the tree", "ein Haus": "a house", "die Brücke": "the bridge"}
VOCAB_SIZE = 305  # 256 bytes, four special pieces and 45 of the text


def invented_pairs() -> list[Pair]:
    """60 short pairs, all different."""
    return [
        Pair(f"{subject} {verb} {thing}.", f"{SUBJECTS[subject]} {VERBS[verb]} {OBJECTS[thing]}.")
        for subject in SUBJECTS
        for verb in VERBS
        for thing in OBJECTS
    ]


def write_lines(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


def write_corpus(folder: Path) -> None:
    """train.de and train.en (all pairs), dev.de and dev.en (six of them)."""
    pairs = invented_pairs()
    folder.mkdir(parents=True, exist_ok=True)
    for part, chosen in (("train", pairs), ("dev", pairs[::10])):
        write_lines(folder / f"{part}.de", [pair.source for pair in chosen])
        write_lines(folder / f"{part}.en", [pair.target for pair in chosen])


def tiny_tree(folder: Path) -> dict[str, Any]:
    """A recipe for the text of write_corpus: a bidirectional GRU and an LSTM of a few thousand parameters."""
    return {
        "name": "tiny",
        "corpus": {
            "source_language": "de",
            "target_language": "en",
            "train": {"source": str(folder / "train.de"), "target": str(folder / "train.en")},
            "dev": {"source": str(folder / "dev.de"), "target": str(folder / "dev.en")},
            "max_length": 30,
        },
        "tokenizer": {"vocab_size": VOCAB_SIZE},
        "model": {
            "embedding_dim": 8,
            "dropout": 0.1,
            "encoder": {"type": "rnn", "cell": "gru", "dim": 8},
            "decoder": {"type": "rnn", "cell": "lstm", "layers": 2, "dim": 12},
        },
        "training": {
            "max_updates": 2,
            "batch_tokens": 120,
            "validate_every": 100,
            "log_every": 1,
            "warmup": 2,
            "precision": "fp32",
            "threads": 1,
        },
    }


def make_experiment(folder: Path, **changes: Any) -> Experiment:
    """The tiny experiment on the text in `folder`, which is written where it is not there yet.

    A change names a key by its path with `__` for the dot: `training__max_updates=5`. None removes the key.
    """
    if not (folder / "train.de").exists():
        write_corpus(folder)
    tree = tiny_tree(folder)
    for path, value in changes.items():
        *tables, key = path.split("__")
        node = tree
        for table in tables:
            node = node.setdefault(table, {})
        if value is None:
            node.pop(key, None)
        else:
            node[key] = value
    return parse_config(Experiment, tree, "tiny.toml")


def quiet_console() -> Console:
    """A console that is no terminal and keeps what it is told."""
    return Console(file=io.StringIO(), width=200)


def printed(console: Console) -> str:
    """All that was printed to a quiet_console."""
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def run(experiment: Experiment, directory: Path) -> tuple[str, str]:
    """Train; returns why it ended and what was printed."""
    console = quiet_console()
    return train_run(experiment, directory, console), printed(console)
