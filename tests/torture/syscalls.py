"""Each system call of a save fails or kills in turn (by strace): always the old checkpoint or the new one."""

import contextlib
import ctypes
import os
import re
import shutil
import signal
import subprocess
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nmt.errors import NMTError
from nmt.storage.disk import Disk
from nmt.storage.folder import read_folder
from nmt.storage.steps import follow, list_steps, newest_whole, recover, step_dir
from tests.torture.work import CONTEXT
from tests.training import states

CALLS = ("openat", "write", "fsync", "close", "rmdir", "unlink", "mkdir", "rename")
CALLS += ("unlinkat", "mkdirat", "renameat", "renameat2")  # all that Linux has on ARM
ALL = ",".join(f"?{call}" for call in CALLS)  # ?: where there is one of that name
FAULTS = ("signal=SIGKILL", "error=ENOSPC", "error=EIO")


@dataclass(frozen=True)
class Case:
    """The save of a step in a run that has saved all before it, or with `again` that step too, with other bytes."""

    step: int
    again: bool = False

    @property
    def before(self) -> int:
        return self.step if self.again else self.step - 1

    @property
    def seconds(self) -> float:
        return float(self.again)


CASES = [Case(1), Case(2), Case(4), Case(2, again=True)]


@dataclass(frozen=True)
class Saved:
    """How a save ended: its exit code (below zero: the signal that killed it) and what it said."""

    code: int
    said: str


def available(folder: Path) -> bool:
    """Whether strace is here and may trace."""
    if not shutil.which("strace"):
        return False
    try:
        return save(folder / "tried", 1, 0.0, "-o", "/dev/null", "-e", "trace=none").code == 0
    except AssertionError:
        return False


def save(run: Path, update: int, seconds: float = 0.0, *strace: str) -> Saved:
    """The save of a validation, in a process of its own; with arguments for strace, under it from the first call on."""
    run.parent.mkdir(parents=True, exist_ok=True)
    answer = run.parent / "answer"
    answer.unlink(missing_ok=True)
    process = CONTEXT.Process(target=_save, args=(run, update, seconds, answer, bool(strace)))
    process.start()
    if strace:
        _wait_until(r"State:\s*T", process)
        with subprocess.Popen(["strace", *strace, "-p", str(process.pid)], stderr=subprocess.DEVNULL) as tracer:
            _wait_until(r"TracerPid:\s*[1-9]", process, tracer)
            os.kill(process.pid, signal.SIGCONT)
            _wait_for(process)
    _wait_for(process)
    return Saved(process.exitcode, answer.read_text(encoding="utf-8") if answer.exists() else "")


def _wait_for(process: Any) -> None:
    process.join(60)
    if process.exitcode is None:
        process.kill()
        raise AssertionError("a save hangs")


def _wait_until(pattern: str, process: Any, tracer: subprocess.Popen[bytes] | None = None) -> None:
    """Until the system says so of the process."""
    while not re.search(f"^{pattern}", Path(f"/proc/{process.pid}/status").read_text(), re.MULTILINE):
        if tracer and tracer.poll() is not None:
            process.kill()
            raise AssertionError("strace may not trace")
        time.sleep(0.002)


def _save(run: Path, update: int, seconds: float, answer: Path, is_traced: bool) -> None:
    if is_traced:
        with contextlib.suppress(AttributeError, OSError):
            ctypes.CDLL(None).prctl(0x59616D61, ctypes.c_ulong(-1), 0, 0, 0)  # PR_SET_PTRACER: anybody may
        os.kill(os.getpid(), signal.SIGSTOP)  # and goes on when it is traced
    code, said = 0, ""
    try:
        states.save(run, update, Disk(), seconds)
    except NMTError as error:
        code, said = 2, str(error)
    except BaseException:
        code, said = 1, traceback.format_exc()
    answer.write_text(said, encoding="utf-8")
    os._exit(code)


