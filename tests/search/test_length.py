"""Length penalties and limits."""

import pytest

from nmt.search.config import SearchConfig
from nmt.search.length import LENGTH_PENALTIES, length_limits, penalty


@pytest.mark.parametrize("name", LENGTH_PENALTIES)
def test_a_penalty_never_falls_with_length(name: str) -> None:
    config = SearchConfig.model_validate({"length_penalty": name} | ({"alpha": 0.7} if name == "gnmt" else {}))
    values = [penalty(config, length) for length in range(1, 200)]
    assert values == sorted(values)
    assert values[0] == 1.0


def test_average_divides_by_the_number_of_tokens() -> None:
    assert penalty(SearchConfig(length_penalty="average"), 9) == 9.0


def test_limits_grow_with_the_source() -> None:
    assert length_limits(SearchConfig(max_length_ratio=1.5, max_length_extra=4), [1, 10]) == [5, 19]
