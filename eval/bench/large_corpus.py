"""How fast a large corpus is encoded, and how much more memory training on it takes than on a small one.

    python eval/bench/large_corpus.py --pairs 10_000_000 --json eval/bench/large_corpus.json

The small corpus is the embedded phrasebook (29,624 pairs, about as many as Multi30k has). The large one is the same
over and over, after the first time with a word of each sentence changed. Both are prepared (filtered, a tokenizer
trained, encoded) and then trained on for some updates, each in a process of its own on one core. A process reports the
most memory it ever held: VmHWM of /proc, anonymous pages and pages of files. Linux only.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import machine
from peers.clock import peak_bytes

ROOT = Path(__file__).resolve().parents[2]
RECIPE = """
name = "bench"

[corpus]
source_language = "de"
target_language = "en"
train = {{ source = "{train}.de", target = "{train}.en" }}
dev = {{ source = "{dev}.de", target = "{dev}.en" }}

[tokenizer]
vocab_size = 8000
sampling = {sampling}

[model]
embedding_dim = 64
encoder = {{ type = "rnn", cell = "gru", dim = 64 }}
decoder = {{ type = "rnn", cell = "lstm", layers = 2, dim = 64 }}

[training]
max_updates = {updates}
validate_every = {updates}
batch_tokens = 1024
precision = "fp32"
threads = 1
"""


def main() -> None:
    """Make both corpora, measure in child processes, print a table, write the figures."""
    arguments = parse_arguments()
    if arguments.child:
        print(json.dumps(CHILDREN[arguments.child](arguments.recipe, arguments.out)))
        return
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        figures = measure(Path(name), arguments.pairs, arguments.updates, arguments.sampling)
    for line in describe(figures):
        print(line)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Encode a large corpus, train on it, and measure speed and memory.")
    parser.add_argument("--pairs", type=int, default=1_000_000, help="of the large corpus; default: 1_000_000")
    parser.add_argument("--updates", type=int, default=100, help="of training on each corpus; default: 100")
    parser.add_argument("--sampling", type=float, default=0.0, help="tokenizer.sampling; above 0, text is kept as well")
    parser.add_argument("--folder", type=Path, help="where the temporary files go: 400 bytes a pair")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file")
    for hidden in ("--child", "--recipe", "--out"):
        parser.add_argument(hidden, type=str if hidden == "--child" else Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def measure(folder: Path, num_pairs: int, updates: int, sampling: float) -> dict[str, Any]:
    """All figures, by corpus and phase."""
    base = folder / "phrasebook"
    prepare = [sys.executable, str(ROOT / "data" / "phrasebook" / "prepare.py"), "--out", str(base)]
    subprocess.run(prepare, check=True, stdout=sys.stderr)
    multiply(base / "train", folder / "large", num_pairs)
    figures: dict[str, Any] = {"machine": machine.describe(threads=1), "updates": updates, "sampling": sampling}
    for name, train in (("small", base / "train"), ("large", folder / "large")):
        recipe = folder / f"{name}.toml"
        text = RECIPE.format(train=train, dev=base / "dev", updates=updates, sampling=sampling)
        recipe.write_text(text, encoding="utf-8")
        figures[name] = {phase: run_child(phase, recipe, folder / name / "run") for phase in CHILDREN}
    large, small = (figures[name]["train"]["peak_bytes"] for name in ("large", "small"))
    return figures | {"train_growth_bytes": large - small}


def multiply(base: Path, out: Path, num_pairs: int) -> None:
    """Write `num_pairs` pairs: those of `base` again and again, after the first time with a word of each changed."""
    for language in ("de", "en"):
        generator = random.Random(language)
        lines = [line.split() for line in Path(f"{base}.{language}").read_text(encoding="utf-8").split("\n")[:-1]]
        words = sorted({word for line in lines for word in line})
        with Path(f"{out}.{language}").open("w", encoding="utf-8", newline="\n") as file:
            for number in range(num_pairs):
                line = list(lines[number % len(lines)])
                if number >= len(lines):
                    line[int(generator.random() * len(line))] = words[int(generator.random() * len(words))]
                file.write(" ".join(line) + "\n")


def run_child(phase: str, recipe: Path, out: Path) -> dict[str, Any]:
    """Run a phase in a process of its own and return what it reports."""
    print(f"{recipe.stem}: {phase} ...", file=sys.stderr)
    command = [sys.executable, __file__, "--child", phase, "--recipe", str(recipe), "--out", str(out)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **ONE_THREAD})
    return dict(json.loads(done.stdout))


ONE_THREAD = {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": str(ROOT)}


def prepare_child(recipe: Path, out: Path) -> dict[str, Any]:
    """Seconds of preparing the corpus on one core, apart from the tokenizer's training."""
    from nmt.corpus.prepare import prepare_corpus
    from nmt.experiment import load_experiment
    from nmt.run.assemble import sources_of

    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    experiment = load_experiment(recipe)
    told: dict[str, float] = {}

    def say(message: str) -> None:
        told.setdefault(message.split()[0], time.perf_counter())
        print(message, file=sys.stderr)

    out.parent.mkdir(parents=True, exist_ok=True)
    begun = time.perf_counter()
    config, directory = experiment.tokenizer, out.parent / "prepared"
    corpus = prepare_corpus(sources_of(experiment), config, directory, say)
    seconds = time.perf_counter() - begun
    tokenizer_seconds = told["Encoding"] - told["Training"]
    pairs = len(corpus.train)
    return {
        "pairs": pairs,
        "seconds": seconds,
        "tokenizer_seconds": tokenizer_seconds,
        "pairs_per_minute": 60 * pairs / (seconds - tokenizer_seconds),
        "bytes_on_disk": sum(path.stat().st_size for path in directory.rglob("*") if path.is_file()),
        "peak_bytes": peak_bytes(),
    }


def train_child(recipe: Path, out: Path) -> dict[str, Any]:
    """Train on what prepare_child left."""
    from rich.console import Console

    from nmt.experiment import load_experiment
    from nmt.run.train import train_run

    begun = time.perf_counter()
    train_run(load_experiment(recipe), out, Console(stderr=True))
    record = json.loads((out / "record.json").read_text(encoding="utf-8"))
    seconds = time.perf_counter() - begun
    return {
        "updates": record["updates"],
        "train_seconds": record["train_seconds"],
        "other_seconds": seconds
        - record["train_seconds"],  # launching, with every byte on disk checked; validating; saving
        "peak_bytes": peak_bytes(),
    }


CHILDREN: dict[str, Callable[[Path, Path], dict[str, Any]]] = {"prepare": prepare_child, "train": train_child}


def describe(figures: dict[str, Any]) -> list[str]:
    """The figures as a table."""
    lines = [f"{'corpus':<8}{'pairs':>12}{'pairs/minute/core':>20}{'MB preparing':>14}{'MB training':>14}"]
    for name in ("small", "large"):
        prepare, train = figures[name]["prepare"], figures[name]["train"]
        speed, peaks = prepare["pairs_per_minute"], (prepare["peak_bytes"] / 1e6, train["peak_bytes"] / 1e6)
        lines.append(f"{name:<8}{prepare['pairs']:>12,}{speed:>20,.0f}{peaks[0]:>14,.0f}{peaks[1]:>14,.0f}")
    return [*lines, f"Training on the large corpus takes {figures['train_growth_bytes'] / 1e6:,.0f} MB more."]


if __name__ == "__main__":
    main()
