"""Words of pieces, links between them, and loops."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nmt.corpus.lines import clean
from nmt.tokenizer.pair import TokenizerPair
from nmt.translation.words import align, is_loop, longest_repetition, visible_words, word_groups


@pytest.mark.parametrize(
    ("pieces", "groups"),
    [
        ([], []),
        (["</s>"], []),
        (["▁the", "▁do", "g", ".", "</s>"], [[0], [1, 2, 3]]),
        (["▁", "<0xE2>", "<0x82>", "<0xAC>", "▁5"], [[0, 1, 2, 3], [4]]),
        (["▁", "▁a"], [[0, 1]]),
        (["a", "▁b", "▁"], [[0], [1]]),
    ],
)
def test_pieces_are_grouped_by_the_spaces_between_words(pieces: list[str], groups: list[list[int]]) -> None:
    assert word_groups(pieces) == groups


@given(st.lists(st.text("aäßzy.,€🐈1\x01\ufeff", min_size=1, max_size=6), min_size=1, max_size=6))
def test_any_text_has_as_many_groups_as_visible_words(tiny_tokenizers: TokenizerPair, words: list[str]) -> None:
    tokenizer, line = tiny_tokenizers.source, " ".join(words)
    ids = tokenizer.encode(clean(line))
    groups = word_groups(tokenizer.pieces(ids))
    assert [tokenizer.decode([ids[place] for place in group]).strip() for group in groups] == [
        clean(words[number]) for number in visible_words(line)
    ]


def test_a_word_of_control_characters_is_counted_and_not_visible() -> None:
    assert visible_words("Two \x01 dogs\ufeff \ufeff\x07 in\u3000the\x1fsnow") == [0, 2, 4, 5, 6]
    assert visible_words("") == visible_words(" \x01 ") == []


def test_a_word_is_linked_to_where_its_pieces_looked_most() -> None:
    source, target = ["▁der", "▁Hun", "d", "</s>"], ["▁the", "▁d", "og", "</s>"]
    attention = torch.tensor(
        [
            [0.4, 0.3, 0.3, 0.0],  # the: "Hun" and "d" together got more than "der"
            [0.1, 0.2, 0.1, 0.6],  # end-of-sentence is no word
            [0.0, 0.1, 0.5, 0.4],
            [1.0, 0.0, 0.0, 0.0],
        ]
    )
    assert align(attention, source, target) == ((1, 0), (1, 1))
    assert align(attention[:, :1], ["</s>"], target) == ()


def test_what_looks_at_a_full_stop_does_not_look_at_the_word_before_it() -> None:
    source, target = ["▁a", "▁dog", ".", "</s>"], ["▁ein", "▁Hund", "!", "</s>"]
    attention = torch.tensor(
        [
            [0.3, 0.1, 0.5, 0.1],  # ein: of the words "a", though "dog." has more
            [0.3, 0.4, 0.2, 0.1],  # Hund
            [0.9, 0.0, 0.1, 0.0],  # of "Hund!" the mark does not count
            [0.0, 0.0, 0.0, 1.0],
        ]
    )
    assert align(attention, source, target) == ((0, 0), (1, 1))
    assert align(attention, ["▁a", "▁dog", "▁.", "</s>"], ["▁ein", "▁Hund", "▁!", "</s>"]) == ((2, 0), (1, 1), (0, 2))


@pytest.mark.parametrize(
    ("text", "times"),
    [("", 1), ("a", 1), ("a b c", 1), ("a a", 2), ("a b a b a b", 3), ("x a b c a b c a b y", 2), ("a a a b b", 3)],
)
def test_the_longest_repetition_is_counted(text: str, times: int) -> None:
    assert longest_repetition(text.split()) == times


def test_only_what_the_source_does_not_repeat_is_a_loop() -> None:
    assert is_loop(list("10"), list("10000"))
    assert not is_loop(list("10"), list("1000"))
    assert not is_loop(list("10000"), list("10000"))
    assert not is_loop(["ha"] * 5, ["ha"] * 6)
