"""Learning-rate schedules, by arithmetic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt.training.schedule import SCHEDULES, constant, cosine, inverse_sqrt


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_warms_up_in_a_straight_line_to_one(name: str) -> None:
    factors = [SCHEDULES[name](update, 4, 0.0) for update in (1, 2, 3, 4)]
    assert factors == pytest.approx([0.25, 0.5, 0.75, 1.0])


@pytest.mark.parametrize("name", SCHEDULES)
@given(update=st.integers(1, 10**7), warmup=st.integers(0, 10**5), done=st.floats(0.0, 9.0))
def test_every_factor_is_above_zero_and_at_most_one(name: str, update: int, warmup: int, done: float) -> None:
    assert 0.0 < SCHEDULES[name](update, warmup, done) <= 1.0


@pytest.mark.parametrize("name", SCHEDULES)
def test_without_warm_up_the_first_update_has_the_full_rate(name: str) -> None:
    assert SCHEDULES[name](1, 0, 0.0) == 1.0


def test_constant_stays_at_one() -> None:
    assert {constant(update, 10, done) for update in (10, 50, 1000) for done in (0.1, 1.0, 2.0)} == {1.0}


def test_inverse_sqrt_halves_at_four_times_the_warm_up() -> None:
    assert inverse_sqrt(4000, 1000, 0.5) == pytest.approx(0.5)
    assert inverse_sqrt(100_000, 1000, 0.9) == pytest.approx(0.1)


def test_cosine_is_half_way_down_in_the_middle_and_a_hundredth_at_the_end() -> None:
    assert cosine(500, 100, 0.5) == pytest.approx(0.505)
    assert cosine(1000, 100, 1.0) == pytest.approx(0.01)
    assert cosine(1000, 100, 7.0) == pytest.approx(0.01)


def test_the_warm_up_of_a_cosine_takes_a_tenth_of_the_run_at_most() -> None:
    factors = [cosine(update, 1000, update / 200) for update in (5, 10, 15, 20)]
    falls = [cosine(update, 0, update / 200) for update in (5, 10, 15, 20)]
    assert factors == pytest.approx([share * fall for share, fall in zip((0.25, 0.5, 0.75, 1.0), falls, strict=True)])


@given(done=st.floats(0.0, 9.0))
def test_without_an_end_the_length_of_the_run_changes_nothing(done: float) -> None:
    for name in ("constant", "inverse_sqrt"):
        assert SCHEDULES[name](7, 100, done) == SCHEDULES[name](7, 100, 0.0)
