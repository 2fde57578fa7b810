"""Training throughput, ours and the peers', in one interleaved run on one machine.

    python eval/bench/train_speed.py --model rnn --peer opennmt fairseq --json eval/bench/results/train-rnn.json

In each round every system trains anew, in a process of its own: a warm-up, then an epoch of Multi30k, or `--updates`
of it. Throughput is target tokens, end-of-sentence included and padding not, by the seconds of these updates, data
included. Tables give the median of the rounds and their range, ratios those of the ratios within each round. A run that
was cut short is taken up with `--go-on`.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import corpus
import machine
from flops import RNNShape, TransformerShape, training_flop_per_target_token
from peers import NMT, PEERS, System, run, set_up
from summary import Spread, by_name, earlier_rounds, ratios, table, write_each

FED = "nmt, input feeding"


def main() -> None:
    """Measure, print tables, write all figures."""
    arguments = parse_arguments()
    print(describe(write_each(measure(arguments), arguments.json)))


def parse_arguments() -> argparse.Namespace:
    trainers = [name for name, peer in PEERS.items() if peer.models]
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--model", choices=["rnn", "transformer"], required=True)
    parser.add_argument("--peer", nargs="*", choices=trainers, default=[], help="whom to compare with")
    parser.add_argument(
        "--precision", choices=["fp32", "bf16"], default="fp32", help="of those that have it; else fp32"
    )
    parser.add_argument("--input-feeding", action="store_true", help="measure our recurrent model with it, too")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--warmup", type=int, default=5, help="updates before the clock starts")
    parser.add_argument("--updates", type=int, default=0, help="how many are timed; 0: an epoch")
    parser.add_argument("--batch-tokens", type=int, default=4096)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--others", type=float, default=0.1, help="share of the cores that others may have in a run")
    parser.add_argument("--no-profile", dest="profile", action="store_false", help="leave out where the time goes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the figures, after each round")
    parser.add_argument("--go-on", action="store_true", help="the rounds in FILE count; add what is missing")
    arguments = parser.parse_args()
    if arguments.input_feeding and arguments.model != "rnn":
        parser.error("--input-feeding is for --model rnn.")
    if arguments.go_on and not arguments.json:
        parser.error("--go-on needs --json.")
    if min(arguments.rounds, arguments.warmup) < 1:
        parser.error("--rounds and --warmup must be at least 1.")
    return arguments


def measure(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """All figures, after each round and at the end: settings, each round by system, what is measured of ours alone."""
    systems = entrants(arguments)
    text = corpus.prepare()
    for system, _ in systems.values():
        set_up(system)
    counts = text.counts
    chosen = {name: getattr(arguments, name) for name in ("model", "warmup", "updates", "batch_tokens", "threads")}
    task = chosen | {"corpus": str(text.folder), "epoch_tokens": counts.target_tokens, "seed": 1}
    figures: dict[str, Any] = {
        "settings": chosen | {"precision": arguments.precision},
        "machine": machine.describe(arguments.threads),
        "counts": asdict(counts),
        "flop_per_target_token": {
            name: training_flop_per_target_token(shape_of(system, arguments.model, feeding), counts)
            for name, (system, feeding) in systems.items()
        },
        "remarks": {name: system.remark for name, (system, _) in systems.items()},
    }
    rounds = earlier_rounds(arguments.json, figures, ("settings", "remarks")) if arguments.go_on else []
    for number in range(len(rounds), arguments.rounds):
        measured: dict[str, Any] = {"product_flops": machine.product_rates(arguments.threads, arguments.precision)}
        for name, (system, feeding) in systems.items():
            print(f"round {number + 1}: {name} ...", file=sys.stderr, flush=True)
            own = task | {"precision": system.precision(arguments.precision), "input_feeding": feeding}
            train = partial(run, system, "train", own, corpus.WORK / system.name)
            found = machine.undisturbed(train, arguments.others)
            rate = found["target_tokens"] / found["seconds"]
            measured[name] = found | {"tokens_per_second": rate, "precision": own["precision"]}
        rounds.append(measured)
        yield figures | {"rounds": rounds, "alone": {}}
    alone = {}
    for name, feeding in ((name, feeding) for name, (system, feeding) in systems.items() if system is NMT):
        if arguments.profile:
            print(f"where the time of {name} goes ...", file=sys.stderr, flush=True)
            own = task | {
                "precision": arguments.precision,
                "input_feeding": feeding,
                "updates": arguments.updates or 40,
            }
            alone[name] = {action: run(NMT, action, own, corpus.WORK / "nmt") for action in ("profile", "cached")}
    yield figures | {"rounds": rounds, "alone": alone}


def entrants(arguments: argparse.Namespace) -> dict[str, tuple[System, bool]]:
    """Who takes part, by name in the tables, and whether its decoder feeds its output back, as all peers' do."""
    systems = {"nmt": (NMT, False)}
    if arguments.input_feeding:
        systems[FED] = (NMT, True)
    for name in arguments.peer:
        if arguments.model in PEERS[name].models:
            systems[name] = (PEERS[name], arguments.model == "rnn")
    return systems


