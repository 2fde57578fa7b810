"""What introductions say of recurrent networks, their limits and the Transformer, measured with the networks of nmt.

    python data/phrasebook/prepare.py
    python eval/background/measure.py --out eval/reports/background

Each part can be measured by itself (`--only`); README.md and the plots are then made anew from all of results.json.
All is small, on the CPU, and done in about three quarters of an hour on one core (`OMP_NUM_THREADS=1`).
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

import by_length
import explosion
import gradients
import language
import page
import recall
from networks import READERS, WRITERS
from nmt.reports.record import library_versions, source_commit
from nmt.training.device import cpu_name

Figures = list[dict[str, Any]]


def measure_gradients(seeds: Sequence[int]) -> Figures:
    """Every network as it is initialised, and some with one thing changed."""
    return [gradients.measure(name, seed) for name in [*READERS, *gradients.CHANGED] for seed in seeds]


def measure_scales(seeds: Sequence[int]) -> Figures:
    """The simple networks with larger and smaller recurrent weights."""
    networks = [(name, scale) for name in ("tanh RNN", "ReLU RNN") for scale in gradients.SCALES]
    return [gradients.measure_scaled(name, seed, scale) for name, scale in networks for seed in seeds]


def measure_explosion(seeds: Sequence[int]) -> Figures:
    """With and without clipping, for recurrent weights that lose a gradient, nearly keep it, and make it grow."""
    return [explosion.measure(scale, clip, seed) for scale in explosion.SCALES for clip in (0.0, 1.0) for seed in seeds]


def measure_recall(seeds: Sequence[int]) -> Figures:
    """Every network at growing distances; not at those beyond one at which it learnt nothing with any seed."""
    found = []
    for name in READERS:
        for distance in recall.DISTANCES:
            here = [recall.measure(name, distance, seed, recall.UPDATES) for seed in seeds]
            found += here
            print(f"recall: {name}, {distance}: {[one['accuracy'] for one in here]}", file=sys.stderr)
            if max(one["accuracy"] for one in here) < recall.LEARNT:
                break
    return found


def measure_language(seeds: Sequence[int]) -> Figures:
    """Every language model on all of the text, one seed: how fast it learns is in the same figures."""
    train, dev = language.read_sentences()
    found: Figures = [{"network": "how often each piece occurs", "perplexity": language.unigram(train, dev)}]
    for name, model in language.networks(["bag of words", *WRITERS], seeds[0]):
        found.append(language.measure(name, model, train, dev, language.UPDATES, seeds[0]))
    return found


def measure_depth(seeds: Sequence[int]) -> Figures:
    """Shallow and deep, with and without dropout, on so little text that it can be learnt by heart."""
    train, dev = language.read_sentences()
    return [
        language.measure(name, model, train[: language.FEW], dev, language.FEW_UPDATES, seed)
        | {"dropout": dropout, "seed": seed}
        for dropout in (0.0, 0.3)
        for seed in seeds
        for name, model in language.networks(["LSTM", "LSTM, 3 layers"], seed, dropout)
    ]


def measure_length(seeds: Sequence[int]) -> Figures:
    """Every network at every length."""
    return by_length.measure(by_length.ROUNDS)


PARTS: dict[str, Callable[[Sequence[int]], Figures]] = {
    "gradients": measure_gradients,
    "scales": measure_scales,
    "explosion": measure_explosion,
    "recall": measure_recall,
    "language": measure_language,
    "depth": measure_depth,
    "length": measure_length,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and write results.json, the plots and README.md; each part is written when it is done."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where to write")
    parser.add_argument(
        "--only", nargs="+", choices=list(PARTS), default=list(PARTS), help="parts to measure; default: all"
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "results.json"
    results = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for name in options.only:
        print(f"{name} ...", file=sys.stderr)
        machine = {"cpu": cpu_name(), "threads": torch.get_num_threads(), "commit": source_commit()}
        results[name] = {"machine": machine | library_versions(), "figures": PARTS[name](options.seeds)}
        path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    if missing := PARTS.keys() - results.keys():
        print(f"README.md is written once these are measured, too: {', '.join(sorted(missing))}", file=sys.stderr)
        return
    page.write(results, options.out)


if __name__ == "__main__":
    main()
