"""The stopwatch inside every trainer that is measured, ours and the peers'. Standard library only.

A runner makes a Clock when training begins and calls `tick` after each update. Nothing counts before `warmup` updates
are over; then `updates` of them count, or where that is 0, as many as hold `epoch_tokens` target tokens: an epoch.
With `seconds` in the task training goes on for that long instead, and at each of `marks` the model is saved, which is
not timed.
"""

import json
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Task = dict[str, Any]


def read_task() -> Task:
    """What the caller wants: the JSON file that is the last argument."""
    return dict(json.loads(Path(sys.argv[-1]).read_text(encoding="utf-8")))


class Clock:
    """Notes when each update ended and how many target tokens, end-of-sentence included, it had.

    `begin` is called when the warm-up is over; what `finish` gives, and `about`, become part of the result.
    """

    def __init__(
        self,
        task: Task,
        begin: Callable[[], None] = lambda: None,
        finish: Callable[[], dict[str, Any]] = dict,
        **about: Any,
    ) -> None:
        self.task, self.begin, self.finish, self.about = task, begin, finish, about
        self.ends: list[tuple[float, int]] = []  # one an update: seconds since the beginning, tokens
        self.saved: list[dict[str, Any]] = []
        self.began = time.perf_counter()

    def tick(self, tokens: int, save: Callable[[str], None] | None = None) -> None:
        """An update of so many tokens is over. Ends the process after the last one that is wanted."""
        now = time.perf_counter()
        self.ends.append((now - self.began, int(tokens)))
        if len(self.ends) == self.task["warmup"]:
            self.begin()
            self.began += time.perf_counter() - now
        elif len(self.ends) > self.task["warmup"] and self._has_enough(save):
            leave(self.task, self.figures() | self.finish())

    def figures(self) -> dict[str, Any]:
        """What was measured after the warm-up."""
        begun, _ = self.ends[self.task["warmup"] - 1]
        timed = self.ends[self.task["warmup"] :]
        return {
            "updates": len(timed),
            "target_tokens": sum(tokens for _, tokens in timed),
            "seconds": timed[-1][0] - begun,
            "peak_bytes": peak_bytes(),
            "saved": self.saved,
            **self.about,
        }

    def _has_enough(self, save: Callable[[str], None] | None) -> bool:
        if self.task.get("seconds"):
            return self._keep(save)
        timed = self.ends[self.task["warmup"] :]
        if self.task["updates"]:
            return len(timed) >= self.task["updates"]
        return sum(tokens for _, tokens in timed) >= self.task["epoch_tokens"]

    def _keep(self, save: Callable[[str], None] | None) -> bool:
        """Save where it is time to; whether all of the time is over."""
        before, (passed, _) = time.perf_counter(), self.ends[-1]
        if save and len(self.saved) < len(self.task["marks"]) and passed >= self.task["marks"][len(self.saved)]:
            path = str(Path(self.task["work"]) / f"mark-{len(self.saved)}")
            save(path)
            self.saved.append({"seconds": passed, "updates": len(self.ends), "model": path})
            self.began += time.perf_counter() - before
        return bool(passed >= self.task["seconds"])


def time_lines(translate: Callable[[list[Any]], list[Any]], lines: list[Any], setting: Task) -> dict[str, Any]:
    """Translate all lines at once, or one by one where a batch is to be one line, and time it after a warm-up."""
    translate(lines[:20])
    outputs: list[Any] = []
    latencies: list[float] = []
    begun = time.perf_counter()
    for part in [lines] if setting["batch"] > 1 else [[line] for line in lines]:
        before = time.perf_counter()
        outputs += translate(part)
        latencies.append(time.perf_counter() - before)
    return {"seconds": time.perf_counter() - begun, "latencies": latencies, "outputs": outputs}


def leave(task: Task, figures: dict[str, Any]) -> None:
    """Write the figures, whole, and end the process at once."""
    path = Path(task["result"])
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(figures), encoding="utf-8")
    temporary.replace(path)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def peak_bytes(process: int | str = "self") -> int:
    """The most memory that a process ever held (VmHWM of Linux)."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    found = re.search(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)
    assert found, "not Linux"
    return 1024 * int(found[1])
