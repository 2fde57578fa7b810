"""The paired bootstrap against brute force and against sacreBLEU's paired test; that both tests are made."""

import numpy as np
import pytest
import sacrebleu
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.significance import PairedTest

from nmt.errors import DataError
from nmt.metrics import (
    Comparison,
    approximate_randomization,
    compare_means,
    segment_statistics,
)
from tests.metrics.texts import compare_texts, systems


@pytest.fixture(autouse=True)
def few_trials(monkeypatch):
    """A tenth of the trials of approximate randomisation, to save time: here nothing depends on their number."""
    monkeypatch.setattr("nmt.metrics.randomization.NUM_TRIALS", 1000)


def test_the_test_equals_scoring_every_resample_from_its_text():
    a, b, references = systems(seed=5, num_sentences=12, changes_a=(1, 3), changes_b=(1, 2))
    samples = 80
    drawn = np.random.default_rng(12345).choice(12, size=(samples, 12), replace=True)

    def bleu(hypotheses, rows):
        return sacrebleu.corpus_bleu([hypotheses[i] for i in rows], [[references[i] for i in rows]]).score

    differences = sorted(bleu(b, rows) - bleu(a, rows) for rows in drawn)
    observed = bleu(b, range(12)) - bleu(a, range(12))
    mean = sum(differences) / samples
    as_extreme = sum(abs(difference - mean) >= abs(observed) for difference in differences)
    result = compare_texts("BLEU", a, b, references, samples=samples)
    assert result.difference == pytest.approx(observed)
    assert result.low == pytest.approx(differences[2])
    assert result.high == pytest.approx(differences[-3])
    assert result.p_value == pytest.approx((as_extreme + 1) / (samples + 1))


@pytest.mark.parametrize(("name", "metric"), [("BLEU", BLEU), ("chrF", CHRF)])
def test_both_systems_get_the_resamples_of_sacrebleus_paired_test(name, metric, monkeypatch):
    monkeypatch.delenv("SACREBLEU_SEED", raising=False)
    a, b, references = systems(seed=6, num_sentences=60, changes_a=(2, 3), changes_b=(1, 2))
    columns = PairedTest([("a", a), ("b", b)], {name: metric()}, [references], test_type="bs", n_samples=500)()[1]
    [theirs] = [results for column, results in columns.items() if column != "System"]
    for hypotheses, result in zip((a, b), theirs, strict=True):
        ours = segment_statistics(name, hypotheses, references).resampled_scores(samples=500)
        assert ours.mean() == pytest.approx(result.mean, rel=1e-4)
    difference = compare_texts(name, a, b, references, samples=500).difference
    assert difference == pytest.approx(theirs[1].score - theirs[0].score)
    # Their p counts one tail of ours, so it can never be the larger one when the systems differ.
    assert theirs[1].p_value <= compare_texts(name, a, b, references, samples=500).p_value + 1e-9


def test_a_clearly_better_system_is_called_better():
    a, b, references = systems(seed=7, num_sentences=200, changes_a=(4, 5), changes_b=(1, 2))
    better = compare_texts("BLEU", a, b, references)
    assert better.significant
    assert 0 < better.low < better.difference < better.high
    worse = compare_texts("BLEU", b, a, references)
    assert worse.significant
    assert (worse.difference, worse.low, worse.high) == pytest.approx((-better.difference, -better.high, -better.low))


def test_a_system_does_not_differ_from_itself():
    a, _, references = systems(seed=8, num_sentences=30, changes_a=(1, 2), changes_b=(1,))
    assert compare_texts("chrF", a, a, references) == Comparison("chrF", 0.0, 0.0, 0.0, 1.0, 1.0)
    assert not compare_texts("chrF", a, a, references).significant


def test_two_systems_of_the_same_quality_are_rarely_called_different():
    called = 0
    for seed in range(60):
        a, b, references = systems(seed=100 + seed, num_sentences=60, changes_a=(1, 2, 3), changes_b=(1, 2, 3))
        called += compare_texts("BLEU", a, b, references, samples=200).significant
    assert called <= 9  # expected 3 of 60 at the 5 % level; 10 or more has probability 0.001


def test_the_same_texts_give_the_same_answer():
    a, b, references = systems(seed=9, num_sentences=25, changes_a=(1, 2), changes_b=(1, 2))
    assert compare_texts("TER", a, b, references) == compare_texts("TER", a, b, references)


def test_outputs_of_different_length_are_an_error():
    with pytest.raises(DataError, match=r"^Hypotheses: 1, references: 2"):
        compare_texts("BLEU", ["a", "b"], ["a"], ["a", "b"])


def test_the_bootstrap_of_means_equals_averaging_the_scores_of_every_resample():
    a, b, references = systems(seed=10, num_sentences=15, changes_a=(1, 3), changes_b=(1, 2))
    c, _, _ = systems(seed=11, num_sentences=15, changes_a=(2, 3), changes_b=(1,))
    samples = 40
    drawn = np.random.default_rng(12345).choice(15, size=(samples, 15), replace=True)

    def chrf(hypotheses, rows):
        return sacrebleu.corpus_chrf([hypotheses[i] for i in rows], [[references[i] for i in rows]]).score

    differences = sorted((chrf(b, rows) + chrf(c, rows)) / 2 - chrf(a, rows) for rows in drawn)
    counts = [segment_statistics("chrF", outputs, references) for outputs in (a, b, c)]
    result = compare_means(counts[:1], counts[1:], samples=samples)
    everything = range(15)
    assert result.difference == pytest.approx((chrf(b, everything) + chrf(c, everything)) / 2 - chrf(a, everything))
    assert (result.low, result.high) == pytest.approx((differences[1], differences[-2]))


@pytest.mark.parametrize(
    ("low", "high", "p_value", "randomization_p", "expected"),
    [
        (0.1, 2.0, 0.03, 0.04, True),
        (0.1, 2.0, 0.03, 0.06, False),
        (0.1, 2.0, 0.06, 0.04, False),
        (-0.1, 2.0, 0.03, 0.04, False),
        (-2.0, -0.1, 0.03, 0.04, True),
    ],
)
def test_a_difference_is_called_one_only_where_all_tests_agree(low, high, p_value, randomization_p, expected):
    assert Comparison("BLEU", 1.0, low, high, p_value, randomization_p).significant is expected


def test_every_comparison_makes_both_tests():
    a, b, references = systems(seed=12, num_sentences=20, changes_a=(1, 3), changes_b=(1, 2))
    counts = [segment_statistics("BLEU", outputs, references) for outputs in (a, b)]
    expected = approximate_randomization(counts[:1], counts[1:])
    found = compare_means(counts[:1], counts[1:])
    assert found.randomization_p == expected
    assert found.largest_p == max(found.p_value, expected)
