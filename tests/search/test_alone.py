"""Phrases of Chinese characters, each a word by itself, in tokens that cut them anywhere: against plain search."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nmt.search.boundaries import part_of_word, stands_alone
from nmt.search.config import SearchConfig
from nmt.search.guide import Guide
from nmt.search.phrases import Phrases
from nmt.search.terms import Progress, Required, Terms
from nmt.tokenizer.base import EOS_ID
from tests.search.spelling import tokens_of, written

WRITES = [
    " a",
    "a",
    "b",
    "漢",
    "字",
    "漢字",
    "の",
    "の漢",
    "字の",
    "の漢字の",
    "字漢字漢",
    " 漢",
    "の 漢字",
    "a漢a",
    "-a",
    "a-",
    "-",
    " ",
]
SPELLINGS = (b"", b"", b"", b"", *(text.encode() for text in WRITES))
PHRASES = ["漢字", "字", "漢字漢", "a漢", "漢a", "a", "字の", "の 漢", "a-", "漢 a"]
TOKENS = st.lists(st.integers(EOS_ID + 1, len(SPELLINGS) - 1), max_size=10)
PHRASE = st.integers(0, len(PHRASES) - 1)
ALL = frozenset(range(len(PHRASES)))


def unspaced(phrase: str) -> tuple[int, ...]:
    """The tokens of a phrase, without a space where it may begin without one."""
    tokens = tokens_of(f"\0{phrase}", (*SPELLINGS, b" \0"))[1:]
    return tokens if stands_alone(phrase[0]) else tokens_of(phrase, SPELLINGS)


GRAPH = Phrases.build(SPELLINGS, [(f" {phrase}".encode(), unspaced(phrase)) for phrase in PHRASES])


def ends(text: str, phrase: str) -> set[int]:
    """Where a phrase ends in a text, with no letter beside it that would make one of its letters part of a word."""
    found = set()
    for start in range(len(text)):
        end = start + len(phrase)
        before, after = text[max(0, start - 1) : start], text[end : end + 1]
        joined = (before in ("a", "b") and phrase[0] in "ab") or (after in ("a", "b") and phrase[-1] in "ab")
        if text.startswith(phrase, start) and not joined:
            found.add(end)
    return found


def follow(terms: Terms, tokens: list[int]) -> Progress:
    progress = terms.start()
    for token in tokens:
        progress = terms.after(progress, token)
    return progress


@given(TOKENS, PHRASE)
def test_a_phrase_counts_as_often_as_it_stands_in_the_text(tokens: list[int], phrase: int) -> None:
    terms = Terms(GRAPH, (Required(frozenset({phrase}), times=99),), ALL)
    assert follow(terms, [*tokens, EOS_ID]).met == (len(ends(written(tokens, SPELLINGS), PHRASES[phrase])),)


@given(TOKENS, st.sets(PHRASE))
def test_of_alternatives_any_counts_but_only_once_in_a_place(tokens: list[int], phrases: set[int]) -> None:
    terms = Terms(GRAPH, (Required(frozenset(phrases), times=99),), frozenset())
    text = written(tokens, SPELLINGS)
    places = set().union(*(ends(text, PHRASES[phrase]) for phrase in phrases))
    assert follow(terms, [*tokens, EOS_ID]).met == (len(places),)


@given(TOKENS, st.sets(PHRASE), st.booleans())
def test_what_is_not_allowed_is_counted_too(tokens: list[int], allowed: set[int], ended: bool) -> None:
    text = written(tokens, SPELLINGS)
    places = set().union(*(ends(text, PHRASES[phrase]) for phrase in ALL - allowed))
    assert Terms(GRAPH, (), frozenset(allowed)).unmet([*tokens, *([EOS_ID] if ended else [])]) == len(places)


@given(TOKENS, PHRASE, st.integers(1, 3))
def test_nothing_is_lacking_exactly_when_the_text_has_it(tokens: list[int], phrase: int, times: int) -> None:
    terms = Terms(GRAPH, (Required(frozenset({phrase}), times),), ALL)
    has = len(ends(written(tokens, SPELLINGS), PHRASES[phrase])) >= times
    assert (terms.lacking(follow(terms, tokens)) == 0) == has


@given(TOKENS, PHRASE)
def test_a_proposed_token_brings_a_hypothesis_nearer(tokens: list[int], phrase: int) -> None:
    terms = Terms(GRAPH, (Required(frozenset({phrase})),), ALL)
    progress = follow(terms, tokens)
    lacking, proposed = terms.lacking(progress), terms.next_tokens(progress)
    assert bool(proposed) == (lacking > 0)
    if proposed:
        assert min(terms.lacking(terms.after(progress, token)) for token in proposed) < lacking


@given(TOKENS, PHRASE, st.sets(PHRASE))
def test_spoilers_are_all_tokens_that_spoil_something(tokens: list[int], phrase: int, allowed: set[int]) -> None:
    terms = Terms(GRAPH, (Required(frozenset({phrase})),), frozenset(allowed | {phrase}))
    progress = follow(terms, tokens)
    words = range(EOS_ID + 1, len(SPELLINGS))
    assert {token for token in words if terms.spoils(progress, token)} == set(terms.spoilers(progress))


@given(TOKENS, st.sets(PHRASE))
def test_what_would_complete_a_phrase_that_is_not_allowed_is_blocked(tokens: list[int], allowed: set[int]) -> None:
    terms = Terms(GRAPH, (), frozenset(allowed))
    before = follow(terms, tokens)
    guide = Guide.begin([terms], SearchConfig(beam=1))
    guide = Guide(guide.terms, ((type(guide.courses[0][0])(before),),), guide.weight)
    log_probs = torch.zeros(1, len(SPELLINGS))
    guide.block(log_probs)
    text = written(tokens, SPELLINGS)
    for token in range(EOS_ID + 1, len(SPELLINGS)):
        longer = text + written([token], SPELLINGS)
        wrong = {
            end
            for phrase in ALL - allowed
            for end in ends(f"{longer}a", PHRASES[phrase])  # also if the word went on
            if len(text) < end <= len(longer)
        }
        assert not wrong or log_probs[0, token] == float("-inf")


def test_a_phrase_in_bytes_is_known_too() -> None:
    first, second, third = (bytes([one]) for one in "漢".encode())
    spellings = (b"", b"", b"", b"", first, second, third, "字".encode(), b"a")
    graph = Phrases.build(spellings, [(" 漢字".encode(), (4, 5, 6, 7)), (" 漢".encode(), (4, 5, 6))])
    assert [Terms(graph, (), frozenset({1})).unmet(tokens) for tokens in ([8, 4, 5, 6, 7, 8], [7, 4, 5, 6])] == [1, 0]
    assert [Terms(graph, (), frozenset({0})).unmet(tokens) for tokens in ([8, 4, 5, 6, 8], [4, 5, 7])] == [1, 0]


@pytest.mark.parametrize(
    ("character", "alone"),
    [*((one, True) for one in "漢々〇あんゝアヶーｱ𠀀豈"), *((one, False) for one in "aß9अ가、・゛ ")],
)
def test_kana_and_chinese_characters_are_words_by_themselves(character: str, alone: bool) -> None:
    assert stands_alone(character) == alone
    assert not (alone and part_of_word(character))
