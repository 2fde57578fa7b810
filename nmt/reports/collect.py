"""From a run directory to its results: its record, its learning curve, its translations."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from nmt.config import dump_config
from nmt.errors import CheckpointError, ConfigError
from nmt.reports.record import RECORD, RunRecord
from nmt.reports.run_results import Alignment, RunResult, Sample, Validation
from nmt.reports.seeds import find_systems
from nmt.search.config import SearchConfig
from nmt.training.journal import JOURNAL
from nmt.translation.load import is_language_model, load, recipe_search
from nmt.translation.result import Translation
from nmt.translation.search_options import search_with_overrides

Tick = Callable[[int], None]

_NUM_WARM = 20  # sentences translated before the clock starts, as in the benchmarks: the first ones take longer


def collect_run(
    run_dir: Path,
    name: str,
    source: Sequence[str],
    beam: int | None = None,
    tick: Tick | None = None,
) -> RunResult:
    """Read a run and let it translate `source`.

    `beam` replaces the recipe's; `tick` is called with how many more sentences are translated.
    Raises CheckpointError when the run directory is missing, incomplete or malformed.
    """
    record = RunRecord.load(run_dir / RECORD)
    validations = read_validations(run_dir / JOURNAL)
    search = run_search(run_dir, beam)
    translations, seconds = translate_run(run_dir, source, search, tick=tick)
    return RunResult(
        name=name,
        record=record,
        validations=validations,
        outputs=tuple(translation.text for translation in translations),
        translate_seconds=seconds,
        search=dump_config(search),
        finish_reasons=dict(Counter(translation.finish_reason for translation in translations)),
        num_split=sum(translation.num_segments > 1 for translation in translations),
    )


def with_samples(
    results: Sequence[RunResult], runs: Sequence[Path], lines: Sequence[str], beam: int | None = None
) -> list[RunResult]:
    """The first run of each system with its translations of `lines` to show, and the attention they were made with."""
    firsts = {system.first for system in find_systems(results)} if lines else set()
    return [
        replace(result, samples=_samples(result, run, lines, beam)) if number in firsts else result
        for number, (result, run) in enumerate(zip(results, runs, strict=True))
    ]


def _samples(result: RunResult, run_dir: Path, lines: Sequence[str], beam: int | None) -> tuple[Sample, ...]:
    shown = load(run_dir).translate(lines, run_search(run_dir, beam), attention=True)
    looks = result.record.experiment.get("model", {}).get("decoder", {}).get("attention") != "none"
    return tuple(Sample(translation.text, _alignment(translation) if looks else None) for translation in shown)


def run_search(run_dir: Path, beam: int | None = None, overrides: Sequence[str] = ()) -> SearchConfig:
    """How the run's recipe searches for one best translation, with another beam or other keys of [search].

    Raises CheckpointError when there is no recipe, and ConfigError for a language model or an unknown search.
    """
    if is_language_model(run_dir):
        raise ConfigError(
            f"{run_dir} is a language model: it reads nothing, so it writes no translation to score. "
            f"`nmt translate {run_dir} --score FILE` says how probable it finds a text."
        )
    if beam is not None and not overrides and recipe_search(run_dir).method == "sample":
        raise ConfigError(f"--beam {beam} has no effect: the recipe of {run_dir} samples.")
    search = search_with_overrides(run_dir, beam, overrides=["n_best=1", *overrides])
    if search.n_best > 1:
        raise ConfigError(f"search.n_best = {search.n_best}: one translation a sentence is scored. Leave it out.")
    return search


def translate_run(
    run_dir: Path, lines: Sequence[str], search: SearchConfig, tick: Tick | None = None, checkpoint: str = "best"
) -> tuple[list[Translation], float]:
    """Translate with a run, and the seconds it took: loading and a warm-up excluded, tokenizing included.

    Raises CheckpointError when the run cannot be loaded, and ConfigError where it has no such checkpoint.
    """
    translator = load(run_dir, checkpoint)
    translator.translate(lines[:_NUM_WARM], search)
    start = time.perf_counter()
    translations = translator.translate(lines, search, tick=tick)
    return translations, time.perf_counter() - start


def read_validations(path: Path) -> tuple[Validation, ...]:
    """The learning curve in metrics.jsonl, in order of updates.

    A run that was stopped and went back to its last checkpoint measured some updates twice: the later line counts.
    A last line without a line end was being written when the process died: it is left out.

    Raises CheckpointError when the file is missing or a line is malformed.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise CheckpointError(f"{path.parent} has no {path.name}: it is not the directory of a trained run.") from None
    points: list[Validation] = []
    for number, line in enumerate(data.split(b"\n")[:-1], start=1):
        try:
            entry = json.loads(line)
            if entry["kind"] != "validation":
                continue
            point = _validation(entry)
        except (ValueError, KeyError, TypeError) as error:
            raise CheckpointError(
                f"{path}: line {number} is malformed ({type(error).__name__}: {error}). The file was changed after "
                "`nmt train` wrote it; delete the line to go on without it."
            ) from None
        points = [earlier for earlier in points if earlier.update < point.update] + [point]
    return tuple(points)


def unique_names(records: Iterable[tuple[Path, str]]) -> list[str]:
    """A name for each run: the recipe's, or where two share one the directory's, the last two, or numbered."""
    runs = [(path.resolve(), name) for path, name in records]
    names = [name for _, name in runs]
    for parts in (1, 2):
        shared = {name for name, count in Counter(names).items() if count > 1}
        names = [
            "/".join(path.parts[-parts:]) if name in shared else name
            for (path, _), name in zip(runs, names, strict=True)
        ]
    counts = Counter(names)
    seen: Counter[str] = Counter()
    unique = []
    for name in names:
        seen[name] += 1
        unique.append(name if counts[name] == 1 else f"{name} ({seen[name]})")
    return unique


def _validation(entry: dict[str, Any]) -> Validation:
    bleu = entry.get("bleu")
    return Validation(int(entry["update"]), float(entry["train_seconds"]), None if bleu is None else float(bleu))


def _alignment(translation: Translation) -> Alignment | None:
    if translation.attention is None:
        return None
    rows = translation.attention.tolist()  # [tgt_len, src_len]
    return Alignment(
        tuple(translation.source_tokens), tuple(translation.target_tokens), tuple(tuple(row) for row in rows)
    )
