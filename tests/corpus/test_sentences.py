"""Where sentences end, and how many are usual in a line."""

import re
import time
from collections import Counter
from itertools import pairwise

import pytest

from nmt.corpus.sentences import CLOSERS, count_sentences, sentence_ends, usual_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Ein Hund läuft.", ["Ein Hund läuft."]),
        ("Ein Hund läuft. Er bellt!", ["Ein Hund läuft. ", "Er bellt!"]),
        ('Er sagt: "Komm!" Sie geht.', ['Er sagt: "Komm!" ', "Sie geht."]),
        ("Warum?  42 ist die Antwort.", ["Warum?  ", "42 ist die Antwort."]),
        ("Es kostet 3.5 Euro, z. B. heute usw. und morgen.", ["Es kostet 3.5 Euro, z. B. heute usw. und morgen."]),
        ("Dr. No met Mr. Bond at St. Paul's.", ["Dr. No met Mr. Bond at St. Paul's."]),
        ("John A. Noble trat ein. Er ging.", ["John A. Noble trat ein. ", "Er ging."]),
        ("Am 28. Januar um 3. Der Zug.", ["Am 28. Januar um 3. Der Zug."]),
        ("Das war 1999. Jetzt nicht mehr.", ["Das war 1999. ", "Jetzt nicht mehr."]),
        ("Ist das Dr? Ja.", ["Ist das Dr? ", "Ja."]),
        ("Это он. А это она.", ["Это он. ", "А это она."]),
        ("注意して！道路に穴があいてるよ。", ["注意して！", "道路に穴があいてるよ。"]),
        ("「はい。」と言った。彼は『いや！』って。", ["「はい。」と言った。", "彼は『いや！』って。"]),
        ("「はい。」「いいえ。」彼女だ。", ["「はい。」", "「いいえ。」", "彼女だ。"]),
        ("（はい。）と言った。", ["（はい。）", "と言った。"]),
        ("犬が走る．猫は寝る．", ["犬が走る．", "猫は寝る．"]),
        ("１．３．５倍のＪ．Ｓ．バッハ．．．終わり", ["１．３．５倍のＪ．Ｓ．バッハ．．．", "終わり"]),
        ("ဒါက ခွေးပါ။ ဒါက ကြောင်ပါ။ဒါ။", ["ဒါက ခွေးပါ။ ", "ဒါက ကြောင်ပါ။", "ဒါ။"]),
        ("នេះជាឆ្កែ។ល។ នោះជាឆ្មា។", ["នេះជាឆ្កែ។ល។ ", "នោះជាឆ្មា។"]),
        ("Und dann... Ende.", ["Und dann... ", "Ende."]),
        ("", [""]),
    ],
)
def test_a_text_is_its_sentences_in_order(text: str, sentences: list[str]) -> None:
    ends = [0, *sentence_ends(text)]
    assert [text[start:end] for start, end in pairwise(ends)] == sentences
    assert count_sentences(text) == len(sentences)


def test_a_part_of_a_text_can_be_asked_for() -> None:
    text = "Eins. Zwei. Drei. Vier."
    assert sentence_ends(text, 6, 17) == [12, 17]


def test_the_patterns_of_a_file_that_is_shipped_are_for_older_pythons_too() -> None:
    assert not re.search(r"[*+?}][+]", CLOSERS)  # such as *+, which Python has since 3.11


@pytest.mark.parametrize("unit", [")", ".)", ". ", "\u300d"])
def test_a_long_run_takes_linear_time(unit: str) -> None:
    began = time.process_time()
    count_sentences("." + unit * 200_000 + "x")
    assert time.process_time() - began < 10  # about 0.1 s; quadratic work would take minutes


@pytest.mark.parametrize(
    ("counts", "usual"),
    [({}, 0), ({1: 5}, 1), ({1: 99, 2: 1}, 1), ({1: 98, 2: 2}, 2), ({1: 50, 2: 30, 5: 20}, 5), ({3: 1}, 3)],
)
def test_usual_is_what_99_of_100_lines_do_not_exceed(counts: dict[int, int], usual: int) -> None:
    assert usual_sentences(Counter(counts)) == usual
