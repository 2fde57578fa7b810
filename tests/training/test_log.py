"""What a run says, to programs and to people."""

import io
import json
import re
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from nmt.errors import DiskError
from nmt.training import log as log_module
from nmt.training.journal import Journal
from nmt.training.log import TrainingLog, show_duration
from nmt.training.progress import Progress
from tests.tiny import printed, quiet_console

FIGURES = {"nll": 4.5, "learning_rate": 1e-3, "gradient_norm": 2.0, "clipped": 0.5, "tokens_per_second": 1234.0}


@pytest.fixture(autouse=True)
def _no_tensorboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)  # importing it now fails


def open_log(folder: Path, console: Console, time_limit: float | None = None) -> TrainingLog:
    return TrainingLog(folder / "metrics.jsonl", console, "tiny", 100, time_limit)


def lines(folder: Path) -> list[dict[str, Any]]:
    text = (folder / "metrics.jsonl").read_text(encoding="utf-8")
    assert text.endswith("\n")
    return [json.loads(line) for line in text.split("\n")[:-1]]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0:00"),
        (9.4, "0:09"),
        (75, "1:15"),
        (59.6, "1:00"),
        (3599, "59:59"),
        (4000, "1:06:40"),
        (100_000, "27:46:40"),
    ],
)
def test_durations_read_like_a_clock(seconds: float, shown: str) -> None:
    assert show_duration(seconds) == shown


def test_every_line_of_the_log_is_an_object_with_the_counters(tmp_path: Path) -> None:
    progress = Progress(update=10, epoch=2, target_tokens=5000, train_seconds=4.00049)
    with open_log(tmp_path, quiet_console()) as log:
        log.train(progress, FIGURES)
        log.validation(progress, {"loss": 3.25, "bleu": 17.0, "seconds": 1.5}, is_best=True)
    counters = {"update": 10, "epoch": 2, "target_tokens": 5000, "train_seconds": 4.0}
    assert lines(tmp_path) == [
        {"kind": "train", **counters, **FIGURES},
        {"kind": "validation", **counters, "loss": 3.25, "bleu": 17.0, "seconds": 1.5},
    ]


def test_a_log_goes_on_where_it_stopped(tmp_path: Path) -> None:
    for update in (1, 2):
        with open_log(tmp_path, quiet_console()) as log:
            log.train(Progress(update=update), FIGURES)
    assert [line["update"] for line in lines(tmp_path)] == [1, 2]


def test_a_line_is_on_disk_at_once(tmp_path: Path) -> None:
    with open_log(tmp_path, quiet_console()) as log:
        log.train(Progress(update=1), FIGURES)
        assert len(lines(tmp_path)) == 1


def test_where_stderr_is_no_terminal_plain_lines_come_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(log_module.time, "monotonic", lambda: now)
    console = quiet_console()
    with open_log(tmp_path, console) as log:
        for update in range(1, 31):
            now += 1.0
            log.train(Progress(update=update, train_seconds=2.0 * update), FIGURES)
    shown = printed(console).split("\n")
    # 2 s an update: 99 to go are 3:18, and 84 are 2:48
    assert shown == [
        "tiny · update 1/100 · 1,234 tokens/s · loss 4.50 · 3:18 left",
        "tiny · update 16/100 · 1,234 tokens/s · loss 4.50 · 2:48 left",
        "",
    ]


def test_time_left_is_bounded_by_the_time_limit(tmp_path: Path) -> None:
    console = quiet_console()
    with open_log(tmp_path, console, time_limit=30.0) as log:
        log.train(Progress(update=10, train_seconds=20.0, best_bleu=12.34), FIGURES)
    assert printed(console) == "tiny · update 10 · 1,234 tokens/s · loss 4.50 · dev BLEU 12.3 · 0:10 left\n"


