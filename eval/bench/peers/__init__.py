"""The toolkits we compare ourselves with: each a released package in a virtual environment of its own.

`peers/NAME/` holds `requirements.txt` (and `no-deps.txt`: what is installed without what it asks for, because it pins
an older torch), the configurations of the models, and `run.py`, which its own Python runs:

    run.py train TASK        trains until the clock (clock.py) has seen enough
    run.py translate TASK    loads a model, then translates with each of several settings

TASK is a JSON file; what was measured comes back in the JSON file that it names. `nmt` is run the same way, by run.py
in `peers/nmt/`, in the environment that runs the benchmark.
"""

import hashlib
import json
import os
import platform
import signal
import subprocess
import sys
import venv
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

BENCH = Path(__file__).resolve().parents[1]
ROOT = BENCH.parents[1]
VENVS = BENCH / ".venvs"
TORCH = "torch==2.13.0"  # the same for everybody


@dataclass(frozen=True)
class System:
    """A toolkit, and what it can do."""

    name: str
    models: tuple[str, ...]  # that it can train
    precisions: tuple[str, ...] = ("fp32",)  # on a CPU
    translates: bool = False  # whether its run.py can
    cell: str = "gru"  # of the recurrent encoder
    readout: int = 512  # of its recurrent decoder (see flops.py)
    bottleneck: int = 0
    remark: str = ""  # where its recurrent model differs from ours
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return BENCH / "peers" / self.name

    @property
    def python(self) -> Path:
        """Our own Python, or that of the peer's environment."""
        return Path(sys.executable) if self.name == "nmt" else VENVS / self.name / "bin" / "python"

    def precision(self, wanted: str) -> str:
        """The one that was asked for, or fp32 where the system has no other."""
        return wanted if wanted in self.precisions else "fp32"


NMT = System("nmt", ("rnn", "transformer"), ("fp32", "bf16"), translates=True, readout=256)
PEERS = {
    "opennmt": System(
        "opennmt",
        ("rnn", "transformer"),
        translates=True,
        cell="lstm",
        remark="one cell for both sides: LSTM encoder; readout as wide as the decoder (512)",
        environment={"TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1"},
    ),
    "fairseq": System(
        "fairseq",
        ("rnn", "transformer"),
        translates=True,
        cell="lstm",
        bottleneck=256,
        remark="LSTM encoder; feeds back 512, and projects that to 256 before the vocabulary",
        environment={"TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1"},
    ),
    "eole": System(
        "eole",
        ("rnn", "transformer"),
        ("fp32", "bf16"),
        translates=True,
        cell="lstm",
        remark="one cell for both sides: LSTM encoder; readout as wide as the decoder (512)",
    ),
    "joeynmt": System(
        "joeynmt",
        ("rnn", "transformer"),
        remark="does not batch sentences of similar length; readout as wide as the decoder (512)",
    ),
    "sockeye": System("sockeye", ("transformer",)),
    "marian": System("marian", ("transformer",)),
    "ctranslate2": System("ctranslate2", (), translates=True),
}


def set_up(peer: System) -> None:
    """Make the peer's environment, unless it stands as its requirements want it, with TORCH and this Python."""
    if peer.name == "nmt":
        return
    if (own := f"torch=={version('torch').partition('+')[0]}") != TORCH:
        print(f"{peer.name} has {TORCH}, nmt here {own}: not the same for both.", file=sys.stderr, flush=True)
    stamp = VENVS / peer.name / "ready"
    parts = [TORCH, platform.python_version(), *map(_read, _requirement_files(peer))]
    wanted = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    print(f"{peer.name}: making {VENVS / peer.name} ...", file=sys.stderr, flush=True)
    venv.create(VENVS / peer.name, clear=True, with_pip=True)
    pip = [str(peer.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, TORCH], check=True, stdout=sys.stderr)
    for path in _requirement_files(peer):
        options = ["--no-deps"] if path.name == "no-deps.txt" else []
        subprocess.run([*pip, *options, "-r", str(path)], check=True, stdout=sys.stderr)
    stamp.write_text(wanted, encoding="utf-8")


def run(system: System, action: str, task: dict[str, Any], work: Path) -> dict[str, Any]:
    """Have a system do a task in the folder `work`; returns what it measured.

    Raises RuntimeError with the end of what it printed where it gives no result.
    """
    work.mkdir(parents=True, exist_ok=True)
    result, path = work / "result.json", work / "task.json"
    result.unlink(missing_ok=True)
    path.write_text(json.dumps({**task, "work": str(work), "result": str(result)}), encoding="utf-8")
    threads = str(task["threads"])
    environment = {**os.environ, **system.environment, "OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
    environment |= {"CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": str(ROOT) if system.name == "nmt" else ""}
    command = [str(system.python), str(system.folder / "run.py"), action, str(path)]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # which ends the command, too
    with (work / f"{action}.log").open("wb") as log:
        code = subprocess.run(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT).returncode
    if not result.exists():
        text = (work / f"{action}.log").read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"{system.name}: {action} ended with status {code} and no result:\n{text[-3000:]}")
    return dict(json.loads(result.read_text(encoding="utf-8")))


def _requirement_files(peer: System) -> list[Path]:
    return [path for name in ("no-deps.txt", "requirements.txt") if (path := peer.folder / name).exists()]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
