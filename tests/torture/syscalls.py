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
from nmt.storage.steps import follow, list_steps, newest_whole, step_dir
from tests.torture.work import CONTEXT
from tests.training import states

CALLS = ("openat", "write", "fsync", "rename", "close", "mkdir", "unlink", "unlinkat", "rmdir")
FAULTS = ("signal=SIGKILL", "error=ENOSPC", "error=EIO")


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
        return save(folder / "tried", 1, "-o", "/dev/null", "-e", "trace=none").code == 0
    except AssertionError:
        return False


def save(run: Path, update: int, *strace: str) -> Saved:
    """The save of a validation, in a process of its own; with arguments for strace, under it from the first call on."""
    run.parent.mkdir(parents=True, exist_ok=True)
    answer = run.parent / "answer"
    answer.unlink(missing_ok=True)
    process = CONTEXT.Process(target=_save, args=(run, update, answer, bool(strace)))
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


def _save(run: Path, update: int, answer: Path, is_traced: bool) -> None:
    if is_traced:
        with contextlib.suppress(AttributeError, OSError):
            ctypes.CDLL(None).prctl(0x59616D61, ctypes.c_ulong(-1), 0, 0, 0)  # PR_SET_PTRACER: anybody may
        os.kill(os.getpid(), signal.SIGSTOP)  # and goes on when it is traced
    code, said = 0, ""
    try:
        states.save(run, update, Disk())
    except NMTError as error:
        code, said = 2, str(error)
    except BaseException:
        code, said = 1, traceback.format_exc()
    answer.write_text(said, encoding="utf-8")
    os._exit(code)


def points(folder: Path, steps: int) -> list[tuple[str, int]]:
    """The system calls of the save of step `steps` that touch the run: name, and the how-manieth of its name it is."""
    run = folder / "counted" / "run"
    prepare(folder, run, steps - 1)
    trace = folder / "trace"
    done = save(run, steps, "-y", "-o", str(trace), "-e", f"trace={','.join(CALLS)}")
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


def prepare(folder: Path, run: Path, steps: int) -> None:
    """A run that has saved so many steps."""
    template = folder / f"template-{steps}"
    if not template.exists():
        template.mkdir(parents=True)
        for update in range(1, steps + 1):
            assert save(template / "run", update).code == 0
    shutil.rmtree(run, ignore_errors=True)
    run.parent.mkdir(parents=True, exist_ok=True)
    if steps:
        shutil.copytree(template / "run", run)


def judge(run: Path, steps: int) -> str:
    """'' where the run has the step before or the new one, whole, and its pointers lead to one of them."""
    said: list[str] = []
    found = newest_whole(run / "state", said.append) if list_steps(run / "state") else None
    if said or (found[0] if found else 0) not in (steps - 1, steps):
        return f"state: {said} {found and found[0]}"
    if found and not states.is_of(found[1].files, found[0]):
        return "state: other bytes"
    if steps > 1:
        for part, name in (("models", "best"), ("models", "last"), ("state", "latest")):
            update = follow(run / part, name)
            whole = states.is_of(read_folder(step_dir(run / part, update)).files, update)
            if update not in (steps - 1, steps) or not whole:
                return f"{name}: step {update}"
    return ""


def run(folder: Path, steps: list[int], every: int = 1) -> dict[str, Any]:
    """Inject each fault at every n-th call of the saves of these steps; then the next start must be able to save."""
    torn, unclear, leftovers, trials = [], [], [], 0
    for step in steps:
        for number, (call, occurrence) in enumerate(points(folder, step)):
            for fault in FAULTS:
                if (number + FAULTS.index(fault)) % every:
                    continue
                trials += 1
                directory, where = folder / "hurt" / "run", f"{call} {occurrence} {fault}, step {step}"
                prepare(folder, directory, step - 1)
                inject = ("-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={occurrence}")
                done = save(directory, step, "-o", "/dev/null", *inject)
                try:
                    problem = judge(directory, step)
                except Exception as error:
                    problem = repr(error)
                if problem:
                    torn.append(f"{where}: {problem}")
                if "Traceback" in done.said:
                    unclear.append(f"{where}: {done.said[-200:]}")
                again = save(directory, step)
                if again.code or any(directory.rglob("*.tmp")) or judge(directory, step):
                    leftovers.append(f"{where}: {again.said[-200:]}")
    return {"trials": trials, "torn": torn, "tracebacks": unclear, "not_repaired": leftovers}