@pytest.mark.parametrize(("is_best", "ending"), [(True, "dev BLEU 17.00 (best)\n"), (False, "dev BLEU 17.00\n")])
def test_each_validation_is_a_line_for_people(tmp_path: Path, is_best: bool, ending: str) -> None:
    console = quiet_console()
    with open_log(tmp_path, console) as log:
        figures = {"loss": 3.25, "bleu": 17.0, "seconds": 1.5}
        log.validation(Progress(update=10, epoch=2, train_seconds=75.0), figures, is_best)
    assert printed(console) == f"tiny · update 10 · epoch 3 · 1:15 trained · dev loss 3.250 · {ending}"


def test_a_terminal_gets_a_bar(tmp_path: Path) -> None:
    screen = io.StringIO()
    with open_log(tmp_path, Console(file=screen, force_terminal=True, width=120)) as log:
        log.train(Progress(update=10, train_seconds=20.0), FIGURES)
    assert "10/100" in screen.getvalue()
    assert "1,234 tokens/s" in screen.getvalue()


@pytest.mark.parametrize("name", ["rnn [small]", "de-en [/v2]"])
def test_the_bar_shows_the_name_of_a_run_as_it_is(tmp_path: Path, name: str) -> None:
    screen = io.StringIO()
    with TrainingLog(tmp_path / "metrics.jsonl", Console(file=screen, force_terminal=True, width=120), name, 9, None):
        pass
    assert name in re.sub("\x1b\\[[^a-zA-Z]*[a-zA-Z]", "", screen.getvalue())  # without colours


def test_names_with_brackets_are_shown_as_they_are(tmp_path: Path) -> None:
    console = quiet_console()
    with open_log(tmp_path, console) as log:
        log.say("[bold]data/[x].de[/bold]")
    assert printed(console) == "[bold]data/[x].de[/bold]\n"


def test_a_log_goes_back_to_where_a_checkpoint_was_and_on_from_there(tmp_path: Path) -> None:
    progress = Progress(update=1)
    with open_log(tmp_path, quiet_console()) as log:
        log.train(progress, FIGURES)
        log.sync(progress)
        log.train(Progress(update=2), FIGURES)
    with (tmp_path / "metrics.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"kind": "tr')  # cut short by a crash
    with open_log(tmp_path, quiet_console()) as log:
        log.rewind(progress)
        log.train(Progress(update=9), FIGURES)
    assert [line["update"] for line in lines(tmp_path)] == [1, 9]


def test_a_log_that_was_changed_is_put_aside_with_a_message(tmp_path: Path) -> None:
    progress = Progress(update=1)
    with open_log(tmp_path, quiet_console()) as log:
        log.train(progress, FIGURES)
        log.sync(progress)
    path = tmp_path / "metrics.jsonl"
    changed = path.read_bytes().replace(b"4.5", b"3.5")
    path.write_bytes(changed)
    console = quiet_console()
    with open_log(tmp_path, console) as log:
        log.rewind(progress)
        log.train(Progress(update=2), FIGURES)
    assert (tmp_path / "metrics.damaged.jsonl").read_bytes() == changed
    assert [line["update"] for line in lines(tmp_path)] == [2]
    assert printed(console).startswith(f"{path} was changed since it was written.")


def test_a_fault_is_a_line_for_programs_and_one_for_people(tmp_path: Path) -> None:
    console = quiet_console()
    with open_log(tmp_path, console) as log:
        log.fault(Progress(update=4), "not_finite", "left out.", pairs=[3, 5])
    assert printed(console) == "update 5: left out.\n"
    (line,) = lines(tmp_path)
    assert (line["kind"], line["what"], line["pairs"]) == ("fault", "not_finite", [3, 5])


def test_a_roll_back_is_said_of_the_update_that_was_reached(tmp_path: Path) -> None:
    console = quiet_console()
    with open_log(tmp_path, console) as log:
        log.fault(Progress(update=4), "rolled_back", "went back.", reached=9)
    assert printed(console) == "update 9: went back.\n"
    assert (lines(tmp_path)[0]["update"], lines(tmp_path)[0]["reached"]) == (4, 9)


def test_a_process_that_does_not_lead_writes_and_says_nothing(tmp_path: Path) -> None:
    console = quiet_console()
    with TrainingLog(None, console, "tiny", 100, None) as log:
        log.train(Progress(update=1), FIGURES)
        log.fault(Progress(update=1), "not_finite", "left out.")
        log.sync(Progress())
        log.rewind(Progress())
    assert (printed(console), list(tmp_path.iterdir())) == ("", [])


def test_a_full_disk_is_said_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Journal, "write", full)
    monkeypatch.setattr(Journal, "sync", full)
    with open_log(tmp_path, quiet_console()) as log:
        for act in (lambda: log.train(Progress(update=1), FIGURES), lambda: log.sync(Progress())):
            with pytest.raises(DiskError, match=r"metrics\.jsonl: the disk is full"):
                act()


