"""Resampling against drawing one sample at a time."""

import numpy as np

from nmt.metrics import statistics
from nmt.metrics.statistics import interval, resampled_sums


def test_resampled_sums_equal_adding_up_the_drawn_rows():
    counts = np.random.default_rng(0).integers(0, 9, size=(17, 5)).astype(np.float64)
    drawn = np.random.default_rng(7).choice(17, size=(40, 17), replace=True)
    expected = np.array([counts[rows].sum(axis=0) for rows in drawn])
    np.testing.assert_array_equal(resampled_sums(counts, samples=40, seed=7), expected)


def test_resampling_in_chunks_draws_the_same_samples(monkeypatch):
    counts = np.random.default_rng(1).integers(0, 9, size=(13, 3)).astype(np.float64)
    whole = resampled_sums(counts, samples=50, seed=3)
    monkeypatch.setattr(statistics, "_MAX_DRAWS", 13 * 7)
    np.testing.assert_array_equal(resampled_sums(counts, samples=50, seed=3), whole)


def test_the_interval_leaves_out_a_fortieth_at_either_end():
    values = np.random.default_rng(2).permutation(np.arange(1000.0))
    assert interval(values) == (25.0, 974.0)


def test_the_interval_of_one_value_is_that_value():
    assert interval(np.array([4.0])) == (4.0, 4.0)
