"""What is concluded from figures, in sentences."""

import dataclasses
from types import SimpleNamespace

import pytest

from nmt.metrics import Comparison, SeedMean
from nmt.reports import verdicts, wording
from nmt.reports.comparison import compare_systems
from nmt.reports.pairings import Pairing
from nmt.reports.pareto import Front
from nmt.reports.times import Level
from nmt.reports.verdicts import verdict
from nmt.reports.word_matches import WordMatches
from tests.reports.synthetic import evaluation_set, seeds, system


@pytest.mark.parametrize(
    ("metric", "difference", "low", "high", "p_value", "expected"),
    [
        ("BLEU", 1.3, 0.4, 2.2, 0.004, "b is better than a by 1.30 BLEU (95 % interval 0.40 to 2.20, p = 0.004)"),
        ("BLEU", -1.3, -2.2, -0.4, 0.004, "a is better than b by 1.30 BLEU (95 % interval 0.40 to 2.20, p = 0.004)"),
        ("TER", 1.3, 0.4, 2.2, 0.004, "a is better than b by 1.30 TER (95 % interval 0.40 to 2.20, p = 0.004)"),
        ("TER", -1.3, -2.2, -0.4, 0.004, "b is better than a by 1.30 TER (95 % interval 0.40 to 2.20, p = 0.004)"),
        (
            "chrF", 0.2, -0.4, 0.8, 0.5,
            "a and b: a difference of 0.20 chrF; this test set cannot tell them apart (b is ahead, 95 % interval "
            "−0.40 to 0.80, p = 0.50).",
        ),
        (
            "chrF", -0.2, -0.8, 0.4, 0.5,
            "a and b: a difference of 0.20 chrF; this test set cannot tell them apart (a is ahead, 95 % interval "
            "−0.40 to 0.80, p = 0.50).",
        ),
        ("BLEU", 0.0, 0.0, 0.0, 1.0, "a and b have the same BLEU."),
    ],
)  # fmt: skip
def test_the_verdict_names_the_better_system(metric, difference, low, high, p_value, expected):
    assert verdict(Pairing("a", "b", Comparison(metric, difference, low, high, p_value, p_value))).startswith(expected)


def test_the_test_that_is_harder_to_convince_decides():
    sentence = verdict(Pairing("a", "b", Comparison("BLEU", 1.0, 0.1, 1.9, 0.03, 0.07)))
    assert "this test set cannot tell them apart" in sentence
    assert "p = 0.070" in sentence


@pytest.mark.parametrize(
    ("p_value", "over_seeds", "expected"),
    [
        (
            0.01, SeedMean(-1.0, -1.5, -0.5),
            "a is better than b by 1.00 BLEU (means over 3 seeds of a and 2 seeds of b, 95 % interval 0.20 to 1.80, "
            "p = 0.010), more than the choice of test sentences explains, and than the choice of seeds does (95 % "
            "interval over seeds 0.50 to 1.50).",
        ),
        (
            0.01, SeedMean(-1.0, -2.5, 0.5),
            "a and b: a difference of 1.00 BLEU, more than the choice of test sentences explains (a is ahead, means "
            "over 3 seeds of a and 2 seeds of b, 95 % interval 0.20 to 1.80, p = 0.010), but not more than the choice "
            "of seeds does (95 % interval over seeds −0.50 to 2.50).",
        ),
        (
            0.30, SeedMean(-1.0, -1.5, -0.5),
            "a and b: a difference of 1.00 BLEU; this test set cannot tell them apart (a is ahead, means over 3 seeds "
            "of a and 2 seeds of b, 95 % interval 0.20 to 1.80, p = 0.30; 95 % interval over seeds 0.50 to 1.50).",
        ),
    ],
)  # fmt: skip
def test_a_difference_must_be_beyond_test_sentences_and_seeds(p_value, over_seeds, expected):
    pairing = Pairing("a", "b", Comparison("BLEU", -1.0, -1.8, -0.2, p_value, p_value), over_seeds, (3, 2))
    assert verdict(pairing) == expected
    assert pairing.more_than_chance is expected.startswith("a is better")


