"""A corpus is prepared once: tokenizer and ids are kept beside the runs and reused."""

import hashlib
import json
import os
import shutil
import socket
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import sentencepiece

from nmt.config import dump_config
from nmt.corpus.encode import Say, clean_pair, encode, read_pairs, set_down, train_on
from nmt.corpus.examples import Examples, encode_pairs
from nmt.corpus.filters import FilterConfig, Filters, describe_drops, is_empty
from nmt.corpus.lines import hash_lines
from nmt.corpus.pools import TrainingCorpus
from nmt.corpus.readers import Pair, Text
from nmt.corpus.shards import LAYOUT_VERSION, Shards, open_shards
from nmt.corpus.shared import count_shared
from nmt.counted import counted
from nmt.errors import CheckpointError, DataError
from nmt.storage.disk import Disk, replace_file
from nmt.storage.lock import only_one
from nmt.tokenizer.pair import TokenizerPair
from nmt.tokenizer.sentencepiece import TokenizerConfig

ABOUT = "corpus.json"  # what is known of the text besides its examples
PARTIAL = "[0-9a-f]" * 16 + ".*tmp"  # the names of folders that are being made


@dataclass(frozen=True)
class Sources:
    """Which text, and what of it to train on."""

    train: Text
    dev: Text
    max_length: int
    filters: FilterConfig


@dataclass(frozen=True)
class PreparedCorpus:
    tokenizers: TokenizerPair
    train: TrainingCorpus
    dev: list[Pair]
    dev_examples: Examples
    max_sentences: int  # of a source, as a rule: 99 % have no more
    fingerprint: str  # SHA-256 of the text and of every choice that made the examples
    hashes: dict[str, list[str]]  # SHA-256 of the files of "train" and "dev"; of a dev set of the hub of its lines


def prepare_corpus(
    sources: Sources,
    tokenizer: TokenizerConfig,
    directory: Path,
    say: Say,
    every_byte: bool = True,
    given: TokenizerPair | None = None,
) -> PreparedCorpus:
    """Read, filter, tokenize and encode, or take what an earlier call left in `directory`.

    Of several processes that train together one checks `every_byte` of what is there, and says how many dev pairs are
    trained on. A tokenizer is trained unless one is `given`; then `tokenizer` only says how text is sampled.

    Raises DataError where files are missing or uneven, or where nothing is left to train or to validate on.
    """
    hashes = {"train": sources.train.hashes(), "dev": sources.dev.hashes()}
    as_it_is = _dev_pairs(sources.dev, directory, say)
    if not hashes["dev"]:
        hashes["dev"] = [hash_lines(getattr(pair, side) for pair in as_it_is) for side in ("source", "target")]
    dev = [pair for pair in map(clean_pair, as_it_is) if not is_empty(pair)]
    if not dev:
        raise DataError(f"{sources.dev.source} holds no pair with text on both sides. Validation needs at least one.")
    key = _fingerprint(sources, hashes["train"], tokenizer, given)
    folder = directory / key[:16]
    ready = _load(folder, tokenizer, every_byte)  # whole as soon as it has its name: nobody's work is waited for
    if ready is None:
        with _only_preparer(directory, say) as locked:
            ready = _load(folder, tokenizer, every_byte=True)
            if ready is None:
                for left in directory.glob(PARTIAL) if locked else ():  # of a process that was killed
                    shutil.rmtree(left, ignore_errors=True)
                _make(sources, hashes["train"], tokenizer, given, folder, say)
                ready = _load(folder, tokenizer, every_byte=True)
    if ready is None:
        raise DataError(f"{folder}: what was just written reads back otherwise. Is the disk sound?")
    tokenizers, shards, max_sentences = ready
    longest = 10 * sources.max_length
    dev_examples, _ = encode_pairs(dev, tokenizers, longest)
    if not len(dev_examples):
        raise DataError(
            f"{sources.dev.describe()}: none of {counted(len(dev), 'pair')} is left to validate on: each has a side of "
            f"no tokens or of more than {longest} (ten times corpus.max_length). Raise that, or give shorter pairs."
        )
    everything: list[object] = [key, [[pair.source, pair.target] for pair in dev]]
    if not sources.train.paths():  # known by its name alone, under which the hub may have something else one day
        everything.append(hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest())
    fingerprint = hashlib.sha256(json.dumps(everything).encode()).hexdigest()
    if every_byte and (shared := count_shared(dev_examples, shards)):
        pairs, (occur, these) = counted(len(dev), "dev pair"), ("occurs", "it") if shared == 1 else ("occur", "these")
        say(f"{shared:,} of {pairs} also {occur} in the training text: on {these}, scores measure memorisation.")
    return PreparedCorpus(tokenizers, TrainingCorpus(shards), dev, dev_examples, max_sentences, fingerprint, hashes)


