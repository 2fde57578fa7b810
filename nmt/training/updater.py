"""One update: the gradients of its batches, clipped, one step of the optimizer, and the average of the weights."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch

from nmt.corpus.batching import Batch
from nmt.errors import NMTError
from nmt.models.build import EncoderDecoder
from nmt.training.checkpoint import TrainingState, all_finite
from nmt.training.faults import find_guilty
from nmt.training.job import Job
from nmt.training.log import TrainingLog
from nmt.training.optimizer import MovingAverage, build_optimizer, clip_gradients
from nmt.training.progress import Progress
from nmt.training.schedule import learning_rate
from nmt.training.step import accumulate_gradients, gradients_of, halve, is_out_of_memory, split_all


class Updated(NamedTuple):
    """What an update saw: target tokens, their summed nll in nats, the norm of the gradient, if it was clipped, and
    the learning rate.
    """

    tokens: int
    nll: float
    norm: float
    clipped: bool
    learning_rate: float


class Updater:
    """Model, optimizer and moving average of one training, and what an update does to them."""

    def __init__(self, job: Job, log: TrainingLog) -> None:
        self.job, self.log, self.config, self.workers = job, log, job.config, job.workers
        self.model = job.model.train()
        self.sharded = job.holders.size > 1
        self.parameters = list(self.model.parameters())
        self.optimizer = build_optimizer(self.model, self.config)
        self.average = MovingAverage(self.model, self.config.ema)

    def state(self, progress: Progress) -> TrainingState:
        return TrainingState(self.model, self.average, self.optimizer, progress)

    def update(self, progress: Progress, batches: list[Batch]) -> Updated:
        """One step of the optimizer for this process's batches, counted in `progress`."""
        own_tokens, own_pairs = sum(one.num_target_tokens for one in batches), sum(len(one.indices) for one in batches)
        tokens, pairs = map(int, self.workers.sum(own_tokens, own_pairs))
        split_above = progress.split_above
        own_nll = self.backward(progress, batches, tokens)
        gradients = gradients_of(self.parameters)
        if not self.sharded:  # else they are sums already
            self.workers.sum_in_place(gradients)
        nll, ran_out = self.workers.sum(own_nll, float(progress.split_above != split_above))
        if ran_out:
            self._agree_on_splits(progress)
        norm, clipped = clip_gradients(gradients, self.config.clip_norm, self.job.holders)
        rate = learning_rate(self.config, progress)
        if norm < float("inf") and nll < float("inf"):
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            self.optimizer.step()
            self.average.update(self.model, progress.update)
            progress.skipped_in_a_row = 0
        else:
            self._skip(progress, batches, own_nll)
        self.forget_gradients()
        progress.update += 1
        progress.target_tokens += tokens
        progress.pairs += pairs
        progress.clipped += clipped
        return Updated(tokens, nll, norm, clipped, rate)

    def backward(self, progress: Progress, batches: list[Batch], tokens: int) -> float:
        """Gradients of this process's batches, in smaller pieces from the first time that memory runs out.

        Not where the model is sharded: the others wait in the midst of the same batch.
        """
        smoothing, r_drop = self.config.label_smoothing, self.config.r_drop
        while True:
            parts = batches if self.sharded else split_all(batches, progress.split_above)
            try:
                return accumulate_gradients(self.model, parts, tokens, smoothing, self.job.machine, r_drop)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                if self.sharded:
                    raise NMTError(
                        "Out of memory in a sharded model. Give more processes: the last checkpoint is intact. Or "
                        "lower training.batch_tokens in a new run, with another --out."
                    ) from error
            # Out of the except clause, which keeps the tensors of the failed attempt alive.
            self.forget_gradients()
            if self.job.machine.device.type == "cuda":
                torch.cuda.empty_cache()
            progress.split_above = halve(parts)

    def forget_gradients(self) -> None:
        self.optimizer.zero_grad(set_to_none=True)

    def is_sound(self) -> bool:
        """Whether all that would be saved is finite; the same answer in all processes."""
        kept = [*self.parameters, *self.average.weights.values()]
        moments = [tensor for state in self.optimizer.state.values() for tensor in state.values()]
        return self.workers.sum(float(all_finite([*kept, *moments])))[0] == self.workers.size

    @contextmanager
    def averaged(self) -> Iterator[EncoderDecoder]:
        """The model with the averaged weights; where it is sharded a copy, whole in the process that leads."""
        if not self.sharded:
            with self.average.applied(self.model):
                yield self.model
            return
        from nmt.training.sharding import whole_model  # slow to import

        weights = self.average.weights or dict(self.model.named_parameters())
        yield whole_model(weights, self.job.about, self.workers) or self.model

    def _agree_on_splits(self, progress: Progress) -> None:
        """The smallest limit that any process has found becomes that of all."""
        limits = self.workers.gather(progress.split_above)
        progress.split_above = min(limit for limit in limits if limit)
        message = f"out of memory. From now on batches are split above {progress.split_above:,} padded tokens."
        self.log.fault(progress, "out_of_memory", message, split_above=progress.split_above)

    def _skip(self, progress: Progress, batches: list[Batch], nll: float) -> None:
        """A gradient that is not finite would spoil every weight: leave the update out, and say which pairs did it."""
        progress.skipped += 1
        progress.skipped_in_a_row += 1
        guilty = find_guilty(batches, nll, self.job.tokenizers, self.workers)
        progress.left_out = [*progress.left_out, *guilty.pairs]
        message = f"loss or gradient is not finite; this update is left out ({guilty.describe()})."
        self.log.fault(progress, "not_finite", message, position=progress.position, pairs=guilty.pairs)
