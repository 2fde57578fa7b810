"""Buckets of source lengths."""

import random

import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st

from nmt.metrics import segment_statistics
from nmt.reports.buckets import score_buckets
from nmt.reports.lengths import group_lengths, length_groups
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


def test_a_few_very_short_sentences_make_no_buckets_of_their_own():
    lengths = [*(length for length in range(1, 300, 5) for _ in range(4)), *(1000 + n % 12 for n in range(6000))]
    assert [label for label, _ in group_lengths(lengths)] == [
        "up to 1000",
        "1001 to 1002",
        "1003 to 1004",
        "1005 to 1006",
        "1007 to 1008",
        "1009 to 1010",
        "1011 or more",
    ]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=300))
def test_each_sentence_is_in_exactly_one_bucket(lengths):
    groups = group_lengths(lengths)
    assert sorted(index for _, segments in groups for index in segments) == list(range(len(lengths)))
    assert len(groups) <= 7
    assert all(len(segments) >= 20 for _, segments in groups) or len(groups) == 1


def test_the_scores_of_a_bucket_are_those_of_its_sentences():
    test = evaluation_set(120)
    rng = random.Random(1)
    outputs = [corrupt(text, rng, 0.2) for text in test.reference]
    bleu, chrf = ([[segment_statistics(metric, outputs, test.reference)]] for metric in ("BLEU", "chrF"))
    for bucket in score_buckets(length_groups(test.source), bleu, chrf):
        chosen = [outputs[i] for i in bucket.segments], [[test.reference[i] for i in bucket.segments]]
        assert bucket.bleu[0].value == pytest.approx(sacrebleu.corpus_bleu(*chosen).score)
        assert bucket.chrf[0].value == pytest.approx(sacrebleu.corpus_chrf(*chosen).score)
        assert bucket.bleu[0].low <= bucket.bleu[0].value <= bucket.bleu[0].high


def test_the_score_of_a_system_of_several_seeds_is_the_mean_of_its_runs():
    test = evaluation_set(60)
    rng = random.Random(2)
    runs = [[corrupt(text, rng, rate) for text in test.reference] for rate in (0.1, 0.3)]
    statistics = [[segment_statistics("BLEU", outputs, test.reference) for outputs in runs]]
    [bucket] = score_buckets([("all", tuple(range(60)))], statistics, statistics)
    expected = [sacrebleu.corpus_bleu(outputs, [list(test.reference)]).score for outputs in runs]
    assert bucket.bleu[0].value == pytest.approx(sum(expected) / 2)
    assert bucket.bleu[0].low < bucket.bleu[0].value < bucket.bleu[0].high


def test_a_bucket_of_too_few_sentences_has_no_scores():
    test = evaluation_set(30)
    statistics = [[segment_statistics("BLEU", list(test.reference), test.reference)]]
    groups = [("few", tuple(range(19))), ("more", tuple(range(20)))]
    few, more = score_buckets(groups, statistics, statistics, smallest=20)
    assert (few.bleu, few.chrf) == ((), ())
    assert more.bleu[0].value == pytest.approx(100)


def test_text_without_spaces_is_measured_in_characters():
    text = ("我们明天中午从火车站出发去看望我的祖母和她的三只猫", "他昨天买了两本关于古代城市和港口的旧书送给朋友")
    # 25 and 23 characters, one "word" each: as words, both would be of length 1.
    [(label, segments)] = length_groups(text)
    assert (label, segments) == ("all", (0, 1))
    assert [label for label, _ in length_groups(text * 20)] == ["up to 23", "24 or more"]
