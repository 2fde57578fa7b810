"""The Pareto front against a comparison of every pair."""

from hypothesis import given
from hypothesis import strategies as st

from nmt.reports.pareto import find_fronts, pareto_front


def test_what_another_run_beats_on_both_is_not_on_the_front():
    #              cheap and bad, dear and good, dear and bad, as good as the second but dearer
    assert pareto_front([10.0, 30.0, 9.0, 30.0], [1.0, 5.0, 5.0, 6.0]) == (True, True, False, False)


def test_times_that_hardly_differ_are_no_reason_to_be_on_the_front():
    assert pareto_front([28.0, 32.0, 30.0], [900.0, 900.4, 899.9]) == (False, True, True)
    assert pareto_front([28.0, 32.0, 30.0], [900.0, 900.4, 899.9], same=0.01) == (False, True, False)
    assert pareto_front([28.0, 28.0], [900.0, 900.4], same=0.01) == (True, True)
    assert pareto_front([28.0, 32.0], [800.0, 900.0], same=0.01) == (True, True)
    seconds, _, _ = find_fronts([28.0, 32.0], [900.0, 900.4], [5, 5], [1.0, 1.0])
    assert seconds.on_front == (False, True)


def test_a_speed_that_was_timed_once_is_no_reason_to_be_on_the_front():
    def speed(*speeds):
        return find_fronts([28.0, 32.0], [9.0, 9.0], [5, 5], speeds)[2].on_front

    assert speed(104.0, 100.0) == (False, True)
    assert speed(106.0, 100.0) == (True, True)


def test_two_runs_at_the_same_point_do_not_beat_each_other():
    assert pareto_front([10.0, 10.0], [1.0, 1.0]) == (True, True)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=8))
def test_a_run_is_on_the_front_unless_some_run_is_as_good_and_better_in_one(points):
    for (quality, cost), on_front in zip(points, pareto_front(*zip(*points, strict=True)), strict=True):
        better = [(q, c) for q, c in points if (q > quality and c <= cost) or (q >= quality and c < cost)]
        assert on_front is not bool(better)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=8))
def test_the_best_and_the_cheapest_are_always_on_the_front(points):
    front = pareto_front(*zip(*points, strict=True))
    assert front[points.index(max(points, key=lambda point: (point[0], -point[1])))]
    assert front[points.index(min(points, key=lambda point: (point[1], -point[0])))]


def test_of_speed_more_is_better():
    seconds, parameters, speed = find_fronts([30.0, 20.0], [100.0, 90.0], [5, 5], [10.0, 40.0])
    assert (seconds.on_front, parameters.on_front, speed.on_front) == ((True, True), (True, False), (True, True))
    assert not speed.less_is_better


def test_one_run_has_no_front():
    assert find_fronts([30.0], [1.0], [1], [1.0]) == ()
