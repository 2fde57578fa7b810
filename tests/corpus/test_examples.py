"""Sentence pairs as flat arrays of ids, in memory and on disk."""

from pathlib import Path

import numpy as np
import pytest

from nmt.corpus.examples import Examples, Side, encode_pairs, load_examples, save_examples
from nmt.corpus.readers import Pair
from nmt.tokenizer.pair import TokenizerPair
from tests.tiny import invented_pairs

SENTENCES = [[4, 5, 6], [], [7], [8, 9]]


def equal(one: Examples, other: Examples) -> bool:
    arrays = [(e.source.ids, e.source.starts, e.target.ids, e.target.starts) for e in (one, other)]
    return all(np.array_equal(left, right) for left, right in zip(*arrays, strict=True))


@pytest.fixture
def examples(tiny_tokenizers: TokenizerPair) -> Examples:
    return encode_pairs(invented_pairs(), tiny_tokenizers, 100)[0]


def test_packed_sentences_come_back_one_by_one() -> None:
    side = Side.pack(SENTENCES)
    assert len(side) == 4
    assert [side[index].tolist() for index in range(4)] == SENTENCES
    assert side.lengths.tolist() == [3, 0, 1, 2]


def test_taking_some_sentences_keeps_the_order_asked_for() -> None:
    side = Side.pack(SENTENCES).take(np.array([3, 0]))
    assert [side[index].tolist() for index in range(len(side))] == [[8, 9], [4, 5, 6]]


def test_no_sentences_are_a_side_of_length_zero() -> None:
    side = Side.pack([])
    assert len(side) == 0
    assert side.lengths.tolist() == []


def test_pairs_are_encoded_in_order_with_their_text(tiny_tokenizers: TokenizerPair) -> None:
    pairs = invented_pairs()
    examples, dropped = encode_pairs(pairs, tiny_tokenizers, 100)
    assert (len(examples), dropped) == (len(pairs), 0)
    assert examples.texts == tuple(pairs)
    for index in (0, 17, 59):
        assert tiny_tokenizers.source.decode(examples.source[index].tolist()) == pairs[index].source
        assert tiny_tokenizers.target.decode(examples.target[index].tolist()) == pairs[index].target


def test_pairs_with_a_side_that_is_too_long_or_empty_are_dropped_and_counted(tiny_tokenizers: TokenizerPair) -> None:
    short = Pair("der Hund", "the dog")
    longest = max(len(tiny_tokenizers.source.encode(text)) for text in (short.source, short.target))
    pairs = [short, Pair("der Hund " * 9, "the dog"), Pair("der Hund", "the dog " * 9), Pair(" ", "the dog"), short]
    examples, dropped = encode_pairs(pairs, tiny_tokenizers, longest)
    assert dropped == 3
    assert examples.texts == (short, short)
    assert len(examples.source) == len(examples.target) == 2


def test_saved_examples_load_equal_without_their_text(examples: Examples, tmp_path: Path) -> None:
    save_examples(examples, tmp_path / "train.safetensors")
    loaded = load_examples(tmp_path / "train.safetensors")
    assert loaded is not None
    assert equal(loaded, examples)
    assert loaded.texts == ()
    assert {path.name for path in tmp_path.iterdir()} == {"train.safetensors", "train.json"}


def test_a_damaged_or_missing_file_is_as_if_never_saved(examples: Examples, tmp_path: Path) -> None:
    path = tmp_path / "train.safetensors"
    assert load_examples(path) is None
    save_examples(examples, path)
    content = path.read_bytes()
    for position in range(0, len(content), 97):
        path.write_bytes(content[:position] + bytes([content[position] ^ 4]) + content[position + 1 :])
        assert load_examples(path) is None
    path.write_bytes(content[:-1])
    assert load_examples(path) is None
    path.write_bytes(content)
    assert load_examples(path) is not None
    (tmp_path / "train.json").write_text("{", encoding="utf-8")
    assert load_examples(path) is None
    (tmp_path / "train.json").unlink()
    assert load_examples(path) is None
