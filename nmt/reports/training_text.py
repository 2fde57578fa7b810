"""Which words and sentences of a test set occur in the training text."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nmt.corpus.lines import clean
from nmt.corpus.readers import Text
from nmt.errors import DataError
from nmt.reports import numbers
from nmt.reports.evaluation_set import EvaluationSet
from nmt.reports.paths import portable_path
from nmt.reports.record import RunRecord


@dataclass(frozen=True)
class TrainingText:
    """What a training text shares with a test set; sentences are compared after cleaning.

    Attributes:
        word_counts: how often each word of the test sources occurs in the training sources.
        shared_pairs: test pairs, source and reference, that are in the training text.
        shared_sources: test sources that are in the training text, with whatever translation.
    """

    word_counts: Mapping[str, int]
    shared_pairs: int
    shared_sources: int


def words_of(text: str) -> list[str]:
    """Runs of letters and digits, in one case."""
    return re.findall(r"\w+", clean(text).casefold())


def read_training_texts(records: Sequence[RunRecord], test: EvaluationSet) -> tuple[TrainingText | str, ...]:
    """What each run was trained on, or why it cannot be read; a text of several runs is read once."""
    read: dict[tuple[Text | None, tuple[str, ...]], TrainingText | str] = {}
    texts = []
    for record in records:
        text, noted = record.text("train"), record.hashes("train")
        key = text, tuple(noted)
        if key not in read:
            read[key] = _read_or_explain(text, test, noted)
        texts.append(read[key])
    return tuple(texts)


def read_training_text(text: Text, test: EvaluationSet) -> TrainingText:
    """Look for a test set in a training text. Raises DataError when that is missing or malformed."""
    sources = [clean(source).strip() for source in test.source]
    pairs = [(source, clean(target).strip()) for source, target in zip(sources, test.reference, strict=True)]
    wanted_words = {word for source in sources for word in words_of(source)}
    wanted_sources = set(sources)
    counts: Counter[str] = Counter()
    found_sources: set[str] = set()
    found_pairs: set[tuple[str, str]] = set()
    for pair in text.pairs():
        source = clean(pair.source).strip()
        counts.update(word for word in words_of(source) if word in wanted_words)
        if source and source in wanted_sources:
            found_sources.add(source)
            found_pairs.add((source, clean(pair.target).strip()))
    return TrainingText(
        word_counts=dict(counts),
        shared_pairs=sum(pair in found_pairs for pair in pairs),
        shared_sources=sum(source in found_sources for source in sources),
    )


def _read_or_explain(text: Text | None, test: EvaluationSet, noted: list[str]) -> TrainingText | str:
    """`noted`: the SHA-256 of the files that were trained on; empty where not known."""
    if text is None:
        return "its recipe does not name the files in a way this version reads"
    missing = [path for path in text.paths() if not path.exists()]
    if missing:
        return f"{portable_path(missing[0])} is not there"
    if not text.paths():
        return f"{text.source} is on the hub, and a report fetches nothing"
    try:
        if noted and text.hashes() != noted:
            return f"{numbers.listing([portable_path(path) for path in text.paths()])} changed since it was trained on"
        return read_training_text(text, test)
    except DataError as error:
        return str(error).rstrip(".")
