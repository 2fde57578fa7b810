"""Translation speed, ours and others', on the same sentences in one interleaved run on one machine.

    python eval/bench/decode_speed.py \\
        --system "our RNN=nmt:runs/multi30k/rnn" \\
        --system "OpenNMT-py RNN=opennmt:eval/bench/.work/quality-opennmt-rnn/mark-2" \\
        --system "our RNN, quick=nmt:runs/multi30k/rnn:int8+shortlist" \\
        --system "CTranslate2 int8=ctranslate2:runs/multi30k/transformer:int8" --json FILE

A system is LABEL=TOOL:MODEL[:HOW]. The model of `nmt` is a run directory, behind which may stand, joined by + and in
this order, `int8`, `shortlist`, `first` (a search that stops once `beam` hypotheses have ended, as the peers' does)
and `onnx` (the model is exported first, and translates by `--backend onnx`); that of `ctranslate2` one of a
Transformer, which is exported first, with `float32` or `int8` behind it; that of a peer a checkpoint that
time_to_quality.py left. In each round each system is loaded anew and translates test_2016_flickr with beam 5,
greedily, and (the first `--single` sentences) one at a time. Ours from text to text, the others from pieces to pieces.
BLEU is sacreBLEU's. Ratios are taken within a round, and are to the system that `--against` names; `--show FILE` prints
the tables of figures that are there, and measures nothing. Ends with status 1 where a quick way of a model (int8,
shortlist, first, onnx) loses quality: where its BLEU with beam 5 is more than 0.1 below that of the plain way of the
same model and tool, if that takes part, and by paired bootstrap and approximate randomisation this is more than chance.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import Any

import corpus
import machine
from nmt.export.backend import model_sums
from nmt.metrics.scores import segment_statistics
from nmt.metrics.significance import Comparison, compare_means
from nmt.metrics.statistics import SegmentStatistics
from nmt.storage.folder import read_manifest, sha256
from nmt.tokenizer.base import Tokenizer
from nmt.tokenizer.pair import TokenizerPair
from nmt.translation.shortlist import SHORTLIST_FILE
from peers import NMT, PEERS, ROOT, System, run, set_up
from summary import Spread, earlier_rounds, ratios, table, write_each

TOOLS = {"nmt": NMT} | PEERS
COMPARED = {  # what the ratios are of
    "beam": ("tokens_per_second", "tokens/s"),
    "greedy": ("tokens_per_second", "tokens/s"),
    "single": ("median_latency_seconds", "latency"),
}
MODES = tuple(COMPARED)
PLAIN = ("", "float32")
TOLERANCE = 0.1  # BLEU that a quick way may lose with the beam; what it loses by chance does not count
WAYS = ("int8", "shortlist", "first", "onnx")
OURS = ["+".join(ways) for number in range(len(WAYS) + 1) for ways in combinations(WAYS, number)]
HOW = {"nmt": OURS, "ctranslate2": ["", "float32", "int8"]}


@dataclass(frozen=True)
class Entrant:
    """Who translates with what."""

    label: str
    system: System
    model: Path
    how: str = ""


def main() -> None:
    """Measure, print a table, write all figures."""
    arguments = parse_arguments()
    if arguments.show:
        print(describe(json.loads(arguments.show.read_text(encoding="utf-8")), arguments.against))
        return
    figures = write_each(measure(arguments), arguments.json)
    print(describe(figures, arguments.against))
    if lost := losses(figures):
        sys.exit("\n".join(lost))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--system", action="append", type=read_entrant, metavar="LABEL=TOOL:MODEL[:HOW]")
    what.add_argument("--show", type=Path, metavar="FILE", help="print what was written to this file before")
    parser.add_argument("--against", metavar="LABEL", help="whom the ratios are to; default: the first system")
    parser.add_argument("--beam", type=int, default=5)
    parser.add_argument("--batch", type=int, default=100, help="sentences translated together")
    parser.add_argument("--lines", type=int, default=1000, help="how many sentences of the test set, at most")
    parser.add_argument("--single", type=int, default=200, help="how many of them one at a time")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--others", type=float, default=0.1, help="share of the cores that others may have in a run")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the figures, after each round")
    parser.add_argument("--go-on", action="store_true", help="the rounds in FILE count; add what is missing")
    arguments = parser.parse_args()
    if arguments.show:
        return arguments
    if arguments.go_on and not arguments.json:
        parser.error("--go-on needs --json.")
    folders = Counter(map(work_of, arguments.system))
    if alike := [entrant.label for entrant in arguments.system if folders[work_of(entrant)] > 1]:
        parser.error(f"--system: the labels {', '.join(map(repr, alike))} name one folder; give each its own.")
    return arguments


def read_entrant(text: str) -> Entrant:
    """`LABEL=TOOL:MODEL` or `LABEL=TOOL:MODEL:HOW`."""
    label, equals, rest = text.partition("=")
    tool, _, model = rest.partition(":")
    if not (label and equals and model) or tool not in TOOLS:
        raise argparse.ArgumentTypeError(f"{text!r}: write LABEL=TOOL:MODEL, with TOOL one of {', '.join(TOOLS)}.")
    model, _, how = model.partition(":")
    if how not in HOW.get(tool, [""]):
        raise argparse.ArgumentTypeError(f"{text!r}: {tool} knows {', '.join(filter(None, HOW.get(tool, ())))}.")
    return Entrant(label, TOOLS[tool], Path(model).resolve(), how)


def measure(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """After each round, all so far by system and mode; texts are scored and not kept."""
    with corpus.reading():
        sources, references = (
            corpus.lines(corpus.TEST.with_suffix(suffix))[: arguments.lines] for suffix in (".en", ".de")
        )
    settings = [
        {"mode": "beam", "beam": arguments.beam, "batch": arguments.batch, "lines": arguments.lines},
        {"mode": "greedy", "beam": 1, "batch": arguments.batch, "lines": arguments.lines},
        {"mode": "single", "beam": arguments.beam, "batch": 1, "lines": arguments.single},
    ]
    with corpus.explained():
        entrants = {entrant.label: identity(entrant) for entrant in arguments.system}
        tasks = {entrant.label: prepare(entrant, sources, settings, arguments.threads) for entrant in arguments.system}
    figures = {
        "machine": machine.describe(arguments.threads),
        "settings": settings,
        "labels": [entrant.label for entrant in arguments.system],
        "entrants": entrants,
    }
    rounds = earlier_rounds(arguments.json, figures, ("settings", "labels", "entrants")) if arguments.go_on else []
    for entrant in arguments.system:
        set_up(entrant.system)
    for number in range(len(rounds), arguments.rounds):
        measured: dict[str, Any] = {}
        counts: dict[str, SegmentStatistics] = {}
        for entrant in arguments.system:
            print(f"round {number + 1}: {entrant.label} ...", file=sys.stderr, flush=True)
            translate = partial(run, entrant.system, "translate", tasks[entrant.label], work_of(entrant))
            found = machine.undisturbed(translate, arguments.others)
            modes = {
                setting["mode"]: evaluate(result, references)
                for setting, result in zip(settings, found["results"], strict=True)
            }
            counts[entrant.label] = bleu_counts(found["results"][0], references)  # with the beam
            measured[entrant.label] = {
                "load_seconds": found["load_seconds"],
                "version": found["version"],
                "others_share": found["others_share"],
                **modes,
            }
        for label in measured:
            if plain := plain_of(label, entrants):
                measured[label]["against_plain"] = asdict(compare_means([counts[plain]], [counts[label]]))
        rounds.append(measured)
        yield figures | {"rounds": rounds}
    yield figures | {"rounds": rounds}


def identity(entrant: Entrant) -> dict[str, str]:
    """What translates, with the checksum of its model: of two figures, whether they are of the same."""
    path, root = entrant.model, ROOT.resolve()
    shown = str(path.relative_to(root)) if path.is_relative_to(root) else path.name
    return {"tool": entrant.system.name, "model": shown, "how": entrant.how, "sha256": checksum(entrant)}


def checksum(entrant: Entrant) -> str:
    """Of the best model of a run (and its shortlist, where that is used), or of all files of a peer's checkpoint."""
    if entrant.system.name in ("nmt", "ctranslate2"):
        (found,) = model_sums(entrant.model, "best")
        path, listed = entrant.model / SHORTLIST_FILE, b""
        if "shortlist" in entrant.how:
            if not path.is_file():
                sys.exit(f"{entrant.label}: {path} is missing: `nmt shortlist {entrant.model}` makes it.")
            listed = path.read_bytes()
        return sha256(found.encode() + listed)
    files = sorted(path for path in [entrant.model, *entrant.model.rglob("*")] if path.is_file())
    if not files:
        sys.exit(f"{entrant.label}: {entrant.model} has no model.")
    return sha256("".join(sha256(path.read_bytes()) for path in files).encode())


