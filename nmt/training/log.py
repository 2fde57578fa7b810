"""What a run says: metrics.jsonl for programs, a progress bar or plain lines on stderr for people."""

import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar

from nmt.storage.disk import disk_error, unused
from nmt.training.board import Board
from nmt.training.journal import JOURNAL, Journal
from nmt.training.progress import Progress

PLAIN_LINE_SECONDS = 15.0  # between lines where stderr is no terminal


def show_duration(seconds: float) -> str:
    """75 -> '1:15', 4000 -> '1:06:40'"""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


class TrainingLog:
    """Writes one JSON object a line; shows update, tokens/s, loss, dev BLEU and time left.

    Without a path it only takes in what it is told: of several processes one speaks.
    """

    def __init__(
        self, path: Path | None, console: Console, name: str, max_updates: int, time_limit: float | None
    ) -> None:
        self.console = console
        self.name = name
        self.max_updates = max_updates
        self.time_limit = time_limit
        try:
            self._journal = Journal(path) if path else None
        except OSError as error:
            raise disk_error(Path(error.filename or JOURNAL), error) from error
        self._board = Board(path.parent / "tensorboard", self.say) if path else None
        self._last_line = 0.0
        self._bar: Bar | None = None

    def __enter__(self) -> "TrainingLog":
        if self.console.is_terminal and self._journal:
            name = TextColumn("{task.description}", markup=False)
            columns = (name, BarColumn(bar_width=12), TextColumn("{task.fields[figures]}"))
            self._bar = Bar(*columns, console=self.console)
            self._bar.start()
            self._task = self._bar.add_task(self.name, total=1.0, figures="")
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()
        if self._board:
            self._board.close()
        if self._journal:
            self._journal.close()

    def sync(self, progress: Progress) -> None:
        """Have all lines on the disk itself, and note in `progress` how far they go."""
        if self._journal:
            try:
                progress.log_bytes, progress.log_sha256 = self._journal.sync()
            except OSError as error:
                raise disk_error(self._journal.path, error) from error

    def rewind(self, progress: Progress) -> None:
        """Drop the lines after those that `progress` knows of: they will be written again."""
        if self._board and (progress.update or progress.models):  # else there is nothing to go back to
            self._board.rewind(progress.update)
        if self._journal and not self._journal.rewind(progress.log_bytes, progress.log_sha256):
            path = self._journal.path
            self._journal.close()
            try:
                damaged = unused(path.with_name("metrics.damaged.jsonl"))
                path.rename(damaged)
                self._journal = Journal(path)
            except OSError as error:
                raise disk_error(path, error) from error
            self.say(f"{path} was changed since it was written. It is now {damaged.name}, and the curves begin anew.")

    def train(self, progress: Progress, figures: dict[str, float]) -> None:
        """One line of figures over the last few updates."""
        self._write("train", progress, figures)
        left = self._seconds_left(progress)
        bleu = f" · dev BLEU {progress.best_bleu:.1f}" if progress.best_bleu is not None else ""
        speed, loss = f"{figures['tokens_per_second']:,.0f} tokens/s", f"loss {figures['nll']:.2f}"
        updates = f"{progress.update}" if self.time_limit else f"{progress.update}/{self.max_updates}"
        shown = f"update {updates} · {speed} · {loss}{bleu} · {show_duration(left)} left"
        if self._bar:
            self._bar.update(self._task, completed=self._share_done(progress), figures=shown)
        elif time.monotonic() - self._last_line >= PLAIN_LINE_SECONDS:
            self._last_line = time.monotonic()
            self.say(f"{self.name} · {shown}")

    def validation(self, progress: Progress, figures: dict[str, float], is_best: bool) -> None:
        """One line after each validation."""
        self._write("validation", progress, figures)
        best = " (best)" if is_best else ""
        bleu = f" · dev BLEU {figures['bleu']:.2f}" if "bleu" in figures else ""
        self.say(
            f"{self.name} · update {progress.update} · epoch {progress.epoch + 1} · "
            f"{show_duration(progress.train_seconds)} trained · dev loss {figures['loss']:.3f}{bleu}{best}"
        )

    def fault(self, progress: Progress, what: str, message: str, **details: Any) -> None:
        """What went wrong and was dealt with: in the next update, or after the one that details call `reached`."""
        self._write("fault", progress, {"what": what, **details})
        self.say(f"update {details.get('reached', progress.update + 1)}: {message}")

    def say(self, message: str) -> None:
        """A message for people."""
        if not self._journal:
            return
        self.console.print(message, highlight=False, markup=False, soft_wrap=True)

    def _write(self, kind: str, progress: Progress, figures: dict[str, Any]) -> None:
        where = {"kind": kind, "update": progress.update, "epoch": progress.epoch}
        counts = {"target_tokens": progress.target_tokens, "train_seconds": round(progress.train_seconds, 3)}
        if self._journal:
            try:
                self._journal.write({**where, **counts, **figures})
            except OSError as error:
                raise disk_error(self._journal.path, error) from error
        if self._board and kind != "fault":
            self._board.show(kind, progress.update, figures)

    def _share_done(self, progress: Progress) -> float:
        by_time = progress.train_seconds / self.time_limit if self.time_limit else 0.0
        return max(progress.update / self.max_updates, by_time)

    def _seconds_left(self, progress: Progress) -> float:
        by_updates = progress.train_seconds / max(progress.update, 1) * (self.max_updates - progress.update)
        by_time = self.time_limit - progress.train_seconds if self.time_limit else by_updates
        return max(0.0, min(by_updates, by_time))
