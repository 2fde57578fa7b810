"""Minimum Bayes risk, against the sum written out."""

import pytest
from sacrebleu.metrics import BLEU, CHRF

from nmt.translation.mbr import Utility, expected_utilities

TEXTS = ["the dog sees the tree", "the dog sees a tree", "a dog sees the tree", "entirely different words here"]


@pytest.mark.parametrize("metric", ["chrf", "bleu"])
def test_a_utility_is_the_mean_score_against_the_others(metric: Utility) -> None:
    scorer = CHRF() if metric == "chrf" else BLEU(effective_order=True)
    expected = [
        sum(scorer.sentence_score(text, [other]).score for place, other in enumerate(TEXTS) if place != own) / 3
        for own, text in enumerate(TEXTS)
    ]
    assert expected_utilities(TEXTS, metric) == pytest.approx(expected)
    assert max(zip(expected, TEXTS, strict=True))[1] == TEXTS[0]


def test_a_text_that_came_twice_counts_twice() -> None:
    once, again = expected_utilities(["a b c d", "x y z w", "x y z w"], "chrf"), expected_utilities(["a", "a"], "chrf")
    assert once == pytest.approx([0.0, 50.0, 50.0])
    assert again == pytest.approx([100.0, 100.0])


def test_one_candidate_has_nothing_to_agree_with() -> None:
    assert expected_utilities(["a"], "bleu") == [0.0]


def test_bleu_is_of_characters_where_words_are_not_separated() -> None:
    texts = ["犬が木を見る", "犬が木をみる", "鳥がいない"]
    scorer = BLEU(effective_order=True, tokenize="char")
    expected = (
        scorer.sentence_score(texts[0], [texts[1]]).score + scorer.sentence_score(texts[0], [texts[2]]).score
    ) / 2
    assert expected_utilities(texts, "bleu")[0] == pytest.approx(expected)
    assert expected > 10
