"""The figures of a report against sacreBLEU and the metrics they come from."""

import dataclasses

import pytest
import sacrebleu

from nmt.errors import ConfigError, DataError
from nmt.metrics import METRICS, paired_bootstrap
from nmt.reports import wording
from nmt.reports.comparison import Pairing, compare_systems
from nmt.reports.tables import results_table, training_table
from tests.reports.synthetic import evaluation_set, system


def test_every_system_has_every_score_with_an_interval(report):
    for each in report.systems:
        assert [score.name for score in each.scores] == list(METRICS)
        assert all(score.low <= score.value <= score.high for score in each.scores)
        expected = sacrebleu.corpus_bleu(list(each.result.outputs), [list(report.evaluation_set.reference)]).score
        assert each.score("BLEU").value == pytest.approx(expected)


def test_the_others_are_paired_with_the_first_system():
    test = evaluation_set(30)
    systems = [system(name, test, 0.2, seed) for seed, name in enumerate("abc")]
    pairings = compare_systems(systems, test, created="").pairings
    assert [(p.baseline, p.system, p.comparison.metric) for p in pairings] == [
        ("a", other, metric) for other in "bc" for metric in ("BLEU", "chrF", "TER")
    ]
    expected = paired_bootstrap("chrF", systems[0].outputs, systems[2].outputs, test.reference)
    assert pairings[4].comparison == expected


def test_speed_is_sentences_by_seconds(report):
    assert report.systems[0].sentences_per_second == pytest.approx(40)


def test_without_text_nothing_in_the_report_quotes_the_test_set(textless_report):
    assert textless_report.leads == ()
    assert textless_report.sample_indices == ()


def test_a_system_with_a_missing_translation_is_refused():
    test = evaluation_set(5)
    short = dataclasses.replace(system("a", test, 0.1, 1), outputs=("one",))
    with pytest.raises(DataError, match="a gave 1 translations for the 5 lines"):
        compare_systems([short], test, created="")


def test_two_systems_of_one_name_are_refused():
    test = evaluation_set(5)
    with pytest.raises(ConfigError, match="'a'"):
        compare_systems([system("a", test, 0.1, 1), system("a", test, 0.1, 2)], test, created="")


def test_one_system_alone_makes_a_report_without_comparisons():
    test = evaluation_set(5)
    report = compare_systems([system("a", test, 0.1, 1)], test, created="")
    assert report.pairings == ()
    assert wording.headline(report)[0].startswith("a scores ")


@pytest.mark.parametrize(
    ("metric", "difference", "low", "high", "p_value", "expected"),
    [
        ("BLEU", 1.3, 0.4, 2.2, 0.004, "b is better than a by 1.30 BLEU (95 % interval 0.40 to 2.20, p = 0.004)"),
        ("BLEU", -1.3, -2.2, -0.4, 0.004, "a is better than b by 1.30 BLEU (95 % interval 0.40 to 2.20, p = 0.004)"),
        ("TER", 1.3, 0.4, 2.2, 0.004, "a is better than b by 1.30 TER (95 % interval 0.40 to 2.20, p = 0.004)"),
        ("TER", -1.3, -2.2, -0.4, 0.004, "b is better than a by 1.30 TER (95 % interval 0.40 to 2.20, p = 0.004)"),
        ("chrF", 0.2, -0.4, 0.8, 0.5, "a and b cannot be told apart by chrF: b is ahead by 0.20 chrF, but chance"),
        ("chrF", -0.2, -0.8, 0.4, 0.5, "a and b cannot be told apart by chrF: a is ahead by 0.20 chrF, but chance"),
        ("BLEU", 0.0, 0.0, 0.0, 1.0, "a and b have the same BLEU."),
    ],
)
def test_the_verdict_names_the_better_system(metric, difference, low, high, p_value, expected):
    from nmt.metrics import Comparison

    sentence = wording.verdict(Pairing("a", "b", Comparison(metric, difference, low, high, p_value)))
    assert sentence.startswith(expected)


def test_runs_on_different_hardware_are_noted():
    test = evaluation_set(5)
    systems = [system("a", test, 0.1, 1), system("b", test, 0.1, 2, hardware={"cpu": "Another"}, threads=8)]
    notes = wording.notes(compare_systems(systems, test, created=""))
    assert [note.split(":")[0] for note in notes] == [
        "The runs used different hardware",
        "The runs used different numbers of threads",
    ]


def test_an_interrupted_run_and_split_sentences_are_noted():
    test = evaluation_set(5)
    stopped = dataclasses.replace(system("a", test, 0.1, 1, finish_reason="interrupted"), num_split=2)
    notes = wording.notes(compare_systems([stopped], test, created=""))
    assert notes[0].startswith("a was interrupted")
    assert notes[1].startswith("a split 2 source sentences")


def test_every_table_has_a_cell_for_every_column(report):
    for table in (results_table(report), training_table(report)):
        assert {len(row) for row in table.rows} == {len(table.header)}
    cells = {row[0].text: row for row in results_table(report).rows}
    assert cells["rnn"][1].detail == "10,612,345"
    assert cells["rnn"][2].text == "1,134"
