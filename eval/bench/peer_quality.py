"""What a peer reaches on the text of a recipe in a given time of training, beside runs of ours, on the test set.

    python eval/bench/peer_quality.py recipes/tanaka/ja-en-rnn.toml --peer opennmt --minutes 30 \\
        --run runs/tanaka/ja-en/rnn-1 runs/tanaka/ja-en/rnn-2 --metric BLEU chrF --json FILE

The peer reads the pairs that the recipe trains on, in the pieces of the recipe's tokenizer, and has the shape of the
benchmark (peers/NAME/); the seed is one number for all of it. Its model at the end of the time and each of the runs
translate the test set with the same beam; texts are scored and not kept. The peer's difference to the mean of our runs
is given with its paired bootstrap interval, and the larger p of that test and of approximate randomisation.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

import corpus
import machine
import nmt
from nmt.corpus.encode import read_pairs
from nmt.experiment import load_experiment
from nmt.metrics.scores import mean_score_of, segment_statistics
from nmt.metrics.significance import Comparison, compare_means
from nmt.metrics.statistics import SegmentStatistics
from nmt.reports.collect import unique_names
from nmt.reports.record import RunRecord
from peers import PEERS, System, run, set_up
from quality import training_task, translate
from summary import table, write_each


def main() -> None:
    """Translate with our runs, train the peers, print a table, write all figures."""
    arguments = parse_arguments()
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # the peers are measured without, too
    torch.set_num_threads(arguments.threads)
    print(describe(write_each(measure(arguments), arguments.json)))


def parse_arguments() -> argparse.Namespace:
    able = [name for name, peer in PEERS.items() if peer.models and peer.translates]
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("recipe", type=lambda text: Path(text).resolve())
    parser.add_argument("--peer", nargs="+", choices=able, required=True)
    parser.add_argument("--minutes", type=float, required=True, help="of training, for each peer")
    parser.add_argument("--run", nargs="+", type=Path, required=True, help="finished runs of ours, of one recipe")
    parser.add_argument("--metric", nargs="+", default=["BLEU", "chrF"])
    parser.add_argument("--beam", type=int, default=5)
    parser.add_argument(
        "--precision", choices=["fp32", "bf16"], default="fp32", help="of the peers, where they have it; else fp32"
    )
    parser.add_argument("--batch-tokens", type=int, default=1024)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the figures")
    return parser.parse_args()


def measure(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Seconds of training and scores of every system, and how each peer differs from the mean of our runs.

    Ours are first, and all is given anew after each peer: what goes wrong late costs no training.
    """
    with corpus.explained():
        records = [RunRecord.load(path / "record.json") for path in arguments.run]
    if len(kinds := {record.architecture for record in records}) > 1:
        sys.exit(f"--run: their mean is of seeds of one recipe, and these are {'; '.join(sorted(kinds))}.")
    text = corpus.prepare(arguments.recipe)
    with corpus.reading(arguments.recipe):
        experiment = load_experiment(arguments.recipe)
        pairs = list(read_pairs(experiment.corpus.text("test")))
    language = experiment.corpus.target_language
    sources, references = [pair.source for pair in pairs], [pair.target for pair in pairs]

    def counts(texts: Sequence[str]) -> list[SegmentStatistics]:
        return [segment_statistics(metric, texts, references, language) for metric in arguments.metric]

    counts(references)  # what cannot be computed is said before anything is translated
    seconds: dict[str, float] = {}
    found: dict[str, list[SegmentStatistics]] = {}
    labels = unique_names((path, path.name) for path in arguments.run)
    for label, path, record in zip(labels, arguments.run, records, strict=True):
        translator = nmt.load(path)
        search = translator.search.model_copy(update={"beam": arguments.beam})
        seconds[label] = record.train_seconds
        found[label] = counts([one.text for one in translator.translate(sources, search)])
    ours = [found[label] for label in labels]
    figures = {
        "recipe": f"{arguments.recipe.parent.name}/{arguments.recipe.name}",
        "machine": machine.describe(arguments.threads),
        "precision": {name: PEERS[name].precision(arguments.precision) for name in arguments.peer},
        "beam": arguments.beam,
    }
    for name in arguments.peer:
        set_up(PEERS[name])
    for name in arguments.peer:
        texts, seconds[name] = peer_texts(PEERS[name], text, experiment.model.encoder.type, sources, arguments)
        found[name] = counts(texts)
        done = [peer for peer in arguments.peer if peer in found]
        yield figures | {
            "seconds": seconds,
            "scores": {label: [asdict(mean_score_of([one])) for one in each] for label, each in found.items()},
            "differences": {peer: [asdict(one) for one in differences(ours, found[peer])] for peer in done},
        }


def differences(ours: Sequence[Sequence[SegmentStatistics]], peer: Sequence[SegmentStatistics]) -> list[Any]:
    """The mean of our runs less the peer, by each metric."""
    by_metric = zip(*ours, strict=True)
    return [compare_means([theirs], mine) for theirs, mine in zip(peer, by_metric, strict=True)]


def peer_texts(
    peer: System, text: corpus.Pieces, model: str, sources: Sequence[str], arguments: argparse.Namespace
) -> tuple[list[str], float]:
    """Its translations of the sources, and how many seconds it trained."""
    work = text.folder.parent / f"{peer.name}-{model}"
    task = training_task(model, text, arguments) | {"precision": peer.precision(arguments.precision)}
    print(f"{peer.name}: training for {arguments.minutes:g} minutes ...", file=sys.stderr, flush=True)
    seconds = 60 * arguments.minutes
    (saved,) = run(peer, "train", task | {"seconds": seconds, "marks": [seconds]}, work)["saved"]
    lines = [" ".join(corpus.split(text.tokenizer, source)) for source in sources]
    return translate(peer, saved["model"], lines, arguments.beam, task, work), saved["seconds"]


def describe(figures: dict[str, Any]) -> str:
    """Markdown."""
    metrics = [one["name"] for one in next(iter(figures["scores"].values()))]
    rows = []
    for name, scores in figures["scores"].items():
        shown = [f"{one['value']:.1f} ({one['low']:.1f} to {one['high']:.1f})" for one in scores]
        rows.append([name, f"{figures['seconds'][name]:,.0f}", *shown])
    lines = [f"{figures['recipe']}, beam {figures['beam']}, {figures['machine']['cpu']}", ""]
    lines += [table(["system", "seconds of training", *metrics], rows), ""]
    for name, found in figures["differences"].items():
        lines += [
            f"- {one['metric']}, mean of ours less {name}: {one['difference']:+.1f} ({one['low']:+.1f} to "
            f"{one['high']:+.1f}), p = {Comparison(**one).largest_p:.3f}"
            for one in found
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
