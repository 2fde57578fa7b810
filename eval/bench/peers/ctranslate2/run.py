"""CTranslate2, run in its own environment: `run.py translate TASK`. Its models are exported from ours, or converted."""

import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))

import ctranslate2
from clock import Task, leave, read_task, time_lines


def translate(task: Task) -> None:
    """Load once, then translate with each setting; seconds of each, loading apart."""
    lines = Path(task["source"]).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    sources = [line.split(" ") for line in lines]
    threads = task["threads"]
    begun = time.perf_counter()
    several, narrow, wide = (load(task, *shared) for shared in ((threads, 1), (1, 1), (1, threads)))
    load_seconds = (time.perf_counter() - begun) / 3
    results = []
    for setting in task["settings"]:
        # A sentence alone is work for one worker, and more threads may make it slower: the quicker counts.
        engines = [narrow, wide] if setting["batch"] == 1 else [several]
        options = {"beam_size": setting["beam"], "max_batch_size": setting["batch"], "max_decoding_length": 100}
        chosen = sources[: setting["lines"]]
        timed = [time_lines(partial(first_best, engine, options), chosen, setting) for engine in engines]
        results.append(min(timed, key=lambda found: found["seconds"]))
    leave(task, {"load_seconds": load_seconds, "results": results, "version": ctranslate2.__version__})


def first_best(engine: ctranslate2.Translator, options: dict[str, Any], sources: list[list[str]]) -> list[str]:
    """The pieces of the best translation of each."""
    return [" ".join(found.hypotheses[0]) for found in engine.translate_batch(sources, **options)]


def load(task: Task, workers: int, threads: int) -> ctranslate2.Translator:
    """So many workers, each of which translates a batch of its own with so many threads."""
    return ctranslate2.Translator(
        task["checkpoint"],
        device="cpu",
        compute_type=task["how"] or "float32",
        inter_threads=workers,
        intra_threads=threads,
    )


if __name__ == "__main__":
    task = read_task()
    {"translate": translate}[sys.argv[1]](task)
