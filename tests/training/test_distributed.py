"""Several processes train as one."""

import dataclasses
import types
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nmt.corpus.batching import plan_epoch
from nmt.corpus.examples import Examples, Side
from nmt.models.build import EncoderDecoder
from nmt.training import updater
from nmt.training.distributed import ALONE, BUCKET_ELEMENTS, Workers, _buckets, join_workers
from nmt.training.loop import _Trainer
from nmt.training.plan import plan_from
from nmt.training.progress import Progress
from tests.training.jobs import SilentLog, tiny_job
from tests.training.processes import together


def exchange(rank: int) -> Any:
    with join_workers() as workers:
        tensors = [torch.full((2, 3), float(rank + 1)), torch.tensor([rank], dtype=torch.float64)]
        workers.sum_in_place(tensors[:1])
        workers.sum_in_place(tensors[1:])
        workers.wait()
        return {
            "workers": (workers.rank, workers.size, workers.here, workers.leads),
            "sum": workers.sum(rank, 10.5),
            "tensors": [tensor.tolist() for tensor in tensors],
            "bytes": workers.gather_bytes(b"x" * rank),
            "gather": workers.gather({"rank": rank}),
            "share": workers.share(["from", rank]),
        }


def test_processes_exchange_numbers_tensors_bytes_and_values() -> None:
    for rank, result in enumerate(together(3, exchange)):
        assert result["workers"] == (rank, 3, 3, rank == 0)
        assert result["sum"] == [3.0, 31.5]
        assert result["tensors"] == [[[6.0] * 3] * 2, [3.0]]
        assert result["bytes"] == [b"", b"x", b"xx"]
        assert result["gather"] == [{"rank": 0}, {"rank": 1}, {"rank": 2}]
        assert result["share"] == ["from", 0]


def fail_alone(rank: int) -> Any:
    try:
        with join_workers() as workers:
            workers.sum(1.0)  # else it may be gone before the other one has reached it
            if rank:
                raise ValueError("no disk")
    except ValueError:
        return torch.distributed.is_initialized()
    return torch.distributed.is_initialized()


def test_a_process_that_fails_does_not_wait_for_the_others() -> None:
    assert together(2, fail_alone) == [False, True]


def test_one_process_is_a_world_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with join_workers() as workers:
        assert workers == ALONE == Workers(0, 1)
        assert workers.sum(1.5, 2) == [1.5, 2]
        assert workers.gather_bytes(b"a") == [b"a"]
        assert workers.gather("a") == ["a"]
        assert workers.share("a") == "a"


def trained(rank: int, folder: Path, updates: int, accumulate: int, seed: int) -> Any:
    """Weights after some updates in float64 without dropout, and the pairs that this process saw."""
    with join_workers() as workers:
        job = tiny_job(folder, model__dropout=0.0, training__accumulate=accumulate, seed=seed)
        model: EncoderDecoder = job.model.double()
        trainer: Any = _Trainer(dataclasses.replace(job, model=model, workers=workers), SilentLog())  # type: ignore[arg-type]
        seen = []
        for _ in range(updates):
            batches = trainer._own_batches()
            seen.extend(int(index) for batch in batches for index in batch.indices)
            trainer.updater.update(trainer.progress, batches)
        return {name: weight.tolist() for name, weight in model.named_parameters()}, seen, trainer.progress.epoch


def test_two_processes_train_as_one_that_accumulates_two_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    tiny_job(tmp_path)  # prepares the text
    alone, seen, _ = trained(0, tmp_path, 50, 2, 1)
    pair = together(2, trained, tmp_path, 50, 1, 1)
    for weights, _, _ in pair:
        for name, values in weights.items():
            difference = torch.tensor(values, dtype=torch.float64) - torch.tensor(alone[name], dtype=torch.float64)
            assert float(difference.abs().max()) <= 1e-10, name
    assert pair[0][0] == pair[1][0]
    assert sorted(pair[0][1] + pair[1][1]) == sorted(seen)


@settings(max_examples=500, deadline=None)
@given(
    lengths=st.lists(st.integers(1, 30), min_size=1, max_size=40),
    size=st.integers(1, 4),
    accumulate=st.integers(1, 3),
    batch_tokens=st.integers(20, 200),
)
def test_every_pair_comes_once_an_epoch_on_any_number_of_processes(
    lengths: list[int], size: int, accumulate: int, batch_tokens: int
) -> None:
    side = Side.pack([[9] * length for length in lengths])
    examples = Examples(side, side)
    plans = [dealt_out(examples, batch_tokens, Workers(rank, size), accumulate) for rank in range(size)]
    assert len({len(plan) for plan in plans}) == 1  # as many updates each: nobody waits for ever
    together = [
        plans[rank][update][turn]
        for update in range(len(plans[0]))
        for turn in range(accumulate)
        for rank in range(size)
    ]
    alone = (batch.tolist() for epoch in count() for batch in plan_epoch(examples, batch_tokens, 1, epoch))
    assert together == list(islice(alone, len(together)))
    first_epoch = [index for batch in plan_epoch(examples, batch_tokens, 1, 0) for index in batch]
    assert sorted(first_epoch) == list(range(len(lengths)))


def dealt_out(examples: Examples, batch_tokens: int, workers: Workers, accumulate: int) -> list[list[list[int]]]:
    """The batches of each update of one process, until the first epoch is over."""
    progress, corpus = Progress(), types.SimpleNamespace(num_pools=1, pool=lambda *_: examples)
    plan = plan_from(progress, corpus, batch_tokens, 1)  # type: ignore[arg-type]
    updates = []
    while progress.epoch == 0:
        dealt = [next(plan).indices.tolist() for _ in range(accumulate * workers.size)]
        updates.append(dealt[workers.rank :: workers.size])
    return updates


def out_of_memory_once(rank: int, folder: Path) -> Any:
    """Process 1 runs out of memory in its first update."""
    with join_workers() as workers:
        trainer: Any = _Trainer(dataclasses.replace(tiny_job(folder), workers=workers), SilentLog())  # type: ignore[arg-type]
        real, failures = updater.accumulate_gradients, [rank]

        def accumulate(*arguments: Any) -> float:
            if failures.pop() if failures else 0:
                raise MemoryError
            return real(*arguments)

        updater.accumulate_gradients = accumulate  # type: ignore[assignment]
        for _ in range(3):
            trainer.updater.update(trainer.progress, trainer._own_batches())
        faults = [fault["what"] for fault in trainer.log.faults]
        return trainer.progress.split_above, faults, [p.tolist() for p in trainer.updater.parameters]


def test_what_one_process_learns_of_memory_all_of_them_know(tmp_path: Path) -> None:
    tiny_job(tmp_path)
    first, second = together(2, out_of_memory_once, tmp_path)
    assert first[0] == second[0] > 0
    assert first[1] == ["out_of_memory"]  # said by the process that speaks, whoever ran out
    assert first[2] == second[2]


def test_gradients_go_in_buckets_of_bounded_size() -> None:
    tensors = [torch.empty(BUCKET_ELEMENTS // 2 + 1, device="meta") for _ in range(3)]
    small = [torch.empty(5, device="meta") for _ in range(3)]
    assert [len(bucket) for bucket in _buckets([*tensors, *small])] == [1, 1, 4]
    assert list(_buckets([])) == []
