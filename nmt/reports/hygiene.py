"""Warnings of a report: why its numbers are less comparable than they look."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from nmt.corpus.readers import Text
from nmt.counted import counted
from nmt.metrics import METRICS, doubt_about, signature_of
from nmt.reports import numbers
from nmt.reports.conditions import different_conditions
from nmt.reports.evaluation_set import EvaluationSet
from nmt.reports.paths import file_name, portable_path
from nmt.reports.run_results import RunResult
from nmt.reports.seeds import System, are_named_alike, differing_keys, find_systems, recipe_key, seed_of
from nmt.reports.training_text import TrainingText

_FEW = 3  # keys that a sentence can name


def find_warnings(
    results: Sequence[RunResult],
    test: EvaluationSet,
    training: Sequence[TrainingText | str] = (),
    target_language: str = "",
) -> tuple[str, ...]:
    """All warnings about some runs on a test set, the gravest first; `training` is as for `compare_systems`."""
    return (
        *_overlap(results, test, training),
        *_dev(results, test),
        *filter(None, [doubt_about(test.reference, target_language)]),
        *_signatures(results, target_language),
        *_languages(results),
        *_files(results),
        *_begun_with(results),
        *_unfinished(results),
        *_faults(results),
        *_seeds(results),
        *different_conditions(results),
    )


def _overlap(results: Sequence[RunResult], test: EvaluationSet, training: Sequence[TrainingText | str]) -> list[str]:
    """Test sentences that occur in the training text, and runs for which that was not checked."""
    if not training:
        return []
    found: dict[str, list[str]] = {}
    for result, text in zip(results, training, strict=True):
        if isinstance(text, str):
            line = f"Whether test sentences are in the training text was not checked for {{}}: {text}."
        elif text.shared_sources:
            measure = "measure" if text.shared_pairs else "may measure"  # a source may have another target there
            line = (
                f"{numbers.count(text.shared_pairs)} of the {numbers.count(len(test))} test pairs and "
                f"{numbers.count(text.shared_sources)} of the test sources also occur in the training text of {{}}: on "
                f"these, scores {measure} memorisation."
            )
        else:
            continue
        found.setdefault(line, []).append(result.name)
    return [line.replace("{}", _listing(names, results), 1) for line, names in found.items()]


def _dev(results: Sequence[RunResult], test: EvaluationSet) -> list[str]:
    """A test set that chose the checkpoints it tests; recognised by its checksums, as in the model card."""
    hashes = {test.source_sha256, test.reference_sha256}
    chosen = [result.name for result in results if hashes.intersection(result.record.hashes("dev"))]
    if not chosen:
        return []
    return [
        f"These sentences are the dev set of {_listing(chosen, results)}: by them the checkpoints were chosen, "
        "so scores here are a little too good."
    ]


def _signatures(results: Sequence[RunResult], target_language: str) -> list[str]:
    """Runs whose recipes would give scores another signature, and dev scores by different versions of sacreBLEU."""
    lines = []
    for result in results:
        own = result.record.language("target")
        if own == target_language:
            continue
        for metric in METRICS:
            used, wanted = signature_of(metric, target_language), signature_of(metric, own)
            if used != wanted:
                lines.append(
                    f"{metric} of {result.name} would have the signature {wanted} by its recipe, whose target language "
                    f"is {own or 'not named'}; all runs are scored with {used} here."
                )
                break
    versions = {result.name: result.record.versions.get("sacrebleu", "an unknown version") for result in results}
    if len(set(versions.values())) > 1:
        lines.append(
            f"Dev BLEU was measured by different versions of sacreBLEU ({_pairs(versions)}): learning curves may not "
            "be comparable. The test scores here are by one version."
        )
    return lines


def _languages(results: Sequence[RunResult]) -> list[str]:
    """Codes that may mean one language or, by their regions and scripts, two."""
    lines = []
    for side in ("source", "target"):
        named = {result.name: result.record.language(side) or "none" for result in results}
        if len(set(named.values()) - {"none"}) > 1:
            lines.append(
                f"The recipes call the {side} language differently ({_pairs(named)}): is it the same language?"
            )
    return lines


def _files(results: Sequence[RunResult]) -> list[str]:
    """Recipes that name different test or dev sets, or other text by the same name."""
    lines = []
    for part, consequence in (
        ("test", "all runs are scored on the one of this report."),
        ("dev", "learning curves, best dev BLEU and times to a quality are not comparable."),
    ):
        texts = {result.name: result.record.text(part) for result in results}
        files = {name: text.describe() if text else "" for name, text in texts.items()}
        named = {name: _portable(text).describe() if text else "none" for name, text in texts.items()}
        if len(set(files.values())) > 1:
            lines.append(f"The recipes name different {part} sets ({_pairs(named)}): {consequence}")
            continue
        hashes = {result.name: result.record.hashes(part) for result in results}
        if len({tuple(known) for known in hashes.values() if known}) > 1:
            lines.append(f"The {part} set was changed between the runs (its files have other checksums): {consequence}")
    return lines


def _begun_with(results: Sequence[RunResult]) -> list[str]:
    """Runs that began with the weights of another one, whose text and time are not counted."""
    return [
        f"{result.name} began with the weights of {file_name(str(parent))}: the text and time these took are not "
        "counted here, and that text was not searched for test sentences."
        for result in results
        if (parent := result.record.experiment.get("init_from"))
    ]


def _unfinished(results: Sequence[RunResult]) -> list[str]:
    """Runs without an end or without a learning curve, and sentences that were cut."""
    lines = []
    split: dict[int, list[str]] = {}
    for result in results:
        if result.record.finish_reason in ("", "interrupted"):
            lines.append(
                f"{result.name} is not finished: it was interrupted before its training ended, and these are its "
                "figures so far."
            )
        if all(point.bleu is None for point in result.validations):
            lines.append(f"{result.name} has no dev scores: nothing is known of its quality during training.")
        if result.num_split:
            split.setdefault(result.num_split, []).append(result.name)
        if not any(output.strip() for output in result.outputs):
            lines.append(f"Every translation of {result.name} is empty.")
    for number, names in split.items():
        each = "each " if len(names) > 1 else ""
        lines.append(
            f"{numbers.listing(names)} {each}split {counted(number, 'source line')}, longer or with more sentences "
            "than in training, and joined the translations."
        )
    return lines


def _faults(results: Sequence[RunResult]) -> list[str]:
    """Runs that were not trained as their recipe says, because numbers stopped being finite."""
    lines = []
    for result in results:
        left_out, back = result.record.skipped_updates, result.record.rollbacks
        if back:
            times = "once" if back == 1 else f"{numbers.count(back)} times"
            lines.append(
                f"{result.name} went back to a checkpoint {times}, because numbers were not finite, and halved "
                "the learning rate each time: it was not trained as its recipe says."
            )
        if left_out:
            share = f"{numbers.count(left_out)} of its updates"
            lines.append(f"{result.name} left out {share}: the loss or the gradient was not finite.")
    return lines


def _seeds(results: Sequence[RunResult]) -> list[str]:
    """Runs that look like other seeds and are not."""
    lines = []
    seen: dict[tuple[str, int], str] = {}
    for result in results:
        seed = seed_of(result)
        if seed is None:
            continue
        earlier = seen.setdefault((recipe_key(result), seed), result.name)
        if earlier != result.name:
            lines.append(
                f"{result.name} has the recipe and the seed ({seed}) of {earlier}: it is not counted as another seed."
            )
    systems = find_systems(results)
    for number, system in enumerate(systems):
        lines += _not_seeds_of_one(systems[:number], system, results)
        commits = {results[n].name: results[n].record.commit or "unknown" for n in system.members}
        if len(set(commits.values())) > 1:
            lines.append(
                f"The runs of {system.name} were trained by different commits ({_pairs(commits)}): more than the seed "
                "may differ."
            )
        records = {results[n].name: results[n].record for n in system.members}
        updates = {name: numbers.count(record.updates) for name, record in records.items()}
        timed = any(record.finish_reason == "time_limit" for record in records.values())
        if timed and len(set(updates.values())) > 1:
            lines.append(
                f"The runs of {system.name} made different numbers of updates within their time limit "
                f"({_pairs(updates)}): the machine's speed differs too, not the seed alone."
            )
    return lines


def _not_seeds_of_one(earlier: Sequence[System], system: System, results: Sequence[RunResult]) -> list[str]:
    """In what a system differs from the first earlier one with a similar name."""
    first = results[system.first]
    for other in earlier:
        keys = differing_keys(results[other.first], first)
        if keys and are_named_alike(results[other.first], first):
            more = [f"{len(keys) - _FEW} more keys"] if len(keys) > _FEW + 1 else []
            shown = numbers.listing([*(keys[:_FEW] if more else keys), *more])
            return [f"{other.name} and {system.name} are not seeds of one system: their recipes differ in {shown}."]
    return []


def _portable(text: Text) -> Text:
    """With paths that name nothing of the machine the report was made on."""
    if not text.paths():
        return text
    source, target = (portable_path(Path(name)) if name else None for name in (text.source, text.target))
    return replace(text, source=source or "", target=target)


def _listing(names: Sequence[str], results: Sequence[RunResult]) -> str:
    """The runs by name, or "all runs"."""
    return "all runs" if len(names) == len(results) > 1 else numbers.listing(names)


def _pairs(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in values.items())