def shape_of(system: System, model: str, feeding: bool) -> RNNShape | TransformerShape:
    """What the system is configured to compute."""
    if model == "transformer":
        return TransformerShape()
    return RNNShape(
        encoder_cell=system.cell, readout=system.readout, bottleneck=system.bottleneck, input_feeding=feeding
    )


def describe(figures: dict[str, Any]) -> str:
    """All of it in Markdown."""
    rounds, names = figures["rounds"], list(figures["remarks"])
    products = {
        shape: Spread.of([one["product_flops"][shape] for one in rounds]) for shape in rounds[0]["product_flops"]
    }
    peak = max(rate.median for rate in products.values())
    own = {name: by_name(rounds, name, "tokens_per_second") for name in ("nmt", FED) if name in names}
    rows = []
    for name in names:
        speeds, peaks = by_name(rounds, name, "tokens_per_second"), by_name(rounds, name, "peak_bytes")
        achieved = Spread.of(speeds).median * figures["flop_per_target_token"][name]
        first = rounds[0][name]
        rows.append(
            [
                name,
                first["precision"],
                Spread.of(speeds).show(),
                *("" if name == ours else ratios(found, speeds).show(2) for ours, found in own.items()),
                f"{first['target_tokens'] / first['updates']:,.0f}",
                f"{first['parameters'] / 1e6:.1f}" if "parameters" in first else "",
                f"{achieved / 1e9:.0f}",
                f"{achieved / peak:.2f}",
                Spread.of(peaks).show(2, 1e9),
                "" if name == "nmt" else ratios(by_name(rounds, "nmt", "peak_bytes"), peaks).show(2),
            ]
        )
    header = ["system", "precision", "target tokens/s", *(f"{ours} / this" for ours in own), "tokens an update"]
    header += ["M parameters", "model GFLOP/s", "of the matrix product's", "peak GB", "peak, nmt / this"]
    where = figures["machine"]
    disturbed = max(one[name]["others_share"] for one in rounds for name in names)
    remarks = figures["remarks"] if figures["settings"]["model"] == "rnn" else {}
    lines = [
        f"{figures['settings']['model']}, {where['cpu']}, {where['threads']} threads, torch {where['torch']}; "
        f"{len(rounds)} rounds, median (range); load average {where['load_average']}, others had at most "
        f"{100 * disturbed:.0f} % of the cores",
        "",
        table(header, rows),
        "",
        "Matrix products (F.linear), GFLOP/s: "
        + ", ".join(f"{shape} {rate.median / 1e9:.0f}" for shape, rate in products.items()),
        *(f"{name}: {remark}" for name, remark in remarks.items() if remark),
    ]
    for name, found in figures["alone"].items():
        lines += ["", *describe_alone(name, found)]
    return "\n".join(lines)


def describe_alone(name: str, found: dict[str, Any]) -> list[str]:
    """Where an update's time goes, and what live data costs."""
    seconds, updates = found["profile"]["wall_seconds"], found["profile"]["updates"]
    phases = [f"{phase} {100 * part / seconds:.0f} %" for phase, part in found["profile"]["phases"].items()]
    dearest = list(found["profile"]["operations"].items())[:8]
    live, cached = found["cached"]["live_update_seconds"], found["cached"]["cached_update_seconds"]
    return [
        f"{name}, an update under the profiler {1000 * seconds / updates:.0f} ms: {', '.join(phases)}",
        "by operation: " + ", ".join(f"{call} {100 * part / seconds:.0f} %" for call, part in dearest),
        f"an update with live data {1000 * live:.0f} ms, with a cached batch {1000 * cached:.0f}: {live / cached:.3f}",
    ]


if __name__ == "__main__":
    main()
