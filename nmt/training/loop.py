"""The training loop: one for every architecture and any number of processes."""

import time
from collections.abc import Iterator
from dataclasses import replace

from nmt.corpus.batching import Batch, make_batch
from nmt.errors import NMTError, NotFiniteError
from nmt.models.build import EncoderDecoder
from nmt.storage.folder import Folder
from nmt.storage.steps import step_dir
from nmt.training.checkpoint import load_state
from nmt.training.job import Job, reason_to_stop
from nmt.training.log import TrainingLog
from nmt.training.plan import Planned, plan_from
from nmt.training.progress import Progress, ScoredModel, Window
from nmt.training.signals import Interrupted, stop_signals
from nmt.training.step import memory_errors_explained
from nmt.training.updater import Updater
from nmt.training.validate import Validation, validate

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
        self.updater = Updater(job, log)
        self.progress = Progress(corpus=job.fingerprint)
        self.plan = self._plan()
        self.saved_at = -1  # update of the newest state on disk
        self.received: list[int] = []  # signals
        if found:
            self._restore(*found)
            self.workers.wait()  # all have read before the first one writes
            if self.workers.leads:
                job.checkpoints.settle(self.progress)
        log.rewind(self.progress)

    def run(self) -> Progress:
        with stop_signals() as self.received:
            self.counted_from = self.job.launched
            while not self._is_over(reason := self._reason_to_stop()):
                if reason:  # the last validation; it may find that weights have to be rolled back first
                    if not self.updater.is_sound():
                        self._roll_back(NOT_SOUND)
                    elif self._validate():
                        if reason_to_stop(self.progress, self.config):
                            break
                        self._save()  # a new best: patience begins anew
                elif self._is_due_for_validation():  # a run that was interrupted just before begins with it
                    if self._validate():
                        self._save()
                else:
                    self._update()
            if self.saved_at != self.progress.update:
                if self.updater.is_sound():
                    self._save(regular=reason != "interrupted")
                else:  # a run that goes on comes here again, and is rolled back where it would have been
                    self._drop_unsound()
        self.progress.finish_reason = reason
        return self.progress

    def _is_over(self, reason: str) -> bool:
        """Whether to stop for this reason at once, as after the last validation."""
        return reason == "interrupted" or (bool(reason) and self.progress.validated_at == self.progress.update)

    def _is_due_for_validation(self) -> bool:
        """Not after an update that was left out: what may have to be rolled back is no place to return to."""
        progress = self.progress
        if progress.validated_at == progress.update or progress.skipped_in_a_row:
            return False
        return progress.update % self.config.validate_every == 0 and (progress.update > 0 or self.job.validates_first)

    def _update(self) -> None:
        before = time.perf_counter()
        tokens, nll, norm, clipped, rate = self.updater.update(self.progress, self._own_batches())
        seconds = time.perf_counter() - before
        self.progress.train_seconds += seconds
        if self.progress.skipped_in_a_row == 0:
            self.progress.window.add(nll, norm, clipped, rate, tokens, seconds)
        self._after_update()

    def _after_update(self) -> None:
        progress, config = self.progress, self.config
        if progress.skipped_in_a_row >= MOST_SKIPPED_IN_A_ROW:
            self._roll_back(f"{MOST_SKIPPED_IN_A_ROW} updates in a row had no finite gradient")
            return
        if progress.update % config.log_every == 0 and progress.window.updates:
            self.log.train(progress, progress.window.figures())
            progress.window = Window()
        validates = self._is_due_for_validation()
        saves = config.save_every > 0 and progress.update % config.save_every == 0 and not progress.skipped_in_a_row
        if (validates or saves) and not self.updater.is_sound():
            self._roll_back(NOT_SOUND)
        elif saves and not validates:  # else it is saved with its score
            self._save()

    def _reason_to_stop(self) -> str:
        """Agreed on by all processes, as is the time that has passed."""
        progress = self.progress
        seconds = progress.train_seconds if self.workers.leads else 0.0
        stopped, progress.train_seconds = self.workers.sum(float(bool(self.received)), seconds)
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
        # Work that was done, if in vain.
        progress.target_tokens, progress.pairs, progress.clipped = now.target_tokens, now.pairs, now.clipped
        progress.wall_seconds = now.wall_seconds
        progress.rollbacks, progress.skipped_in_a_row, progress.changes = now.rollbacks + 1, 0, now.changes
        self.workers.wait()
        if self.workers.leads:
            self.job.checkpoints.settle(progress)  # the state of an interruption would not fit the log any more
        self.log.rewind(progress)
        message = f"{why}. Went back to update {progress.update}; from now on the learning rate is halved."
        details = {"reached": now.update, "rollbacks": progress.rollbacks, "pairs": now.left_out}
        self.log.fault(progress, "rolled_back", message, **details)
        progress.left_out = now.left_out  # their lines are gone from the log, and go again if this is not the last
        if self._reason_to_stop() not in ("", "interrupted"):
            self._save()  # the state on the disk has trained for less time, and would go on

    def _drop_unsound(self) -> None:
        """Leave a run whose weights are not finite as its newest checkpoint has it."""
        reached = self.progress.update
        self._restore(*self._newest(NOT_SOUND))
        self.log.rewind(self.progress)
        self.log.say(f"update {reached}: {NOT_SOUND}. What came after update {self.progress.update} is not kept.")

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
        load_state(folder, self.updater.state(self.progress), self.workers, where)
        folder.files.clear()  # four times the model, and of no more use
        self.progress, self.saved_at = progress, progress.update
        self.plan = self._plan()
        self.updater.forget_gradients()
        self._find_best()

    def _find_best(self) -> None:
        """Where the best model is gone: write it again if it is that of this state, else take the best of the others.

        It was deleted or damaged, or is of a time that retention left behind before a return to an older state.
        """
        job, progress = self.job, self.progress
        found = job.checkpoints.whole_models(progress, self.log.say) if self.workers.leads else []
        models = [ScoredModel(*one) for one in self.workers.share(found)]
        score, lost = progress.best_score, progress.best_update
        if score is None or lost in [model.update for model in models]:
            return
        if lost == progress.validated_at == progress.update:  # whose weights are those of the state
            with self.updater.averaged() as model:
                if self.workers.leads:
                    job.checkpoints.save_model(model, job.about, progress, score, progress.best_bleu)
            self.log.say(f"The best model, that of update {lost}, is written again from the state.")
            return
        progress.lose_best(models, self.config.keep_best)
        now = "No other is left" if progress.best_score is None else f"Now it is that of update {progress.best_update}"
        self.log.say(f"The best model, that of update {lost}, is gone. {now}.")

    def _validate(self) -> bool:
        """Score the averaged weights and keep them as the model of this update.

        False where there is no score: the weights were rolled back, or a signal came.
        """
        job, progress, before = self.job, self.progress, time.perf_counter()
        with self.updater.averaged() as model:
            own = self._scores(model) if self.workers.leads else None
            scores = self.workers.share(own)
            if scores:
                result = Validation(*scores)
                score = result.goodness(self.config.best_by)
                is_best = progress.note_score(score, self.config.keep_best)
                progress.best_bleu = result.bleu if is_best else progress.best_bleu
                if self.workers.leads:
                    job.checkpoints.save_model(model, job.about, progress, score, result.bleu)
        if not scores:
            if scores is not None:
                self._roll_back("the loss on the dev set, or a probability, is not finite")
            return False
        progress.validated_at, self.saved_at = progress.update, -1
        figures = {"loss": result.loss} | ({} if result.bleu is None else {"bleu": result.bleu})
        self.log.validation(progress, figures | {"seconds": time.perf_counter() - before}, is_best)
        return True

    def _scores(self, model: EncoderDecoder) -> list[float | None] | None:
        """Loss and BLEU on the dev set; [] where they are no numbers, so that the model is not worth keeping.

        None where a signal came: whoever stops a run does not want to wait.
        """
        job = self.job
        try:
            result = validate(model, job.dev, job.tokenizers, job.machine, job.about, self._heed_signals)
        except Interrupted:
            return None
        except NotFiniteError:
            return []
        return [result.loss, result.bleu] if abs(result.loss) < float("inf") else []

    def _heed_signals(self, _: int) -> None:
        if self.received:
            raise Interrupted

    def _save(self, regular: bool = True) -> None:
        """A state to go on from. With torn or lost lines the log could not be the one of an uninterrupted run."""
        now = time.perf_counter()
        self.progress.wall_seconds, self.counted_from = self.progress.wall_seconds + now - self.counted_from, now
        if regular:
            self.progress.left_out = []  # nothing takes their lines from the log any more
        self.log.sync(self.progress)
        self.job.checkpoints.save_state(self.updater.state(self.progress), self.workers, regular)
        self.saved_at = self.progress.update
