"""Every warning, and none where there is nothing to warn of."""

import dataclasses

import pytest

from nmt.reports.comparison import compare_systems
from nmt.reports.figures import draw
from nmt.reports.html import to_html
from nmt.reports.hygiene import find_warnings
from nmt.reports.markdown import to_markdown
from nmt.reports.markdown_text import escape
from nmt.reports.training_text import TrainingText
from tests.reports.synthetic import curve, evaluation_set, seeds, system

TEST = evaluation_set(5)
CURVE = curve(30.0, 100.0, 1000, 3.0, 1)
CLEAN = TrainingText({}, 0, 0)


def run(name, number=1, **changes):
    return system(name, TEST, 0.1, number, CURVE, **changes)


def recipe(name="a", **corpus):
    return {"name": name, "corpus": {"target_language": "en", "test": {"source": "t.de", "target": "t.en"}, **corpus}}


def warnings(*results, training=(), language="en"):
    return find_warnings(results, TEST, training, language)


def test_sound_runs_have_no_warning():
    runs = [run("a", experiment=recipe()), run("b", 2, experiment=recipe("b"))]
    assert warnings(*runs, training=[CLEAN, CLEAN]) == ()


def test_overlap_is_counted_once_for_runs_of_one_text():
    runs = [run(name, experiment=recipe(name)) for name in "abc"]
    shared = TrainingText({}, 2, 3)
    assert warnings(*runs, training=[shared, shared, CLEAN]) == (
        "2 of the 5 test pairs and 3 of the test sources also occur in the training text of a and b: on these, scores "
        "measure memorisation.",
    )
    assert "in the training text of all runs:" in warnings(*runs, training=[shared] * 3)[0]


def test_a_source_alone_that_was_trained_on_may_be_remembered():
    (line,) = warnings(run("a", experiment=recipe()), training=[TrainingText({}, 0, 1)])
    assert line.endswith(
        "1 of the test sources also occur in the training text of a: on these, scores may measure memorisation."
    )


def test_a_text_that_is_not_there_is_said_to_be_unchecked():
    assert warnings(run("a", experiment=recipe()), training=["train.de is not there"]) == (
        "Whether test sentences are in the training text was not checked for a: train.de is not there.",
    )


def test_runs_of_different_target_languages_would_have_other_signatures():
    line, _ = warnings(
        run("a", experiment=recipe(target_language="en")), run("b", experiment=recipe(target_language="zh"))
    )
    assert line.startswith("BLEU of b would have the signature nrefs:1|case:mixed|eff:no|tok:zh|")
    assert "tok:13a" in line


def test_codes_that_may_mean_two_languages_are_named():
    runs = [run(f"{n}", n, experiment=recipe(code, target_language=code)) for n, code in enumerate(("en", "", "en-GB"))]
    assert warnings(*runs) == (
        "The recipes call the target language differently (0: en, 1: none, 2: en-GB): is it the same language?",
    )


def test_text_without_spaces_that_is_split_as_if_it_had_some_is_named():
    whole = dataclasses.replace(
        TEST, reference=tuple("今日はとても天気がいいので散歩に行きます" for _ in TEST.reference)
    )
    one = run("a", experiment=recipe(target_language=""))
    [line] = find_warnings([one], whole)
    assert line.startswith("The references have no spaces between words, and no target language is given: BLEU and TER")


def test_different_versions_of_sacrebleu_are_named():
    runs = [
        run(name, experiment=recipe(), versions={"sacrebleu": version})
        for name, version in (("a", "2.4"), ("b", "2.6"))
    ]
    [line] = warnings(*runs)
    assert line.startswith("Dev BLEU was measured by different versions of sacreBLEU (a: 2.4, b: 2.6)")


@pytest.mark.parametrize(("part", "consequence"), [("test", "all runs are scored"), ("dev", "learning curves")])
def test_different_files_are_named(part, consequence):
    first, second = recipe(**{part: {"source": "x.de", "target": "x.en"}}), recipe(**{part: {"source": "y.de"}})
    [line] = warnings(run("a", experiment=first), run("b", experiment=second))
    assert line.startswith(f"The recipes name different {part} sets (a: x.de, x.en, b: y.de): {consequence}")


