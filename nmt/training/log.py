"""What a run says: metrics.jsonl for programs, a progress bar or plain lines on stderr for people."""

import json
import math
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from nmt.training.progress import Progress

PLAIN_LINE_SECONDS = 15.0  # between lines where stderr is no terminal


def show_duration(seconds: float) -> str:
    """75 -> '1:15', 4000 -> '1:06:40'"""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


class TrainingLog:
    """Writes one JSON object a line; shows update, tokens/s, loss, dev BLEU and time left."""

    def __init__(self, path: Path, console: Console, name: str, max_updates: int, time_limit: float | None) -> None:
        self.console = console
        self.name = name
        self.max_updates = max_updates
        self.time_limit = time_limit
        self._file = open(path, "a", encoding="utf-8", newline="\n")  # noqa: SIM115 - closed on exit
        self._board = _tensorboard(path.parent)
        self._last_line = 0.0
        self._bar: Bar | None = None

    def __enter__(self) -> "TrainingLog":
        if self.console.is_terminal:
            columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn())
            self._bar = Bar(*columns, TextColumn("{task.fields[figures]}"), TimeElapsedColumn(), console=self.console)
            self._bar.start()
            self._task = self._bar.add_task(self.name, total=self.max_updates, figures="")
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()
        if self._board:
            self._board.close()
        self._file.close()

    def train(self, progress: Progress, figures: dict[str, float]) -> None:
        """One line of figures over the last few updates."""
        self._write("train", progress, figures)
        left = self._seconds_left(progress)
        bleu = f" · dev BLEU {progress.best_bleu:.1f}" if progress.best_bleu is not None else ""
        speed, loss = f"{figures['tokens_per_second']:,.0f} tokens/s", f"loss {figures['nll']:.2f}"
        shown = f"{speed} · {loss}{bleu} · {show_duration(left)} left"
        if self._bar:
            self._bar.update(self._task, completed=progress.update, figures=shown)
        elif time.monotonic() - self._last_line >= PLAIN_LINE_SECONDS:
            self._last_line = time.monotonic()
            self.say(f"{self.name} · update {progress.update}/{self.max_updates} · {shown}")

    def validation(self, progress: Progress, figures: dict[str, float], is_best: bool) -> None:
        """One line after each validation."""
        self._write("validation", progress, figures)
        best = " (best)" if is_best else ""
        seconds = show_duration(progress.train_seconds)
        self.say(
            f"{self.name} · update {progress.update} · epoch {progress.epoch + 1} · {seconds} trained · "
            f"dev loss {figures['loss']:.3f} · dev BLEU {figures['bleu']:.2f}{best}"
        )

    def say(self, message: str) -> None:
        """A message for people."""
        self.console.print(message, highlight=False, markup=False, soft_wrap=True)

    def _write(self, kind: str, progress: Progress, figures: dict[str, Any]) -> None:
        where = {"kind": kind, "update": progress.update, "epoch": progress.epoch}
        counts = {"target_tokens": progress.target_tokens, "train_seconds": round(progress.train_seconds, 3)}
        known = {name: value if math.isfinite(value) else None for name, value in figures.items()}  # JSON has no NaN
        self._file.write(json.dumps({**where, **counts, **known}, allow_nan=False) + "\n")
        self._file.flush()
        if self._board:
            for name, value in figures.items():
                self._board.add_scalar(f"{kind}/{name}", value, progress.update)

    def _seconds_left(self, progress: Progress) -> float:
        by_updates = progress.train_seconds / max(progress.update, 1) * (self.max_updates - progress.update)
        by_time = self.time_limit - progress.train_seconds if self.time_limit else by_updates
        return max(0.0, min(by_updates, by_time))


def cut_log(path: Path, last_update: int) -> None:
    """Remove the lines after `last_update`: a resumed run writes them again."""
    if not path.exists():
        return
    kept = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        try:
            if line and json.loads(line)["update"] <= last_update:
                kept.append(line + "\n")
        except (ValueError, KeyError):
            continue  # a line cut short by a crash
    path.write_text("".join(kept), encoding="utf-8")


def _tensorboard(directory: Path) -> Any:
    """A TensorBoard writer where TensorBoard is installed, else None."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(directory / "tensorboard"))
