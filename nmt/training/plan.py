"""Which pairs come next: one plan for all processes, found again at any place."""

from collections.abc import Iterator
from dataclasses import dataclass

from nmt.corpus.batching import plan_epoch
from nmt.corpus.examples import Examples, Longs
from nmt.corpus.pools import TrainingCorpus
from nmt.training.progress import Progress


@dataclass(frozen=True)
class Planned:
    """A batch that has not been made yet: some of the examples of a pool."""

    examples: Examples
    indices: Longs
    epoch: int


def plan_from(progress: Progress, corpus: TrainingCorpus, batch_tokens: int, seed: int) -> Iterator[Planned]:
    """Batches from where the progress stands, which moves with them; epochs follow each other without end."""
    examples: Examples | None = None
    while True:
        if examples is None:
            examples = corpus.pool(seed, progress.epoch, progress.pool)
        plan = plan_epoch(examples, batch_tokens, seed, progress.epoch, progress.pool)
        for indices in plan[progress.position :]:
            progress.position += 1
            yield Planned(examples, indices, progress.epoch)
        if corpus.num_pools > 1:  # else it is the same in every epoch; this one is let go before the next is read
            examples = None
        progress.pool, progress.position = progress.pool + 1, 0
        if progress.pool == corpus.num_pools:
            progress.epoch, progress.pool = progress.epoch + 1, 0