def work_of(entrant: Entrant) -> Path:
    return corpus.WORK / "decode" / entrant.label.replace(" ", "-").replace("/", "-")


def prepare(entrant: Entrant, sources: list[str], settings: list[dict[str, Any]], threads: int) -> dict[str, Any]:
    """The task of a system: text for ours, pieces of its model's tokenizer for the others."""
    work = work_of(entrant)
    work.mkdir(parents=True, exist_ok=True)
    path, model = work / "source.txt", entrant.model
    if entrant.system is NMT:
        lines = sources
    else:
        lines = [" ".join(corpus.split(tokenizer_of(entrant), source)) for source in sources]
    exported = ""
    if entrant.system.name == "ctranslate2":
        model = export(entrant, "ctranslate2", entrant.how or "float32", work / "model")
    elif "onnx" in entrant.how:
        exported = str(export(entrant, "onnx", "int8" if "int8" in entrant.how else "float32", work / "model"))
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return {
        "checkpoint": str(model),
        "how": entrant.how,
        "exported": exported,
        "corpus": str(corpus.prepare().folder),
        "source": str(path),
        "output": str(work / "output.txt"),
        "settings": settings,
        "threads": threads,
    }


def tokenizer_of(entrant: Entrant) -> Tokenizer:
    """That of the run a model was exported from, or of the benchmark's own text."""
    if entrant.system.name == "ctranslate2":
        return TokenizerPair.load(entrant.model).source
    return corpus.prepare().tokenizer


