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
