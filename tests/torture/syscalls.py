"""Each system call of a save fails or kills in turn (by strace): always the old checkpoint or the new one."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from nmt.storage.folder import read_folder
from nmt.storage.steps import follow, list_steps, newest_whole, step_dir

CALLS = ("openat", "write", "fsync", "rename", "close", "mkdir", "unlink", "unlinkat", "rmdir")
FAULTS = ("signal=SIGKILL", "error=ENOSPC", "error=EIO")
ROOT = Path(__file__).parents[2]

# A save as training does it, without torch, which would take seconds to import a thousand times.
SAVE = """
import sys
from pathlib import Path
from nmt.errors import NMTError
from nmt.storage.disk import Disk
from nmt.storage.folder import write_folder
from nmt.storage.steps import list_steps, point, prune, step_dir
run, update, disk = Path(sys.argv[1]), int(sys.argv[2]), Disk()
try:
    for part in ("models", "state"):
        files = {"weights": bytes([update]) * 70000, "progress.json": str(update).encode()}
        write_folder(step_dir(run / part, update), files, {"update": update}, disk)
    point(run / "state", "latest", update, disk)
    for name in ("last", "best"):
        point(run / "models", name, update, disk)
    for part in ("models", "state"):
        prune(run / part, list_steps(run / part)[-2:], disk)
except NMTError as error:
    print(error, file=sys.stderr)
    sys.exit(2)
"""


def available() -> bool:
    """Whether strace is here and may trace."""
    if not shutil.which("strace"):
        return False
    return subprocess.run(["strace", "-e", "trace=none", "true"], capture_output=True, check=False).returncode == 0


def save(run: Path, update: int, *strace: str) -> subprocess.CompletedProcess[bytes]:
    command = [*strace, sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{SAVE}"]
    return subprocess.run([*command, str(run), str(update)], capture_output=True, check=False, timeout=60)


def points(folder: Path, steps: int) -> list[tuple[str, int]]:
    """The system calls of the save of step `steps` that touch the run: name, and the how-manieth of its name it is."""
    run = folder / "counted" / "run"
    prepare(folder, run, steps - 1)
    trace = folder / "trace"
    done = save(run, steps, "strace", "-y", "-o", str(trace), "-e", f"trace={','.join(CALLS)}")
    assert done.returncode == 0, done.stderr
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
            assert save(template, update).returncode == 0
    shutil.rmtree(run, ignore_errors=True)
    run.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(template, run)


def judge(run: Path, steps: int) -> str:
    """'' where the run has the step before or the new one, whole, and its pointers lead to one of them."""
    said: list[str] = []
    found = newest_whole(run / "state", said.append) if list_steps(run / "state") else None
    if said or (found[0] if found else 0) not in (steps - 1, steps):
        return f"state: {said} {found and found[0]}"
    if found and found[1].files["weights"] != bytes([found[0]]) * 70000:
        return "state: other bytes"
    if steps > 1:
        for part, name in (("models", "best"), ("models", "last"), ("state", "latest")):
            update = follow(run / part, name)
            read_folder(step_dir(run / part, update))
            if update not in (steps - 1, steps):
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
                done = save(directory, step, "strace", "-o", "/dev/null", *inject)
                try:
                    problem = judge(directory, step)
                except Exception as error:
                    problem = repr(error)
                if problem:
                    torn.append(f"{where}: {problem}")
                if b"Traceback" in done.stderr:
                    unclear.append(f"{where}: {done.stderr.decode()[-200:]}")
                again = save(directory, step)
                if again.returncode or any(directory.rglob("*.tmp")) or judge(directory, step):
                    leftovers.append(f"{where}: {again.stderr.decode()[-200:]}")
    return {"trials": trials, "torn": torn, "tracebacks": unclear, "not_repaired": leftovers}
