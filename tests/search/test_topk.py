"""Selecting in rounds gives what sorting gives."""

import pytest
import torch

from nmt.search.topk import SMALL, top_k


@pytest.mark.parametrize("n", [1, 10, SMALL, SMALL + 1, 1000, 1003, 7993, 8000, 45_001])
def test_the_largest_are_those_of_a_full_sort_whatever_the_width(n: int) -> None:
    generator = torch.Generator().manual_seed(n)
    for k in {1, min(4, n), min(10, n)}:
        values = torch.randn(7, n, generator=generator)
        best, places = top_k(values, k)
        ordered, order = values.sort(dim=-1, descending=True)
        assert torch.equal(best, ordered[:, :k])
        assert torch.equal(places, order[:, :k])


def test_the_largest_may_all_be_in_one_group_or_at_the_very_end() -> None:
    values = torch.zeros(2, 1003)
    values[0, :: 1003 // 8] = torch.arange(1.0, 10.0)[: len(values[0, :: 1003 // 8])]
    values[1, -4:] = torch.tensor([4.0, 3.0, 2.0, 1.0])
    best, places = top_k(values, 4)
    assert torch.equal(best, values.topk(4).values)
    assert torch.equal(places[1], torch.tensor([999, 1000, 1001, 1002]))
    assert torch.equal(values.gather(1, places), best)


def test_where_too_few_are_possible_places_are_still_within_the_row() -> None:
    values = torch.full((1, 2001), float("-inf"))
    values[0, 5] = 1.0
    best, places = top_k(values, 6)
    assert places[0, 0] == 5
    assert best[0, 1:].eq(float("-inf")).all()
    assert ((places >= 0) & (places < 2001)).all()


@pytest.mark.parametrize("n", [8000, 10_000, 45_001])
def test_no_place_that_is_possible_is_given_twice_where_few_are(n: int) -> None:
    """As where the next token is forced: the last column is the last of its group."""
    for column in (n // 8 - 1, n // 8 + 3, n - 1):
        values = torch.full((1, n), float("-inf"))
        values[0, [column, 4]] = torch.tensor([-1.0, -2.0])
        best, places = top_k(values, 10)
        assert places[0, best[0].isfinite()].tolist() == [column, 4]
