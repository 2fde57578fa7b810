"""Groups of test sentences by length ratio and by repetition, which no system has a say in."""

from dataclasses import replace
from fractions import Fraction

from nmt.metrics import mean_score_of, segment_statistics
from nmt.reports.comparison import compare_systems
from nmt.reports.evaluation_set import EvaluationSet
from nmt.reports.kinds import ratio_groups, repetition_groups
from tests.reports.synthetic import evaluation_set, pair_of_systems


def lines(source: list[str], reference: list[str]) -> EvaluationSet:
    return replace(evaluation_set(1), source=tuple(source), reference=tuple(reference))


def test_sentences_are_grouped_by_their_share_of_the_usual_length_ratio() -> None:
    lengths = [(10, 20), (10, 10), (10, 16), (10, 26), (10, 28), (10, 0), (0, 3)]
    test = lines(*([" ".join(["word"] * number) + " ." for number in side] for side in zip(*lengths, strict=True)))
    usual = Fraction(sum(r for _, r in lengths), sum(s for s, _ in lengths))
    shares = [Fraction(r, s) / usual for s, r in lengths[:5]]
    bounds = [("less than 3/4", 0), ("3/4 to 9/10", Fraction(3, 4)), ("9/10 to 10/9", Fraction(9, 10))]
    bounds += [("10/9 to 4/3", Fraction(10, 9)), ("4/3 or more", Fraction(4, 3))]
    expected: dict[str, tuple[int, ...]] = {}
    for index, share in enumerate(shares):
        label = [label for label, low in bounds if share >= low][-1]
        expected[label] = (*expected.get(label, ()), index)
    assert dict(ratio_groups(test)) == expected
    assert len(expected) >= 3


def test_sentences_are_grouped_by_their_most_frequent_word() -> None:
    test = lines(["x"] * 6, ["a b c.", "The dog, the cat", "a a b a", "a a a a a", "...", "b b. B, b"])
    assert repetition_groups(test) == [("once", (0,)), ("twice", (1,)), ("3 times", (2,)), ("4 times or more", (3, 5))]


def test_text_without_spaces_is_counted_in_characters() -> None:
    kana = "あいうえおかきくけこさしすせそたちつてと"
    test = lines([kana + "な"] * 3, [kana + "な", kana + "ああ", kana + "い、。"])
    assert repetition_groups(test) == [("once", (0,)), ("twice", (2,)), ("3 times", (1,))]


def test_the_groups_of_a_report_are_scored_on_their_own_sentences_and_depend_on_no_system() -> None:
    test = evaluation_set(120)
    first, second = pair_of_systems(test)
    report = compare_systems([first, second], test, created="")
    assert [bucket.label for bucket in report.ratios] == [label for label, _ in ratio_groups(test)]
    statistics = segment_statistics("BLEU", second.outputs, test.reference)
    scored = [bucket for bucket in (*report.ratios, *report.repetition) if bucket.bleu]
    assert len(scored) >= 4
    for bucket in scored:
        assert bucket.bleu[1] == mean_score_of([statistics], bucket.segments)
    assert all(len(bucket.segments) < 20 for bucket in (*report.ratios, *report.repetition) if not bucket.bleu)
