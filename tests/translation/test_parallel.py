"""Several batches at once give what one after the other gives."""

import threading
import time

import pytest
import torch

from nmt.translation.parallel import map_in_threads, split_evenly, torch_threads


def test_results_come_in_order_and_two_run_at_the_same_time() -> None:
    together = threading.Barrier(2, timeout=30)  # passes only when two threads wait at it at once

    def work(number: int) -> tuple[int, int]:
        together.wait()
        return number * number, torch.get_num_threads()

    assert list(map_in_threads(work, range(6), 2)) == [(number * number, 1) for number in range(6)]


def test_the_number_of_torch_threads_is_as_before_also_after_an_error() -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(3)
        with pytest.raises(ZeroDivisionError):
            list(map_in_threads(lambda number: 1 // number, [2, 1, 0, 1], 2))
        assert torch.get_num_threads() == 3
        for inside in (1, 2):
            with torch_threads(inside, 4):
                assert torch.get_num_threads() == inside
            assert torch.get_num_threads() == 3
        torch.set_num_threads(1)  # maybe for the search of another thread
        with torch_threads(2, 4):
            assert torch.get_num_threads() == 2
        assert torch.get_num_threads() == 4
    finally:
        torch.set_num_threads(before)


def test_an_error_ends_it_before_all_has_begun() -> None:
    begun = []

    def work(number: int) -> None:
        begun.append(number)
        if number == 0:
            raise ValueError(number)
        time.sleep(0.05)  # all would take 25 s

    with pytest.raises(ValueError, match="0"):
        list(map_in_threads(work, range(1000), 2))
    assert len(begun) < 1000


@pytest.mark.parametrize(
    ("count", "size", "parts", "lengths"),
    [
        (10, 4, 1, [4, 4, 2]),
        (10, 64, 2, [5, 5]),
        (3, 64, 2, [2, 1]),
        (1, 64, 2, [1]),
        (0, 64, 2, []),
        (5, 1, 2, [1] * 5),
    ],
)
def test_batches_are_of_at_most_the_size_and_leave_no_thread_idle(
    count: int, size: int, parts: int, lengths: list[int]
) -> None:
    batches = split_evenly(range(count), size, parts)
    assert [len(batch) for batch in batches] == lengths
    assert [item for batch in batches for item in batch] == list(range(count))
