"""Scores of groups of sentences."""

import random

import pytest
import sacrebleu

from nmt.metrics import segment_statistics
from nmt.reports.buckets import score_buckets
from nmt.reports.sentence_groups import length_groups
from tests.reports.synthetic import corrupt, evaluation_set


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
