"""Signs of translations that leave something out or say something twice."""

from pathlib import Path

import pytest

from nmt.reports.evaluation_set import EvaluationSet
from nmt.reports.signs import EMPTY, LONG, REPEATS, SHORT, find_signs, tokens

NINE = "a b c d e f g h i"


def signs_of(output, reference=NINE, source=NINE, others=50):
    """The signs of one output; the other sentences are right, and as long as their sources."""
    test = EvaluationSet(Path("s"), Path("r"), (source, *[NINE] * others), (reference, *[NINE] * others), "", "")
    return find_signs([output, *[NINE] * others], test, [10.0, *[100.0] * others]).found[0]


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (NINE, ()),
        ("a b c d e f", ()),  # two thirds
        ("a b c d e", (SHORT,)),
        ("a b c d e f g h i j k l m", ()),  # 13: less than one and a half times nine
        ("a b c d e f g h i j k l m n", (LONG,)),
        ("", (EMPTY,)),
        (" \u200b", (EMPTY,)),
        ("a a c d e f g h i", (REPEATS,)),
        ("a b c a b c g h i", (REPEATS,)),
        ("a b c d x a b c d", (REPEATS,)),
        ("a b c x a b c y i", ()),  # only three words come twice
        ("a A c d e f g h i", (REPEATS,)),
        ("a b c d e . . . f g h i", ()),  # punctuation is no word
        ("a b a b", (SHORT, REPEATS)),
    ],
)
def test_an_output_has_the_signs_that_it_shows(output, expected):
    assert signs_of(output) == expected


def test_a_short_sentence_may_lack_two_words():
    assert signs_of("a", reference="a b c", source="a b c") == ()
    assert signs_of("a", reference="a b c d", source="a b c d") == (SHORT,)


def test_a_free_reference_alone_is_no_sign():
    assert signs_of(NINE, reference="a b c", source=NINE) == ()
    assert signs_of("a b c", reference="a b c", source=NINE) == ()
    assert signs_of(NINE, reference="a b c", source="a b c") == (LONG,)


def test_what_source_or_reference_repeat_may_be_repeated():
    assert signs_of("a a c d e f g h i", reference="a a c d e f g h i") == ()
    assert signs_of("a a c d e f g h i", source="x x c d e f g h i") == ()


def test_the_source_is_measured_by_the_usual_ratio_of_lengths():
    # References have half as many words as sources, so an output of half the source is no sign, and all of it is.
    test = EvaluationSet(Path("s"), Path("r"), ("a b c d e f g h i j",) * 20, ("a b c d e",) * 20, "", "")
    outputs = ["a b c d e"] * 19 + ["a b c d e f g h i j"]
    found = find_signs(outputs, test, [50.0] * 20).found
    assert found == ((),) * 19 + ((LONG,),)


def test_counts_ratio_and_mean_chrf_are_of_the_outputs():
    test = EvaluationSet(Path("s"), Path("r"), (NINE,) * 4, (NINE,) * 4, "", "")
    signs = find_signs([NINE, "a b", "", "c d"], test, [100.0, 20.0, 0.0, 30.0])
    assert signs.length_ratio == pytest.approx(13 / 36)
    assert [signs.count(sign) for sign in (EMPTY, SHORT, LONG, REPEATS)] == [1, 2, 0, 0]
    assert signs.chrf == (0.0, 25.0, None, None)


def test_without_spaces_characters_are_counted():
    assert tokens("我 去,", spaced=False) == ["我", "去"]
    sentence = "我们明天中午从火车站出发去看望我的祖母和她的三只猫"
    test = EvaluationSet(Path("s"), Path("r"), (sentence,) * 3, (sentence,) * 3, "", "")
    outputs = [sentence, sentence[:10], f"谢谢{sentence}"]
    assert find_signs(outputs, test, [1.0] * 3).found == ((), (SHORT,), ())
    assert find_signs(["猫猫猫猫" + sentence[:20]] * 3, test, [1.0] * 3).found[0] == (REPEATS,)
