"""The training loop: one for every architecture."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from nmt.corpus.batching import Batch, make_batch, plan_epoch
from nmt.corpus.pools import TrainingCorpus
from nmt.errors import NMTError
from nmt.models.build import EncoderDecoder
from nmt.models.saved import SavedModel, save_model
from nmt.tokenizer.pair import TokenizerPair
from nmt.training.checkpoint import TrainingState, load_state, save_state
from nmt.training.config import TrainingConfig
from nmt.training.device import Machine
from nmt.training.log import TrainingLog
from nmt.training.loss import cross_entropy
from nmt.training.optimizer import MovingAverage, build_optimizer, clip_gradients
from nmt.training.progress import Progress
from nmt.training.schedule import SCHEDULES
from nmt.training.validate import DevSet, validate

MOST_SKIPPED_IN_A_ROW = 20


@dataclass(frozen=True)
class Job:
    """What to train, on what, and where the results go."""

    model: EncoderDecoder
    about: SavedModel
    corpus: TrainingCorpus
    tokenizers: TokenizerPair
    dev: DevSet
    config: TrainingConfig
    machine: Machine
    seed: int
    directory: Path
    launched: float  # time.perf_counter() when the command began, where wall-clock time begins
    fingerprint: str  # of the corpus: a run goes on only with the same text


def train(job: Job, log: TrainingLog) -> Progress:
    """Train until a limit, or until Ctrl-C or SIGTERM; resumes from `state/` of the directory where there is one.

    Leaves best/, last/ and state/ in the directory. Progress.finish_reason says why it ended.
    """
    return _Trainer(job, log).run()


class _Trainer:
    """The values that one call of `train` works on."""

    def __init__(self, job: Job, log: TrainingLog) -> None:
        self.job, self.log, self.config = job, log, job.config
        self.model = job.model.train()
        self.parameters = list(self.model.parameters())
        self.optimizer = build_optimizer(self.model, self.config)
        self.average = MovingAverage(self.model, self.config.ema)
        self.progress = Progress(corpus=job.fingerprint)
        self.skipped_in_a_row = 0
        if (job.directory / "state").is_dir() or (job.directory / "state.old").is_dir():
            self.progress = load_state(job.directory / "state", self._state())
            self.progress.finish_reason = ""

    def run(self) -> Progress:
        progress, config = self.progress, self.config
        batches = self._batches()
        window = _Window(clipped_before=progress.clipped)
        with _stop_signals() as stop:
            started = self.job.launched
            while not (reason := self._reason_to_stop(stop)):
                before = time.perf_counter()
                nll, norm, tokens = self._update([next(batches) for _ in range(config.accumulate)])
                seconds = time.perf_counter() - before
                progress.train_seconds += seconds
                window.add(nll, norm, tokens, seconds)
                if progress.update % config.log_every == 0:
                    self.log.train(progress, window.figures(self._learning_rate(), progress))
                    window = _Window(clipped_before=progress.clipped)
                if progress.update % config.validate_every == 0:
                    self._validate()
                    now = time.perf_counter()
                    progress.wall_seconds, started = progress.wall_seconds + now - started, now
                    save_state(self.job.directory / "state", self._state())
            if progress.validated_at != progress.update and reason != "interrupted":
                self._validate()
            progress.finish_reason = reason
            progress.wall_seconds += time.perf_counter() - started
            save_state(self.job.directory / "state", self._state())
        return progress

    def _reason_to_stop(self, stop: list[int]) -> str:
        progress, config = self.progress, self.config
        if stop:
            return "interrupted"
        if progress.update >= config.max_updates:
            return "max_updates"
        if config.time_limit is not None and progress.train_seconds >= config.time_limit:
            return "time_limit"
        if config.patience and progress.validations_without_best >= config.patience:
            return "patience"
        return ""

    def _batches(self) -> Iterator[Batch]:
        """Batches from where the progress stands; epochs follow each other without end."""
        job, progress = self.job, self.progress
        examples = None
        while True:
            if examples is None or job.corpus.num_pools > 1:  # a single pool is the same in every epoch
                examples = job.corpus.pool(job.seed, progress.epoch, progress.pool)
            plan = plan_epoch(examples, self.config.batch_tokens, job.seed, progress.epoch, progress.pool)
            for indices in plan[progress.position :]:
                progress.position += 1
                yield make_batch(examples, indices, job.tokenizers, job.seed, progress.epoch).to(job.machine.device)
            progress.pool, progress.position = progress.pool + 1, 0
            if progress.pool == job.corpus.num_pools:
                progress.epoch, progress.pool = progress.epoch + 1, 0

    def _learning_rate(self) -> float:
        """The rate of the update that comes next."""
        config, update = self.config, self.progress.update + 1
        by_time = self.progress.train_seconds / config.time_limit if config.time_limit else 0.0
        factor = SCHEDULES[config.schedule](update, config.warmup, max(update / config.max_updates, by_time))
        return config.learning_rate * factor

    def _update(self, batches: list[Batch]) -> tuple[float, float, int]:
        """One step of the optimizer: summed nll, gradient norm before clipping, target tokens."""
        progress, output = self.progress, self.model.output
        tokens = sum(batch.num_target_tokens for batch in batches)
        nll = 0.0
        for batch in batches:
            with self.job.machine.autocast():
                features = self.model(batch.source, batch.source_mask, batch.target_in)
                smoothing = self.config.label_smoothing
                loss = cross_entropy(
                    features, output.weight, output.bias, batch.target_out, batch.target_mask, smoothing
                )
            (loss.smoothed / tokens).backward()  # type: ignore[no-untyped-call]
            nll += float(loss.nll)
        norm, clipped = clip_gradients(self.parameters, self.config.clip_norm)
        if norm < float("inf"):
            for group in self.optimizer.param_groups:
                group["lr"] = self._learning_rate()
            self.optimizer.step()
            self.average.update(self.model, progress.update)
            self.skipped_in_a_row = 0
        else:
            self._skip()
        self.optimizer.zero_grad(set_to_none=True)
        progress.update += 1
        progress.target_tokens += tokens
        progress.clipped += clipped
        return nll, norm, tokens

    def _skip(self) -> None:
        """A gradient that is not finite would spoil every weight: leave the update out, and give up if it goes on."""
        self.progress.skipped += 1
        self.skipped_in_a_row += 1
        self.log.say(f"update {self.progress.update + 1}: the gradient is not finite; this update is left out.")
        if self.skipped_in_a_row >= MOST_SKIPPED_IN_A_ROW:
            raise NMTError(
                f"{MOST_SKIPPED_IN_A_ROW} updates in a row had no finite gradient. Lower training.learning_rate, or "
                "set training.precision = 'fp32'; the last checkpoint is intact."
            )

    def _validate(self) -> None:
        """Score the averaged weights, keep them as last/, and as best/ where they are."""
        job, progress = self.job, self.progress
        before = time.perf_counter()
        with self.average.applied(self.model):
            result = validate(self.model, job.dev, job.tokenizers, job.machine, job.about.max_length)
            score = result.bleu if self.config.best_by == "bleu" else -result.loss
            is_best = progress.best_score is None or score > progress.best_score
            if is_best:
                progress.best_score, progress.best_update, progress.best_bleu = score, progress.update, result.bleu
                progress.validations_without_best = 0
                save_model(job.directory / "best", self.model, job.about)
            else:
                progress.validations_without_best += 1
            save_model(job.directory / "last", self.model, job.about)
        progress.validated_at = progress.update
        seconds = time.perf_counter() - before
        self.log.validation(progress, {"loss": result.loss, "bleu": result.bleu, "seconds": seconds}, is_best)

    def _state(self) -> TrainingState:
        return TrainingState(self.model, self.average, self.optimizer, self.progress)


class _Window:
    """Sums over the updates since the last line of the log."""

    def __init__(self, clipped_before: int = 0) -> None:
        self.nll = self.norm = self.seconds = 0.0
        self.tokens = self.updates = 0
        self.clipped_before = clipped_before

    def add(self, nll: float, norm: float, tokens: int, seconds: float) -> None:
        self.nll, self.norm, self.seconds = self.nll + nll, self.norm + norm, self.seconds + seconds
        self.tokens, self.updates = self.tokens + tokens, self.updates + 1

    def figures(self, learning_rate: float, progress: Progress) -> dict[str, float]:
        return {
            "nll": self.nll / max(self.tokens, 1),
            "learning_rate": learning_rate,
            "gradient_norm": self.norm / max(self.updates, 1),
            "clipped": (progress.clipped - self.clipped_before) / max(self.updates, 1),
            "tokens_per_second": self.tokens / max(self.seconds, 1e-9),
        }


@contextmanager
def _stop_signals() -> Iterator[list[int]]:
    """Within, Ctrl-C and SIGTERM only leave their number in the list, so that the update at hand can finish."""
    received: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        received.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
