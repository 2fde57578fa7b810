"""The training loop: one for every architecture and any number of processes."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import torch

from nmt.corpus.batching import Batch, make_batch
from nmt.errors import NMTError
from nmt.models.build import EncoderDecoder
from nmt.storage.folder import Folder
from nmt.storage.steps import step_dir
from nmt.training.checkpoint import TrainingState, all_finite, load_state
from nmt.training.faults import find_guilty
from nmt.training.job import Job, reason_to_stop
from nmt.training.log import TrainingLog
from nmt.training.optimizer import MovingAverage, build_optimizer, clip_gradients
from nmt.training.plan import Planned, plan_from
from nmt.training.progress import Progress, Window
from nmt.training.schedule import SCHEDULES
from nmt.training.signals import stop_signals
from nmt.training.step import (
    accumulate_gradients,
    gradients_of,
    halve,
    is_out_of_memory,
    memory_errors_explained,
    split_all,
)
from nmt.training.validate import validate

MOST_SKIPPED_IN_A_ROW = 5
MOST_ROLLBACKS = 4
NOT_SOUND = "the weights, or what the optimizer keeps of them, are not finite"


def train(job: Job, log: TrainingLog, found: tuple[Progress, Folder] | None = None) -> Progress:
    """Train until a limit, or until Ctrl-C or SIGTERM; goes on from the state that was found, if one was.

    Leaves models and states under the directory of `job.checkpoints`. Progress.finish_reason says why it ended.
    """
    with memory_errors_explained():
        return _Trainer(job, log, found).run()


class _Trainer:
    """The values that one call of `train` works on."""

    def __init__(self, job: Job, log: TrainingLog, found: tuple[Progress, Folder] | None = None) -> None:
        self.job, self.log, self.config, self.workers = job, log, job.config, job.workers
        self.model = job.model.train()
        self.sharded = job.holders.size > 1
        self.parameters = list(self.model.parameters())
        self.optimizer = build_optimizer(self.model, self.config)
        self.average = MovingAverage(self.model, self.config.ema)
        self.progress = Progress(corpus=job.fingerprint)
        self.plan = self._plan()
        self.saved_at = -1  # update of the newest state on disk
        if found:
            self._restore(*found)
            self.workers.wait()  # all have read before the first one writes
            if self.workers.leads:
                job.checkpoints.settle(self.progress)
        log.rewind(self.progress)

    def run(self) -> Progress:
        with stop_signals() as received:
            self.counted_from = self.job.launched
            while not self._is_over(reason := self._reason_to_stop(received)):
                before = time.perf_counter()
                tokens, nll, norm, clipped = self._update(self._own_batches())
                seconds = time.perf_counter() - before
                self.progress.train_seconds += seconds
                if self.progress.skipped_in_a_row == 0:
                    self.progress.window.add(nll, norm, clipped, tokens, seconds)
                self._after_update()
            if self.saved_at != self.progress.update:
                if self._is_sound():
                    self._save(regular=reason != "interrupted")
                else:  # a run that goes on comes here again, and is rolled back where it would have been
                    self._restore(*self._newest(NOT_SOUND))
        self.progress.finish_reason = reason
        return self.progress

    def _is_over(self, reason: str) -> bool:
        """Whether to stop for this reason; a last validation may find that weights have to be rolled back first."""
        if not reason or reason == "interrupted" or self.progress.validated_at == self.progress.update:
            return bool(reason)
        if not self._is_sound():
            self._roll_back(NOT_SOUND)
            return False
        return self._validate()

    def _after_update(self) -> None:
        progress, config = self.progress, self.config
        if progress.skipped_in_a_row >= MOST_SKIPPED_IN_A_ROW:
            self._roll_back(f"{MOST_SKIPPED_IN_A_ROW} updates in a row had no finite gradient")
            return
        if progress.update % config.log_every == 0:
            self.log.train(progress, progress.window.figures(self._learning_rate()))
            progress.window = Window()
        validates = progress.update % config.validate_every == 0
        saves = config.save_every > 0 and progress.update % config.save_every == 0
        if progress.skipped_in_a_row or not (validates or saves):
            return  # what may have to be rolled back is no place to return to
        if not self._is_sound():
            self._roll_back(NOT_SOUND)
        elif not validates or self._validate():
            self._save()

    def _reason_to_stop(self, received: list[int]) -> str:
        """Agreed on by all processes, as is the time that has passed."""
        progress = self.progress
        seconds = progress.train_seconds if self.workers.leads else 0.0
        stopped, progress.train_seconds = self.workers.sum(float(bool(received)), seconds)
        return "interrupted" if stopped else reason_to_stop(progress, self.config)

    def _plan(self) -> Iterator[Planned]:
        return plan_from(self.progress, self.job.corpus, self.config.batch_tokens, self.job.seed)

    def _own_batches(self) -> list[Batch]:
        """This process's part of the next update: the plan is dealt out in turn."""
        job, size = self.job, self.workers.size
        dealt = [next(self.plan) for _ in range(self.config.accumulate * size)]
        return [
            make_batch(one.examples, one.indices, job.tokenizers, job.seed, one.epoch).to(job.machine.device)
            for one in dealt[self.workers.rank :: size]
        ]

    def _learning_rate(self) -> float:
        """The rate of the update that comes next."""
        config, update = self.config, self.progress.update + 1
        by_time = self.progress.train_seconds / config.time_limit if config.time_limit else 0.0
        factor = SCHEDULES[config.schedule](update, config.warmup, max(update / config.max_updates, by_time))
        return config.learning_rate * factor * 0.5**self.progress.rollbacks

    def _update(self, batches: list[Batch]) -> tuple[int, float, float, bool]:
        """One step of the optimizer: target tokens, their summed nll, gradient norm before clipping, if clipped."""
        progress = self.progress
        tokens = int(self.workers.sum(sum(batch.num_target_tokens for batch in batches))[0])
        split_above = progress.split_above
        own_nll = self._backward(batches, tokens)
        gradients = gradients_of(self.parameters)
        if not self.sharded:  # else they are sums already
            self.workers.sum_in_place(gradients)
        nll, ran_out = self.workers.sum(own_nll, float(progress.split_above != split_above))
        if ran_out:
            self._agree_on_splits()
        norm, clipped = clip_gradients(gradients, self.config.clip_norm, self.job.holders)
        if norm < float("inf") and nll < float("inf"):
            for group in self.optimizer.param_groups:
                group["lr"] = self._learning_rate()
            self.optimizer.step()
            self.average.update(self.model, progress.update)
            progress.skipped_in_a_row, progress.left_out = 0, []
        else:
            self._skip(batches, own_nll)
        self.optimizer.zero_grad(set_to_none=True)
        progress.update += 1
        progress.target_tokens += tokens
        progress.clipped += clipped
        return tokens, nll, norm, clipped

    def _backward(self, batches: list[Batch], tokens: int) -> float:
        """Gradients of this process's batches, in smaller pieces from the first time that memory runs out.

        Not where the model is sharded: the others wait in the midst of the same batch.
        """
        progress, (smoothing, r_drop) = self.progress, (self.config.label_smoothing, self.config.r_drop)
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
            self.optimizer.zero_grad(set_to_none=True)
            if self.job.machine.device.type == "cuda":
                torch.cuda.empty_cache()
            progress.split_above = halve(parts)

    def _agree_on_splits(self) -> None:
        """The smallest limit that any process has found becomes that of all."""
        progress = self.progress
        limits = [int(limit) for limit in self.workers.gather(str(progress.split_above).encode())]
        progress.split_above = min(limit for limit in limits if limit)
        message = f"out of memory. From now on batches are split above {progress.split_above:,} padded tokens."
        self.log.fault(progress, "out_of_memory", message, split_above=progress.split_above)

    def _skip(self, batches: list[Batch], nll: float) -> None:
        """A gradient that is not finite would spoil every weight: leave the update out, and say which pairs did it."""
        progress = self.progress
        progress.skipped += 1
        progress.skipped_in_a_row += 1
        guilty = find_guilty(batches, nll, self.job.tokenizers, self.workers)
        progress.left_out = [*progress.left_out, *guilty.pairs]
        message = f"loss or gradient is not finite; this update is left out ({guilty.describe()})."
        self.log.fault(progress, "not_finite", message, position=progress.position, pairs=guilty.pairs)

    def _roll_back(self, why: str) -> None:
        """Return to the newest checkpoint with half the learning rate; the text goes on from where it is.

        Not to one that only an interruption made: without it there would be none.
        """
        now = replace(self.progress)
        self._restore(*self._newest(why, among=now.states))
        progress = self.progress
        progress.epoch, progress.pool, progress.position = now.epoch, now.pool, now.position
        self.plan = self._plan()
        progress.split_above, progress.train_seconds, progress.skipped = now.split_above, now.train_seconds, now.skipped
        progress.target_tokens, progress.clipped = now.target_tokens, now.clipped  # work that was done, if in vain
        progress.rollbacks, progress.skipped_in_a_row = now.rollbacks + 1, 0
        self.workers.wait()
        self.log.rewind(progress)
        message = f"{why}. Went back to update {progress.update}; from now on the learning rate is halved."
        details = {"reached": now.update, "rollbacks": progress.rollbacks, "pairs": now.left_out}
        self.log.fault(progress, "rolled_back", message, **details)
        progress.left_out = []

    def _newest(self, why: str, among: list[int] | None = None) -> tuple[Progress, Folder]:
        found = self.job.checkpoints.newest_of_all(self.workers, self.log.say, among)
        if found is None or self.progress.rollbacks >= MOST_ROLLBACKS:
            raise NMTError(
                f"{why}. Begin anew, with another --out: lower training.learning_rate, or set training.precision = "
                f"'fp32'. {'There is nothing to go back to' if found is None else 'The last checkpoint is intact'}."
            )
        return found

    def _restore(self, progress: Progress, folder: Folder) -> None:
        where = step_dir(self.job.checkpoints.states, progress.update)
        load_state(folder, self._state(), self.workers, where)
        folder.files.clear()  # four times the model, and of no more use
        self.progress, self.saved_at = progress, progress.update
        self.plan = self._plan()
        self.optimizer.zero_grad(set_to_none=True)

    def _validate(self) -> bool:
        """Score the averaged weights and keep them as the model of this update; False where they were rolled back."""
        job, progress, before = self.job, self.progress, time.perf_counter()
        with self._averaged() as model:
            own = self._scores(model) if self.workers.leads else []
            scores: list[float] = json.loads(self.workers.share(json.dumps(own).encode()))
            if scores:
                loss, bleu = scores
                score = bleu if self.config.best_by == "bleu" else -loss
                is_best = progress.note_score(score, self.config.keep_best)
                progress.best_bleu = bleu if is_best else progress.best_bleu
                if self.workers.leads:
                    job.checkpoints.save_model(model, job.about, progress, score)
        if not scores:
            self._roll_back("the loss on the dev set is not finite")
            return False
        progress.validated_at, self.saved_at = progress.update, -1
        self.log.validation(progress, {"loss": loss, "bleu": bleu, "seconds": time.perf_counter() - before}, is_best)
        return True

    def _is_sound(self) -> bool:
        """Whether all that would be saved is finite; the same answer in all processes."""
        kept = [*self.parameters, *self.average.weights.values()]
        moments = [tensor for state in self.optimizer.state.values() for tensor in state.values()]
        return self.workers.sum(float(all_finite([*kept, *moments])))[0] == self.workers.size

    @contextmanager
    def _averaged(self) -> Iterator[EncoderDecoder]:
        """The model with the averaged weights; where it is sharded a copy, whole in the process that leads."""
        if not self.sharded:
            with self.average.applied(self.model):
                yield self.model
            return
        from nmt.training.sharding import whole_model  # slow to import

        weights = self.average.weights or dict(self.model.named_parameters())
        yield whole_model(weights, self.job.about, self.workers) or self.model

    def _scores(self, model: EncoderDecoder) -> list[float]:
        """Loss and BLEU on the dev set; nothing where the loss is not finite, and the model then not worth keeping."""
        job = self.job
        result = validate(model, job.dev, job.tokenizers, job.machine, job.about.max_length)
        return [result.loss, result.bleu] if abs(result.loss) < float("inf") else []

    def _save(self, regular: bool = True) -> None:
        """A state to go on from. With torn or lost lines the log could not be the one of an uninterrupted run."""
        now = time.perf_counter()
        self.progress.wall_seconds, self.counted_from = self.progress.wall_seconds + now - self.counted_from, now
        self.log.sync(self.progress)
        self.job.checkpoints.save_state(self._state(), self.workers, regular)
        self.saved_at = self.progress.update

    def _state(self) -> TrainingState:
        return TrainingState(self.model, self.average, self.optimizer, self.progress)