@pytest.mark.parametrize(("part", "consequence"), [("test", "all runs are scored"), ("dev", "learning curves")])
def test_other_text_by_the_same_name_is_named(part, consequence):
    texts = {part: {"source": "x.de", "target": "x.en"}}
    first, second, unknown = (
        run(name, experiment=recipe(**texts), text_sha256=known)
        for name, known in (("a", {part: ["1", "2"]}), ("b", {part: ["1", "3"]}), ("c", None))
    )
    [line] = [line for line in warnings(first, second) if "changed" in line]
    assert line.startswith(
        f"The {part} set was changed between the runs (its files have other checksums): {consequence}"
    )
    assert not [line for line in warnings(first, unknown) if "changed" in line]


def test_a_warning_says_nothing_of_the_machine():
    first, second = recipe(), recipe(dev={"source": "/home/me/secret/dev.de", "target": "/home/me/secret/dev.en"})
    (line,) = warnings(run("a", experiment=first), run("b", experiment=second))
    assert "secret" not in line
    assert "b: dev.de, dev.en" in line


def test_a_run_that_began_with_another_one_is_named():
    result = run("a", experiment=recipe() | {"init_from": "runs/general"})
    (line,) = warnings(result)
    assert line.startswith("a began with the weights of general: the text and time these took are not counted")


def test_an_interrupted_run_and_split_sentences_are_named():
    stopped = dataclasses.replace(run("a", experiment=recipe(), finish_reason="interrupted"), num_split=2)
    first, second = warnings(stopped)
    assert first.startswith("a is not finished")
    assert second.startswith("a split 2 source lines, longer or with more sentences than in training")
    split = {"a": 2, "b": 1, "c": 2}
    several = [dataclasses.replace(run(name, experiment=recipe()), num_split=number) for name, number in split.items()]
    assert [line.partition(",")[0] for line in warnings(*several)[:2]] == [
        "a and c each split 2 source lines",
        "b split 1 source line",
    ]


def test_a_run_whose_numbers_were_not_finite_is_named():
    first = run("a", experiment=recipe(), rollbacks=1, skipped_updates=1005)
    assert warnings(first, run("b", 2, experiment=recipe("b"), rollbacks=3)) == (
        "a went back to a checkpoint once, because numbers were not finite, and halved the learning rate each "
        "time: it was not trained as its recipe says.",
        "a left out 1,005 of its updates: the loss or the gradient was not finite.",
        "b went back to a checkpoint 3 times, because numbers were not finite, and halved the learning rate each "
        "time: it was not trained as its recipe says.",
    )


def test_a_run_without_scores_and_one_without_words_are_named():
    silent = dataclasses.replace(run("a", experiment=recipe()), validations=(), outputs=("", " ", "", "", ""))
    first, second = warnings(silent)
    assert first.startswith("a has no dev scores")
    assert second == "Every translation of a is empty."


def test_a_run_with_the_same_seed_is_named():
    first, second = seeds("rnn", TEST, 0.1, (1, 2))
    again = dataclasses.replace(first, name="again")
    assert "again has the recipe and the seed (1) of rnn-1: it is not counted as another seed." in warnings(
        first, second, again
    )


def test_seeds_of_different_commits_are_named():
    runs = seeds("rnn", TEST, 0.1, (1, 2))
    runs[1] = dataclasses.replace(runs[1], record=dataclasses.replace(runs[1].record, commit=None))
    assert any(
        line.startswith("The runs of rnn were trained by different commits (rnn-1: 0123abc4567d, rnn-2: unknown)")
        for line in warnings(*runs)
    )


def test_runs_on_different_machines_are_noted():
    other = run("b", experiment=recipe(), hardware={"cpu": "Another"}, threads=8)
    assert warnings(run("a", experiment=recipe()), other) == (
        "The runs differ in hardware and number of threads (training times and speeds are not comparable).",
    )


def test_what_else_differs_between_systems_is_said_in_one_line():
    first = run(
        "a", experiment=recipe(), text_sha256={"train": ["x", "y"]}, commit="aaa", versions={"nmt": "1", "torch": "2"}
    )
    second = run(
        "b",
        2,
        experiment=recipe("b"),
        text_sha256={"train": ["p", "q"]},
        commit="bbb",
        precision="fp32",
        versions={"nmt": "1", "torch": "3"},
    )
    second = dataclasses.replace(second, search={**second.search, "beam": 1, "alpha": 0.5})
    assert warnings(first, second) == (
        "The runs differ in precision (training times and speeds are not comparable); in commit and versions of torch "
        "(that may be a part of a difference in quality); in training text (a difference in quality may come from the "
        "text); in alpha and beam of the search (what is compared is each model with its own search).",
    )
    unknown = run("c", 3, experiment=recipe("c"), commit=None, versions=first.record.versions)
    assert warnings(first, unknown) == ()


