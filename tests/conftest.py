"""A tiny invented language pair, and a run trained on it for a couple of updates."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from nmt.config import parse_config
from nmt.corpus.readers import Pair
from nmt.experiment import Experiment
from nmt.run import train_run
from nmt.tokenizer.pair import TokenizerPair, train_tokenizers
from nmt.tokenizer.sentencepiece import TokenizerConfig

SUBJECTS = {"der Hund": "the dog", "die Katze": "the cat", "das Kind": "the child", "ein Vogel": "a bird"}
VERBS = {"sieht": "sees", "mag": "likes", "sucht": "looks for", "findet": "finds", "malt": "paints"}
OBJECTS = {"den Baum": "the tree", "ein Haus": "a house", "die Brücke": "the bridge"}

MakeExperiment = Callable[..., Experiment]


def invented_pairs() -> list[Pair]:
    """60 short pairs, all different."""
    return [
        Pair(f"{subject} {verb} {thing}.".capitalize(), f"{SUBJECTS[subject]} {VERBS[verb]} {OBJECTS[thing]}.")
        for subject in SUBJECTS
        for verb in VERBS
        for thing in OBJECTS
    ]


def write_lines(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


def write_corpus(folder: Path) -> None:
    """train.de, train.en (all pairs), dev.de and dev.en (six of them)."""
    pairs = invented_pairs()
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
        "tokenizer": {"vocab_size": 330},
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


def _make_experiment(folder: Path, **changes: Any) -> Experiment:
    """The tiny experiment on the text in `folder`, which is written where it is not there yet.

    Changes name a key by its path with `__` for the dot: `training__max_updates=5`. None removes the key.
    """
    folder.mkdir(parents=True, exist_ok=True)
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


def _quiet_console() -> Console:
    return Console(file=io.StringIO(), width=200)


def written(console: Console) -> str:
    """What was printed to a console that the fixture `console` made."""
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.fixture
def console() -> Console:
    """A console that is no terminal; `written` gives what it was told."""
    return _quiet_console()


@pytest.fixture(scope="session")
def tiny_experiment() -> MakeExperiment:
    """Factory: tiny_experiment(folder, training__max_updates=5, ...) -> Experiment."""
    return _make_experiment


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run directory, trained for two updates. Read only: copy it before changing it."""
    folder = tmp_path_factory.mktemp("tiny")
    reason = train_run(_make_experiment(folder / "text"), folder / "runs" / "tiny", _quiet_console())
    assert reason == "max_updates"
    return folder / "runs" / "tiny"


@pytest.fixture(scope="session")
def tiny_tokenizers() -> TokenizerPair:
    """A joint tokenizer of 330 pieces trained on the invented pairs."""
    pairs = invented_pairs()
    sources, targets = [pair.source for pair in pairs], [pair.target for pair in pairs]
    config = TokenizerConfig(vocab_size=330, sampling=1.0)
    return train_tokenizers(sources, targets, config, seed=1, say=lambda message: None)
