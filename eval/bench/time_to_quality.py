"""How long we need for the quality that the peers reach in a given time, on one machine.

    python eval/bench/time_to_quality.py --minutes 15 --model rnn --peer opennmt --json FILE

Each peer trains for that long (saving is not counted), and its model at each of `--marks` even parts of the time is
scored on the dev set. Then we train for `--our-minutes` and validate often: what counts is seconds of training until a
validation first has the BLEU that the best peer has at its end. All BLEU is sacreBLEU's, of greedy translations; the
seed is the same number for all, and one. The models stay in eval/bench/.work/quality-NAME-MODEL for decode_speed.py.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import corpus
import machine
from nmt.metrics.scores import score
from nmt.reports.run_results import Validation
from nmt.reports.times import seconds_to_reach
from peers import NMT, PEERS, System, run, set_up
from quality import training_task, translate
from summary import table, write_each


def main() -> None:
    """Train them, train ourselves, print a table, write all figures."""
    arguments = parse_arguments()
    print(describe(write_each(measure(arguments), arguments.json)))


def parse_arguments() -> argparse.Namespace:
    able = [name for name, peer in PEERS.items() if peer.models and peer.translates]
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--model", choices=["rnn", "transformer"], required=True)
    parser.add_argument("--peer", nargs="+", choices=able, required=True)
    parser.add_argument("--minutes", type=float, required=True, help="of training, for each peer")
    parser.add_argument("--marks", type=int, default=3, help="how many of a peer's models are scored")
    parser.add_argument("--our-minutes", type=float, help="of our training; default: a quarter of the peers'")
    parser.add_argument("--validate-every", type=int, default=25, help="of our updates")
    parser.add_argument(
        "--precision", choices=["fp32", "bf16"], default="fp32", help="of those that have it; else fp32"
    )
    parser.add_argument("--batch-tokens", type=int, default=1024)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the figures")
    return parser.parse_args()


def measure(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """A curve of (seconds, updates, BLEU) for each peer, and then for us; given anew after each."""
    text = corpus.prepare()
    for name in arguments.peer:
        set_up(PEERS[name])
    seconds = 60 * arguments.minutes
    task = training_task(arguments.model, text, arguments)
    curves: dict[str, Any] = {}
    figures = {
        "model": arguments.model,
        "precision": arguments.precision,
        "batch_tokens": arguments.batch_tokens,
        "seed": arguments.seed,
        "machine": machine.describe(arguments.threads),
        "curves": curves,
    }
    for name in arguments.peer:
        peer, work = PEERS[name], corpus.WORK / f"quality-{name}-{arguments.model}"
        print(f"{name}: training for {arguments.minutes:g} minutes ...", file=sys.stderr, flush=True)
        marks = [seconds * (number + 1) / arguments.marks for number in range(arguments.marks)]
        limits = {"seconds": seconds, "marks": marks, "precision": peer.precision(arguments.precision)}
        saved = run(peer, "train", task | limits, work)["saved"]
        curves[name] = [model | {"bleu": dev_bleu(peer, model["model"], task, work)} for model in saved]
        for model in curves[name]:
            del model["model"]
        yield figures
    own = {
        "seconds": 60 * (arguments.our_minutes or arguments.minutes / 4),
        "validate_every": arguments.validate_every,
        "precision": arguments.precision,
        "input_feeding": False,
    }
    print(f"nmt: training for {own['seconds'] / 60:g} minutes ...", file=sys.stderr, flush=True)
    curves["nmt"] = run(NMT, "quality", task | own, corpus.WORK / "nmt")["curve"]
    yield figures


def dev_bleu(peer: System, model: str, task: dict[str, Any], work: Path) -> float:
    """BLEU of greedy translations of the dev set."""
    lines = (Path(task["corpus"]) / "dev.source").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    texts = translate(peer, model, lines, 1, task, work)
    references = corpus.lines(corpus.TEST.with_name("dev.de"))
    (bleu,) = score(["BLEU"], texts, references, intervals=False, target_language="de")
    return bleu.value


def reached(curve: list[dict[str, Any]], level: float) -> float | None:
    """Seconds until a point of the curve first has that BLEU."""
    return seconds_to_reach([Validation(point["updates"], point["seconds"], point["bleu"]) for point in curve], level)


def describe(figures: dict[str, Any]) -> str:
    """Markdown: each peer's last model, and how long each system took to the best of these."""
    curves, where = figures["curves"], figures["machine"]
    ends = {name: curve[-1] for name, curve in curves.items()}
    level = max(end["bleu"] for name, end in ends.items() if name != "nmt")
    best = next(name for name, end in ends.items() if name != "nmt" and end["bleu"] == level)
    ours = reached(curves["nmt"], level)
    rows = []
    for name, end in ends.items():
        seconds = reached(curves[name], level)
        shown = "not reached" if seconds is None else f"{seconds:.0f}"
        rows.append([name, f"{end['seconds']:.0f}", f"{end['updates']:,}", f"{end['bleu']:.1f}", shown])
    header = ["system", "seconds of training", "updates", "dev BLEU then", f"seconds to {level:.1f}"]
    theirs = reached(curves[best], level)
    share = "" if ours is None or theirs is None else f"\n\nnmt takes {ours / theirs:.3f} of the time of {best}."
    return (
        f"{figures['model']}, {figures['precision']}, {where['cpu']}, {where['threads']} threads, one seed\n\n"
        + table(header, rows)
        + share
    )


if __name__ == "__main__":
    main()
