"""Which pairs come next."""

import copy
import dataclasses
import itertools
import weakref
from pathlib import Path

import pytest

from nmt.corpus.batching import plan_epoch
from nmt.corpus.examples import Examples
from nmt.corpus.pools import TrainingCorpus
from nmt.training.plan import plan_from
from nmt.training.progress import Progress
from tests.training.jobs import tiny_job


def test_the_plan_goes_through_epoch_after_epoch(tmp_path: Path) -> None:
    corpus = tiny_job(tmp_path).corpus
    expected = [(epoch, batch) for epoch in range(3) for batch in plan_epoch(corpus.pool(1, epoch, 0), 120, 1, epoch)]
    plan = plan_from(Progress(), corpus, 120, 1)
    for epoch, indices in expected:
        planned = next(plan)
        assert planned.epoch == epoch
        assert planned.indices.tolist() == indices.tolist()


def test_any_place_of_the_plan_is_found_again(tmp_path: Path) -> None:
    corpus, progress = tiny_job(tmp_path).corpus, Progress()
    plan, places, seen = plan_from(progress, corpus, 120, 1), [], []
    for _ in range(40):
        places.append(copy.copy(progress))
        seen.append(next(plan).indices.tolist())
    for number, place in enumerate(places[:-2]):
        again = plan_from(place, corpus, 120, 1)
        assert [one.indices.tolist() for one in itertools.islice(again, 3)] == seen[number : number + 3]


def test_one_pool_is_in_memory_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, pools = TrainingCorpus.pool, list[weakref.ref[Examples]]()

    def watched(corpus: TrainingCorpus, seed: int, epoch: int, number: int) -> Examples:
        assert all(earlier() is None for earlier in pools)
        pool = read(corpus, seed, epoch, number)
        pools.append(weakref.ref(pool))
        return pool

    monkeypatch.setattr(TrainingCorpus, "pool", watched)
    corpus = dataclasses.replace(tiny_job(tmp_path).corpus, pool_pairs=20, block_pairs=10)
    plan = plan_from(Progress(), corpus, 120, 1)
    while len(pools) < 5:
        next(plan)
