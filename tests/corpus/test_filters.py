"""Filters: each rule drops what it says, in its turn, and counts it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt.corpus.filters import FilterConfig, Filters, describe_drops
from nmt.corpus.readers import Pair
from nmt.errors import ConfigError

OFF = FilterConfig(max_characters=0, max_words=0, max_length_ratio=0)
SIDES = st.text(st.sampled_from("ab \t"), max_size=40)
PAIRS = st.lists(st.builds(Pair, SIDES, SIDES), max_size=30)


def filter_pairs(pairs: list[Pair], config: FilterConfig) -> tuple[list[Pair], dict[str, int]]:
    """What passes, and how many pairs each rule dropped."""
    filters = Filters(config)
    return list(filters.passing(pairs)), filters.counts


def dropped(pairs: list[Pair], config: FilterConfig) -> dict[str, int]:
    return {name: count for name, count in filter_pairs(pairs, config)[1].items() if count}


def test_good_pairs_pass_the_default_rules_in_order() -> None:
    pairs = [Pair("Guten Tag.", "Hello."), Pair("OK", "OK"), Pair("Guten Tag.", "Hello."), Pair("好", "All right.")]
    assert filter_pairs(pairs, FilterConfig()) == (
        pairs,
        {"empty": 0, "too_long_characters": 0, "too_long_words": 0, "length_ratio": 0},
    )


@pytest.mark.parametrize("blank", ["", " ", "\t", "\u200b", "\ufeff", "\xa0\u3000", "\x00"])
def test_a_pair_with_a_blank_side_is_always_dropped(blank: str) -> None:
    assert dropped([Pair(blank, "a"), Pair("a", blank), Pair(blank, blank), Pair("a", "a")], OFF) == {"empty": 3}


def test_the_longest_side_decides_and_the_limit_itself_passes() -> None:
    characters = OFF.model_copy(update={"max_characters": 5})
    pairs = [Pair("12345", "1"), Pair("1", "12345"), Pair("123456", "1"), Pair("1", "123456")]
    assert filter_pairs(pairs, characters) == (pairs[:2], {"empty": 0, "too_long_characters": 2})
    words = OFF.model_copy(update={"max_words": 2})
    pairs = [Pair("a  b", "a"), Pair("a b c", "a"), Pair("a", "a b c")]
    assert filter_pairs(pairs, words) == (pairs[:1], {"empty": 0, "too_long_words": 2})


def test_uneven_pairs_are_dropped_unless_both_are_short() -> None:
    config = OFF.model_copy(update={"max_length_ratio": 3.0})
    even, uneven, short = Pair("x" * 30, "x" * 10), Pair("x" * 10, "x" * 31), Pair("x", "x" * 20)
    assert filter_pairs([even, uneven, short], config) == ([even, short], {"empty": 0, "length_ratio": 1})


def test_identical_pairs_are_dropped_on_request() -> None:
    pairs = [Pair("Berlin", "Berlin "), Pair("Berlin", "berlin")]
    assert dropped(pairs, OFF) == {}
    assert dropped(pairs, OFF.model_copy(update={"drop_identical": True})) == {"identical": 1}


def test_duplicates_are_dropped_on_request_and_the_first_stays() -> None:
    pairs = [Pair("a", "b"), Pair("a", "c"), Pair("a", "b"), Pair("a", "b")]
    kept, counts = filter_pairs(pairs, OFF.model_copy(update={"drop_duplicates": True}))
    assert kept == pairs[:2]
    assert counts == {"empty": 0, "duplicate": 2}


def test_pairs_whose_texts_only_join_to_the_same_are_no_duplicates() -> None:
    pairs = [Pair("ab", "c"), Pair("a", "bc"), Pair("2\na", "b"), Pair("\ud800", "a"), Pair("\ufffd", "a")]
    assert dropped(pairs, OFF.model_copy(update={"drop_duplicates": True})) == {}


def test_pairs_pass_one_by_one() -> None:
    filters = Filters(OFF)
    pairs = filters.passing(iter([Pair("a", "b"), Pair("", "b"), Pair("c", "d")]))
    assert next(pairs) == Pair("a", "b")
    assert filters.counts == {"empty": 0}
    assert next(pairs) == Pair("c", "d")
    assert filters.counts == {"empty": 1}


def test_a_pair_counts_for_the_first_rule_that_drops_it() -> None:
    config = FilterConfig(max_characters=10, max_words=1, max_length_ratio=2.0)
    assert dropped([Pair("a" * 30, "a b"), Pair("", "a" * 30)], config) == {"empty": 1, "too_long_characters": 1}


@given(PAIRS, st.integers(0, 30), st.integers(0, 5), st.floats(0, 5), st.booleans(), st.booleans())
def test_every_pair_is_kept_or_counted_once(
    pairs: list[Pair], characters: int, words: int, ratio: float, identical: bool, duplicates: bool
) -> None:
    config = FilterConfig(
        max_characters=characters,
        max_words=words,
        max_length_ratio=ratio,
        drop_identical=identical,
        drop_duplicates=duplicates,
    )
    kept, counts = filter_pairs(pairs, config)
    assert len(kept) + sum(counts.values()) == len(pairs)
    assert filter_pairs(kept, config) == (kept, dict.fromkeys(counts, 0))


def test_drops_are_described_in_one_sentence() -> None:
    assert describe_drops({"empty": 2, "too_long_words": 10, "length_ratio": 0}) == (
        "Filters dropped 12 pairs: empty 2, too_long_words 10."
    )
    assert describe_drops({"empty": 1}) == "Filters dropped 1 pair: empty 1."
    assert describe_drops({"empty": 0}) == "Filters dropped nothing."


def test_a_negative_limit_is_refused() -> None:
    with pytest.raises(ConfigError, match="max_words"):
        FilterConfig(max_words=-1)
