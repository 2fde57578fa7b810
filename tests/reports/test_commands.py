"""`nmt compare` and `nmt evaluate` with translators that only pretend."""

import gzip
import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nmt.cli import compare
from nmt.cli.main import app
from nmt.errors import CheckpointError, ConfigError, DataError, DiskError
from nmt.metrics import METRICS, score
from nmt.reports import collect
from nmt.reports.evaluations import LOCKED, read_evaluations
from nmt.reports.figures import Figures
from nmt.reports.searches import describe_search
from nmt.storage.lock import only_one
from tests.reports.runs import FakeTranslator, make_run, seal_run
from tests.reports.synthetic import evaluation_set

TEST = evaluation_set(40)
ANSWERS = dict(zip(TEST.source, TEST.reference, strict=True))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working directory with a test set and two runs: one translates well, the other leaves out `the`."""
    monkeypatch.chdir(tmp_path)
    for name, lines in (("test.de", TEST.source), ("test.en", TEST.reference)):
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
    make_run(tmp_path / "runs" / "good", "good")
    make_run(tmp_path / "runs" / "bad", "bad")
    translators = {
        "good": FakeTranslator(ANSWERS.__getitem__),
        "bad": FakeTranslator(lambda line: ANSWERS[line].replace(" the ", " ")),
    }
    monkeypatch.setattr("nmt.reports.collect.load", lambda run_dir, checkpoint="best": translators[run_dir.name])
    return tmp_path


@pytest.fixture
def undrawn(monkeypatch):
    """Reports without figures, to save time."""

    def draw(report):
        return Figures(None, None, tuple("" for _ in report.fronts), "", (), ())

    monkeypatch.setattr("nmt.reports.write.draw", draw)


def nmt(*arguments):
    result = CliRunner().invoke(app, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_compare_prints_table_samples_and_the_path_of_the_report(folder):
    result = nmt("compare", "runs/bad", "runs/good", "--out", "report")
    assert result.exit_code == 0
    first, second, *rest = result.stdout.split("\n")
    assert first.split() == ["Model", "Parameters", "Training", "Target", "BLEU", "chrF", "Sentences/s"]
    assert second.split() == ["seconds", "tokens/s", "translating"]
    assert "100.0–100.0" in result.stdout
    assert "good is better than bad by" in result.stdout
    shown = [line for line in rest if line.startswith("reference ")]
    assert len(shown) == 3
    assert all(line.removeprefix("reference").strip() in TEST.reference for line in shown)
    assert rest[-2] == "Report: report/report.html"
    results = json.loads((folder / "report" / "results.json").read_text(encoding="utf-8"))
    assert [run["name"] for run in results["runs"]] == ["bad", "good"]
    assert results["runs"][1]["scores"][0]["value"] == pytest.approx(100)
    assert results["test"]["source"] == "test.de"


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_translated(folder, monkeypatch):
    (folder / "report").write_text("a file", encoding="utf-8")
    monkeypatch.setattr(compare, "_translate_all", lambda *_: pytest.fail("translated"))
    with pytest.raises(ConfigError, match=r"--out report: the report cannot be written there \(File exists"):
        nmt("compare", "runs/good", "--out", "report")


@pytest.mark.parametrize(("number", "shown"), [(0, 0), (2, 2), (5, 3)])
def test_compare_shows_as_many_samples_as_it_is_asked_for_and_three_in_the_terminal(folder, number, shown):
    result = nmt("compare", "runs/bad", "runs/good", "--out", "report", "--samples", str(number))
    assert sum(line.startswith("reference ") for line in result.stdout.split("\n")) == shown
    assert (folder / "report" / "report.md").read_text(encoding="utf-8").count("\n### Line ") == number


def test_compare_scores_by_further_metrics(folder):
    result = nmt("compare", "runs/bad", "runs/good", "--out", "r", "--metric", "BLEU-words", "--metric", "BLEU-moses")
    header = result.stdout.split("\n")[0].split()
    assert header[4:] == ["BLEU", "chrF", "BLEU-words", "BLEU-moses", "Sentences/s"]
    results = json.loads((folder / "r" / "results.json").read_text(encoding="utf-8"))
    assert [each["name"] for each in results["runs"][1]["scores"]] == [*METRICS, "BLEU-words", "BLEU-moses"]
    assert [each["metric"] for each in results["comparisons"]] == ["BLEU", "chrF", "TER", "BLEU-words", "BLEU-moses"]
    shutil.rmtree(folder / "r")
    result = nmt("compare", "runs/bad", "runs/good", "--out", "r", "--metric", "BLEU-lc", "--metric", "ter")
    assert result.stdout.split("\n")[0].split()[4:] == ["BLEU", "chrF", "TER", "BLEU-lc", "Sentences/s"]
    shutil.rmtree(folder / "r")
    with pytest.raises(ConfigError, match="'BLUE' is not a metric"):
        nmt("compare", "runs/no-run", "--out", "r", "--metric", "BLUE")


def test_compare_without_text_shows_and_writes_no_sentence(folder):
    result = nmt("compare", "runs/bad", "runs/good", "--out", "report", "--no-text")
    written = "".join(p.read_text(encoding="utf-8") for p in (folder / "report").rglob("*") if p.is_file())
    for line in (*TEST.source, *TEST.reference):
        assert line not in result.stdout
        assert line not in written


def test_compare_counts_what_was_trained_on_and_says_so_in_the_report_and_on_stderr(folder):
    lines = [("train.de", (*TEST.source[:3], "Neu.")), ("train.en", (*TEST.reference[:2], "Other.", "New."))]
    for name, text in lines:
        (folder / name).write_text("".join(f"{line}\n" for line in text), encoding="utf-8", newline="\n")
    result = nmt("compare", "runs/bad", "runs/good", "--out", "report")
    warning = (
        f"{_shared(2)} of the 40 test pairs and {_shared(3)} of the test sources also occur in the training text of "
        "all runs: on these, scores measure memorisation."
    )
    assert f"nmt: {warning}\n" in result.stderr
    results = json.loads((folder / "report" / "results.json").read_text(encoding="utf-8"))
    assert results["warnings"][0] == warning
    assert results["bleu_by_rarest_source_word"][0]["seen"] == "never"
    for page in ("report.html", "report.md"):
        assert warning in (folder / "report" / page).read_text(encoding="utf-8")


def _shared(number):
    """How many test sentences are among the first few, with those that the invented test set repeats."""
    return sum(source in TEST.source[:number] for source in TEST.source)


def test_compare_without_the_training_text_says_that_overlap_was_not_checked(folder):
    result = nmt("compare", "runs/good", "--out", "report")
    assert (
        "nmt: Whether test sentences are in the training text was not checked for good: train.de is not there.\n"
        in (result.stderr)
    )


def test_compare_takes_seeds_of_one_recipe_as_one_system(folder, monkeypatch):
    for seed in (1, 2, 3):
        make_run(folder / "runs" / f"seed{seed}", "rnn", seed=seed)
    drop = {"seed1": "the", "seed2": "a", "seed3": "an", "good": "nothing"}
    monkeypatch.setattr(
        "nmt.reports.collect.load",
        lambda run_dir, checkpoint="best": FakeTranslator(
            lambda line: ANSWERS[line].replace(f" {drop[run_dir.name]} ", " ")
        ),
    )
    result = nmt("compare", "runs/seed1", "runs/good", "runs/seed2", "runs/seed3", "--out", "report")
    results = json.loads((folder / "report" / "results.json").read_text(encoding="utf-8"))
    assert [run["name"] for run in results["runs"]] == ["seed1", "good", "seed2", "seed3"]
    rnn, good = results["systems"]
    assert (rnn["name"], rnn["runs"], rnn["seeds"]) == ("rnn", ["seed1", "seed2", "seed3"], [1, 2, 3])
    bleu = [run["scores"][0]["value"] for run in results["runs"]]
    mean = rnn["means_over_seeds"]["BLEU"]
    assert mean["value"] == pytest.approx((bleu[0] + bleu[2] + bleu[3]) / 3)
    assert mean["low"] < mean["value"] < mean["high"]
    assert good["means_over_seeds"] == {}
    assert [(each["baseline"], each["system"]) for each in results["comparisons"]] == [("rnn", "good")] * 3
    assert "BLEU as a mean over seeds: rnn has" in result.stdout


def test_compare_of_a_run_without_scores_says_so(folder):
    make_run(folder / "runs" / "mute" / "good", "mute", validations=(), best_dev_bleu=None)
    result = nmt("compare", "runs/bad", "runs/mute/good", "--out", "report")
    assert "mute has no dev scores: nothing is known of its quality during training." in result.stderr
    assert "not reached" in (folder / "report" / "report.md").read_text(encoding="utf-8")


def test_compare_of_a_run_that_translates_nothing_is_a_report_all_the_same(folder, monkeypatch):
    monkeypatch.setattr(
        "nmt.reports.collect.load",
        lambda run_dir, checkpoint="best": FakeTranslator(
            ANSWERS.__getitem__ if run_dir.name == "good" else lambda line: ""
        ),
    )
    result = nmt("compare", "runs/bad", "runs/good", "--out", "report")
    assert "Every translation of bad is empty." in result.stderr
    assert "good is better than bad by 100.00 BLEU" in result.stdout


def test_compare_scores_recipes_of_different_test_sets_on_a_given_one_with_a_warning(folder):
    make_run(folder / "runs" / "other" / "good", "other", test=("other.de", "other.en"))
    result = nmt(
        "compare", "runs/bad", "runs/other/good", "--out", "r", "--source", "test.de", "--reference", "test.en"
    )
    assert "The recipes name different test sets (bad: test.de, test.en, other: other.de, other.en)" in result.stderr


def test_compare_takes_another_test_set_and_beam(folder):
    (folder / "few.de").write_text(f"{TEST.source[0]}\n", encoding="utf-8")
    (folder / "few.en").write_text(f"{TEST.reference[0]}\n", encoding="utf-8")
    nmt("compare", "runs/good", "--out", "r", "--source", "few.de", "--reference", "few.en", "--beam", "2")
    results = json.loads((folder / "r" / "results.json").read_text(encoding="utf-8"))
    assert results["test"]["num_sentences"] == 1
    assert results["runs"][0]["search"]["beam"] == 2
    assert results["comparisons"] == []


def test_compare_refuses_runs_with_different_test_sets(folder):
    make_run(folder / "runs" / "other", "other", test=("other.de", "other.en"))
    with pytest.raises(ConfigError, match=r"runs/good is tested on test\.de, test\.en but runs/other on other\.de"):
        nmt("compare", "runs/good", "runs/other", "--out", "report")


def test_compare_reads_the_data_set_that_the_recipes_name(folder):
    rows = [dict(zip(("de", "en"), pair, strict=True)) for pair in zip(TEST.source, TEST.reference, strict=True)]
    (folder / "test.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    for name in ("good", "bad"):
        path = folder / "runs" / name / "record.json"
        fields = json.loads(path.read_text(encoding="utf-8"))
        corpus = {"reader": "datasets", "source_language": "de", "target_language": "en"}
        fields["experiment"]["corpus"] = corpus | {"test": {"source": "test.jsonl"}}
        path.write_text(json.dumps(fields), encoding="utf-8")
        seal_run(path.parent)
    nmt("compare", "runs/bad", "runs/good", "--out", "report")
    results = json.loads((folder / "report" / "results.json").read_text(encoding="utf-8"))
    assert (results["test"]["source"], results["test"]["num_sentences"]) == ("test.jsonl", 40)
    assert results["runs"][1]["scores"][0]["value"] == pytest.approx(100)


def test_compare_needs_a_test_set(folder):
    make_run(folder / "runs" / "none", "none", test=None)
    with pytest.raises(ConfigError, match=r"runs/none: its recipe names no test set .* --source, --reference"):
        nmt("compare", "runs/none", "--out", "report")
    with pytest.raises(ConfigError, match="--reference is missing: sentences and"):
        nmt("compare", "runs/good", "--out", "report", "--source", "test.de")


def test_compare_refuses_runs_of_different_languages(folder):
    make_run(folder / "runs" / "other", "other", languages=("de", "fr"))
    said = r"^runs/good translates into en but runs/other into fr\. "
    with pytest.raises(ConfigError, match=said):
        nmt("compare", "runs/good", "runs/other", "--out", "report")
    make_run(folder / "runs" / "unknown", "unknown", languages=("", ""))
    with pytest.raises(ConfigError, match=said):
        nmt("compare", "runs/unknown", "runs/good", "runs/other", "--out", "report")


@pytest.mark.parametrize("languages", [("", ""), ("de-AT", "en_GB"), ("deu", "EN")])
def test_compare_takes_one_language_by_several_codes_or_none(folder, languages):
    codes = ("deu", "en") if languages[0] == "deu" else ("de", "en")
    make_run(folder / "runs" / "first" / "bad", "bad", languages=languages)
    make_run(folder / "runs" / "other" / "good", "good", languages=codes)
    nmt("compare", "runs/first/bad", "runs/other/good", "--out", "report")
    results = json.loads((folder / "report" / "results.json").read_text(encoding="utf-8"))
    assert len(results["runs"]) == 2
    assert results["hardware"]["threads"] >= 1
    assert f"(cpu {results['hardware']['cpu']}, cores" in (folder / "report" / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("codes", [("ja", "jpn"), ("zh", "cn"), ("de", "deu"), ("de", "German"), ("Deutsch", "German")])
@pytest.mark.usefixtures("undrawn")
def test_compare_takes_codes_that_may_be_of_one_language_and_asks_whether_they_are(folder, codes):
    for name, code in zip(("bad", "good"), codes, strict=True):
        make_run(folder / "runs" / "asked" / name, name, languages=(code, "en"))
    said = nmt("compare", "runs/asked/bad", "runs/asked/good", "--out", "report", "--samples", "0").stderr
    named = f"bad: {codes[0]}, good: {codes[1]}"
    question = f"The recipes call the source language differently ({named}): is it the same language?"
    assert f"nmt: {question}\n" in said
    for page in ("report.html", "report.md"):
        assert question in (folder / "report" / page).read_text(encoding="utf-8").replace("\\", "")


def test_compare_scores_in_the_language_that_one_of_the_runs_names(folder):
    for name, code in (("bad", ""), ("good", "ja")):
        make_run(folder / "runs" / "ja" / name, name, languages=("de", code))
    said = nmt("compare", "runs/ja/bad", "runs/ja/good", "--out", "report").stderr
    results = json.loads((folder / "report" / "results.json").read_text(encoding="utf-8"))
    assert "ja-mecab" in results["runs"][0]["scores"][0]["signature"]
    assert "of bad would have the signature" in said


@pytest.mark.usefixtures("undrawn")
def test_compare_leaves_out_the_folders_that_nmt_itself_puts_beside_runs(folder):
    (folder / "runs" / "prepared" / "0123456789abcdef").mkdir(parents=True)
    nmt("compare", "runs/bad", "--out", "runs/report")
    every = sorted(f"runs/{path.name}" for path in (folder / "runs").iterdir())
    result = nmt("compare", *every, "--out", "runs/report")
    results = json.loads((folder / "runs" / "report" / "results.json").read_text(encoding="utf-8"))
    assert [run["name"] for run in results["runs"]] == ["bad", "good"]
    assert "nmt: runs/prepared is left out: it is text that was prepared for training, not a run.\n" in result.stderr
    assert "nmt: runs/report is left out: it is a report, not a run.\n" in result.stderr
    for alone in ("runs/prepared", "runs/report"):
        with pytest.raises(CheckpointError, match=f"{alone} has no record"):
            nmt("compare", alone, "--out", "other")


@pytest.mark.usefixtures("undrawn")
def test_compare_leaves_out_runs_without_a_record_where_two_others_are_left(folder):
    (folder / "runs" / "notes").mkdir()
    (folder / "runs" / "begun" / "state" / "latest").mkdir(parents=True)
    runs = ("runs/bad", "runs/begun", "runs/good", "runs/notes")
    result = nmt("compare", *runs, "--out", "report")
    results = json.loads((folder / "report" / "results.json").read_text(encoding="utf-8"))
    assert [run["name"] for run in results["runs"]] == ["bad", "good"]
    assert "nmt: runs/begun is left out: its training has not stopped yet.\n" in result.stderr
    assert "nmt: runs/notes is left out: it is not the directory of a run.\n" in result.stderr
    first = nmt("compare", "runs/begun", "runs/bad", "runs/good", "--out", "report")
    assert (
        "nmt: runs/begun is left out: its training has not stopped yet. The others are compared with runs/bad in its "
        "place.\n" in first.stderr
    )
    with pytest.raises(CheckpointError, match="runs/begun has no record"):
        nmt("compare", "runs/bad", "runs/begun", "--out", "report")


@pytest.mark.usefixtures("undrawn")
def test_compare_says_what_keeps_runs_of_one_recipe_from_being_seeds_of_one_system(folder, monkeypatch):
    for name, updates in (("rnn", 900), ("rnn-2", 1000), ("rnn-3", 1000)):
        path = make_run(folder / "runs" / name, "rnn", seed=int(name[4:] or 1)) / "record.json"
        fields = json.loads(path.read_text(encoding="utf-8"))
        fields["experiment"]["training"] = {"max_updates": updates}
        path.write_text(json.dumps(fields), encoding="utf-8")
        seal_run(path.parent)
    monkeypatch.setattr(
        "nmt.reports.collect.load", lambda run_dir, checkpoint="best": FakeTranslator(ANSWERS.__getitem__)
    )
    result = nmt("compare", *(f"runs/{name}" for name in ("rnn", "rnn-2", "rnn-3", "good")), "--out", "report")
    said = (
        "rnn and rnn (seeds 2 and 3) are not seeds of one system: their recipes differ in training.max_updates "
        "(900, 1000)."
    )
    assert f"nmt: {said}\n" in result.stderr
    report = (folder / "report" / "report.md").read_text(encoding="utf-8").replace("\\", "")
    assert said in report
    both = "the seed and training.max_updates (900, 1000)"
    assert f"| Differs from rnn in |  | {both} | {both} | the seed and training.max_updates (900, not set) |" in report


def test_compare_names_a_directory_that_is_no_run(folder):
    with pytest.raises(CheckpointError, match="nowhere: no such run directory"):
        nmt("compare", "runs/good", "runs/nowhere", "--out", "report")


def test_compare_names_the_files_whose_lines_differ(folder):
    (folder / "test.en").write_text("One.\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"test\.de has 40 lines but test\.en has 1\b"):
        nmt("compare", "runs/good", "--out", "report")


def test_evaluate_scores_a_run_as_the_metrics_do(folder):
    result = nmt("evaluate", "runs/bad", "--source", "test.de", "--reference", "test.en", "--json", "scores.json")
    outputs = [line.replace(" the ", " ") for line in TEST.reference]
    expected = score(list(METRICS), outputs, list(TEST.reference))
    written = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    assert written["scores"] == [vars(each) for each in expected]
    assert (written["run"], written["num_sentences"], written["beam"]) == ("runs/bad", 40, 4)
    lines = result.stdout.strip().split("\n")
    assert [line.split()[0] for line in lines] == list(METRICS)
    for line, each in zip(lines, expected, strict=True):
        assert line.endswith(f"{each.value:.2f}  [{each.low:.2f}, {each.high:.2f}]  {each.signature}")


@pytest.mark.parametrize(("given", "used"), [((), "en"), (("--target-language", "zh"), "zh")])
def test_the_language_that_a_run_was_scored_in_is_noted(folder, given, used):
    nmt("evaluate", "runs/bad", "--source", "test.de", "--reference", "test.en", "--json", "scores.json", *given)
    written = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    assert written["target_language"] == used
    assert f"tok:{'zh' if used == 'zh' else '13a'}" in written["scores"][0]["signature"]


def test_a_search_that_was_asked_for_is_noted_with_its_scores(folder):
    given = ["runs/bad", "--source", "test.de", "--reference", "test.en", "--json", "scores.json"]
    nmt("evaluate", *given, "--set", "alpha=0.25", "--set", "search.beam=3")
    written = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    assert (written["search"]["alpha"], written["search"]["beam"], written["beam"]) == (0.25, 3, 3)
    nmt("evaluate", *given)
    searched = {(one.search["alpha"], one.search["beam"]) for one in read_evaluations(folder / "runs" / "bad")}
    assert searched >= {(0.25, 3), (0.7, 4)}
    with pytest.raises(ConfigError, match="translated already, by no run: leave out --set"):
        nmt("evaluate", "--hypotheses", "test.en", "--reference", "test.en", "--set", "alpha=0.25")


def test_the_translations_that_are_scored_are_written_where_that_is_asked_for(folder):
    given = ["--source", "test.de", "--reference", "test.en"]
    by_run = nmt("evaluate", "runs/bad", *given, "--output", "out.en").stdout
    outputs = [line.replace(" the ", " ") for line in TEST.reference]
    assert (folder / "out.en").read_text(encoding="utf-8") == "".join(f"{line}\n" for line in outputs)
    assert nmt("evaluate", "--hypotheses", "out.en", "--reference", "test.en").stdout == by_run


def test_another_checkpoint_is_scored_but_its_scores_are_not_those_of_the_run(folder, monkeypatch):
    asked = []
    load = collect.load
    monkeypatch.setattr(collect, "load", lambda run_dir, which="best": asked.append(which) or load(run_dir, which))
    given = ["runs/bad", "--source", "test.de", "--reference", "test.en", "--json", "scores.json"]
    result = nmt("evaluate", *given, "--checkpoint", "last:2")
    assert asked == ["last:2"]
    assert result.stdout.startswith("BLEU ")
    assert json.loads((folder / "scores.json").read_text(encoding="utf-8"))["checkpoint"] == "last:2"
    assert "nmt: checkpoint 'last:2': its scores are not saved in the run." in result.stderr
    assert read_evaluations(folder / "runs" / "bad") == ()


def test_translations_are_written_packed_where_their_file_is_called_so_and_scored_as_they_are(folder):
    given = ["--source", "test.de", "--reference", "test.en", "--metric", "TER", "--json", "scores.json.gz"]
    said = nmt("evaluate", "runs/bad", *given, "-o", "out.en.gz").stdout
    lines = gzip.decompress((folder / "out.en.gz").read_bytes()).decode("utf-8")
    assert lines == "".join(ANSWERS[line].replace(" the ", " ") + "\n" for line in TEST.source)
    assert json.loads(gzip.decompress((folder / "scores.json.gz").read_bytes()))["scores"][0]["name"] == "TER"
    target = ["--target-language", "en", "--metric", "TER"]
    assert nmt("evaluate", "--hypotheses", "out.en.gz", "--reference", "test.en", *target).stdout == said


@pytest.mark.parametrize("option", ["--hypotheses", "--reference", "--source"])
def test_one_text_of_evaluate_may_come_from_standard_input(folder, option):
    run = ["runs/bad", "--source", "test.de", "--reference", "test.en", "--no-save"]
    given = run if option == "--source" else ["--hypotheses", "other.en", "--reference", "test.en"]
    (folder / "other.en").write_text("".join(f"{line}\n" for line in TEST.reference[::-1]), encoding="utf-8")
    place = given.index(option) + 1
    expected = nmt("evaluate", *given, "--metric", "TER").stdout
    text = (folder / given[place]).read_bytes()
    given[place] = "-"
    done = CliRunner().invoke(app, ["evaluate", *given, "--metric", "TER"], input=text)
    assert done.stdout == expected
    twice = ["--hypotheses", "-", "--reference", "-"]
    with pytest.raises(ConfigError, match="Only one text can come from standard input"):
        nmt("evaluate", *twice)


def test_evaluate_scores_a_file_alike(folder):
    (folder / "out.en").write_text(
        "".join(line.replace(" the ", " ") + "\n" for line in TEST.reference), encoding="utf-8", newline="\n"
    )
    by_file = nmt("evaluate", "--hypotheses", "out.en", "--reference", "test.en").stdout
    assert by_file == nmt("evaluate", "runs/bad", "--source", "test.de", "--reference", "test.en").stdout


def test_metrics_are_taken_in_capitals_or_small_letters(folder):
    given = ["--source", "test.de", "--reference", "test.en", "--metric", "bleu", "--metric", "CHRF"]
    assert [line.split()[0] for line in nmt("evaluate", "runs/bad", *given).stdout.split("\n")[:-1]] == ["BLEU", "chrF"]
    nmt("compare", "runs/bad", "runs/good", "--out", "report", "--metric", "bleu", "--metric", "bleu-WORDS")
    results = json.loads((folder / "report" / "results.json").read_text(encoding="utf-8"))
    assert [each["metric"] for each in results["comparisons"]] == ["BLEU", "chrF", "TER", "BLEU-words"]


def test_evaluate_says_in_one_line_where_it_saved_the_scores_and_nothing_else_on_standard_error(folder):
    result = nmt("evaluate", "runs/bad", "--source", "test.de", "--reference", "test.en", "--metric", "TER")
    said = "nmt: the scores are saved in runs/bad/scores and in the model card, runs/bad/README.md.\n"
    assert result.stderr == said
    assert (folder / "runs" / "bad" / "scores").is_dir()


def test_evaluate_asks_whether_files_belong_together_where_their_score_is_a_tenth_of_that_on_the_dev_set(folder):
    given = ["runs/good", "--source", "test.de", "--reference", "other.en", "--metric", "BLEU"]
    (folder / "other.en").write_text("Something else is said here.\n" * len(TEST.reference), encoding="utf-8")
    question = "nmt: BLEU is far below that on the dev set, 40.2. Do the two files belong together, line by line?"
    for best, said in ((40.2, True), (0.0, False), (None, False)):
        path = folder / "runs" / "good" / "record.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"best_dev_bleu": best}), encoding="utf-8")
        seal_run(path.parent)
        result = nmt("evaluate", *given)
        assert (question in result.stderr) == said, result
    assert "far below" not in nmt("evaluate", "runs/good", "--source", "test.de", "--reference", "test.en").stderr


def test_evaluate_measures_without_touching_the_run_where_that_is_asked_for(folder):
    before = sorted((folder / "runs").rglob("*"))
    for given in ((), ("--checkpoint", "last")):
        result = nmt("evaluate", "runs/bad", "--metric", "TER", "--no-save", *given)
        assert result.stdout.startswith("TER ")
        assert result.stderr == ""
    assert sorted((folder / "runs").rglob("*")) == before
    with pytest.raises(ConfigError, match="leave out --no-save"):
        nmt("evaluate", "--hypotheses", "test.en", "--reference", "test.en", "--no-save")


def test_evaluate_notes_the_scores_of_a_run_in_it_and_in_its_card(folder):
    for _ in range(2):
        nmt("evaluate", "runs/bad", "--source", "test.de", "--reference", "test.en", "--metric", "BLEU")
    nmt("evaluate", "runs/bad", "--source", "test.de", "--reference", "test.en", "--metric", "BLEU-words")
    noted = read_evaluations(folder / "runs" / "bad")
    assert [[score.name for score in each.scores] for each in noted] == [["BLEU", "BLEU-words"]]
    assert (noted[0].source, noted[0].num_sentences, noted[0].search["beam"]) == ("test.de", 40, 4)
    card = (folder / "runs" / "bad" / "README.md").read_text(encoding="utf-8").replace("\\", "")
    assert (
        f"| test.de, test.en | 40 | {describe_search(noted[0].search)} | BLEU | {noted[0].scores[0].value:.2f} |"
        in card
    )
    assert not any(line in card for line in (*TEST.source, *TEST.reference))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every name is text")
def test_evaluate_takes_files_whose_names_are_not_utf8(folder):
    (folder / "test.de").rename(folder / "t\udcff.de")
    nmt("evaluate", "runs/bad", "--source", "t\udcff.de", "--reference", "test.en", "--json", "\udcff.json")
    assert json.loads((folder / "\udcff.json").read_text(encoding="utf-8"))["source"] == "t\udcff.de"
    assert read_evaluations(folder / "runs" / "bad")[0].source == "t\ufffd.de"
    assert "t\ufffd" in (folder / "runs" / "bad" / "README.md").read_text(encoding="utf-8")


def test_another_evaluate_waits_until_scores_and_card_are_written(folder, monkeypatch):
    def refuse():
        raise CheckpointError("taken")

    def write_card(run):
        with pytest.raises(CheckpointError, match="taken"), only_one(run / LOCKED, refuse):
            pass

    monkeypatch.setattr("nmt.reports.card.write_card", write_card)
    result = nmt("evaluate", "runs/bad", "--source", "test.de", "--reference", "test.en", "--metric", "BLEU")
    assert "the scores are saved in runs/bad/scores" in result.stderr
    assert not (folder / "runs" / "bad" / LOCKED).exists()


@pytest.mark.usefixtures("undrawn")
def test_ter_that_would_take_very_long_is_computed_only_where_it_is_asked_for(folder, monkeypatch):
    monkeypatch.setattr("nmt.metrics.scores._MOST_CUBED_WORDS", 1000)
    said = "TER is left out, as it would take very long on lines of this length: --metric TER computes it."
    given = "runs/bad", "--source", "test.de", "--reference", "test.en"
    result = nmt("evaluate", *given)
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["BLEU", "chrF", "BLEU-lc"]
    assert f"nmt: {said}\n" in result.stderr
    result = nmt("evaluate", *given, "--metric", "TER")
    assert result.stdout.startswith("TER ")
    assert said not in result.stderr
    for asked, metrics in (((), ["BLEU", "chrF", "BLEU-lc"]), (("--metric", "TER"), [*METRICS])):
        result = nmt("compare", "runs/bad", "runs/good", "--out", "report", *asked)
        assert (f"nmt: {said}\n" in result.stderr) == (not asked)
        results = json.loads((folder / "report" / "results.json").read_text(encoding="utf-8"))
        assert [each["name"] for each in results["runs"][0]["scores"]] == metrics
        page = (folder / "report" / "report.md").read_text(encoding="utf-8")
        assert ("BLEU and chrF are sacreBLEU" in page.replace("\\", "")) == (not asked)


def test_evaluate_of_a_run_that_is_still_being_trained_notes_nothing(folder):
    run = folder / "runs" / "bad"
    given = ["runs/bad", "--source", "test.de", "--reference", "test.en", "--metric", "TER"]
    (run / "record.json").unlink()
    before = sorted(run.rglob("*"))
    result = nmt("evaluate", *given)
    assert result.stdout.startswith("TER ")
    assert result.stderr == "nmt: the training of runs/bad has not ended: the scores are not saved in it.\n"
    assert sorted(run.rglob("*")) == before


def test_scores_of_a_model_that_another_has_taken_the_place_of_meanwhile_are_not_noted(folder, monkeypatch):
    run = folder / "runs" / "bad"

    class Slow(FakeTranslator):
        def translate(self, *given, **named):
            content = json.loads((run / "record.json").read_text(encoding="utf-8"))
            (run / "record.json").write_text(json.dumps(content | {"updates": 999}), encoding="utf-8")
            return super().translate(*given, **named)

    monkeypatch.setattr("nmt.reports.collect.load", lambda run_dir, checkpoint="best": Slow(ANSWERS.__getitem__))
    given = ["runs/bad", "--source", "test.de", "--reference", "test.en", "--metric", "TER"]
    assert nmt("evaluate", *given).stdout.startswith("TER ")
    assert not (run / "scores").exists()


@pytest.mark.parametrize("command", ["evaluate", "compare"])
def test_a_language_model_is_not_scored_as_a_translator(folder, command):
    run = folder / "runs" / "bad"
    recipe = (run / "experiment.toml").read_text(encoding="utf-8")
    changed = re.sub(r"(?m)^encoder = .*$", 'encoder = { type = "none" }', recipe)
    (run / "experiment.toml").write_text(changed, encoding="utf-8")
    seal_run(run)
    given = {"evaluate": ["runs/bad"], "compare": ["runs/good", "runs/bad", "--out", "report"]}[command]
    with pytest.raises(ConfigError, match=r"bad is a language model: it reads nothing"):
        nmt(command, *given, "--source", "test.de", "--reference", "test.en")


def test_evaluate_gives_the_scores_where_they_cannot_be_noted(folder):
    (folder / "runs" / "bad" / "scores").mkdir()
    result = nmt("evaluate", "runs/bad", "--source", "test.de", "--reference", "test.en", "--metric", "TER")
    assert result.stdout.startswith("TER ")
    assert "nmt: the model card stays as it was: runs/bad/scores has no manifest.json" in result.stderr


def test_the_name_of_a_run_is_no_markup(folder, monkeypatch):
    make_run(folder / "runs" / "[" / "x]", "good")
    (folder / "runs" / "[" / "x]" / "scores").mkdir()
    monkeypatch.setattr(
        "nmt.reports.collect.load", lambda run_dir, checkpoint="best": FakeTranslator(ANSWERS.__getitem__)
    )
    result = nmt("evaluate", "runs/[/x]", "--source", "test.de", "--reference", "test.en", "--metric", "TER")
    assert "nmt: the model card stays as it was: runs/[/x]/scores has no manifest.json" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--metric", "TER", "--metric", "BLUE"), "'BLUE' is not a metric"),
        (("--metric", "BLEU-moses"), r"BLEU-moses needs sacremoses"),
        (("--json", "no/such/folder.json"), r"cannot be written \(there is no folder no/such\)"),
        (("--json", "runs"), r"--json runs: cannot be written \(it is a folder\)"),
        (("-o", "no/such/folder.en"), r"--output no/such/folder.en: cannot be written \(there is no folder no/such\)"),
        (("-o", "closed.en"), r"--output closed.en: cannot be written \(that is not allowed\)"),
        (("-o", "test.de"), r"--output test.de is one of the texts that are read, and would replace it"),
        (("--json", "./test.en"), r"--json test.en is one of the texts that are read, and would replace it"),
        (("--json", "new", "-o", "runs/../new"), r"--json and --output name the same file. Give each its own"),
        (("-o", "-"), r"--output -: standard output has the scores. Name a file"),
        (("--json", "-"), r"--json -: standard output has the scores. Name a file"),
    ],
)
def test_evaluate_refuses_before_it_translates(folder, monkeypatch, arguments, message):
    (folder / "closed.en").touch()
    allowed = os.access  # to root all is
    closed = Path("closed.en"), os.W_OK
    monkeypatch.setattr(os, "access", lambda *asked: asked != closed and allowed(*asked))
    monkeypatch.setitem(sys.modules, "sacremoses", None)
    monkeypatch.setattr("nmt.reports.collect.load", lambda run_dir, checkpoint="best": pytest.fail("it translates"))
    with pytest.raises(ConfigError, match=message):
        nmt("evaluate", "runs/good", "--source", "test.de", "--reference", "test.en", *arguments)


@pytest.mark.parametrize("option", ["--json", "--output"])
def test_scores_are_printed_and_noted_where_a_file_cannot_be_written(folder, monkeypatch, option):
    def refuse(path, text):
        raise DiskError(f"{path}: cannot be written (No space left on device).")

    monkeypatch.setattr("nmt.cli.evaluate._write", refuse)
    given = ["runs/good", "--source", "test.de", "--reference", "test.en", "--metric", "TER", option, "file"]
    result = CliRunner().invoke(app, ["evaluate", *given])
    assert isinstance(result.exception, DiskError)
    assert result.stdout.startswith("TER ")
    assert len(read_evaluations(folder / "runs" / "good")) == 1


def test_evaluate_of_a_metric_that_is_none_names_those_that_are(folder):
    with pytest.raises(ConfigError, match=r"'BLUE' is not a metric. Known metrics: BLEU, .* BLEU-moses, BLEU-words"):
        nmt("evaluate", "--hypotheses", "test.en", "--reference", "test.en", "--metric", "BLUE")


def test_the_target_language_of_evaluate_chooses_the_tokenizer(folder):
    result = nmt("evaluate", "--hypotheses", "test.en", "--reference", "test.en", "--target-language", "zh")
    assert "tok:zh" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "either a run directory"),
        (("runs/good", "--hypotheses", "test.en"), "either a run directory"),
        (("runs/good",), "--source is missing: sentences and"),
        (("--hypotheses", "test.en", "--beam", "3"), "translated already, by no run: leave out --beam"),
        (("--hypotheses", "test.en", "--checkpoint", "last"), "translated already, by no run: leave out --checkpoint"),
        (("--hypotheses", "test.en", "--output", "out.en"), "translated already, by no run: leave out --output"),
        (("--hypotheses", "test.en", "--json", "no/such/folder.json"), "--json no/such/folder"),
    ],
)
def test_evaluate_says_what_it_needs(folder, arguments, message):
    with pytest.raises(ConfigError, match=message):
        nmt("evaluate", *arguments, "--reference", "test.en")


def test_evaluate_translates_the_test_set_of_the_recipe_where_none_is_named(folder):
    given = nmt("evaluate", "runs/bad", "--source", "test.de", "--reference", "test.en").stdout
    assert nmt("evaluate", "runs/bad").stdout == given
    assert len(read_evaluations(folder / "runs" / "bad")) == 1  # the same measurement, noted once


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("runs/none",), CheckpointError, "runs/none"),
        (("runs",), CheckpointError, "it is not the directory of a run"),
        (("runs/good", "--source", "test.de"), ConfigError, "--reference is missing: sentences and"),
        (("--hypotheses", "test.en"), ConfigError, "--hypotheses needs --reference"),
    ],
)
def test_evaluate_without_a_test_set_says_what_it_needs(folder, arguments, error, message):
    with pytest.raises(error, match=message):
        nmt("evaluate", *arguments)


def test_evaluate_of_a_recipe_without_a_test_set_asks_for_one(folder):
    make_run(folder / "runs" / "untested", "good", test=None)
    with pytest.raises(ConfigError, match=r"its recipe names no test set \(corpus\.test\)\. Give one with --source"):
        nmt("evaluate", "runs/untested")


@pytest.mark.parametrize("command", [("evaluate",), ("compare", "--out", "report")])
def test_a_test_set_that_is_not_where_the_recipe_says_is_missing_by_its_key(folder, command, monkeypatch):
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    where = r"test\.de: no such file\. It is corpus\.test of \.\./runs/good/experiment\.toml"
    with pytest.raises(
        DataError, match=rf"^{where}, and paths are relative to .*: run it in {re.escape(str(folder))}\.$"
    ):
        nmt(*command, "../runs/good")
    (folder / "test.de").unlink()
    with pytest.raises(DataError, match=rf"^{where}\. Run `nmt` where the run was trained, or give another test set"):
        nmt(*command, "../runs/good")


@pytest.mark.parametrize("command", [("evaluate",), ("compare", "--out", "report")])
def test_a_test_set_the_other_way_round_is_refused(folder, command):
    recipe = folder / "runs" / "good" / "experiment.toml"
    recipe.write_text(recipe.read_text().replace("target_language", 'source_language = "de"\ntarget_language'))
    seal_run(folder / "runs" / "good")
    with pytest.raises(ConfigError, match=r"test\.en, test\.de: the names say en, de, the other way round"):
        nmt(*command, "runs/good", "--source", "test.en", "--reference", "test.de")
    with pytest.raises(ConfigError, match=r"test\.en is both source and target"):
        nmt(*command, "runs/good", "--source", "test.en", "--reference", "test.en")


def test_evaluate_names_the_files_whose_lines_differ(folder):
    (folder / "out.en").write_text("One.\nTwo.\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"out\.en has 2 lines but test\.en has 40"):
        nmt("evaluate", "--hypotheses", "out.en", "--reference", "test.en")


def test_evaluate_of_an_empty_file_of_translations_names_both_files(folder):
    (folder / "empty").touch()
    with pytest.raises(DataError, match=r"empty has 0 lines but test\.en has 40"):
        nmt("evaluate", "--hypotheses", "empty", "--reference", "test.en")


def test_evaluate_of_empty_files_says_there_is_nothing_to_score(folder):
    (folder / "empty").touch()
    with pytest.raises(DataError, match=r"empty and empty: empty\. A test set needs"):
        nmt("evaluate", "--hypotheses", "empty", "--reference", "empty")


def test_a_run_that_was_changed_is_not_compared(folder):
    path = folder / "runs" / "bad" / "metrics.jsonl"
    path.write_bytes(path.read_bytes().replace(b"30.25", b"40.25"))
    with pytest.raises(CheckpointError, match=r"metrics\.jsonl was changed after it was written"):
        nmt("compare", "runs/bad", "runs/good", "--out", "report")
