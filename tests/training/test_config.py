"""How a model is trained: keys that are not plain numbers."""

import pytest

from nmt.config import parse_config
from nmt.errors import ConfigError
from nmt.training.config import TrainingConfig, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("30m", 1800), ("2h", 7200), ("1.5h", 5400), ("0.5s", 0.5), (" 3m ", 180)],
)
def test_durations_are_a_number_and_a_unit(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds
    assert parse_config(TrainingConfig, {"time_limit": text}, "").time_limit == seconds


@pytest.mark.parametrize(
    "text", ["", "m", "0", "0m", "-5m", "5d", "5 m", "1h30m", "1e3", "five", "5M", "٣m", "1.٣m", "9" * 400 + "h"]
)
def test_what_is_no_duration_is_refused_with_examples(text: str) -> None:
    rule = "give a number above zero and s, m or h, such as 90s, 30m or 2h."
    with pytest.raises(ValueError) as failure:
        parse_duration(text)
    assert str(failure.value) == rule
    with pytest.raises(ConfigError) as refused:
        parse_config(TrainingConfig, {"time_limit": text}, "my.toml")
    assert str(refused.value) == f"my.toml: training.time_limit = '{text}': {rule}"


@pytest.mark.parametrize("limit", [0, -1.0, True])
def test_a_limit_in_seconds_is_a_number_above_zero(limit: object) -> None:
    with pytest.raises(ConfigError, match="time_limit"):
        parse_config(TrainingConfig, {"time_limit": limit}, "")


def test_none_takes_a_time_limit_away() -> None:
    assert parse_config(TrainingConfig, {"time_limit": "none"}, "").time_limit is None
