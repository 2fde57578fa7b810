"""SentencePiece (Kudo & Richardson, 2018), trained from raw text and saved inside the run."""

import hashlib
import io
import math
import random
import re
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import Literal

import sentencepiece
from pydantic import Field, model_validator

from nmt.config import Config
from nmt.errors import CheckpointError, ConfigError, DataError
from nmt.tokenizer.base import BOS_ID, EOS_ID, PAD_ID, UNK_ID
from nmt.tokenizer.stand_ins import alphabet_of

SMALLEST_VOCABULARY = 300  # 256 bytes, the special ids and some letters


class TokenizerConfig(Config):
    """`sampling` is the share of training sentences segmented anew each epoch (subword regularisation, Kudo, 2018):
    one of the `sampling_candidates` best segmentations, with probability proportional to P ** sampling_smoothing. These
    two matter only with `sampling`.

    Of a corpus of more than `training_pairs`, only every second, third ... pair trains the tokenizer: SentencePiece
    keeps that text in memory many times over, some 2.5 KB for a pair of short sentences."""

    kind: Literal["unigram", "bpe"] = "unigram"
    vocab_size: int = Field(8000, ge=SMALLEST_VOCABULARY)
    joint: bool = True
    character_coverage: float = Field(1.0, ge=0.98, le=1.0)
    training_pairs: int = Field(100_000, ge=1)
    sampling: float = Field(0.0, ge=0.0, le=1.0)
    sampling_candidates: int = Field(16, ge=2, le=512)  # more SentencePiece does not list
    sampling_smoothing: float = Field(0.2, gt=0.0)

    @model_validator(mode="after")
    def _sampling_needs_unigram(self) -> "TokenizerConfig":
        if self.sampling and self.kind != "unigram":
            raise ValueError(
                "tokenizer.sampling needs tokenizer.kind = 'unigram': only it can list other segmentations."
            )
        return self


class SentencePieceTokenizer:
    """One trained SentencePiece model; control tokens can never come from text."""

    def __init__(self, model: bytes, config: TokenizerConfig | None = None) -> None:
        self.model = model
        self.config = config or TokenizerConfig()
        self.processor = sentencepiece.SentencePieceProcessor(model_proto=model)

    @property
    def vocab_size(self) -> int:
        return int(self.processor.get_piece_size())

    @cached_property
    def alphabet(self) -> frozenset[str]:
        """The characters that it has pieces for, and the space; any other one it writes in bytes."""
        return alphabet_of(self.processor)

    def encode(self, text: str) -> list[int]:
        return list(self.processor.encode(text))

    def encode_all(self, texts: list[str]) -> list[list[int]]:
        """encode, over many texts and all cores."""
        return list(self.processor.encode(texts))

    def sample(self, text: str, seed: int) -> list[int]:
        """A segmentation drawn from the n best: SentencePiece's own generator cannot be saved, ours is the seed."""
        generator = random.Random(seed)
        if generator.random() >= self.config.sampling:
            return self.encode(text)
        best = self.processor.nbest_encode(text, nbest_size=self.config.sampling_candidates)
        if not best:
            return []
        # A unigram model's log-probability of a segmentation is the sum of its pieces' scores.
        scores = [sum(self.processor.get_score(list(ids))) for ids in best]
        weights = [math.exp(self.config.sampling_smoothing * (score - max(scores))) for score in scores]
        return list(generator.choices(best, weights)[0])

    def decode(self, ids: list[int]) -> str:
        return str(self.processor.decode([i for i in ids if i not in (PAD_ID, UNK_ID, BOS_ID, EOS_ID)]))

    def pieces(self, ids: list[int]) -> tuple[str, ...]:
        return tuple(self.processor.id_to_piece(i) for i in ids)

    def spellings(self, ids: Iterable[int]) -> list[bytes]:
        """What each id writes, in UTF-8, with the space before a word; special ids write nothing."""
        return [self._spelling(index) for index in ids]

    def _spelling(self, index: int) -> bytes:
        piece = str(self.processor.id_to_piece(index))
        if index in (PAD_ID, UNK_ID, BOS_ID, EOS_ID):
            return b""
        if self.processor.is_byte(index):  # such as <0xC3>
            return bytes([int(piece[3:5], base=16)])
        return piece.replace("\u2581", " ").encode("utf-8")

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.model).hexdigest()

    @classmethod
    def load(cls, path: Path, config: TokenizerConfig | None = None) -> "SentencePieceTokenizer":
        try:
            model = path.read_bytes()
            if not model:  # which the library takes for "load nothing"
                raise CheckpointError(f"{path} is empty. Copy the whole run directory, or train again.")
            return cls(model, config)
        except FileNotFoundError:
            raise CheckpointError(f"{path} is missing. Copy the whole run directory, or train again.") from None
        except (OSError, RuntimeError, ValueError) as error:  # ValueError: a message that is not UTF-8
            raise CheckpointError(f"{path} is not a SentencePiece model ({error}).") from None


def train_sentencepiece(
    texts: Iterable[str], config: TokenizerConfig, say: Callable[[str], None]
) -> SentencePieceTokenizer:
    """Train on raw text; a corpus too small for `vocab_size` gets the largest vocabulary it can fill, and a message.

    `texts` is gone through more than once.
    """
    if not any(text.strip() for text in texts):
        raise DataError("There is no text to train a tokenizer on: every line is blank.")
    vocab_size = config.vocab_size
    try:
        model = _train(texts, config, vocab_size)
    except RuntimeError as error:
        limit = re.search(r"value <= (\d+)", str(error))
        if not limit:
            needed = re.search(r"required_chars\. \d+ vs (\d+)", str(error))
            if not needed:
                raise ConfigError(f"tokenizer: SentencePiece could not be trained: {error}.") from None
            raise ConfigError(
                f"tokenizer.vocab_size = {vocab_size} is too small: the characters of the text alone need {needed[1]}. "
                "Raise it, or lower tokenizer.character_coverage so that rare characters are spelt in bytes."
            ) from None
        vocab_size = int(limit[1])
        filled = f"{vocab_size} of {config.vocab_size} tokenizer pieces"
        say(f"The corpus fills only {filled}: vocab_size is now {vocab_size}.")
        model = _train(texts, config, vocab_size)
    return SentencePieceTokenizer(model, config)


def _train(texts: Iterable[str], config: TokenizerConfig, vocab_size: int) -> bytes:
    writer = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=(text for text in texts if text.strip()),
        model_writer=writer,
        model_type=config.kind,
        vocab_size=vocab_size,
        character_coverage=config.character_coverage,
        byte_fallback=True,
        # The default, NFKC, would rewrite the targets too: "…" as "...", "½" as "1⁄2", full-width marks as ASCII.
        normalization_rule_name="identity",
        max_sentence_length=1 << 20,
        pad_id=PAD_ID,
        unk_id=UNK_ID,
        bos_id=BOS_ID,
        eos_id=EOS_ID,
        minloglevel=2,
    )
    return writer.getvalue()
