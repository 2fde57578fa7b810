"""CTranslate2, run in its own environment: `run.py translate TASK`. Its models are exported from ours, or converted."""

import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))

import ctranslate2
from clock import Task, leave, read_task


def translate(task: Task) -> None:
    """Load once, then translate with each setting; seconds of each, loading apart."""
    lines = Path(task["source"]).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    sources = [line.split(" ") for line in lines]
    begun = time.perf_counter()
    translators = {workers: load(task, workers) for workers in (1, task["threads"])}
    load_seconds = (time.perf_counter() - begun) / len(translators)
    results = []
    for setting in task["settings"]:
        chosen = sources[: setting["lines"]]
        alone = setting["batch"] == 1
        translator = translators[1 if alone else task["threads"]]  # several workers need several batches
        options = {"beam_size": setting["beam"], "max_batch_size": setting["batch"], "max_decoding_length": 100}
        translator.translate_batch(chosen[:20], **options)  # warm-up
        begun, outputs, latencies = time.perf_counter(), [], []
        for part in [[source] for source in chosen] if alone else [chosen]:
            before = time.perf_counter()
            found = translator.translate_batch(part, **options)
            latencies.append(time.perf_counter() - before)
            outputs += [" ".join(one.hypotheses[0]) for one in found]
        results.append({"seconds": time.perf_counter() - begun, "latencies": latencies, "outputs": outputs})
    leave(task, {"load_seconds": load_seconds, "results": results, "version": ctranslate2.__version__})


def load(task: Task, workers: int) -> ctranslate2.Translator:
    """The cores are shared out among workers: a batch each gives most sentences, all for one batch the least delay."""
    return ctranslate2.Translator(
        task["checkpoint"],
        device="cpu",
        compute_type=task["how"] or "float32",
        inter_threads=workers,
        intra_threads=task["threads"] // workers,
    )


if __name__ == "__main__":
    task = read_task()
    {"translate": translate}[sys.argv[1]](task)
