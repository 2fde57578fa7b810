"""The record of a run survives its file, and a damaged file is explained."""

import json
import re
import subprocess

import pytest

from nmt.corpus.readers import Text
from nmt.errors import CheckpointError
from nmt.reports import record as module
from nmt.reports.record import RunRecord, source_commit
from tests.reports.synthetic import record


def test_a_record_is_read_as_it_was_written(tmp_path):
    written = record("rnn", best_dev_bleu=None, commit=None, experiment={"name": "Übung", "training": {"seed": 3}})
    written.save(tmp_path / "record.json")
    assert RunRecord.load(tmp_path / "record.json") == written
    assert [path.name for path in tmp_path.iterdir()] == ["record.json"]


def test_saving_replaces_an_earlier_record(tmp_path):
    record("rnn", updates=10).save(tmp_path / "record.json")
    record("rnn", updates=20).save(tmp_path / "record.json")
    assert RunRecord.load(tmp_path / "record.json").updates == 20


def test_a_missing_run_directory_is_named(tmp_path):
    with pytest.raises(CheckpointError, match="no such run directory"):
        RunRecord.load(tmp_path / "nowhere" / "record.json")


def test_a_directory_without_record_is_said_not_to_be_a_finished_run(tmp_path):
    with pytest.raises(CheckpointError, match=r"has no record\.json.*nmt train"):
        RunRecord.load(tmp_path / "record.json")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda fields: fields.pop("updates"), "updates: Field required"),
        (lambda fields: fields.update(updates="many"), "updates: Input should be a valid integer"),
        (lambda fields: fields.update(speed=3), "unknown field 'speed'"),
    ],
)
def test_a_record_changed_by_hand_is_refused_with_the_field(tmp_path, change, message):
    path = tmp_path / "record.json"
    record("rnn").save(path)
    fields = json.loads(path.read_text(encoding="utf-8"))
    change(fields)
    path.write_text(json.dumps(fields), encoding="utf-8")
    with pytest.raises(CheckpointError, match=message):
        RunRecord.load(path)


@pytest.mark.parametrize(
    ("content", "message"), [(b"{", "not JSON"), (b"\xff\xfe", "not JSON"), (b"[]", "one JSON object")]
)
def test_a_file_that_is_no_record_is_refused(tmp_path, content, message):
    (tmp_path / "record.json").write_bytes(content)
    with pytest.raises(CheckpointError, match=message):
        RunRecord.load(tmp_path / "record.json")


def test_a_commit_is_that_of_a_checkout_of_its_own_and_says_whether_that_was_changed(tmp_path, monkeypatch):
    def git(*arguments):
        subprocess.run(["git", "-C", tmp_path, "-c", "user.name=a", "-c", "user.email=a@b", *arguments], check=True)

    source = tmp_path / "nmt" / "reports" / "record.py"
    source.parent.mkdir(parents=True)
    source.write_text("one", encoding="utf-8")
    monkeypatch.setattr(module, "__file__", str(source))
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "one")
    commit = source_commit()
    assert re.fullmatch("[0-9a-f]{12,}", commit)
    source.write_text("two", encoding="utf-8")
    assert source_commit() == f"{commit}-dirty"
    installed = tmp_path / ".venv" / "lib" / "nmt" / "reports"
    installed.mkdir(parents=True)
    monkeypatch.setattr(module, "__file__", str(installed / "record.py"))
    assert source_commit() is None


def test_a_record_says_which_text_and_which_languages_its_recipe_names():
    corpus = {"reader": "tsv", "target_language": "en", "dev": {"source": "dev.tsv"}}
    run = record("rnn", experiment={"corpus": corpus}, text_sha256={"dev": ["a"]})
    assert (run.text("dev"), run.hashes("dev"), run.language("target")) == (Text("tsv", "dev.tsv"), ["a"], "en")
    assert (run.text("test"), run.hashes("test"), run.language("source")) == (None, [], "")
    for unknown in ({}, {"corpus": "text"}, {"corpus": {"reader": "new", "dev": {"source": "dev.tsv"}}}):
        other = record("rnn", experiment=unknown)
        assert (other.text("dev"), other.hashes("dev"), other.language("target")) == (None, [], "")
