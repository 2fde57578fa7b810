"""Characters that a vocabulary does not have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt.corpus.lines import clean
from nmt.tokenizer.pair import TokenizerPair
from nmt.tokenizer.stand_ins import in_known_characters

ALPHABET = frozenset("abcdeABC12 .,'\"-/")


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("a dog…", "a dog..."),
        ("Ａ１", "A1"),
        ("2½ 10² H₂O 1⁄2", "2½ 10² H₂O 1⁄2"),  # other numbers to whom reads them in a row
        ("1② 12⒈ 2㋀ a①", "1② 12⒈ 2㋀ a①"),  # as are marks of footnotes
        ("𝟏２", "12"),
        ("„a“ ‚b‘ c’d «e»", '"a" \'b\' c\'d "e"'),
        ("a–b — c‑d", "a-b - c-d"),
        ("a 😀 你 b", "a 😀 你 b"),  # nothing is like them
        ("a´b", "a'b"),
        ("a¨b", "a¨b"),  # to Unicode a space with an accent, which would make two words
        ("é", "é"),  # another letter
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_what_means_the_same_is_read_instead(text: str, known: str) -> None:
    assert in_known_characters(text, ALPHABET) == known


def test_a_character_of_the_vocabulary_stays() -> None:
    assert in_known_characters("…’ﬁ", ALPHABET | set("…’ﬁ")) == "…’ﬁ"
    assert in_known_characters("it's", frozenset("its’ ")) == "it’s"


@given(st.text(st.sampled_from("ab…’½ﬁ´¨😀 \u2004"), max_size=20))
def test_no_word_is_added_or_lost(text: str) -> None:
    line = clean(text)
    assert len(in_known_characters(line, ALPHABET).split()) == len(line.split())


def test_the_alphabet_of_a_vocabulary_is_what_it_does_not_write_in_bytes(tiny_tokenizers: TokenizerPair) -> None:
    tokenizer = tiny_tokenizers.source
    for character in "aüZ.…€你<>0x":
        in_bytes = any(tokenizer.processor.is_byte(index) for index in tokenizer.encode(character))
        assert (character in tokenizer.alphabet) != in_bytes, character
    assert tiny_tokenizers.encode_source("der Hund.") == tokenizer.encode("der Hund.")
    assert tiny_tokenizers.encode_source("der Ｈund．") == tokenizer.encode("der Hund.")
    assert tiny_tokenizers.unknown("der 😀 Ｈund 你😀") == "😀你"