def test_training_texts_without_checksums_are_told_apart_by_name():
    first, second = (
        run(name, experiment=recipe(name, train={"source": f"{name}.de", "target": f"{name}.en"})) for name in "ab"
    )
    assert [line for line in warnings(first, second) if "in training text" in line]
    alike = [
        dataclasses.replace(one, record=dataclasses.replace(one.record, text_sha256={"train": ["x", "y"]}))
        for one in (first, second)
    ]
    assert warnings(*alike) == ()


@pytest.mark.parametrize("known", [TEST.source_sha256, TEST.reference_sha256])
def test_a_test_set_that_chose_the_checkpoints_is_named(known):
    chosen = run("a", experiment=recipe(), text_sha256={"train": ["t"], "dev": [known, "x"]})
    other = run("b", 2, experiment=recipe("b"), text_sha256={"train": ["t"], "dev": ["y", "z"]})
    said = "by them the checkpoints were chosen, so scores here are a little too good."
    assert warnings(chosen) == (f"These sentences are the dev set of a: {said}",)
    assert f"These sentences are the dev set of a: {said}" in warnings(chosen, other)
    both = warnings(chosen, dataclasses.replace(chosen, name="c"))
    assert f"These sentences are the dev set of all runs: {said}" in both
    assert warnings(other) == ()


def test_a_run_that_went_on_under_other_conditions_is_noted():
    moved = run(
        "b", 2, experiment=recipe("b"), changes=["at update 4: threads 1, now 2", "at update 8: torch 1, now 2"]
    )
    assert warnings(run("a", experiment=recipe()), moved) == (
        "b went on under other conditions (at update 4: threads 1, now 2; at update 8: torch 1, now 2): its quality "
        "and its training time come from both.",
    )


def test_each_warning_is_a_line_of_the_page_and_of_the_markdown():
    report = compare_systems(
        [run("a", experiment=recipe()), run("b", 2, experiment=recipe("b"), finish_reason="interrupted")],
        TEST,
        created="",
        target_language="en",
        training=(TrainingText({}, 1, 2), CLEAN),
    )
    assert len(report.warnings) == 2
    html, markdown = to_html(report, draw(report)), to_markdown(report, draw(report))
    for warning in report.warnings:
        assert f"<p>{warning}</p>" in html
        assert f"> {escape(warning)}" in markdown


def test_no_word_is_equally_rare_for_runs_of_different_texts():
    runs = [run("a", experiment=recipe()), run("b", 2, experiment=recipe("b"))]
    texts = [TrainingText({"wir": 3}, 0, 0), TrainingText({"wir": 4}, 0, 0)]
    notes = {
        compare_systems(runs, TEST, created="", training=training).rarity_note
        for training in ((), texts, [texts[0]] * 2, ["train.de is not there"] * 2)
    }
    assert notes == {
        "",
        "The words of the training text were not counted.",
        "The runs were not trained on the same text, so no word is equally rare for all of them.",
        "The words of the training text were not counted: train.de is not there.",
    }


def test_where_one_text_is_not_there_nobody_says_that_they_differ():
    runs = [run("a", experiment=recipe()), run("b", 2, experiment=recipe("b"))]
    report = compare_systems(runs, TEST, created="", training=[TrainingText({"wir": 3}, 0, 0), "train.de is not there"])
    assert report.rarity_note == "The words of the training text were not counted: train.de is not there."


def test_seeds_that_were_stopped_by_the_clock_at_different_updates_are_named():
    runs = seeds("rnn", TEST, 0.1, (1, 2))
    slower = dataclasses.replace(runs[1].record, updates=1900, finish_reason="time_limit")
    runs[1] = dataclasses.replace(runs[1], record=slower)
    expected = "The runs of rnn made different numbers of updates within their time limit (rnn-1: 4,800, rnn-2: 1,900)"
    assert any(line.startswith(expected) for line in warnings(*runs))
    patient = dataclasses.replace(slower, finish_reason="patience")  # each seed may stop by itself when it likes
    runs[1] = dataclasses.replace(runs[1], record=patient)
    assert not any("numbers of updates" in line for line in warnings(*runs))
