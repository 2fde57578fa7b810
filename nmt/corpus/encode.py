"""From text of any length to shards: read once, cleaned, filtered and set down; then encoded, piece by piece.

What is set down is also what the tokenizer is trained on: all of it, or of a large corpus every second, third ... pair.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from nmt.corpus.examples import Side, encode_pairs
from nmt.corpus.lines import clean
from nmt.corpus.readers import Pair, Text
from nmt.corpus.sentences import count_sentences, usual_sentences
from nmt.corpus.shards import BYTES, LARGE_IDS, SMALL_IDS, Shards, ShardWriter
from nmt.counted import counted
from nmt.tokenizer.pair import TokenizerPair, train_tokenizers
from nmt.tokenizer.sentencepiece import SentencePieceTokenizer, TokenizerConfig

PIECE_PAIRS = 10_000  # held in memory at once
TOLD_EVERY = 1_000_000
COUNTED_LINES = 100_000  # of which it is looked up how many sentences they have; spread over the text

Say = Callable[[str], None]


def read_pairs(text: Text) -> Iterator[Pair]:
    """All pairs, cleaned. Raises DataError on the way."""
    return map(clean_pair, text.pairs())


def clean_pair(pair: Pair) -> Pair:
    """Both its sides prepared for the tokenizer."""
    return Pair(clean(pair.source), clean(pair.target))


def set_down(kept: Iterator[Pair], folder: Path, say: Say) -> Shards:
    """Write the pairs that are kept into a new folder: columns `source` and `target`."""
    with ShardWriter(folder, {"source": BYTES, "target": BYTES}) as writer:
        while pairs := list(islice(kept, PIECE_PAIRS)):
            sources, targets = (pair.source for pair in pairs), (pair.target for pair in pairs)
            writer.append({"source": Side.pack_texts(sources), "target": Side.pack_texts(targets)})
            if writer.num_rows % TOLD_EVERY == 0:
                say(f"Read {writer.num_rows:,} pairs ...")
        return writer.close()


def train_on(text: Shards, config: TokenizerConfig, say: Say) -> TokenizerPair:
    """The tokenizer of a text that set_down wrote, or where there is much of it, of pairs spread evenly over it."""
    step = -(-len(text) // config.training_pairs)
    some = "" if step == 1 else f"{-(-len(text) // step):,} of "
    say(f"Training the tokenizer on {some}{counted(len(text), 'pair')} ...")
    return train_tokenizers(_Every(text, "source", step), _Every(text, "target", step), config, say)


def encode(
    text: Shards, tokenizers: TokenizerPair, max_length: int, keep_texts: bool, folder: Path, say: Say
) -> tuple[ShardWriter, int, int]:
    """Encode a text that set_down wrote into a new folder, which is still to be sealed.

    Also how many pairs were dropped because a side is over `max_length` tokens (or gives none), and how many sentences
    a source of the others has at most, as a rule. With `keep_texts` their text is there too, in columns `source_text`
    and `target_text`.
    """
    say(f"Encoding {counted(len(text), 'pair')} ...")
    columns = {"source": _type_of_ids(tokenizers.source), "target": _type_of_ids(tokenizers.target)}
    if keep_texts:
        columns |= {"source_text": BYTES, "target_text": BYTES}
    num_dropped, sentences = 0, Counter[int]()
    with ShardWriter(folder, columns) as writer:
        for block in text.blocks(PIECE_PAIRS):
            sources, targets = (text.read(column, [block]).texts() for column in ("source", "target"))
            pairs = [Pair(*both) for both in zip(sources, targets, strict=True)]
            examples, kept = encode_pairs(pairs, tokenizers, max_length, keep_texts)
            rows = {"source": examples.source, "target": examples.target}
            if examples.texts:
                rows |= {"source_text": examples.texts[0], "target_text": examples.texts[1]}
            writer.append(rows)
            num_dropped += len(pairs) - len(kept)
            looked_at = kept[:: max(1, len(text) // COUNTED_LINES)].tolist()
            sentences.update(count_sentences(sources[index]) for index in looked_at)
            if block[1] % TOLD_EVERY == 0:
                say(f"Encoded {block[1]:,} pairs ...")
    return writer, num_dropped, usual_sentences(sentences)


@dataclass(frozen=True)
class _Every:
    """Every `step`-th sentence of a column, read from disk as often as it is gone through."""

    text: Shards
    column: str
    step: int

    def __iter__(self) -> Iterator[str]:
        for first, last in self.text.blocks(PIECE_PAIRS):
            yield from self.text.read(self.column, [(first, last)]).texts()[-first % self.step :: self.step]


def _type_of_ids(tokenizer: SentencePieceTokenizer) -> str:
    return SMALL_IDS if tokenizer.vocab_size <= 2**16 else LARGE_IDS
