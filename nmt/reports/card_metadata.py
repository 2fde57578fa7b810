"""The block of metadata at the head of a model card, which the Hugging Face hub reads."""

import json
import re
from collections.abc import Sequence
from typing import Any

from nmt.corpus.config import TextFiles
from nmt.corpus.hub import file_format
from nmt.corpus.languages import Languages, bcp47, first_part
from nmt.corpus.readers import SPLITS
from nmt.experiment import Experiment
from nmt.metrics import Score
from nmt.reports.evaluations import Evaluation
from nmt.reports.paths import file_name
from nmt.reports.record import RunRecord
from nmt.reports.searches import describe_search

# The hub's names of metrics; name and signature tell several of one kind apart.
HUB_METRICS = {"BLEU": "bleu", "chrF": "chrf", "TER": "ter"}
UNKNOWN = "unknown"
# The hub's identifiers (https://huggingface.co/docs/hub/repositories-licenses) that a translation model may well have.
LICENSES = {
    *("apache-2.0", "mit", "isc", "bsd", "bsd-2-clause", "bsd-3-clause", "bsl-1.0", "mpl-2.0", "unlicense", "wtfpl"),
    *("gpl", "gpl-2.0", "gpl-3.0", "lgpl", "lgpl-2.1", "lgpl-3.0", "agpl-3.0", "eupl-1.1", "eupl-1.2", "zlib"),
    *("cc", "cc0-1.0", "cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0"),
    *("cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0"),
    *("cc-by-nd-4.0", "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0", "openrail", "odbl", "odc-by", "pddl", "etalab-2.0"),
    *("afl-3.0", "artistic-2.0", "cdla-permissive-2.0", "cdla-sharing-1.0", "ecl-2.0", "epl-2.0", "gfdl"),
    *("other", UNKNOWN),
}


def metadata(experiment: Experiment, record: RunRecord, evaluations: Sequence[Evaluation]) -> dict[str, Any]:
    """What the hub can search and show, all of it measured or from the recipe."""
    corpus = experiment.corpus
    dataset, types = hub_dataset(experiment), {experiment.model.encoder.type, experiment.model.decoder.type}
    task = "text-generation" if is_language_model(experiment) else "translation"
    results = [
        _result(
            experiment,
            each.scores,
            part_of(experiment, record, each),
            file_name(each.source),
            describe_search(each.search),
        )
        for each in in_order(experiment, record, evaluations)
    ]
    if (dev := dev_score(experiment, record)) and corpus.dev:
        results.append(_result(experiment, (dev,), "dev", file_name(corpus.dev.source), "greedy"))
    return {
        **_languages((corpus.source_language, corpus.target_language)),
        **_license(experiment.card.license),
        "library_name": "nmt",
        "pipeline_tag": task,
        "tags": [task, "nmt", *sorted(types)],
        **({"datasets": [dataset]} if dataset else {}),
        "metrics": sorted({metric["type"] for result in results for metric in result["metrics"]}),
        **({"model-index": [{"name": record.name, "results": results}]} if results else {}),
    }


def _languages(named: Languages) -> dict[str, list[str]]:
    """As the hub takes them: ISO 639 in `language`, with a region or script (pt-BR) in `language_bcp47`; no names."""
    languages = dict.fromkeys(filter(None, (bcp47(first_part(code)) for code in named)))
    tags = [tag for tag in map(bcp47, named) if "-" in tag]
    return ({"language": list(languages)} if languages else {}) | ({"language_bcp47": tags} if tags else {})


def _license(license: str) -> dict[str, str]:
    """A licence for which the hub has no identifier is a name, of letters, digits, points and hyphens."""
    name = re.sub("[^a-z0-9.]+", "-", license.lower()).strip("-") or UNKNOWN
    return {"license": name} if not license or name in LICENSES else {"license": "other", "license_name": name}


