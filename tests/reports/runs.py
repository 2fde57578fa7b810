"""Run directories without a model, and translators that only pretend: for the commands and the collector."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from nmt.search.config import SearchConfig
from nmt.storage.disk import Disk
from nmt.storage.seal import seal
from nmt.translation.result import Candidate, Translation
from tests.reports.synthetic import record

RECIPE = """
name = "{name}"
[corpus]
target_language = "en"
train = {{ source = "train.de", target = "train.en" }}
dev = {{ source = "dev.de", target = "dev.en" }}
{test}
[model]
encoder = {{ type = "rnn" }}
decoder = {{ type = "rnn" }}
[search]
beam = 4
n_best = 2
alpha = 0.7
"""


def make_run(
    run_dir: Path,
    name: str,
    test: tuple[str, str] | None = ("test.de", "test.en"),
    seed: int | None = None,
    languages: tuple[str, str] = ("de", "en"),
    validations: Sequence[tuple[int, float, float | None]] = ((100, 10.0, 12.5), (200, 20.0, 30.25)),
    **changes: object,
) -> Path:
    """A run directory with record, recipe and learning curve; its recipe has a seed where one is given."""
    run_dir.mkdir(parents=True)
    train = {"source": "train.de", "target": "train.en"}
    corpus: dict[str, object] = {"source_language": languages[0], "target_language": languages[1], "train": train}
    if test is not None:
        corpus["test"] = dict(zip(("source", "target"), test, strict=True))
    experiment = {"name": name, "corpus": corpus, **({} if seed is None else {"seed": seed})}
    record(name, experiment=experiment, **changes).save(run_dir / "record.json")
    files = 'test = {{ source = "{}", target = "{}" }}'.format(*test) if test else ""
    (run_dir / "experiment.toml").write_text(RECIPE.format(name=name, test=files), encoding="utf-8")
    write_log(run_dir / "metrics.jsonl", validations)
    return seal_run(run_dir)


def seal_run(run_dir: Path) -> Path:
    """Have the manifest vouch for the files as they are now."""
    seal(run_dir, ["experiment.toml", "record.json", "metrics.jsonl"], Disk())
    return run_dir


def write_log(path: Path, points: Sequence[tuple[int, float, float | None]], end: str = "\n") -> None:
    lines = [json.dumps({"kind": "train", "update": 50, "loss": 4.0})]
    lines += [
        json.dumps({"kind": "validation", "update": update, "train_seconds": seconds, "bleu": bleu, "loss": 1.0})
        for update, seconds, bleu in points
    ]
    path.write_text("\n".join(lines) + end, encoding="utf-8", newline="\n")


class FakeTranslator:
    """Translates by a function; remembers how it was asked."""

    def __init__(self, function: Callable[[str], str]) -> None:
        self.function = function
        self.searches: list[SearchConfig | None] = []

    def translate(
        self,
        lines: Sequence[str],
        search: SearchConfig | None = None,
        attention: bool = False,
        tick: Callable[[int], None] | None = None,
    ) -> list[Translation]:
        self.searches.append(search)
        if tick:
            tick(len(lines))
        return [self._translation(line, attention) for line in lines]

    def _translation(self, line: str, attention: bool) -> Translation:
        if not line:
            return Translation("", 0.0, (), (), "blank")
        text = self.function(line)
        source, target = (*line.split(), "</s>"), (*text.split(), "</s>")
        weights = torch.full((len(target), len(source)), 1 / len(source)) if attention else None
        candidate = Candidate(text, -1.0, target, (-2.0 / len(target),) * len(target), weights, "eos")
        return Translation(text, -1.0, (candidate,), source, "eos", num_segments=1 + (len(source) > 20))
