"""Means over seeds against printed tables, arithmetic and simulation."""

import math

import numpy as np
import pytest

from nmt.metrics import SeedMean, difference_over_seeds, mean_over_seeds
from nmt.metrics.seeds import student_quantile


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [(1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (10, 2.2281), (30, 2.0423), (120, 1.9799), (1000, 1.9623)],
)
def test_the_quantiles_are_those_of_the_printed_tables(degrees, expected):
    assert student_quantile(degrees) == pytest.approx(expected, abs=6e-5)


def test_broken_degrees_of_freedom_lie_between_their_neighbours():
    assert student_quantile(3) > student_quantile(3.5) > student_quantile(4)


def test_one_seed_has_a_mean_and_no_interval():
    assert mean_over_seeds([38.5]) == SeedMean(38.5)


def test_the_interval_of_three_seeds_is_student_s():
    mean = mean_over_seeds([1.0, 2.0, 3.0])
    half = 4.3027 / math.sqrt(3)  # standard deviation 1
    assert (mean.value, mean.low, mean.high) == pytest.approx((2.0, 2.0 - half, 2.0 + half), abs=1e-4)


def test_the_difference_of_means_has_the_interval_of_welch():
    # Squared errors 1/3 and 5/3; degrees (1/3 + 5/3)^2 / ((1/3)^2 / 2 + (5/3)^2 / 3) = 4.0755
    mean = difference_over_seeds([1.0, 2.0, 3.0], [2.0, 4.0, 6.0, 8.0])
    half = 2.756 * math.sqrt(2)  # t for 4.0755 degrees, between 2.7764 (4) and 2.5706 (5)
    assert (mean.value, mean.low, mean.high) == pytest.approx((3.0, 3.0 - half, 3.0 + half), abs=0.01)


def test_a_difference_needs_two_seeds_on_either_side_for_an_interval():
    assert difference_over_seeds([1.0], [2.0, 4.0]) == SeedMean(2.0)


def test_seeds_that_agree_exactly_leave_no_doubt():
    assert difference_over_seeds([1.0, 1.0], [2.0, 2.0]) == SeedMean(1.0, 1.0, 1.0)
    assert mean_over_seeds([1.0, 1.0]) == SeedMean(1.0, 1.0, 1.0)


@pytest.mark.parametrize("number", [2, 3, 5])
def test_the_interval_holds_the_true_mean_nineteen_times_of_twenty(number):
    rng = np.random.default_rng(1)
    means = [mean_over_seeds(list(draw)) for draw in rng.normal(30.0, 0.7, size=(600, number))]
    held = sum(mean.low <= 30.0 <= mean.high for mean in means)
    assert 0.92 <= held / 600 <= 0.98  # three standard errors on either side