def export(entrant: Entrant, format: str, kind: str, out: Path) -> Path:
    """The model of a run, as another engine reads it; made anew unless it is of this model, its shortlist and kind."""
    listed = entrant.model / SHORTLIST_FILE
    made = {"models": model_sums(entrant.model, "best"), "quantization": kind}
    if format == "onnx":
        made["shortlist"] = sha256(listed.read_bytes()) if listed.exists() else None
    about = read_manifest(out)["about"] if out.exists() else {}
    if {key: about.get(key) for key in made} != made:
        command = [sys.executable, "-m", "nmt", "export", str(entrant.model), "--format", format]
        command += ["--quantization", kind, "--output", str(out)]
        subprocess.run(command, check=True, cwd=ROOT, stdout=sys.stderr)
    return out


def bleu_counts(result: dict[str, Any], references: list[str]) -> SegmentStatistics:
    """Of the texts of one mode. A peer's outputs are pieces."""
    texts = result.get("texts") or [corpus.join(output) for output in result["outputs"]]
    return segment_statistics("BLEU", texts, references[: len(texts)], "de")


def evaluate(result: dict[str, Any], references: list[str]) -> dict[str, float]:
    """The figures of one mode in one round. A peer's outputs are without the end-of-sentence that it wrote."""
    counts = bleu_counts(result, references)
    tokens = result.get("output_tokens") or sum(len(output.split()) + 1 for output in result["outputs"])
    return {
        "seconds": result["seconds"],
        "sentences_per_second": len(counts.counts) / result["seconds"],
        "tokens_per_second": tokens / result["seconds"],
        "median_latency_seconds": median(result["latencies"]),
        "bleu": counts.score(),
    }