def points(folder: Path, case: Case) -> list[tuple[str, int]]:
    """The system calls of a save that touch the run: name, and the how-manieth of its name it is."""
    run = folder / "counted" / "run"
    prepare(folder, run, case)
    trace = folder / "trace"
    done = save(run, case.step, case.seconds, "-y", "-o", str(trace), "-e", f"trace={ALL}")
    assert done.code == 0, done.said
    counts = dict.fromkeys(CALLS, 0)
    found = []
    for line in trace.read_text(encoding="utf-8", errors="replace").split("\n"):
        match = re.match(r"(\w+)\(", line)
        if match and match[1] in counts:
            counts[match[1]] += 1
            if str(run) in line:
                found.append((match[1], counts[match[1]]))
    return found


def prepare(folder: Path, run: Path, case: Case) -> None:
    """A run that has saved all that comes before."""
    template = folder / f"template-{case.before}"
    if not template.exists():
        template.mkdir(parents=True)
        for update in range(1, case.before + 1):
            assert save(template / "run", update).code == 0
    shutil.rmtree(run, ignore_errors=True)
    run.parent.mkdir(parents=True, exist_ok=True)
    if case.before:
        shutil.copytree(template / "run", run)


def judge(run: Path, case: Case, has_ended: bool) -> str:
    """'' where the run has the step before or the new one, whole, and its pointers lead to one of them.

    Until the first save has ended there may be no pointers yet; while a state takes the place of one of its number,
    `latest` may still be that one's.
    """
    said: list[str] = []
    recover(run / "state", Disk())  # as the next start does
    found = newest_whole(run / "state", said.append) if list_steps(run / "state") else None
    if said or (found[0] if found else 0) not in (case.before, case.step):
        return f"state: {said} {found and found[0]}"
    if found and not states.is_of(found[1].files, found[0]):
        return "state: other bytes"
    pointers = [("models", "best"), ("models", "last"), ("state", "latest")]
    for part, name in pointers[: 3 if has_ended or case.step > case.before else 2]:
        if not (case.before or has_ended or (run / part / name).exists()):
            continue
        update = follow(run / part, name)
        whole = states.is_of(read_folder(step_dir(run / part, update)).files, update)
        if update not in (case.before, case.step) or not whole:
            return f"{name}: step {update}"
    return ""


def run(folder: Path, cases: list[Case], every: int = 1) -> dict[str, Any]:
    """Inject each fault at every n-th call of these saves; then the next start must be able to save."""
    torn, unclear, leftovers, survived, trials, fired = [], [], [], [], 0, 0
    trace = folder / "injected"
    for case in cases:
        for number, (call, occurrence) in enumerate(points(folder, case)):
            for fault in FAULTS:
                if (number + FAULTS.index(fault)) % every:
                    continue
                trials += 1
                directory, where = folder / "hurt" / "run", f"{call} {occurrence} {fault}, {case}"
                prepare(folder, directory, case)
                inject = ("-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={occurrence}")
                done = save(directory, case.step, case.seconds, "-o", str(trace), *inject)
                kills, told = "SIGKILL" in fault, trace.read_text(encoding="utf-8", errors="replace")
                fired += "killed by SIGKILL" in told if kills else "(INJECTED)" in told
                if kills and done.code != -9:
                    survived.append(f"{where}: exit code {done.code}")
                try:
                    problem = judge(directory, case, has_ended=done.code == 0)
                except Exception as error:
                    problem = repr(error)
                if problem:
                    torn.append(f"{where}: {problem}")
                if "Traceback" in done.said:
                    unclear.append(f"{where}: {done.said[-200:]}")
                again = save(directory, case.step, case.seconds)
                if again.code or any(directory.rglob("*.tmp")) or judge(directory, case, has_ended=True):
                    leftovers.append(f"{where}: {again.said[-200:]}")
    found = {"torn": torn, "tracebacks": unclear, "not_repaired": leftovers, "not_killed": survived}
    return {"trials": trials, "fired": fired, **found}
