"""What a training text has of a test set, counted by hand."""

import dataclasses
import hashlib
from pathlib import Path

import pytest

from nmt.corpus.readers import Text
from nmt.errors import DataError
from nmt.reports.evaluation_set import EvaluationSet
from nmt.reports.training_text import TrainingText, read_training_text, read_training_texts, words_of
from tests.reports.synthetic import record

TEST = EvaluationSet(
    Path("test.de"),
    Path("test.en"),
    ("Der Hund läuft.", "Die Katze schläft.", "Ein Vogel!", ""),
    ("The dog runs.", "The cat sleeps.", "A bird!", ""),
    "",
    "",
)
SOURCES = ["Der Hund läuft. ", "der Hund,  der Hund", "Die Katze schläft.", "Die Katze schläft.", ""]
TARGETS = ["The dog runs.", "the dog, the dog", "A cat is asleep.", "The cat sleeps again.", ""]


def write(folder, name, lines):
    (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
    return folder / name


@pytest.fixture
def paths(tmp_path):
    return [write(tmp_path, "train.de", SOURCES), write(tmp_path, "train.en", TARGETS)]


def parallel(paths):
    return Text("parallel", *map(str, paths))


def run_of(paths, hashes=None):
    corpus = {"reader": "parallel", "train": dict(zip(("source", "target"), map(str, paths), strict=True))}
    return record("run", experiment={"corpus": corpus}, text_sha256=hashes and {"train": hashes})


def test_words_are_counted_in_any_case(paths):
    text = read_training_text(parallel(paths), TEST)
    assert text.word_counts == {"der": 3, "hund": 3, "läuft": 1, "die": 2, "katze": 2, "schläft": 2}


def test_shared_pairs_and_sources_are_counted_in_the_test_set(paths):
    text = read_training_text(parallel(paths), TEST)
    assert (text.shared_pairs, text.shared_sources) == (1, 2)  # a blank line is no sentence that was trained on
    twice = dataclasses.replace(TEST, source=TEST.source[:1] * 2, reference=TEST.reference[:1] * 2)
    text = read_training_text(parallel(paths), twice)
    assert (text.shared_pairs, text.shared_sources) == (2, 2)


def test_letters_are_the_same_however_they_were_typed():
    assert words_of("Cafe\u0301 CAFÉ, 2 mal") == ["café", "café", "2", "mal"]


def test_a_text_of_several_runs_is_read_once(paths, monkeypatch):
    read = []
    monkeypatch.setattr(
        "nmt.reports.training_text.read_training_text", lambda *arguments: read.append(arguments) or "text"
    )
    assert read_training_texts([run_of(paths)] * 3, TEST) == ("text",) * 3
    assert len(read) == 1


def test_what_cannot_be_read_is_explained(paths, tmp_path):
    assert read_training_texts([run_of([tmp_path / "gone.de", paths[1]])], TEST) == ("gone.de is not there",)
    [reason] = read_training_texts([run_of([write(tmp_path, "short.de", ["a"]), paths[1]])], TEST)
    assert "has 1 line but" in reason
    for unknown in ({}, {"corpus": {}}, {"corpus": {"train": ["a", "b"]}}, {"corpus": {"reader": "new", "train": {}}}):
        [reason] = read_training_texts([record("run", experiment=unknown)], TEST)
        assert reason == "its recipe does not name the files in a way this version reads"


def test_a_text_that_is_not_what_was_trained_on_is_not_looked_into(paths):
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    runs = [run_of(paths, noted) for noted in (hashes, ["0", "1"], None)]
    as_it_was, changed, unknown = read_training_texts(runs, TEST)
    assert as_it_was == unknown
    assert isinstance(as_it_was, TrainingText)
    assert changed.endswith(" changed since it was trained on")


def test_a_missing_training_text_is_an_error_where_it_is_asked_for(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_training_text(parallel([tmp_path / "a", tmp_path / "b"]), TEST)
