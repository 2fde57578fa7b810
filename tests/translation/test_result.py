"""Confidence, and joining the segments of a line."""

import math

import pytest

from nmt.translation.result import Candidate, concatenate


def candidate(text: str, *probabilities: float, **more: object) -> Candidate:
    pieces = (*(f"▁{word}" for word in text.split()), "</s>")
    logs = tuple(math.log(one) for one in probabilities)
    return Candidate(text, math.fsum(logs), pieces, logs, None, "eos", **more)  # type: ignore[arg-type]


def test_confidence_is_the_geometric_mean_and_that_of_a_word_its_probability() -> None:
    one = Candidate(
        "the dog", -1.0, ("▁the", "▁do", "g", "</s>"), tuple(map(math.log, (0.5, 0.4, 0.5, 1.0))), None, "eos"
    )
    assert one.confidence == pytest.approx(0.1**0.25)
    assert one.word_confidences == pytest.approx((0.5, 0.2))
    assert one.log_prob == pytest.approx(math.log(0.1))


def test_segments_are_joined_with_their_links_moved() -> None:
    first = candidate("a b", 0.5, 0.5, 1.0, alignment=((1, 0), (0, 1)))
    second = candidate("c", 0.25, 1.0, alignment=((0, 0),), repeats=True)
    joined = concatenate([first, second], first_words=[0, 3])
    assert (joined.text, joined.alignment, joined.repeats) == ("a b c", ((1, 0), (0, 1), (3, 2)), True)
    assert joined.log_prob == pytest.approx(math.log(0.5 * 0.5 * 0.25))
    assert joined.word_confidences == pytest.approx((0.5, 0.5, 0.25))
    assert concatenate([first, candidate("c", 0.25, 1.0)], [0, 3]).alignment is None


@pytest.mark.parametrize(
    ("texts", "joined"),
    [
        (["雨です。", "晴れです。"], "雨です。晴れです。"),
        (["ラーメン", "「麺」"], "ラーメン「麺」"),
        (["他说:", "你好"], "他说: 你好"),  # an ASCII colon
        (["他说：", "你好"], "他说：你好"),
        (["雨", "rain", "雨"], "雨 rain 雨"),
        (["a", "", "b"], "a b"),
        (["雨", "", "晴"], "雨晴"),
        (["", "a"], "a"),
        (["", ""], ""),
    ],
)
def test_no_space_goes_between_segments_that_are_written_without(texts: list[str], joined: str) -> None:
    found = concatenate([candidate(text, *[0.5] * (len(text.split()) + 1)) for text in texts], [0] * len(texts))
    assert found.text == joined
    assert len(found.word_confidences) == len(joined.split())


def test_what_follows_a_segment_cut_at_the_length_limit_is_a_word_of_its_own() -> None:
    cut = Candidate("a", -1.0, ("▁a",), (math.log(0.5),), None, "length")
    empty = Candidate("", 0.0, ("▁",), (0.0,), None, "length")
    after = Candidate("x y", -1.0, ("x", "▁y", "</s>"), tuple(map(math.log, (0.25, 0.125, 1.0))), None, "eos")
    for parts in ([cut, after], [cut, empty, after], [empty, cut, after]):
        found = concatenate(parts, first_words=range(len(parts)))
        assert found.text == "a x y"
        assert found.word_confidences == pytest.approx((0.5, 0.25, 0.125))


def test_a_word_that_two_segments_write_counts_once() -> None:
    parts = [
        candidate("a 雨", 0.5, 0.5, 1.0, alignment=((0, 0), (1, 1))),
        Candidate("", 0.0, ("▁", "</s>"), (0.0, 0.0), None, "eos", alignment=()),
        candidate("晴 b", 0.25, 0.125, 1.0, alignment=((0, 0), (1, 1))),
    ]
    found = concatenate(parts, first_words=[0, 2, 2])
    assert found.text == "a 雨晴 b"
    assert found.alignment == ((0, 0), (1, 1), (2, 1), (3, 2))
    assert found.word_confidences == pytest.approx((0.5, 0.5 * 0.25, 0.125))
