"""python -m tests.torture [--quick] [--out DIR]: every module, deep, and a report of what was found."""

import argparse
import json
import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from nmt.reports.record import source_commit
from nmt.training.device import cpu_name
from tests.torture import full, hostile, kill, overhead, ranks, resume, rot, syscalls
from tests.torture.report import markdown
from tests.torture.work import MODELS

ROOT = Path(__file__).parents[2]


def trials(quick: bool) -> dict[str, Callable[[Path], Any]]:
    """Name in the report -> what runs in a folder of its own."""
    share = 20 if quick else 1
    multi30k = ROOT / "recipes" / "multi30k"
    found = (ROOT / "data" / "multi30k" / "train.en").exists()
    recipes = multi30k if found else ROOT / "recipes" / "phrasebook"
    return {
        "resume": resume.run,
        **{f"kill, {model}": lambda folder, model=model: kill.run(folder, model, 100 // share) for model in MODELS},
        "system calls": lambda folder: syscalls.run(folder, syscalls.CASES, share),
        "rot": lambda folder: rot.run(folder, {"flip": 1000 // share, "cut": 200 // share, "swap": 50 // share}),
        "full disk": lambda folder: full.run(folder, max(20 // share, 2)),
        "hostile": hostile.run,
        "processes": lambda folder: ranks.run(folder, max(8 // share, 1), 5 if not quick else 3),
        **{
            f"overhead, {name}": lambda folder, name=name: overhead.run(folder, recipes / f"{name}.toml", 40)
            for name in ("rnn", "transformer")
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Damage runs in every way and see what is lost (nothing, one hopes).")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "runs" / "torture", help="where results.json and README.md are written"
    )
    parser.add_argument("--quick", action="store_true", help="a twentieth of the trials")
    parser.add_argument("--only", help="comma-separated names, such as rot,hostile")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    path = arguments.out / "results.json"
    results: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["results"] if path.exists() else {}
    for name, run in trials(arguments.quick).items():
        if arguments.only and name.split(",")[0] not in arguments.only.split(","):
            continue
        started = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            result = run(Path(folder))
        seconds = round(time.perf_counter() - started, 1)
        machine = {"processor": cpu_name(), "python": platform.python_version(), "torch": torch.__version__}
        about = {"machine": machine, "quick": arguments.quick, "commit": source_commit()}
        results[name] = {"result": result, "seconds": seconds, **about}
        print(f"{name}: {json.dumps(result)[:300]} ({seconds} s)", flush=True)
        tree = {"results": results}
        path.write_text(json.dumps(tree, indent=1) + "\n", encoding="utf-8")
        (arguments.out / "README.md").write_text(markdown(tree), encoding="utf-8")


if __name__ == "__main__":
    main()
