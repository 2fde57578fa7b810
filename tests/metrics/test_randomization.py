"""Approximate randomisation against brute force and against sacreBLEU's own test on the text."""

import itertools

import numpy as np
import pytest
import sacrebleu
from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.significance import PairedTest

from nmt.metrics import approximate_randomization, num_trials, randomization, segment_statistics
from tests.metrics.texts import systems


def randomized(name, a, b, references, **options):
    """The p of two systems given as lists of runs, each a list of outputs."""
    counts = [[segment_statistics(name, outputs, references) for outputs in side] for side in (a, b)]
    return approximate_randomization(*counts, **options)


def bleu(outputs, references):
    return sacrebleu.corpus_bleu(outputs, [references]).score


@pytest.mark.parametrize(("name", "metric"), [("BLEU", BLEU), ("chrF", CHRF), ("TER", TER)])
def test_the_p_is_that_of_sacrebleus_test_on_the_text(name, metric, monkeypatch):
    monkeypatch.delenv("SACREBLEU_SEED", raising=False)
    a, b, references = systems(seed=21, num_sentences=40, changes_a=(2, 3), changes_b=(1, 2, 3))
    options = {"case_sensitive": True} if name == "TER" else {}
    theirs = PairedTest([("a", a), ("b", b)], {name: metric(**options)}, [references], test_type="ar", n_samples=300)()[
        1
    ]
    [results] = [results for column, results in theirs.items() if column != "System"]
    assert randomized(name, [a], [b], references, trials=300) == pytest.approx(results[1].p_value)


def test_the_environment_does_not_decide(monkeypatch):
    a, b, references = systems(seed=22, num_sentences=30, changes_a=(1, 2, 3), changes_b=(1, 2, 3))
    expected = randomized("BLEU", [a], [b], references, trials=200)
    monkeypatch.setenv("SACREBLEU_SEED", "7")
    assert randomized("BLEU", [a], [b], references, trials=200) == expected
    assert randomized("BLEU", [a], [b], references, trials=200, seed=7) != expected


def test_many_trials_come_close_to_trying_every_exchange():
    a, b, references = systems(seed=23, num_sentences=9, changes_a=(2, 3), changes_b=(1, 2))
    observed = abs(bleu(a, references) - bleu(b, references))
    as_large = 0
    for sides in itertools.product((False, True), repeat=9):
        first = [b[i] if side else a[i] for i, side in enumerate(sides)]
        second = [a[i] if side else b[i] for i, side in enumerate(sides)]
        as_large += abs(bleu(first, references) - bleu(second, references)) >= observed - 1e-9
    assert randomized("BLEU", [a], [b], references, trials=4000) == pytest.approx(as_large / 2**9, abs=0.03)


@pytest.mark.parametrize(("sentences", "expected"), [(1, 1.0), (2, 0.5), (5, 2 / 2**5)])
def test_a_few_sentences_that_all_speak_for_one_system_are_no_certainty(sentences, expected):
    """Of n sentences, each better in b, only all and none exchanged give as large a difference: p is 2 / 2^n."""
    references = [f"a b c d e f g {word}" for word in "hijkl"][:sentences]
    worse = [line.replace("d", "x") for line in references]
    assert randomized("chrF", [worse], [references], references, trials=4000) == pytest.approx(expected, abs=0.03)


def test_many_equal_sentences_do_not_make_a_few_different_ones_a_certainty():
    references = [f"a b c d e f g {number}" for number in range(60)]
    worse = [line.replace("d", "x") if number < 4 else line for number, line in enumerate(references)]
    assert randomized("BLEU", [worse], [references], references, trials=4000) == pytest.approx(2 / 2**4, abs=0.03)


@pytest.mark.parametrize(("num_a", "num_b"), [(1, 2), (2, 3)])
def test_with_several_seeds_a_sentence_changes_sides_in_all_of_them(num_a, num_b):
    runs = [systems(seed=24, num_sentences=12, changes_a=(1, k), changes_b=(2,)) for k in (1, 2, 3, 2, 1)]
    references = runs[0][2]
    # The same references by the same seed, so that all the outputs are of one test set.
    a, b = [run[0] for run in runs[:num_a]], [run[0] for run in runs[num_a : num_a + num_b]]
    assert all(run[2] == references for run in runs)

    def mean(side):
        return sum(bleu(outputs, references) for outputs in side) / len(side)

    observed, trials = abs(mean(a) - mean(b)), 50
    coins = np.random.default_rng(12345).integers(2, size=(trials, 12), dtype=bool)
    as_large = 0
    pairs = [(a[k % num_a], b[k % num_b]) for k in range(num_a * num_b)]
    for row in coins:
        first = [[x[i] if keep else y[i] for i, keep in enumerate(row)] for x, y in pairs]
        second = [[y[i] if keep else x[i] for i, keep in enumerate(row)] for x, y in pairs]
        as_large += abs(mean(first) - mean(second)) >= observed - 1e-9
    assert randomized("BLEU", a, b, references, trials=trials) == pytest.approx((as_large + 1) / (trials + 1))


def test_a_system_does_not_differ_from_itself():
    a, b, references = systems(seed=25, num_sentences=20, changes_a=(1, 2), changes_b=(1,))
    assert randomized("chrF", [a], [a], references, trials=50) == 1.0
    assert randomized("BLEU", [a, b], [b, a], references, trials=50) == 1.0


def test_two_systems_of_the_same_quality_are_rarely_called_different():
    called = 0
    for seed in range(60):
        a, b, references = systems(seed=300 + seed, num_sentences=60, changes_a=(1, 2, 3), changes_b=(1, 2, 3))
        called += randomized("BLEU", [a], [b], references, trials=200) < 0.05
    assert called <= 9  # expected 3 of 60 at the 5 % level; 10 or more has probability 0.001


def test_a_clearly_better_system_is_called_better():
    a, b, references = systems(seed=26, num_sentences=100, changes_a=(4, 5), changes_b=(1, 2))
    assert randomized("BLEU", [a], [b], references, trials=400) == pytest.approx(1 / 401)


def test_drawing_in_chunks_gives_the_p_of_drawing_at_once(monkeypatch):
    a, b, references = systems(seed=27, num_sentences=7, changes_a=(1, 2), changes_b=(1, 3))
    at_once = randomized("BLEU", [a], [b], references, trials=1000)
    for coins in (1, 7 * 32, 7 * 95):
        monkeypatch.setattr(randomization, "_MAX_COINS", coins)
        assert randomized("BLEU", [a], [b], references, trials=1000) == at_once


@pytest.mark.parametrize(("segments", "expected"), [(1, 10_000), (2000, 10_000), (4000, 5000), (10**6, 1000)])
def test_a_large_test_set_gets_fewer_trials(segments, expected):
    assert num_trials(segments) == expected
