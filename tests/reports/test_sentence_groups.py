"""Groups of test sentences, which depend on no system."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from nmt.metrics import mean_score_of, segment_statistics
from nmt.reports.comparison import compare_systems
from nmt.reports.evaluation_set import EvaluationSet
from nmt.reports.sentence_groups import group_lengths, length_groups, rarity_groups, ratio_groups, repetition_groups
from tests.reports.synthetic import evaluation_set, pair_of_systems


def lines(source: list[str], reference: list[str]) -> EvaluationSet:
    return replace(evaluation_set(1), source=tuple(source), reference=tuple(reference))


def test_every_sentence_is_in_the_bucket_its_label_says():
    lengths = [length for length in range(1, 31) for _ in range(10)]
    groups = group_lengths(lengths)
    assert [label for label, _ in groups] == ["up to 5", "6 to 10", "11 to 15", "16 to 20", "21 to 25", "26 or more"]
    for (_, segments), low in zip(groups, range(1, 31, 5), strict=True):
        assert {lengths[i] for i in segments} == set(range(low, low + 5))


def test_a_few_very_long_sentences_do_not_make_the_buckets_wide():
    lengths = [4] * 100 + [7] * 100 + [10] * 100 + [3000]
    groups = group_lengths(lengths)
    assert [label for label, _ in groups] == ["up to 4", "5 to 7", "8 or more"]
    assert 300 in groups[-1][1]


def test_too_small_buckets_are_joined_with_a_neighbour():
    groups = group_lengths([1] * 50 + [2] * 3 + [3] * 50 + [4] * 2)
    assert [(label, len(segments)) for label, segments in groups] == [("up to 1", 50), ("2 or more", 55)]


def test_a_small_test_set_is_one_bucket():
    assert group_lengths([3, 4, 9]) == [("all", (0, 1, 2))]


def test_a_few_very_short_sentences_make_no_buckets_of_their_own():
    lengths = [*(length for length in range(1, 300, 5) for _ in range(4)), *(1000 + n % 12 for n in range(6000))]
    assert [label for label, _ in group_lengths(lengths)] == [
        "up to 1000",
        "1001 to 1002",
        "1003 to 1004",
        "1005 to 1006",
        "1007 to 1008",
        "1009 to 1010",
        "1011 or more",
    ]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=300))
def test_each_sentence_is_in_exactly_one_bucket(lengths):
    groups = group_lengths(lengths)
    assert sorted(index for _, segments in groups for index in segments) == list(range(len(lengths)))
    assert len(groups) <= 7
    assert all(len(segments) >= 20 for _, segments in groups) or len(groups) == 1


def test_lengths_of_text_without_spaces_are_in_characters():
    text = ("我们明天中午从火车站出发去看望我的祖母和她的三只猫", "他昨天买了两本关于古代城市和港口的旧书送给朋友")
    # 25 and 23 characters, one "word" each: as words, both would be of length 1.
    [(label, segments)] = length_groups(text)
    assert (label, segments) == ("all", (0, 1))
    assert [label for label, _ in length_groups(text * 20)] == ["up to 23", "24 or more"]


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


def test_sentences_are_grouped_by_their_rarest_word():
    counts = {"one": 1, "five": 5, "six": 6, "fifty": 50, "more": 51}
    lines = ["Six fifty!", "more, more", "one more", "five MORE", "none more", "fifty", "more new", "...", ""]
    assert rarity_groups(lines, counts) == [
        ("never", (4, 6)),
        ("1 to 5 times", (2, 3)),
        ("6 to 50 times", (0, 5)),
        ("more than 50 times", (1,)),
    ]


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
