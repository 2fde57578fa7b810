"""The mean of scores over seeds with its interval, from files of `nmt evaluate --json`.

    python eval/mean_over_seeds.py SCORES.json [SCORES.json ...]

For scores that `nmt compare` cannot compute, as those of translations that a corpus' own tool has split into words.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nmt.metrics import mean_over_seeds


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="Print the mean of scores over seeds, with a 95 % t-interval.")
    parser.add_argument("scores", nargs="+", type=Path, metavar="SCORES.json")
    options = parser.parse_args(arguments)
    try:
        lines = summary([json.loads(path.read_text(encoding="utf-8")) for path in options.scores])
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"error: not scores of one text by one metric ({type(error).__name__}: {error})", file=sys.stderr)
        return 2
    print("\n".join(lines))
    return 0


def summary(files: Sequence[dict[str, Any]]) -> list[str]:
    """A line a metric. Raises ValueError where the files are of different texts or metrics."""
    texts = {(file["reference"], file["num_sentences"]) for file in files}
    measures = {tuple((score["name"], score["signature"]) for score in file["scores"]) for file in files}
    if len(texts) > 1 or len(measures) > 1:
        raise ValueError("they differ in reference, number of sentences or signature")
    lines = []
    for place, (name, signature) in enumerate(measures.pop()):
        values = [file["scores"][place]["value"] for file in files]
        mean = mean_over_seeds(values)
        interval = "" if mean.low is None else f" (95 % interval over seeds {mean.low:.2f} to {mean.high:.2f})"
        runs = ", ".join(f"{value:.2f}" for value in values)
        lines.append(f"{name} {mean.value:.2f}{interval}, mean of {len(values)}: {runs}; {signature}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
