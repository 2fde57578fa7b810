"""Marian 1.12.42 (pymarian), run in its own environment: `run.py train TASK`.

Marian is one compiled program: the clock goes by the lines it prints, one an update, as they come.
"""

import json
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))

from clock import Clock, Task, peak_bytes, read_task

# Ep. 1 : Up. 3 : Sen. 384 : Cost 9.01 * 3,456 @ 3,456 after 10,368 : Time 1.23s ...: labels of the last batch after @
UPDATE = re.compile(r"Up\. \d+ .*? @ ([\d,]+) after")


def train(task: Task) -> None:
    """Train until the clock has seen enough."""
    corpus, work = Path(task["corpus"]), Path(task["work"])
    vocabulary = str(make_vocabulary(corpus))
    command = [str(Path(sys.executable).with_name("pymarian")), "train", "--cpu-threads", str(task["threads"])]
    command += [
        "--train-sets",
        str(corpus / "train.source"),
        str(corpus / "train.target"),
        "--vocabs",
        vocabulary,
        vocabulary,
    ]
    command += (HERE / f"{task['model']}.txt").read_text(encoding="utf-8").split()
    command += ["--model", str(work / "model.npz"), "--overwrite", "--tempdir", str(work), "--seed", str(task["seed"])]
    command += ["--mini-batch-words", str(task["batch_tokens"]), "--mini-batch", "10000", "--maxi-batch", "1000"]
    command += [
        "--max-length",
        "200",
        "--sync-sgd",
        "--workspace",
        "1024",
        "--optimizer-params",
        "0.9",
        "0.98",
        "1e-08",
    ]
    command += ["--cost-type", "ce-sum", "--disp-label-counts", "--label-smoothing", "0.1", "--clip-norm", "1"]
    command += ["--disp-freq", "1", "--save-freq", "100000000", "--after-batches", "100000000"]
    marian = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert marian.stdout is not None

    def finish() -> dict[str, int]:
        peak = peak_bytes(marian.pid)
        marian.kill()
        marian.wait()  # or its time would count as that of others (machine.Use)
        return {"peak_bytes": peak}

    clock = Clock(task, finish=finish, version=version("pymarian"))
    for line in marian.stdout:
        print(line, end="", flush=True)
        if found := UPDATE.search(line):
            clock.tick(int(found[1].replace(",", "")))


def make_vocabulary(corpus: Path) -> Path:
    """All pieces with their numbers, in YAML."""
    path = corpus / "marian-vocab.yml"
    pieces = (corpus / "vocab.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    numbered = enumerate(["</s>", "<unk>", *pieces])
    path.write_text(
        "".join(f"{json.dumps(piece, ensure_ascii=False)}: {number}\n" for number, piece in numbered), encoding="utf-8"
    )
    return path


if __name__ == "__main__":
    {"train": train}[sys.argv[1]](read_task())
