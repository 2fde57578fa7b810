"""Which test set runs have in common, reading it and choosing samples from it."""

import hashlib
import os
import threading
from pathlib import Path

import pytest

from nmt.corpus.readers import Text, name_text
from nmt.errors import ConfigError, DataError
from nmt.reports.evaluation_set import check_languages, common_test, load_evaluation_set, pick_samples
from tests.reports.synthetic import evaluation_set, record


def parallel(folder):
    return Text("parallel", str(folder / "test.de"), str(folder / "test.en"))


def test_a_test_set_is_two_files_and_their_hashes(tmp_path):
    (tmp_path / "test.de").write_bytes("Guten Tag.\nJa\u2028nein.\n".encode())
    (tmp_path / "test.en").write_bytes(b"Hello.\nYes no.\n")
    test = load_evaluation_set(parallel(tmp_path))
    assert test.source == ("Guten Tag.", "Ja\u2028nein.")
    assert test.reference == ("Hello.", "Yes no.")
    assert len(test) == 2
    assert test.reference_sha256 == hashlib.sha256(b"Hello.\nYes no.\n").hexdigest()


def test_a_test_set_may_be_one_file_of_tab_separated_pairs(tmp_path):
    (tmp_path / "test.tsv").write_bytes(b"Ja.\tYes.\n")
    test = load_evaluation_set(Text("tsv", str(tmp_path / "test.tsv")))
    assert (test.source, test.reference, test.source_path) == (("Ja.",), ("Yes.",), test.reference_path)


def test_a_test_set_may_be_a_data_set_which_is_known_by_its_sentences(monkeypatch):
    rows = [{"translation": {"de": "Ja.", "en": "Yes."}}, {"translation": {"de": "Nein.", "en": "No."}}]
    asked = []
    monkeypatch.setattr("datasets.load_dataset", lambda *names, **choices: asked.append((names, choices)) or rows)
    test = load_evaluation_set(name_text("test", "datasets", {"source": "any/where", "config": "x"}, ("de", "en")))
    assert asked == [(("any/where", "x"), {"split": "test", "revision": None, "streaming": True})]
    assert (test.source, test.reference) == (("Ja.", "Nein."), ("Yes.", "No."))
    assert test.source_path.as_posix() == "any/where"
    assert test.reference_sha256 == hashlib.sha256(b"Yes.\nNo.\n").hexdigest()


def test_files_of_different_length_are_named_with_their_counts(tmp_path):
    (tmp_path / "test.de").write_bytes(b"Eins.\nZwei.\n")
    (tmp_path / "test.en").write_bytes(b"One.\n")
    with pytest.raises(DataError, match=r"test\.de has 2 lines but test\.en has 1\b"):
        load_evaluation_set(parallel(tmp_path))


def test_an_empty_test_set_is_an_error(tmp_path):
    (tmp_path / "test.de").touch()
    (tmp_path / "test.en").touch()
    with pytest.raises(DataError, match="empty"):
        load_evaluation_set(parallel(tmp_path))


def test_samples_are_short_distinct_and_spread_over_the_set():
    test = evaluation_set(300)
    chosen = pick_samples(test, 3)
    assert all(6 <= len(test.source[i].split()) <= 12 for i in chosen)
    assert chosen[0] < 100 < chosen[1] < 200 < chosen[2]
    assert pick_samples(test, 3) == chosen


@pytest.mark.parametrize("number", [0, 1, 2, 50])
def test_there_are_never_more_samples_than_sentences(number):
    chosen = pick_samples(evaluation_set(2), number)
    assert len(chosen) == len(set(chosen)) == min(number, 2)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes")
def test_a_test_set_may_come_through_pipes_which_are_known_by_their_lines(tmp_path):
    paths = [tmp_path / name for name in ("en", "de")]
    for path, text in zip(paths, ("a\nb\n", "c\nd"), strict=True):
        os.mkfifo(path)
        threading.Thread(target=path.write_text, args=(text,), daemon=True).start()
    found = load_evaluation_set(Text("parallel", *map(str, paths)))
    expected = [hashlib.sha256(text).hexdigest() for text in (b"a\nb\n", b"c\nd\n")]
    assert [found.source_sha256, found.reference_sha256] == expected


def check_codes(*codes):
    runs = [Path(f"runs/{number}") for number in range(len(codes))]
    corpora = [{"source_language": code, "target_language": "en"} for code in codes]
    check_languages(runs, [record("x", experiment={"corpus": corpus}) for corpus in corpora])


def test_codes_of_one_length_that_differ_are_refused_wherever_they_stand():
    with pytest.raises(ConfigError, match=r"^runs/1 translates from de but runs/2 from fr\."):
        check_codes("German", "de", "fr")
    with pytest.raises(ConfigError, match=r"^runs/0 translates from deu_Latn but runs/2 from fra\."):
        check_codes("deu_Latn", "de", "fra")
    check_codes("", "de", "de-AT", "deu", "German")


def test_a_test_set_in_common_is_there_and_named_by_all(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runs = [Path("runs/a"), Path("runs/b")]
    named, unnamed = record("x"), record("x", experiment={"corpus": {}})
    with pytest.raises(ConfigError, match=r"^runs/b: its recipe names no test set"):
        common_test(runs, [named, unnamed])
    other = record("x", experiment={"corpus": {"test": {"source": "other.de", "target": "other.en"}}})
    with pytest.raises(ConfigError, match=r"^runs/a is tested on test\.de, test\.en but runs/b on other\.de"):
        common_test(runs, [named, other])
    with pytest.raises(DataError, match=r"^test\.de: no such file"):
        common_test(runs, [named, named])
    for name in ("test.de", "test.en"):
        (tmp_path / name).touch()
    assert common_test(runs, [named, named]) == Text("parallel", "test.de", "test.en")