def plain_of(label: str, entrants: Mapping[str, Mapping[str, str]]) -> str | None:
    """Who translates with the same tool and model in the plain way, where `label` does so in a quick one."""
    own = entrants[label]
    same = (
        other
        for other, one in entrants.items()
        if (one["tool"], one["model"]) == (own["tool"], own["model"]) and one["how"] in PLAIN
    )
    return None if own["how"] in PLAIN else next(same, None)


def bleu_of(figures: Mapping[str, Any], label: str, mode: str) -> float:
    return median(one[label][mode]["bleu"] for one in figures["rounds"])


def losses(figures: Mapping[str, Any]) -> list[str]:
    """Where a quick way loses more than it may, and than chance takes, in the round of its lower median difference."""
    found = []
    for label in figures["labels"]:
        if plain := plain_of(label, figures["entrants"]):
            compared = [Comparison(**one[label]["against_plain"]) for one in figures["rounds"]]
            middle = sorted(compared, key=lambda one: one.difference)[(len(compared) - 1) // 2]
            if middle.difference < -TOLERANCE and middle.significant:
                lost = f"{-middle.difference:.2f} BLEU below {plain} (p = {middle.largest_p:.3f})"
                found.append(f"{label}: {lost}; at most {TOLERANCE} may be lost.")
    return found


def show_bleu(figures: Mapping[str, Any], label: str, mode: str) -> str:
    """With the difference to the plain way."""
    own, plain = bleu_of(figures, label, mode), plain_of(label, figures["entrants"])
    return f"{own:.2f}" if plain is None else f"{own:.2f} ({own - bleu_of(figures, plain, mode):+.2f})"


def describe(figures: dict[str, Any], against: str | None = None) -> str:
    """All of it in Markdown, with ratios within the rounds to the system `against`, or the first."""
    rounds, where = figures["rounds"], figures["machine"]
    labels, beam = figures["labels"], figures["settings"][0]
    other = labels[0] if against is None else against
    if other not in labels:
        sys.exit(f"--against {other!r}: no such system. There are {', '.join(map(repr, labels))}.")
    disturbed = max(one[label]["others_share"] for one in rounds for label in labels)
    lines = [
        f"{beam['lines']} sentences, batches of {beam['batch']}, {where['cpu']}, {where['threads']} threads, "
        f"torch {where['torch']}, load average {where['load_average']}; others had at most {100 * disturbed:.0f} % of "
        f"the cores; {len(rounds)} rounds; median (range)",
    ]
    for mode in MODES:
        figure, ratio = COMPARED[mode]
        theirs = [one[other][mode][figure] for one in rounds]
        rows = []
        for label in labels:
            of = {name: [one[label][mode][name] for one in rounds] for name in rounds[0][label][mode]}
            rows.append(
                [
                    label,
                    Spread.of(of["sentences_per_second"]).show(),
                    Spread.of(of["tokens_per_second"]).show(),
                    *([Spread.of(of["median_latency_seconds"]).show(1, 1e-3)] if mode == "single" else []),
                    "" if label == other else ratios(of[figure], theirs).show(2),
                    show_bleu(figures, label, mode),
                    Spread.of([one[label]["load_seconds"] for one in rounds]).show(1),
                ]
            )
        latency = ["median latency, ms"] if mode == "single" else []
        header = ["system", "sentences/s", "tokens/s", *latency, f"{ratio} / {other}", "BLEU", "loading, s"]
        titles = {
            "beam": f"beam {beam['beam']}",
            "greedy": "greedy",
            "single": f"one at a time, beam {beam['beam']}",
        }
        lines += ["", f"{titles[mode]}:", "", table(header, rows)]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
