"""Two processes under torchrun, one of them killed at random: it starts again by itself and ends with the same bits."""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from nmt.experiment import experiment_bytes
from tests.torture.work import differences, make_experiment, train
from tests.training.processes import together

ROOT = Path(__file__).parents[2]
TRAINING: dict[str, Any] = {"max_updates": 40, "validate_every": 10, "save_every": 2, "accumulate": 1}


def torchrun(folder: Path, directory: Path, kills: int, seed: int) -> subprocess.CompletedProcess[bytes]:
    """Train with two processes, of which one, in each of the first `kills` starts, dies."""
    recipe = folder / "recipe.toml"
    if not recipe.exists():
        recipe.write_bytes(experiment_bytes(make_experiment(folder / "text", "rnn", **TRAINING)))
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", f"--max-restarts={kills + 2}"]
    command += ["--standalone", "--monitor-interval=0.2", "-m", "tests.torture.ranks"]
    arguments = [str(recipe), str(directory), str(kills), str(seed)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.run([*command, *arguments], env=environment, capture_output=True, timeout=250, check=False)


def _uninterrupted(rank: int, folder: Path, directory: Path) -> None:
    train(make_experiment(folder / "text", "rnn", **TRAINING), directory)


def run(folder: Path, runs: int, kills: int, seed: int = 1) -> dict[str, Any]:
    """So many runs, each killed so many times, against one that was not."""
    whole = folder / "whole-ranks"
    together(2, _uninterrupted, folder, whole)
    different, killed, restarts, failed, hangs = 0, 0, [], [], 0
    for number in range(runs):
        directory = folder / "killed-ranks"
        shutil.rmtree(directory, ignore_errors=True)
        (folder / "starts").unlink(missing_ok=True)
        try:
            done = torchrun(folder, directory, kills, seed * 1000 + number)
        except subprocess.TimeoutExpired:
            hangs += 1
            continue
        if done.returncode:
            failed.append(done.stderr.decode()[-2000:])
            continue
        different += bool(differences(whole, directory))
        lines = [line.split() for line in (folder / "starts").read_text(encoding="utf-8").splitlines()]
        killed += sum(what == "down" for what, _ in lines)
        restarts += [  # where it was killed again before it was up, the time counts from then
            float(up) - float(down)
            for (before, down), (after, up) in pairwise(lines)
            if (before, after) == ("down", "up")
        ]
    seconds = round(max(restarts, default=0.0), 1)
    found = {"kills": killed, "runs": runs, "failed": failed, "hangs": hangs, "different": different}
    return {**found, "slowest_restart": seconds}


def _main() -> None:
    """One of the processes that torchrun starts."""
    recipe, directory, kills, seed = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    rank, start = int(os.environ["RANK"]), int(os.environ["TORCHELASTIC_RESTART_COUNT"])
    starts = directory.parent / "starts"
    generator = random.Random(seed * 7919 + start)
    victim, is_early, moment = generator.choice([0, 1]), generator.random() < 0.4, generator.uniform(0.0, 0.8)

    from rich.console import Console

    from nmt.experiment import load_experiment
    from nmt.run.train import train_run
    from nmt.training.updater import Updater

    update = Updater.update
    begun = threading.Event()

    def note(what: str) -> None:
        with starts.open("a", encoding="utf-8") as file:
            file.write(f"{what} {time.time()}\n")

    def watched(updater: Updater, progress: Any, batches: Any) -> Any:
        if not begun.is_set():
            begun.set()
            if rank == 0 and start > 0:
                note("up")
            if rank == victim and start < kills and not is_early:
                threading.Timer(moment, die).start()
        result = update(updater, progress, batches)
        if start < kills and progress.update == TRAINING["max_updates"] - 1:
            time.sleep(5)  # not over before it is killed
        return result

    def die() -> None:
        note("down")
        os.kill(os.getpid(), signal.SIGKILL)

    Updater.update = watched  # type: ignore[method-assign]
    if rank == victim and start < kills and is_early:  # while it looks for the others, the text and its state
        threading.Timer(moment, die).start()
    train_run(load_experiment(Path(recipe)), directory, Console(quiet=True))


if __name__ == "__main__":
    _main()