def test_tensorboard_gets_the_same_figures_where_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[str, float, int]] = []

    class SummaryWriter:
        def __init__(self, directory: str, purge_step: int | None = None) -> None:
            assert Path(directory) == tmp_path / "tensorboard"
            if purge_step is not None:
                shown.append(("forget from", 0.0, purge_step))

        def add_scalar(self, name: str, value: float, update: int) -> None:
            shown.append((name, value, update))

        def close(self) -> None:
            shown.append(("closed", 0.0, 0))

    module = types.SimpleNamespace(SummaryWriter=SummaryWriter)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    figures, closed = [(f"train/{name}", value, 10) for name, value in FIGURES.items()], ("closed", 0.0, 0)
    with open_log(tmp_path, quiet_console()) as log:
        log.train(Progress(update=10), FIGURES)
    assert shown == [*figures, closed]
    shown.clear()
    with open_log(tmp_path, quiet_console()) as log:
        log.rewind(Progress())  # nothing was shown yet
        log.rewind(Progress(update=5))
        log.train(Progress(update=10), FIGURES)
    assert shown == [closed, ("forget from", 0.0, 6), *figures, closed]
    shown.clear()
    with open_log(tmp_path, quiet_console()) as log:
        log.rewind(Progress(models=[0]))  # a validation before the first update stays
    assert shown == [closed, ("forget from", 0.0, 1), closed]


def test_a_second_log_that_was_changed_is_put_aside_beside_the_first(tmp_path: Path) -> None:
    for content in (b"one", b"two"):
        (tmp_path / "metrics.jsonl").write_bytes(content)
        with open_log(tmp_path, quiet_console()) as log:
            log.rewind(Progress(log_bytes=99))
    assert (tmp_path / "metrics.damaged.jsonl").read_bytes() == b"one"
    assert (tmp_path / "metrics.damaged-2.jsonl").read_bytes() == b"two"


@pytest.mark.parametrize("place", ["begin", "add", "close"])
def test_where_tensorboard_cannot_write_it_is_said_once_and_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    class SummaryWriter:
        def __init__(self, directory: str) -> None:
            self.fail("begin")

        def fail(self, now: str) -> None:
            if now == place:
                raise OSError(28, "No space left on device")

        def add_scalar(self, *_: object) -> None:
            self.fail("add")

        def close(self) -> None:
            self.fail("close")

    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", types.SimpleNamespace(SummaryWriter=SummaryWriter))
    console = quiet_console()

    def train() -> None:
        with open_log(tmp_path, console) as log:
            for update in (1, 2):
                log.train(Progress(update=update), FIGURES)
            raise KeyError("the first error")

    with pytest.raises(KeyError, match="the first error"):
        train()
    assert len(lines(tmp_path)) == 2
    said = [line for line in printed(console).split("\n") if "TensorBoard" in line]
    expected = f"{tmp_path / 'tensorboard'}: cannot be written ([Errno 28] No space left on device). "
    assert said == ([] if place == "close" else [expected + "TensorBoard gets no more figures of this run."])
