"""What is read of a run directory, and how a run is made to translate."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from nmt.errors import CheckpointError, ConfigError
from nmt.reports.collect import collect_run, read_validations, run_search, unique_names, with_samples
from nmt.reports.run_results import Validation
from tests.reports.runs import FakeTranslator, make_run, seal_run, write_log


@pytest.fixture
def translator(monkeypatch):
    fake = FakeTranslator(str.upper)
    monkeypatch.setattr("nmt.reports.collect.load", lambda run_dir, checkpoint="best": fake)
    return fake


def test_a_run_is_collected_with_its_translations(tmp_path, translator):
    run = make_run(tmp_path / "rnn", "rnn")
    done = []
    result = collect_run(run, "first", ["guten tag", "", "wort " * 30], tick=done.append)
    assert result.name == "first"
    assert result.record.name == "rnn"
    assert result.outputs[:2] == ("GUTEN TAG", "")
    assert result.finish_reasons == {"eos": 2, "blank": 1}
    assert result.num_split == 1
    assert result.translate_seconds > 0
    assert sum(done) == 3
    assert result.samples == ()
    [sampled] = with_samples([result], [run], ["guten tag"])
    [sample] = sampled.samples
    assert sample.text == "GUTEN TAG"
    assert sample.alignment.source_tokens == ("guten", "tag", "</s>")
    assert [sum(row) for row in sample.alignment.weights] == pytest.approx([1, 1, 1])


def test_a_run_searches_as_its_recipe_says_for_one_best(tmp_path, translator):
    run = make_run(tmp_path / "rnn", "rnn")
    collect_run(run, "rnn", ["a"])
    warm, search = translator.searches
    assert warm == search
    assert (search.beam, search.n_best, search.alpha) == (4, 1, 0.7)
    assert run_search(run, beam=1).beam == 1


def test_a_run_may_search_otherwise_but_for_one_best(tmp_path):
    run = make_run(tmp_path / "rnn", "rnn")
    assert run_search(run, overrides=["search.alpha=0.25", "beam=2"]).alpha == 0.25
    with pytest.raises(ConfigError, match="one translation a sentence is scored"):
        run_search(run, overrides=["n_best=2"])
    with pytest.raises(ConfigError, match="beam = 0"):
        run_search(run, beam=0)


def test_a_beam_for_a_recipe_that_samples_is_refused(tmp_path):
    run = make_run(tmp_path / "rnn", "rnn")
    (run / "experiment.toml").write_text("[search]\nmethod = 'sample'\n", encoding="utf-8")
    seal_run(run)
    with pytest.raises(ConfigError, match=r"--beam 3 has no effect: the recipe of .*rnn samples\."):
        run_search(run, beam=3)


def test_the_clock_starts_after_a_warm_up(tmp_path, monkeypatch):
    run, now, asked = make_run(tmp_path / "rnn", "rnn"), [0.0], []

    class Slow(FakeTranslator):
        def translate(self, lines, *given, **named):
            now[0] += 2.0 if asked else 100.0
            asked.append(len(lines))
            return super().translate(lines, *given, **named)

    monkeypatch.setattr("nmt.reports.collect.load", lambda run_dir, checkpoint: Slow(str.upper))
    monkeypatch.setattr("nmt.reports.collect.time", SimpleNamespace(perf_counter=lambda: now[0]))
    assert collect_run(run, "rnn", ["a"] * 50).translate_seconds == 2.0
    assert asked == [20, 50]


def test_a_sample_without_attention_has_no_alignment(tmp_path, translator):
    run = make_run(tmp_path / "rnn", "rnn")
    [result] = with_samples([collect_run(run, "rnn", ["a"])], [run], [""])
    [sample] = result.samples
    assert sample.alignment is None


def test_the_learning_curve_holds_the_validations_in_order(tmp_path):
    write_log(tmp_path / "metrics.jsonl", [(100, 10.0, 12.5), (200, 20.0, None)])
    assert read_validations(tmp_path / "metrics.jsonl") == (Validation(100, 10.0, 12.5), Validation(200, 20.0, None))


def test_what_was_measured_again_after_a_restart_stands(tmp_path):
    write_log(tmp_path / "metrics.jsonl", [(100, 10.0, 1.0), (200, 20.0, 2.0), (300, 30.0, 3.0), (200, 21.0, 2.5)])
    assert [(p.update, p.bleu) for p in read_validations(tmp_path / "metrics.jsonl")] == [(100, 1.0), (200, 2.5)]


def test_a_line_that_was_being_written_when_the_process_died_is_left_out(tmp_path):
    write_log(tmp_path / "metrics.jsonl", [(100, 10.0, 1.0)], end='\n{"kind": "valid')
    assert len(read_validations(tmp_path / "metrics.jsonl")) == 1


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"kind": "validation"}', '{"kind": "validation", "update": [], "bleu": 1}']
)
def test_a_malformed_line_is_named(tmp_path, line):
    write_log(tmp_path / "metrics.jsonl", [], end=f"\n{line}\n")
    with pytest.raises(CheckpointError, match=r"metrics\.jsonl: line 2 is malformed"):
        read_validations(tmp_path / "metrics.jsonl")


def test_a_run_without_log_or_recipe_is_no_run(tmp_path):
    with pytest.raises(CheckpointError, match=r"has no metrics\.jsonl"):
        read_validations(tmp_path / "metrics.jsonl")
    with pytest.raises(CheckpointError, match=r"has no experiment\.toml"):
        run_search(tmp_path)
    with pytest.raises(CheckpointError, match="no such run directory"):
        run_search(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([("x/rnn", "rnn"), ("x/big", "transformer")], ["rnn", "transformer"]),
        ([("x/one", "rnn"), ("x/two", "rnn"), ("x/t", "transformer")], ["one", "two", "transformer"]),
        ([("x/a", "rnn"), ("y/a", "rnn"), ("y/b", "rnn")], ["x/a", "y/a", "b"]),
        ([("x/a", "rnn"), ("x/a", "rnn")], ["x/a (1)", "x/a (2)"]),
        ([("r/x/a", "rnn"), ("s/x/a", "rnn")], ["x/a (1)", "x/a (2)"]),
        ([("x/rnn", "rnn"), ("x/b", "rnn"), ("y/b", "other")], ["rnn", "b", "other"]),
    ],
)
def test_runs_of_one_recipe_are_told_apart(runs, expected):
    assert unique_names([(Path(path), name) for path, name in runs]) == expected