def test_the_headline_gives_means_over_seeds_and_says_how_many():
    test = evaluation_set(40)
    report = compare_systems([*seeds("rnn", test, 0.2, (1, 2, 3)), system("other", test, 0.2, 9)], test, created="")
    [mean] = [sentence for sentence in verdicts.headline(report) if "mean over seeds" in sentence]
    values = [each.score("BLEU").value for each in report.runs[:3]]
    assert mean.startswith(f"BLEU as a mean over seeds: rnn has {sum(values) / 3:.1f} (95 % interval ")
    assert mean.endswith(", 3 seeds).")
    assert wording.title(report) == "rnn and other"
    assert wording.one_run_note(report).endswith("rnn-1 for rnn.")
    assert "Welch's interval over seeds" in wording.significance_caption(report)
    # One seed of the other: nothing is known of chance in training between the two.
    assert all(pairing.over_seeds is None for pairing in report.pairings)


def test_two_systems_of_several_seeds_have_an_interval_over_seeds():
    test = evaluation_set(40)
    runs = [*seeds("good", test, 0.1, (1, 2, 3)), *seeds("bad", test, 0.4, (1, 2))]
    report = compare_systems(runs, test, created="")
    [bleu] = [pairing for pairing in report.pairings if pairing.comparison.metric == "BLEU"]
    means = [sum(each.score("BLEU").value for each in part) / len(part) for part in (report.runs[:3], report.runs[3:])]
    assert bleu.num_seeds == (3, 2)
    assert bleu.comparison.difference == pytest.approx(means[1] - means[0])
    assert bleu.over_seeds.value == pytest.approx(means[1] - means[0])
    assert bleu.over_seeds.low < bleu.over_seeds.value < bleu.over_seeds.high


def test_with_many_systems_the_headline_is_still_short():
    test = evaluation_set(40)
    runs = [system("a", test, 0.2, 1), system("twin", test, 0.2, 1)]
    runs += [
        system(name, test, rate, n) for n, (name, rate) in enumerate((("b", 0.0), ("c", 0.6), ("d", 0.6)), start=2)
    ]
    report = compare_systems(runs, test, created="")
    first, *others = verdicts.headline(report)
    assert first.startswith("By BLEU, against a: better: b (+")
    assert "; worse: c (−" in first
    assert first.endswith("; not to be told apart: twin (0.00).")
    assert others == ["Training took 18 min 54 s each time."]
    assert len(verdicts.verdicts(report)) == 4  # of twelve in the table


def test_a_front_is_told_in_a_sentence():
    assert verdicts._front(Front("training time", (1.0, 2.0), (True, True), True), ["a", "b"]) == (
        "BLEU against training time: a and b are on the front, so none is beaten on both."
    )
    assert verdicts._front(Front("speed", (1.0, 2.0, 3.0), (False, True, False), False), ["a", "b", "c"]) == (
        "BLEU against speed: b is on the front; for a and c there is another run with no less BLEU and no less speed."
    )


def test_the_shares_of_words_add_up():
    assert verdicts.word_sentence(WordMatches("a", "b", 60, 20, 15, 5)) == (
        "Of 100 words of the references, 60.0 % in both a and b, 20.0 % in a alone, 15.0 % in b alone and 5.0 % in "
        "neither."
    )


def test_a_difference_that_other_seeds_may_turn_round_is_not_called_one_among_many_systems():
    found = Comparison("BLEU", 1.0, 0.2, 1.8, 0.01, 0.01)
    pairings = tuple(
        Pairing("a", name, found, SeedMean(1.0, low, 2.5), (3, 3)) for name, low in (("b", 0.5), ("c", -0.5))
    )
    assert verdicts._against_first(SimpleNamespace(pairings=pairings)) == (
        "By BLEU, against a: better: b (+1.00); not to be told apart: c (+1.00)."
    )


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (2, "by s0 after 2 min and s1 after 3 min."),
        (5, "by all: first by s0 after 2 min, last by s4 after 6 min."),
    ],
)
def test_the_headline_names_the_highest_level_that_all_reached(number, said, monkeypatch):
    monkeypatch.setattr("nmt.metrics.randomization.NUM_TRIALS", 10)
    test = evaluation_set(30)
    report = compare_systems([system(f"s{n}", test, 0.2, n) for n in range(number)], test, created="")
    times = tuple(60.0 * (n + 2) for n in range(number))
    levels = (Level(36.0, (30.0,) * number, 0.9), Level(38.0, times, 0.95), Level(39.6, (None, *times[1:]), 0.99))
    last = verdicts.headline(dataclasses.replace(report, levels=levels))[-1]
    assert last == f"38.0 BLEU (95 % of the best) on the dev set was reached {said}"
