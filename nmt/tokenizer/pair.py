"""The tokenizers of both languages: one model for both, or one each."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nmt.tokenizer.sentencepiece import SentencePieceTokenizer, TokenizerConfig, train_sentencepiece
from nmt.tokenizer.stand_ins import in_known_characters

# Their names in a run directory: one of both languages, or one of each.
TOKENIZER_FILES = {"tokenizer.model", "tokenizer.source.model", "tokenizer.target.model"}


@dataclass(frozen=True)
class TokenizerPair:
    """`source` and `target` are the same object when the vocabulary is joint."""

    source: SentencePieceTokenizer
    target: SentencePieceTokenizer

    @property
    def joint(self) -> bool:
        return self.source is self.target

    def encode_source(self, text: str) -> list[int]:
        """Ids of a clean text to translate, as `read`."""
        return self.source.encode(self.read(text))

    def read(self, text: str) -> str:
        """A clean text to translate, as far as possible in characters that the vocabulary has, one after the other."""
        return in_known_characters(text, self.source.alphabet)

    def unknown(self, text: str) -> str:
        """The visible characters of a clean text that `encode_source` has to write in bytes, in order, each once."""
        odd = (one for one in self.read(text) if one not in self.source.alphabet and one.isprintable())
        return "".join(dict.fromkeys(odd))

    def capitals(self, text: str) -> bool:
        """Whether a clean text is all capitals that are hardly known: it takes far fewer tokens in lower case."""
        if not text.isupper() or len(text.split()) < 2:
            return False
        return len(self.encode_source(text)) > 1.5 * len(self.encode_source(text.lower()))

    def files(self) -> dict[str, SentencePieceTokenizer]:
        """File name in the run directory -> tokenizer."""
        if self.joint:
            return {"tokenizer.model": self.source}
        return {"tokenizer.source.model": self.source, "tokenizer.target.model": self.target}

    def fingerprint(self) -> dict[str, str]:
        """File name -> SHA-256, stored beside the weights so that another tokenizer is noticed."""
        return {name: tokenizer.sha256 for name, tokenizer in self.files().items()}

    @classmethod
    def load(cls, directory: Path, config: TokenizerConfig | None = None) -> "TokenizerPair":
        """Raises CheckpointError where a file is missing or no tokenizer."""
        if (directory / "tokenizer.source.model").exists():
            return cls(
                SentencePieceTokenizer.load(directory / "tokenizer.source.model", config),
                SentencePieceTokenizer.load(directory / "tokenizer.target.model", config),
            )
        joint = SentencePieceTokenizer.load(directory / "tokenizer.model", config)
        return cls(joint, joint)


@dataclass(frozen=True)
class _Both:
    """The sentences of both languages, as often as they are asked for."""

    sources: Iterable[str]
    targets: Iterable[str]

    def __iter__(self) -> Iterator[str]:
        yield from self.sources
        yield from self.targets


def train_tokenizers(
    sources: Iterable[str], targets: Iterable[str], config: TokenizerConfig, say: Callable[[str], None]
) -> TokenizerPair:
    """Train one tokenizer on both sides, or one on each. The texts are gone through more than once."""
    if config.joint:
        joint = train_sentencepiece(_Both(sources, targets), config, say)
        return TokenizerPair(joint, joint)
    return TokenizerPair(train_sentencepiece(sources, config, say), train_sentencepiece(targets, config, say))
