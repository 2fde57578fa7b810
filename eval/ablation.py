"""A table of what each change to a recipe does, from the results.json of `nmt compare`.

    python eval/ablation.py RESULTS.json [RESULTS.json ...] --out eval/reports/multi30k/ablation.md

The first system of each file is the recipe, the others are the recipe with one thing changed. results.json holds no
sentence of the corpus, and so the table holds none.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

METRIC = "BLEU"

HEADER = (
    "change",
    "seeds",
    METRIC,
    "difference",
    "95 %, sentences",
    "95 %, seeds",
    "p",
    "more than chance",
    "training seconds",
    "target tokens/s",
)

TEXT = """A change is the recipe with one thing otherwise. Differences are change minus recipe, so what pays in the
recipe shows as a loss where it is taken away. `95 %, sentences` is the interval of the paired bootstrap (which
sentences were scored), `95 %, seeds` that of Welch over the seeds (chance in training), which needs two of each.
p is the larger one of paired bootstrap and approximate randomisation. No correction was made for the number of
comparisons. Where the sentences are those of the dev set, they have also chosen each variant's checkpoint (by BLEU), so
the scores are a little too good."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="Write a table of what each change to a recipe does.")
    parser.add_argument("results", nargs="+", type=Path, metavar="RESULTS.json")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="Markdown to write")
    options = parser.parse_args(arguments)
    try:
        files = [json.loads(path.read_text(encoding="utf-8")) for path in options.results]
        text = page(files)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text, encoding="utf-8", newline="\n")
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        reason = f"{type(error).__name__}: {error}"
        print(f"error: not results of nmt compare, or not to be written ({reason})", file=sys.stderr)
        return 2
    return 0


def page(files: Sequence[dict[str, Any]]) -> str:
    """The whole Markdown file."""
    parts = ["# Ablation", TEXT]
    for results in files:
        test, first = results["test"], results["runs"][0]
        place = f"{test['num_sentences']:,} sentences of `{test['source']}` and `{test['reference']}`"
        (score,) = (each for each in first["scores"] if each["name"] == METRIC)
        hardware = ", ".join(f"{name} {value}" for name, value in first["hardware"].items())
        parts += [
            f"## {first['architecture']}",
            f"{results['created']}, scored on {place}; `{score['signature']}`. {hardware}; torch "
            f"{first['versions'].get('torch', 'unknown')}, commit {first['commit'] or 'unknown'}.",
            table(results),
            *(f"> {warning}" for warning in results["warnings"]),
        ]
    return "\n\n".join(parts) + "\n"


def table(results: dict[str, Any]) -> str:
    """A row for the recipe, and one for each change."""
    runs = {run["name"]: run for run in results["runs"]}
    compared = {each["system"]: each for each in results["comparisons"] if each["metric"] == METRIC}
    rows = [
        row(system, [runs[name] for name in system["runs"]], compared.get(system["name"]))
        for system in results["systems"]
    ]
    lines = [HEADER, ["---"] * len(HEADER), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def row(system: dict[str, Any], runs: Sequence[dict[str, Any]], comparison: dict[str, Any] | None) -> list[str]:
    """One system: its mean score and its difference from the recipe."""
    scores = [each["value"] for run in runs for each in run["scores"] if each["name"] == METRIC]
    cells = [system["name"], str(len(runs)), f"{mean(scores):.2f}"]
    if comparison is None:
        cells += ["", "", "", "", "the recipe"]
    else:
        over = comparison["over_seeds"] or {}
        cells += [
            f"{comparison['difference']:+.2f}",
            span(comparison["low"], comparison["high"]),
            span(over.get("low"), over.get("high")),
            f"{max(comparison['p_value'], comparison['randomization_p']):.3f}",
            "yes" if comparison["more_than_chance"] else "no",
        ]
    figures = [mean([run[name] for run in runs]) for name in ("train_seconds", "target_tokens_per_second")]
    return [*cells, *(f"{figure:,.0f}" for figure in figures)]


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def span(low: float | None, high: float | None) -> str:
    """An interval, or that there is none."""
    return "unknown" if low is None or high is None else f"{low:+.2f} to {high:+.2f}"


if __name__ == "__main__":
    sys.exit(main())
