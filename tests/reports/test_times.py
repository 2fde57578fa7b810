"""Time to reach a level, and which levels are worth timing."""

import pytest

from nmt.reports.run_results import Validation
from nmt.reports.times import Level, find_levels, round_levels, seconds_to_reach


def points(*bleus):
    return tuple(Validation(100 * k, 60.0 * k, bleu) for k, bleu in enumerate(bleus, start=1))


def test_the_first_validation_at_or_above_the_level_counts_even_if_bleu_falls_again():
    curve = points(10.0, 21.0, 19.0, 25.0)
    assert seconds_to_reach(curve, 20) == 120
    assert seconds_to_reach(curve, 21) == 120
    assert seconds_to_reach(curve, 22) == 240


def test_a_level_that_was_never_reached_has_no_time():
    assert seconds_to_reach(points(10.0, 20.0), 20.1) is None
    assert seconds_to_reach((), 1) is None


def test_validations_without_bleu_are_passed_over():
    assert seconds_to_reach(points(None, None, 30.0), 5) == 180


def test_levels_are_round_and_end_just_below_the_best_of_each_system():
    assert round_levels([points(5.0, 30.0, 38.6), points(4.0, 37.2)]) == (20, 25, 30, 35, 37, 38)
    assert round_levels([points(0.2, 0.94)]) == (0.4, 0.6, 0.8, 0.9)
    assert round_levels([points(97.4)]) == (40, 60, 80, 95)


def test_a_system_far_behind_does_not_set_levels_of_its_own():
    assert round_levels([points(38.0), points(3.3)]) == round_levels([points(38.0)])


def test_there_are_no_levels_without_validations_above_zero():
    assert round_levels([(), points(None)]) == ()
    assert round_levels([points(0.0)]) == ()


def test_the_shares_of_the_best_are_timed_among_the_round_levels():
    curves = [points(10.0, 36.0, 40.0), points(20.0, 30.0, 38.0)]
    levels = find_levels(curves)
    assert [level.bleu for level in levels] == sorted(level.bleu for level in levels)
    shares = [level for level in levels if level.share is not None]
    assert shares == [
        Level(pytest.approx(36.0), (120, 180), 0.90),
        Level(pytest.approx(38.0), (180, 180), 0.95),
        Level(pytest.approx(39.6), (180, None), 0.99),
    ]
    # Of the round levels, 36, 38 and 40 are within 0.4 of a share.
    assert round_levels(curves) == (20, 25, 30, 35, 38, 40)
    assert [level.bleu for level in levels if level.share is None] == [20, 25, 30, 35]


def test_a_run_that_was_never_validated_reaches_nothing():
    assert find_levels([(), points(None)]) == ()
    assert {level.seconds[1] for level in find_levels([points(20.0), ()])} == {None}
