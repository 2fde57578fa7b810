"""How much memory `nmt translate` takes for a stream of so many lines.

    python eval/bench/streaming.py RUN --json FILE                          # 10,000 and 100,000 lines
    python eval/bench/streaming.py RUN --lines 10_000 100_000 1_000_000

RUN is a run directory, preferably a small one. Lines of one to six words, drawn from the words that are pieces of its
tokenizer, go from a file to a file, with greedy search on one thread. A process of its own translates each number of
lines and says the most memory that it ever held (VmHWM of /proc). Linux only.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import machine
from nmt.tokenizer.pair import TokenizerPair
from nmt.translation.words import WORD_START
from peers import BENCH, ROOT

# The `nmt` command, which at its end says how much it held. What the system says of a child (ru_maxrss) is never less
# than what its parent held when it started it.
PROGRAM = """
import atexit
from nmt.cli.main import main
from peers.clock import peak_bytes
atexit.register(lambda: print(peak_bytes()))
main()
"""


def main() -> None:
    """Measure, print a line for each number of lines, write the figures."""
    arguments = parse_arguments()
    tokenizer = TokenizerPair.load(arguments.run).source
    words = plain_words(tokenizer.pieces(list(range(tokenizer.vocab_size))))
    streams: list[dict[str, Any]] = []
    figures = {"machine": machine.describe(threads=1), "streams": streams}
    with tempfile.TemporaryDirectory() as folder:
        for count in arguments.lines:
            streams.append(measure(arguments.run, words, count, Path(folder)))
            print(describe(streams[-1], streams[0]), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("run", type=Path, metavar="RUN")
    parser.add_argument("--lines", type=int, nargs="+", default=[10_000, 100_000], help="default: 10_000 100_000")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file")
    return parser.parse_args()


def plain_words(pieces: tuple[str, ...]) -> list[str]:
    """The pieces that are whole words of letters."""
    return [piece[1:] for piece in pieces if piece.startswith(WORD_START) and piece[1:].isalpha()]


def invented_lines(words: list[str], count: int) -> Iterator[str]:
    """The same lines each time; more of them begin with those that fewer are."""
    generator = random.Random(0)
    for _ in range(count):
        yield " ".join(generator.choices(words, k=generator.randint(1, 6)))


def measure(run: Path, words: list[str], count: int, folder: Path) -> dict[str, Any]:
    """Translate `count` lines in a process of its own."""
    source, target = folder / "source", folder / "target"
    with source.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in invented_lines(words, count))
    command = [sys.executable, "-c", PROGRAM, "translate", str(run.resolve()), "--beam", "1"]
    command += ["-i", str(source), "-o", str(target)]
    path = os.pathsep.join(map(str, (ROOT, BENCH)))
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": path}
    begun = time.perf_counter()
    with (folder / "said").open("wb") as said:
        child = subprocess.run(command, stdout=subprocess.PIPE, stderr=said, env=environment)
    seconds = time.perf_counter() - begun
    if child.returncode != 0:
        raise SystemExit(f"nmt translate ended with {child.returncode}: {(folder / 'said').read_text('utf-8')}")
    with target.open("rb") as file:
        assert sum(1 for _ in file) == count
    return {"lines": count, "peak_bytes": int(child.stdout), "seconds": seconds}


def describe(figures: dict[str, Any], first: dict[str, Any]) -> str:
    """One number of lines, beside the first."""
    growth = (figures["peak_bytes"] - first["peak_bytes"]) / 1e6
    return (
        f"{figures['lines']:>12,} lines: {figures['peak_bytes'] / 1e6:,.0f} MB ({growth:+,.1f} MB), "
        f"{figures['seconds']:,.0f} s with loading"
    )


if __name__ == "__main__":
    main()
