"""The figures of a report against sacreBLEU and the metrics they come from."""

import dataclasses

import pytest
import sacrebleu

from nmt.errors import ConfigError, DataError
from nmt.metrics import METRICS, difference_over_seeds, mean_over_seeds, score
from nmt.reports import verdicts, wording
from nmt.reports.comparison import compare_systems
from nmt.reports.tables import results_table, training_table
from tests.metrics.texts import compare_texts
from tests.reports.synthetic import evaluation_set, seeds, system


def test_every_system_has_every_score_with_an_interval(report):
    for each in report.runs:
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
    expected = compare_texts("chrF", systems[0].outputs, systems[2].outputs, test.reference)
    assert pairings[4].comparison == expected
    assert 0 < expected.randomization_p <= 1


def test_further_metrics_are_in_tables_tests_and_means_over_seeds():
    test = evaluation_set(30)
    systems = [*seeds("a", test, 0.2, (1, 2)), *seeds("b", test, 0.3, (1, 2))]
    report = compare_systems(systems, test, created="", target_language="en", metrics=("BLEU-moses", "BLEU-lc", "BLEU"))
    assert report.metrics == (*METRICS, "BLEU-moses")
    outputs = [list(each.outputs) for each in systems]
    expected = [score(["BLEU-moses"], lines, test.reference, target_language="en")[0] for lines in outputs]
    assert [each.scores[-1] for each in report.runs] == expected
    assert [cell.text for cell in results_table(report).header][8:] == ["BLEU-moses", "Sentences/s", "Peak memory"]
    assert [row[8].text for row in results_table(report).rows] == [f"{each.value:.1f}" for each in expected]
    compared = ["BLEU", "chrF", "TER", "BLEU-moses", "BLEU-lc"]
    assert [pairing.comparison.metric for pairing in report.pairings] == compared
    assert [list(scores.means) for scores in report.seed_scores] == [compared] * 2
    values = [each.value for each in expected]
    assert report.seed_scores[1].means["BLEU-moses"] == mean_over_seeds(values[2:])
    pairing = report.pairings[3]
    assert pairing.over_seeds == difference_over_seeds(values[:2], values[2:])
    assert pairing.comparison.difference == pytest.approx(sum(values[2:]) / 2 - sum(values[:2]) / 2)
    assert any("tokenised by Moses" in line for line in wording.definitions(report))
    with pytest.raises(ConfigError, match="'BLUE' is not a metric"):
        compare_systems(systems, test, created="", metrics=("BLUE",))


def test_speed_is_sentences_by_seconds(report):
    assert report.runs[0].sentences_per_second == pytest.approx(40)


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
    told = []
    report = compare_systems([system("a", test, 0.1, 1)], test, created="", tick=told.append)
    assert told == [*METRICS]
    assert report.pairings == ()
    assert verdicts.headline(report)[0].startswith("a scores ")


def test_what_a_run_began_with_is_named_without_its_folders():
    test = evaluation_set(5)
    begun = system("b", test, 0.1, 2, experiment={"name": "b", "init_from": "/home/me/runs/general/"})
    table = training_table(compare_systems([system("a", test, 0.1, 1), begun], test, created=""))
    (row,) = [row for row in table.rows if row[0].text == "Begun with"]
    assert [cell.text for cell in row[1:]] == ["", "general"]


def test_conditions_that_changed_while_a_run_trained_are_shown():
    test = evaluation_set(5)
    moved = system("b", test, 0.1, 2, changes=["at update 4: threads 1, now 2"])
    table = training_table(compare_systems([system("a", test, 0.1, 1), moved], test, created=""))
    (row,) = [row for row in table.rows if row[0].text == "Conditions changed"]
    assert [cell.text for cell in row[1:]] == ["", "at update 4: threads 1, now 2"]


def test_every_table_has_a_cell_for_every_column(report):
    assert "Begun with" not in {row[0].text for row in training_table(report).rows}
    for table in (results_table(report), training_table(report)):
        assert {len(row) for row in table.rows} == {len(table.header)}
    cells = {row[0].text: row for row in results_table(report).rows}
    assert cells["rnn"][1].detail == "10,612,345"
    assert cells["rnn"][2].text == "1,134"
