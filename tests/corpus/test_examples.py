"""Sentence pairs as flat arrays of ids."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nmt.corpus.examples import Examples, Side, encode_pairs
from nmt.corpus.readers import Pair
from nmt.tokenizer.pair import TokenizerPair
from tests.tiny import invented_pairs

SENTENCES = [[4, 5, 6], [], [7], [8, 9]]


def texts(examples: Examples) -> list[Pair]:
    assert examples.texts is not None
    return [Pair(*both) for both in zip(*(side.texts() for side in examples.texts), strict=True)]


def test_packed_sentences_come_back_one_by_one() -> None:
    side = Side.pack(SENTENCES)
    assert len(side) == 4
    assert [side[index].tolist() for index in range(4)] == SENTENCES
    assert side.lengths.tolist() == [3, 0, 1, 2]


def test_taking_some_sentences_keeps_the_order_asked_for() -> None:
    side = Side.pack(SENTENCES).take(np.array([3, 0]))
    assert [side[index].tolist() for index in range(len(side))] == [[8, 9], [4, 5, 6]]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_packed_texts_come_back_together_and_one_by_one(sentences: list[str]) -> None:
    side = Side.pack_texts(sentences)
    assert side.texts() == sentences
    assert [side.text(index) for index in range(len(side))] == sentences


def test_no_sentences_are_a_side_of_length_zero() -> None:
    side = Side.pack([])
    assert len(side) == 0
    assert side.lengths.tolist() == []


def test_pairs_are_encoded_in_order_with_their_text(tiny_tokenizers: TokenizerPair) -> None:
    pairs = invented_pairs()
    examples, kept = encode_pairs(pairs, tiny_tokenizers, 100, keep_texts=True)
    assert kept.tolist() == list(range(len(examples))) == list(range(len(pairs)))
    assert texts(examples) == pairs
    for index in (0, 17, 59):
        assert tiny_tokenizers.source.decode(examples.source[index].tolist()) == pairs[index].source
        assert tiny_tokenizers.target.decode(examples.target[index].tolist()) == pairs[index].target


def test_texts_are_kept_on_request_only(tiny_tokenizers: TokenizerPair) -> None:
    assert encode_pairs(invented_pairs(), tiny_tokenizers, 100)[0].texts is None


def test_pairs_with_a_side_that_is_too_long_or_empty_are_dropped(tiny_tokenizers: TokenizerPair) -> None:
    short = Pair("der Hund", "the dog")
    longest = max(len(tiny_tokenizers.source.encode(text)) for text in (short.source, short.target))
    pairs = [short, Pair("der Hund " * 9, "the dog"), Pair("der Hund", "the dog " * 9), Pair(" ", "the dog"), short]
    examples, kept = encode_pairs(pairs, tiny_tokenizers, longest, keep_texts=True)
    assert kept.tolist() == [0, 4]
    assert texts(examples) == [short, short]
    assert len(examples.source) == len(examples.target) == 2
