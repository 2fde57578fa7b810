"""Words that one system has and another has not, counted one by one."""

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from nmt.reports.word_matches import WordCount, match_words
from tests.reports.synthetic import corrupt, evaluation_set

SENTENCES = st.lists(st.text(alphabet="abc ", max_size=12), min_size=3, max_size=3)


def test_a_word_is_right_where_the_reference_has_it():
    references = ("The dog and the cat run.", "A dog.")
    words = match_words(("a", ["the dog runs", "a bird"]), ("b", ["the cat and The cat run", "dog!"]), references, 10)
    # the (2): a has one, b two; dog: a and then b; and, cat, run: b; a: only a
    assert (words.both, words.only_baseline, words.only_system, words.neither) == (1, 2, 5, 0)
    assert set(words.words) == {
        WordCount("the", 2, 0, 1),
        WordCount("and", 1, 0, 1),
        WordCount("cat", 1, 0, 1),
        WordCount("run", 1, 0, 1),
        WordCount("a", 1, 1, 0),
    }  # both systems have "dog" once where the other has not: no difference


@given(SENTENCES, SENTENCES, SENTENCES)
def test_every_word_of_the_references_is_counted_once(a, b, references):
    words = match_words(("a", a), ("b", b), tuple(references), 100)
    spaced = " ".join(references).split() if any(" " in line.strip() for line in references) else None
    if spaced is not None:
        assert words.total in (len(spaced), len("".join(spaced)))
    turned = match_words(("b", b), ("a", a), tuple(references), 100)
    assert (words.both, words.only_baseline, words.neither) == (turned.both, turned.only_system, turned.neither)


def test_the_words_with_the_largest_difference_come_first():
    test = evaluation_set(80)
    rng = random.Random(3)
    a, b = [[corrupt(text, rng, rate) for text in test.reference] for rate in (0.1, 0.4)]
    words = match_words(("a", a), ("b", b), test.reference, 5).words
    differences = [abs(word.only_baseline - word.only_system) for word in words]
    assert differences == sorted(differences, reverse=True)
    assert len(words) == 5
    in_references = Counter(" ".join(test.reference).replace(".", " ").replace(",", " ").casefold().split())
    assert [word.in_references for word in words] == [in_references[word.word] for word in words]


def test_equal_outputs_have_no_words_to_show():
    words = match_words(("a", ["x y"]), ("b", ["x y"]), ("x z",), 5)
    assert (words.both, words.neither, words.words) == (1, 1, ())