def hub_dataset(experiment: Experiment) -> str:
    """The corpus by its name on the hub; empty where the recipe does not say."""
    train = experiment.corpus.train.source
    streamed = experiment.corpus.reader == "datasets" and file_format(train) is None
    return experiment.card.dataset or (train if streamed else "")


def is_language_model(experiment: Experiment) -> bool:
    """Whether it reads no source: then it only says how probable a text is."""
    return experiment.model.encoder.type == "none"


def dev_score(experiment: Experiment, record: RunRecord) -> Score | None:
    """The dev BLEU of the best model; None where it was never validated or does not translate."""
    if record.best_dev_bleu is None or is_language_model(experiment):
        return None
    return Score("BLEU", record.best_dev_bleu, record.dev_signature or UNKNOWN)


def in_order(experiment: Experiment, record: RunRecord, evaluations: Sequence[Evaluation]) -> list[Evaluation]:
    """What a reader looks for first: scores on the test text, those of the recipe's search before others."""
    parts, search = ("test", "other", "dev", "train"), describe_search(experiment.search.model_dump())
    return sorted(
        evaluations,
        key=lambda each: (parts.index(part_of(experiment, record, each)), describe_search(each.search) != search),
    )


def part_of(experiment: Experiment, record: RunRecord, evaluation: Evaluation) -> str:
    """Which text was scored: "train", "dev" or "test" where a file of it was, else "other".

    Files are recognised by checksum, or by name where the record has none (an older one, a test set of the hub).
    """
    corpus = experiment.corpus
    for part, text in (("train", corpus.train), ("dev", corpus.dev), ("test", corpus.test)):
        known = record.hashes(part)
        if text and (record.text_sha256 is None or (part == "test" and not known)):
            scored, known = {file_name(evaluation.source), file_name(evaluation.reference)}, _names(text)
        else:
            scored = {evaluation.source_sha256, evaluation.reference_sha256}
        if not scored.isdisjoint(known):
            return part
    return "other"


def _names(files: TextFiles) -> list[str]:
    return [file_name(path) for path in (files.source, files.target) if path]


def _result(experiment: Experiment, scores: Sequence[Score], part: str, source: str, search: str) -> dict[str, Any]:
    """Scores on a part of the corpus, or on another text, which has only the name of its file.

    To the hub, data sets of the same type, config, split and revision are one, whatever their names.
    """
    corpus = {
        "type": hub_dataset(experiment) or UNKNOWN,
        "name": experiment.card.corpus or hub_dataset(experiment) or UNKNOWN,
    }
    other = {"type": UNKNOWN, "name": source, "config": source}
    dataset = other if part == "other" else {**corpus, "split": SPLITS[part]}
    return {
        "task": {"type": "translation", "name": "Translation"},
        "dataset": {**dataset, "args": {"source": source}},
        "metrics": [
            {
                "type": HUB_METRICS.get(score.name.partition("-")[0], score.name.lower()),
                "name": score.name,
                "value": round(score.value, 2),
                "args": {"signature": score.signature, "search": search},
            }
            for score in scores
        ],
    }


def to_yaml(tree: Any, indent: str = "") -> str:
    """Nested dicts and lists of strings and numbers as YAML in block style; strings as JSON has them, which YAML reads.

    Characters that YAML does not allow are escaped.
    """
    if isinstance(tree, dict) and tree:
        return "".join(f"{indent}{key}:{_below(value, indent + '  ')}" for key, value in tree.items())
    if isinstance(tree, list) and tree:
        return "".join(f"{indent}- {to_yaml(value, indent + '  ').lstrip(' ')}" for value in tree)
    text = json.dumps(tree, ensure_ascii=False, allow_nan=False)
    shown = "".join(each if each.isprintable() else rf"\U{ord(each):08x}" for each in text)
    return f"{indent}{shown}\n"


def _below(value: Any, indent: str) -> str:
    nested = isinstance(value, dict | list) and value
    return f"\n{to_yaml(value, indent)}" if nested else f" {to_yaml(value)}"
