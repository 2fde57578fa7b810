"""From text files to encoded examples, once: tokenizer and ids are kept beside the runs and reused."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sentencepiece

from nmt.config import dump_config
from nmt.corpus.examples import Examples, encode_pairs, load_examples, save_examples
from nmt.corpus.filters import FilterConfig, describe_drops, filter_pairs
from nmt.corpus.lines import clean
from nmt.corpus.readers import READERS, Pair
from nmt.errors import CheckpointError, DataError
from nmt.tokenizer.pair import TokenizerPair, train_tokenizers
from nmt.tokenizer.sentencepiece import TokenizerConfig

LAYOUT_VERSION = 2  # raise when cleaning or encoding changes, so that older prepared corpora are not taken


@dataclass(frozen=True)
class Sources:
    """Which text, and how to read it."""

    reader: str
    train: list[Path]
    dev: list[Path]
    max_length: int
    filters: FilterConfig


@dataclass(frozen=True)
class PreparedCorpus:
    tokenizers: TokenizerPair
    train: Examples
    dev: list[Pair]
    dev_examples: Examples
    fingerprint: str  # SHA-256 of the text and of every choice that made the examples


def read_pairs(reader: str, paths: list[Path]) -> list[Pair]:
    """All pairs of some files, cleaned. Raises DataError."""
    return [Pair(clean(pair.source), clean(pair.target)) for pair in READERS[reader](paths)]


def prepare_corpus(
    sources: Sources, tokenizer: TokenizerConfig, seed: int, directory: Path, say: Callable[[str], None]
) -> PreparedCorpus:
    """Read, filter, tokenize and encode, or take what an earlier call left in `directory`.

    Raises DataError where files are missing or uneven, or where nothing is left to train on.
    """
    dev = [pair for pair in read_pairs(sources.reader, sources.dev) if pair.source.strip() and pair.target.strip()]
    if not dev:
        raise DataError(f"{sources.dev[0]} holds no pair with text on both sides. Validation needs at least one.")
    key = _fingerprint(sources, tokenizer, seed)
    folder = directory / key[:16]
    ready = _load(folder, tokenizer)
    if ready is None or tokenizer.sampling:
        ready = _make(sources, tokenizer, seed, folder, ready[0] if ready else None, say)
    tokenizers, train = ready
    dev_examples, _ = encode_pairs(dev, tokenizers, 10 * sources.max_length)
    return PreparedCorpus(tokenizers, train, dev, dev_examples, key)


def _fingerprint(sources: Sources, tokenizer: TokenizerConfig, seed: int) -> str:
    choices = {
        "layout": LAYOUT_VERSION,
        "sentencepiece": sentencepiece.__version__,
        "reader": sources.reader,
        "filters": dump_config(sources.filters),
        "max_length": sources.max_length,
        "tokenizer": dump_config(tokenizer),
        "seed": seed,
    }
    digest = hashlib.sha256(json.dumps(choices, sort_keys=True).encode())
    for path in sources.train:
        try:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        except OSError:
            READERS[sources.reader](sources.train)  # says what is wrong with which file
            raise
    return digest.hexdigest()


def _load(folder: Path, config: TokenizerConfig) -> tuple[TokenizerPair, Examples] | None:
    examples = load_examples(folder / "train.safetensors")
    if examples is None:
        return None
    try:
        tokenizers = TokenizerPair.load(folder, config)
        expected = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    except (CheckpointError, OSError, ValueError):
        return None
    return (tokenizers, examples) if tokenizers.fingerprint() == expected else None


def _make(
    sources: Sources,
    config: TokenizerConfig,
    seed: int,
    folder: Path,
    tokenizers: TokenizerPair | None,
    say: Callable[[str], None],
) -> tuple[TokenizerPair, Examples]:
    pairs = read_pairs(sources.reader, sources.train)
    kept, drops = filter_pairs(pairs, sources.filters)
    if kept and tokenizers is None:
        say(f"Training the tokenizer on {len(kept):,} pairs ...")
        tokenizers = train_tokenizers([p.source for p in kept], [p.target for p in kept], config, seed, say)
    train, too_long = encode_pairs(kept, tokenizers, sources.max_length) if tokenizers else (None, 0)
    drops[f"longer than {sources.max_length} tokens"] = too_long
    if tokenizers is None or train is None or len(train) == 0:
        raise DataError(f"{sources.train[0]}: none of {len(pairs)} pairs is left to train on. {describe_drops(drops)}")
    if sum(drops.values()):
        say(describe_drops(drops))
    folder.mkdir(parents=True, exist_ok=True)
    tokenizers.save(folder)
    (folder / "tokenizer.json").write_text(json.dumps(tokenizers.fingerprint()), encoding="utf-8")
    save_examples(train, folder / "train.safetensors")
    # The text itself is only needed where each epoch segments it anew.
    return tokenizers, train if config.sampling else Examples(train.source, train.target)
