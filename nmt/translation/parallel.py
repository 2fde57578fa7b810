"""Several searches at once: on a CPU, one thread a batch is quicker than all threads on one batch.

A step of a search is many small operations. Sharing each of them out costs more than most of them take, so every batch
is searched by one thread from start to end. PyTorch leaves Python's lock while it computes.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_in_threads(
    function: Callable[[Item], Result], items: Sequence[Item], threads: int
) -> Generator[Result, None, None]:
    """function(item) of each, in order, computed `threads` at a time with one PyTorch thread each.

    An error ends it: what has not begun is not begun.
    """
    with torch_threads(1):
        if threads == 1 or len(items) < 2:
            yield from map(function, items)
            return
        # The number of PyTorch threads is set for each thread; a new one takes the number set last.
        pool = ThreadPoolExecutor(min(threads, len(items)), "search", lambda: torch.set_num_threads(1))
        try:
            yield from pool.map(function, items)
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def torch_threads(number: int, at_least: int = 1) -> Iterator[None]:
    """PyTorch computes with so many threads inside, with as many as before afterwards.

    A thread that began during a search of another has one, and would keep it: then there are `at_least` so many.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(at_least if before == 1 else before)


def split_evenly(items: Sequence[Item], size: int, parts: int) -> list[Sequence[Item]]:
    """Neighbours together, in order: at most `size` of them, fewer where that gives each of `parts` something to do."""
    size = max(1, min(size, -(-len(items) // parts)))
    return [items[start : start + size] for start in range(0, len(items), size)]