def _dev_pairs(text: Text, directory: Path, say: Say) -> list[Pair]:
    """Those of files as they are now; of the hub, as they were when they were first asked for."""
    if text.paths():
        return list(text.pairs())
    name = json.dumps([LAYOUT_VERSION, text.fingerprint([])])
    path = directory / f"dev-{hashlib.sha256(name.encode()).hexdigest()[:16]}.json"
    kept = _kept_pairs(path)
    if kept is None:
        with _only_preparer(directory, say):
            kept = _kept_pairs(path) or list(text.pairs())
            replace_file(path, _to_keep(kept), Disk())
    return kept


def _kept_pairs(path: Path) -> list[Pair] | None:
    try:
        data = path.read_bytes()
        pairs = [Pair(source, target) for source, target in json.loads(data)["pairs"]]
    except (OSError, ValueError, TypeError, KeyError):  # none were kept, or not the whole file
        return None
    return pairs if data == _to_keep(pairs) else None


def _to_keep(pairs: list[Pair]) -> bytes:
    """The pairs and a checksum, which tells of damage that leaves them readable."""
    listed = [[pair.source, pair.target] for pair in pairs]
    return json.dumps({"sha256": hashlib.sha256(json.dumps(listed).encode()).hexdigest(), "pairs": listed}).encode()


def _fingerprint(
    sources: Sources, hashes: Sequence[str], tokenizer: TokenizerConfig, given: TokenizerPair | None
) -> str:
    # How a text is sampled is chosen anew each epoch; whether it is decides what is kept of it.
    of_sampling = {"sampling": bool(tokenizer.sampling), "sampling_candidates": None, "sampling_smoothing": None}
    choices = {
        "layout": LAYOUT_VERSION,
        "sentencepiece": sentencepiece.__version__,
        "text": sources.train.fingerprint(hashes),
        "filters": dump_config(sources.filters),
        "max_length": sources.max_length,
        "tokenizer": (given.fingerprint() if given else dump_config(tokenizer)) | of_sampling,
    }
    return hashlib.sha256(json.dumps(choices, sort_keys=True).encode()).hexdigest()


def _only_preparer(directory: Path, say: Say) -> AbstractContextManager[bool]:
    """Within, no other process prepares text in `directory`: it waits, and then finds what this one made.

    False is given where the file system has no locks: others may prepare the same text at the same time. Raises
    DiskError.
    """
    waiting = f"Another `nmt train` prepares text in {directory}; waiting for it."
    return only_one(directory, lambda: say(waiting), "Use another --out.")


def _load(folder: Path, config: TokenizerConfig, every_byte: bool) -> tuple[TokenizerPair, Shards, int] | None:
    shards = open_shards(folder, every_byte)
    if shards is None:
        return None
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        return TokenizerPair.load(folder, config), shards, about["max_sentences"]
    except CheckpointError:
        return None


def _make(
    sources: Sources,
    hashes: Sequence[str],
    config: TokenizerConfig,
    given: TokenizerPair | None,
    folder: Path,
    say: Say,
) -> None:
    """Leaves the whole folder, or nothing."""
    partial = folder.with_name(f"{folder.name}.{socket.gethostname()}.{os.getpid()}.tmp")
    shutil.rmtree(partial, ignore_errors=True)  # of an earlier process of that number, which was killed
    filters, too_long = Filters(sources.filters), 0
    try:
        text = set_down(filters.passing(read_pairs(sources.train)), partial / "text", say)
        if sources.train.hashes() != list(hashes):  # the folder would vouch for another text than it holds
            raise DataError(f"{sources.train.describe()} was changed before it was read. Give the same command again.")
        if len(text):
            tokenizers = given or train_on(text, config, say)
            writer, too_long, max_sentences = encode(
                text, tokenizers, sources.max_length, bool(config.sampling), partial / "encoded", say
            )
        num_read = len(text) + sum(filters.counts.values())
        drops = filters.counts | {f"longer than {sources.max_length} tokens": too_long}
        if sum(drops.values()) == num_read:
            raise DataError(
                f"{sources.train.source}: none of {counted(num_read, 'pair')} is left to train on. "
                f"{describe_drops(drops)}"
            )
        if sum(drops.values()):
            say(describe_drops(drops))
        about = {ABOUT: json.dumps({"max_sentences": max_sentences}).encode()}
        writer.seal(about | {name: tokenizer.model for name, tokenizer in tokenizers.files().items()})
        try:
            (partial / "encoded").rename(folder)
        except OSError:
            if _load(folder, config, every_byte=True) is None:  # else another process was first: no locks here
                shutil.rmtree(folder, ignore_errors=True)
                (partial / "encoded").rename(folder)
    except OSError as error:  # of writing: what goes wrong with reading has its own message
        raise DataError(
            f"{folder.parent}: cannot be written ({error.strerror or error}). A prepared corpus needs about as much "
            "space as its text, and while it is made as much again. Make room, or use another --out."
        ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
