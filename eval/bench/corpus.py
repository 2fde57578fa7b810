"""The text that all systems train on, as pieces of one joint SentencePiece model, and how many there are.

By default that is Multi30k, as the recipes of the benchmark have it; otherwise the text of another recipe.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from nmt.corpus.encode import read_pairs
from nmt.corpus.filters import Filters
from nmt.corpus.lines import clean, read_lines
from nmt.corpus.prepare import Sources, prepare_corpus
from nmt.errors import ConfigError
from nmt.experiment import load_experiment
from nmt.tokenizer.base import Tokenizer
from peers import BENCH, ROOT

WORK = BENCH / ".work"
RECIPE = BENCH / "shapes" / "rnn.toml"
TEST = ROOT / "data" / "multi30k" / "test"  # test_2016_flickr


@dataclass(frozen=True)
class Counts:
    """Sums over all pairs; tokens include end-of-sentence. The products are what attention looks at."""

    pairs: int
    source_tokens: int
    target_tokens: int
    source_squared: int
    target_squared: int
    source_times_target: int


def count(lengths: Iterable[tuple[int, int]]) -> Counts:
    """Of pairs whose sides have so many tokens without end-of-sentence."""
    ended = [(source + 1, target + 1) for source, target in lengths]
    return Counts(
        pairs=len(ended),
        source_tokens=sum(source for source, _ in ended),
        target_tokens=sum(target for _, target in ended),
        source_squared=sum(source**2 for source, _ in ended),
        target_squared=sum(target**2 for _, target in ended),
        source_times_target=sum(source * target for source, target in ended),
    )


def work_of(recipe: Path = RECIPE) -> Path:
    """Where the text of a recipe and what is trained on it stand."""
    return WORK if recipe == RECIPE else WORK / f"{recipe.parent.name}-{recipe.stem}"


def prepare(recipe: Path = RECIPE) -> tuple[Path, Counts]:
    """The training and dev text as pieces (train.source, train.target, dev.source ...), the vocabulary, the counts.

    Made once; the tokenizer is the one that `nmt train` makes of the recipe. Raises ConfigError where it has two.
    """
    folder = work_of(recipe) / "corpus"
    ready = folder / "counts.json"
    if not ready.exists():
        _write(recipe, folder, ready)
    return folder, Counts(**json.loads(ready.read_text(encoding="utf-8")))


def _write(recipe: Path, folder: Path, ready: Path) -> None:
    experiment = load_experiment(recipe)
    corpus = experiment.corpus
    if not experiment.tokenizer.joint:
        raise ConfigError(f"{recipe} has a tokenizer for each side; the peers are given one vocabulary for both.")
    train, dev = corpus.text("train"), corpus.text("dev")
    sources = Sources(train, dev, corpus.max_length, corpus.filters)
    prepared = prepare_corpus(sources, experiment.tokenizer, experiment.seed, folder.parent / "prepared", print)
    pieces = prepared.tokenizers.source
    folder.mkdir(parents=True, exist_ok=True)
    lengths = []
    with _open(folder / "train.source") as source, _open(folder / "train.target") as target:
        for pair in Filters(corpus.filters).passing(read_pairs(train)):
            both = split(pieces, pair.source), split(pieces, pair.target)
            if not 0 < min(map(len, both)) <= max(map(len, both)) <= corpus.max_length:
                continue
            source.write(" ".join(both[0]) + "\n")
            target.write(" ".join(both[1]) + "\n")
            lengths.append((len(both[0]), len(both[1])))
    counts = count(lengths)
    assert (counts.pairs, counts.target_tokens) == (len(prepared.train), prepared.train.target_tokens)
    for side in ("source", "target"):
        with _open(folder / f"dev.{side}") as file:
            file.writelines(" ".join(split(pieces, getattr(pair, side))) + "\n" for pair in prepared.dev)
    with _open(folder / "vocab.txt") as file:  # without the special pieces, which each toolkit adds by itself
        file.writelines(piece + "\n" for piece in pieces.pieces(list(range(4, pieces.vocab_size))))
    ready.write_text(json.dumps(asdict(counts)), encoding="utf-8")


def split(tokenizer: Tokenizer, text: str) -> tuple[str, ...]:
    """The pieces of a text."""
    return tokenizer.pieces(tokenizer.encode(text))


def join(pieces: str) -> str:
    """The text of pieces with spaces between; pieces that stand for bytes are put together."""
    text = bytearray()
    for piece in pieces.split(" "):
        if len(piece) == 6 and piece.startswith("<0x"):
            text.append(int(piece[3:5], base=16))
        else:
            text += piece.replace("\u2581", " ").encode()
    return text.decode(errors="replace").strip()


def lines(path: Path) -> list[str]:
    """The clean lines of a text file."""
    return [clean(line) for line in read_lines(path)]


def _open(path: Path) -> TextIO:
    return path.open("w", encoding="utf-8", newline="\n")
