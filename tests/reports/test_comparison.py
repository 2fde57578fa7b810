"""The figures of a report against sacreBLEU and the metrics they come from."""

import dataclasses

import pytest
import sacrebleu

from nmt.errors import ConfigError, DataError
from nmt.metrics import METRICS, paired_bootstrap
from nmt.reports import verdicts
from nmt.reports.comparison import compare_systems
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
    assert dataclasses.replace(pairings[4].comparison, randomization_p=None) == expected
    assert 0 < pairings[4].comparison.randomization_p <= 1


def test_speed_is_sentences_by_seconds(report):
    assert report.systems[0].sentences_per_second == pytest.approx(40)


def test_without_text_nothing_in_the_report_quotes_the_test_set(textless_report):
    assert textless_report.leads == ()
    assert textless_report.sample_indices == ()
    assert textless_report.sentences == ()
    assert [words.words for words in textless_report.words] == [()]


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
    assert verdicts.headline(report)[0].startswith("a scores ")


def test_every_table_has_a_cell_for_every_column(report):
    for table in (results_table(report), training_table(report)):
        assert {len(row) for row in table.rows} == {len(table.header)}
    cells = {row[0].text: row for row in results_table(report).rows}
    assert cells["rnn"][1].detail == "10,612,345"
    assert cells["rnn"][2].text == "1,134"
