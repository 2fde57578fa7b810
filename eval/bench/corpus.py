"""The text that all systems train on, as pieces of one joint SentencePiece model, and how many there are.

By default that is Multi30k, as the recipes of the benchmark have it; otherwise the text of another recipe.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import chdir, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from nmt.corpus.lines import clean, read_lines
from nmt.corpus.prepare import PreparedCorpus, Sources, prepare_corpus
from nmt.errors import ConfigError, NMTError
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


@dataclass(frozen=True)
class Pieces:
    """Text as the peers read it: train.source, train.target, dev.source, dev.target and vocab.txt in a folder."""

    folder: Path
    counts: Counts
    tokenizer: Tokenizer


def work_of(recipe: Path = RECIPE) -> Path:
    """Where the text of a recipe and what is trained on it stand."""
    return WORK if recipe == RECIPE else WORK / f"{recipe.parent.name}-{recipe.stem}"


@contextmanager
def explained() -> Iterator[None]:
    """Within, an error of nmt ends the program with its message."""
    try:
        yield
    except NMTError as error:
        sys.exit(str(error))


@contextmanager
def reading(recipe: Path = RECIPE) -> Iterator[None]:
    """Within, a recipe of this checkout (a whole path) finds its text from wherever the benchmark was started, and what
    cannot be read ends the program.
    """
    with explained(), chdir(ROOT if recipe.is_relative_to(ROOT) else Path.cwd()):
        yield


def prepare(recipe: Path = RECIPE) -> Pieces:
    """The pairs that `nmt train` trains on, in the pieces of its tokenizer, made anew where recipe or text changed.

    Ends the program where the text cannot be read or the recipe has a tokenizer for each side.
    """
    with reading(recipe):
        experiment = load_experiment(recipe)
        if not experiment.tokenizer.joint:
            raise ConfigError(f"{recipe} has a tokenizer for each side; the peers are given one vocabulary for both.")
        corpus = experiment.corpus
        sources = Sources(corpus.text("train"), corpus.text("dev"), corpus.max_length, corpus.filters)
        found = prepare_corpus(sources, experiment.tokenizer, work_of(recipe) / "prepared", print)
    folder = work_of(recipe) / f"corpus-{found.fingerprint[:16]}"
    ready = folder / "counts.json"
    if not ready.exists():
        folder.mkdir(parents=True, exist_ok=True)
        ready.write_text(json.dumps(asdict(_write(found, folder))), encoding="utf-8")
    counts = Counts(**json.loads(ready.read_text(encoding="utf-8")))
    return Pieces(folder, counts, found.tokenizers.source)


def _write(corpus: PreparedCorpus, folder: Path) -> Counts:
    pieces = corpus.tokenizers.source
    sides = [corpus.train.shards.read(side, [(0, len(corpus.train))]) for side in ("source", "target")]
    for name, text in ("train", sides), ("dev", [corpus.dev_examples.source, corpus.dev_examples.target]):
        for suffix, side in zip(("source", "target"), text, strict=True):
            lines = (pieces.pieces(side[row].tolist()) for row in range(len(side)))
            _write_lines(folder / f"{name}.{suffix}", map(" ".join, lines))
    # Without the special pieces, which each toolkit adds by itself.
    _write_lines(folder / "vocab.txt", pieces.pieces(list(range(4, pieces.vocab_size))))
    return count(zip(*(side.lengths.tolist() for side in sides), strict=True))


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


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(line + "\n" for line in lines)
