"""Whether translations depend on the batch they are made in, without `exact` and with it, and what `exact` costs.

    python eval/bench/determinism.py runs/quickstart/rnn --source data/phrasebook/test.de --json determinism.json

The same lines are translated in batches of 1, 2, 7, 32 and all of them, and in batches of 32 in reversed and in
shuffled order. A line differs where one of these gives another text. All texts of such a line are then scored by forced
decoding, each by itself and in float64: the gap is how much better the best is than the worst.
"""

import argparse
import copy
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import torch

import machine
import nmt
from nmt.corpus.lines import clean, is_blank, read_lines
from nmt.models.base import Seq2Seq
from nmt.search.config import SearchConfig
from nmt.search.length import penalty
from nmt.tokenizer.base import BOS_ID, EOS_ID
from nmt.training.device import cpu_name, prepare_memory
from nmt.translation.result import Translation
from nmt.translation.translator import Translator

SIZES = (1, 2, 7, 32, 0)  # 0: all
NEAR = 1e-5
ROUNDS, TIMED_LINES = 3, 200


def main() -> None:
    """Measure, print the figures, write them."""
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads or torch.get_num_threads())
    prepare_memory()
    translator = nmt.load(arguments.run)
    lines = [line for line in map(clean, read_lines(arguments.source)) if not is_blank(line)][: arguments.lines]
    config = translator.search.model_copy(update={"n_best": 1, "mbr": "none"})
    if arguments.beam:
        config = config.model_copy(update={"beam": arguments.beam})
    figures = {
        "run": str(arguments.run),
        "source": str(arguments.source),
        "lines": len(lines),
        "beam": config.beam,
        "device": cpu_name() if not torch.cuda.is_available() else torch.cuda.get_device_name(),
        "machine": machine.describe(torch.get_num_threads()),
        "plain": compare(translator, lines, config),
        "exact": compare(translator, lines, config.model_copy(update={"exact": True})),
        "seconds": cost(translator, lines, config),
    }
    text = json.dumps(figures, indent=2)
    print(text)
    if arguments.json:
        arguments.json.write_text(text + "\n", encoding="utf-8")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("run", type=Path, help="run directory")
    parser.add_argument("--source", type=Path, required=True, help="lines to translate")
    parser.add_argument("--lines", type=int, default=2000, help="how many of them, at most")
    parser.add_argument("--beam", type=int, help="width of the beam, in place of the recipe's")
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    return parser.parse_args()


def compare(translator: Translator, lines: list[str], config: SearchConfig) -> dict[str, Any]:
    """How many lines have the same text, and the same score to the last bit, in every batch and order."""
    given = list(range(len(lines)))
    settings = [(size or len(lines), given) for size in SIZES]
    settings += [(32, given[::-1]), (32, random.Random(0).sample(given, len(given)))]
    results = []
    for size, order in settings:
        print(f"exact {config.exact}, batches of {size} ...", file=sys.stderr, flush=True)
        results.append(translate(translator, lines, order, config.model_copy(update={"batch_sentences": size})))
    found = list(zip(*results, strict=True))  # of each line, its translations
    differing = [index for index, same in enumerate(found) if len({one.text for one in same}) > 1]
    gaps = [gap(translator, lines[index], found[index], config) for index in differing]
    deviations = [max(one.score for one in same) - min(one.score for one in same) for same in found]
    return {
        "same_text": len(lines) - len(differing),
        "same_text_percent": round(100 * (1 - len(differing) / len(lines)), 3),
        "same_score_to_the_last_bit": sum(deviation == 0 for deviation in deviations),
        "largest_deviation_of_a_score": max(
            (deviation for index, deviation in enumerate(deviations) if index not in differing), default=0.0
        ),
        "differing": [{"line": index + 1, "gap": value} for index, value in zip(differing, gaps, strict=True)],
        "largest_gap": max(gaps, default=0.0),
        "near_ties": sum(value <= NEAR for value in gaps),
    }


def translate(translator: Translator, lines: list[str], order: list[int], config: SearchConfig) -> list[Translation]:
    """In this order, given back in that of the lines."""
    translations = dict(zip(order, translator.translate([lines[index] for index in order], config), strict=True))
    return [translations[index] for index in range(len(lines))]


def gap(translator: Translator, line: str, found: tuple[Translation, ...], config: SearchConfig) -> float:
    """How far apart the scores of the different translations of a line are."""
    model = copy.deepcopy(translator.model).double()
    source = [*translator.tokenizers.source.encode(line), EOS_ID]
    vocabulary = {piece: index for index, piece in enumerate(pieces(translator))}
    outputs = {tuple(vocabulary[piece] for piece in one.target_tokens) for one in found}
    scores = [forced(model, source, list(output)) / penalty(config, len(output)) for output in outputs]
    return max(scores) - min(scores)


def pieces(translator: Translator) -> tuple[str, ...]:
    tokenizer = translator.tokenizers.target
    return tokenizer.pieces(list(range(tokenizer.vocab_size)))


@torch.inference_mode()
def forced(model: Seq2Seq, source: list[int], target: list[int]) -> float:
    """The log-probability of the target."""
    device = next(model.parameters()).device
    ids = torch.tensor([source], device=device)
    target_in = torch.tensor([[BOS_ID, *target[:-1]]], device=device)
    log_probs = torch.log_softmax(model.logits(model(ids, ids >= 0, target_in)[0]), dim=-1)
    return float(log_probs[torch.arange(len(target)), target].sum())


def cost(translator: Translator, lines: list[str], config: SearchConfig) -> dict[str, Any]:
    """Seconds of translating some lines without `exact`, in the recipe's batches, and with it, in turn."""
    seconds: dict[str, list[float]] = {"plain": [], "exact": []}
    for _ in range(ROUNDS):
        for name, own in (("plain", config), ("exact", config.model_copy(update={"exact": True}))):
            print(f"timing {name} ...", file=sys.stderr, flush=True)
            start = time.perf_counter()
            translator.translate(lines[:TIMED_LINES], own)
            seconds[name].append(round(time.perf_counter() - start, 2))
    ratio = min(seconds["exact"]) / min(seconds["plain"])
    return {
        **seconds,
        "lines": min(len(lines), TIMED_LINES),
        "batch_sentences": config.batch_sentences,
        "ratio": round(ratio, 2),
    }


if __name__ == "__main__":
    main()
