"""What a peer is asked when its quality counts: to train for so long, and to translate with what it then has."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import corpus
from corpus import Pieces
from peers import System, run


def training_task(model: str, text: Pieces, arguments: argparse.Namespace) -> dict[str, Any]:
    """Training of a `model`, "rnn" or "transformer", on this text; how long, and in what precision, is not in it."""
    return {
        "model": model,
        "corpus": str(text.folder),
        "epoch_tokens": text.counts.target_tokens,
        "warmup": 1,
        "updates": 0,
        "batch_tokens": arguments.batch_tokens,
        "threads": arguments.threads,
        "seed": arguments.seed,
        "input_feeding": model == "rnn",
    }


def translate(
    peer: System, model: str, source: Sequence[str], beam: int, task: dict[str, Any], work: Path
) -> list[str]:
    """The texts that a saved model of a peer makes of lines of pieces; `task` is what it was trained with."""
    path = work / "source.txt"
    path.write_text("".join(f"{line}\n" for line in source), encoding="utf-8")
    setting = {"beam": beam, "batch": 100, "lines": len(source)}
    asked = {"checkpoint": model, "source": str(path), "output": str(work / "output.txt"), "settings": [setting]}
    (result,) = run(peer, "translate", task | asked, work)["results"]
    return [corpus.join(output) for output in result["outputs"]]
