"""Buckets of source lengths."""

import random

import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st

from nmt.metrics import segment_statistics
from nmt.reports.lengths import bleu_by_length, group_lengths, length_unit
from tests.reports.synthetic import corrupt, evaluation_set


def test_every_sentence_is_in_the_bucket_its_label_says():
    lengths = [length for length in range(1, 31) for _ in range(10)]
    groups = group_lengths(lengths)
    assert [label for label, _ in groups] == ["up to 5", "6 to 10", "11 to 15", "16 to 20", "21 to 25", "26 or more"]
    for (_, segments), low in zip(groups, range(1, 31, 5), strict=True):
        assert {lengths[i] for i in segments} == set(range(low, low + 5))


def test_a_few_very_long_sentences_do_not_make_the_buckets_wide():
    lengths = [4] * 100 + [7] * 100 + [10] * 100 + [3000]
    groups = group_lengths(lengths)
    assert [label for label, _ in groups] == ["up to 4", "5 to 7", "8 or more"]
    assert 300 in groups[-1][1]


def test_too_small_buckets_are_joined_with_a_neighbour():
    groups = group_lengths([1] * 50 + [2] * 3 + [3] * 50 + [4] * 2)
    assert [(label, len(segments)) for label, segments in groups] == [("up to 1", 50), ("2 or more", 55)]


def test_a_small_test_set_is_one_bucket():
    assert group_lengths([3, 4, 9]) == [("all", (0, 1, 2))]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=300))
def test_each_sentence_is_in_exactly_one_bucket(lengths):
    groups = group_lengths(lengths)
    assert sorted(index for _, segments in groups for index in segments) == list(range(len(lengths)))
    assert len(groups) <= 8
    assert all(len(segments) >= 20 for _, segments in groups) or len(groups) == 1


def test_the_bleu_of_a_bucket_is_that_of_its_sentences():
    test = evaluation_set(120)
    rng = random.Random(1)
    outputs = [corrupt(text, rng, 0.2) for text in test.reference]
    for bucket in bleu_by_length(test.source, [segment_statistics("BLEU", outputs, test.reference)]):
        chosen = [outputs[i] for i in bucket.segments], [[test.reference[i] for i in bucket.segments]]
        assert bucket.scores[0].value == pytest.approx(sacrebleu.corpus_bleu(*chosen).score)


def test_text_without_spaces_is_measured_in_characters():
    assert (
        length_unit(
            ("我们明天中午从火车站出发去看望我的祖母和她的三只猫", "他昨天买了两本关于古代城市和港口的旧书送给朋友")
        )
        == "characters"
    )
    assert length_unit(("Wir gehen.", "")) == "words"
