"""One tokenizer for both languages, or one each."""

from pathlib import Path
from typing import cast

import pytest

from nmt.errors import CheckpointError
from nmt.tokenizer.pair import TokenizerPair, train_tokenizers
from nmt.tokenizer.sentencepiece import SentencePieceTokenizer, TokenizerConfig
from tests.tiny import VOCAB_SIZE, invented_pairs


@pytest.fixture(scope="module")
def separate() -> TokenizerPair:
    pairs = invented_pairs()
    config = TokenizerConfig(vocab_size=VOCAB_SIZE, joint=False)
    return train_tokenizers([p.source for p in pairs], [p.target for p in pairs], config, say=lambda text: None)


def write_files(tokenizers: TokenizerPair, directory: Path) -> None:
    for name, tokenizer in tokenizers.files().items():
        (directory / name).write_bytes(tokenizer.model)


def test_a_joint_tokenizer_is_one_object_and_one_file(tiny_tokenizers: TokenizerPair, tmp_path: Path) -> None:
    assert tiny_tokenizers.joint
    write_files(tiny_tokenizers, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["tokenizer.model"]
    loaded = TokenizerPair.load(tmp_path)
    assert loaded.joint
    assert loaded.fingerprint() == tiny_tokenizers.fingerprint()


def test_separate_tokenizers_know_their_own_language_only(separate: TokenizerPair, tmp_path: Path) -> None:
    assert not separate.joint
    assert len(separate.source.encode("die Brücke")) < len(separate.target.encode("die Brücke"))
    write_files(separate, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"tokenizer.source.model", "tokenizer.target.model"}
    loaded = TokenizerPair.load(tmp_path)
    assert loaded.fingerprint() == separate.fingerprint()
    assert loaded.source.encode("die Brücke") == separate.source.encode("die Brücke")


def test_the_config_given_to_load_decides_how_to_sample(tiny_tokenizers: TokenizerPair, tmp_path: Path) -> None:
    write_files(tiny_tokenizers, tmp_path)
    text = "the child looks for the bridge."
    plain = TokenizerPair.load(tmp_path)
    sampling = TokenizerPair.load(tmp_path, TokenizerConfig(sampling=1.0))
    assert {tuple(plain.source.sample(text, seed)) for seed in range(9)} == {tuple(plain.source.encode(text))}
    assert len({tuple(sampling.source.sample(text, seed)) for seed in range(9)}) > 1


@pytest.mark.parametrize("name", ["tokenizer.source.model", "tokenizer.target.model"])
def test_a_missing_file_is_named(separate: TokenizerPair, tmp_path: Path, name: str) -> None:
    write_files(separate, tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(CheckpointError, match="is missing"):
        TokenizerPair.load(tmp_path)


class LowerCase:
    """Has a piece for each word in lower case, and for others only letters."""

    alphabet = frozenset(map(chr, range(32, 127)))

    def encode(self, text: str) -> list[int]:
        return [0 for word in text.split() for _ in (word if word != word.lower() else "x")]


@pytest.mark.parametrize(
    ("line", "capitals"),
    [
        ("TWO DOGS", True),
        ("A B TWO", True),
        ("A B IF", False),
        ("A B C", False),
        ("DOGS", False),
        ("Two DOGS", False),
        ("two dogs", False),
        ("1 2", False),
    ],
)
def test_a_line_is_in_capitals_where_they_take_over_half_as_many_tokens_again(line: str, capitals: bool) -> None:
    pair = TokenizerPair(cast(SentencePieceTokenizer, LowerCase()), cast(SentencePieceTokenizer, LowerCase()))
    assert pair.capitals(line) == capitals
