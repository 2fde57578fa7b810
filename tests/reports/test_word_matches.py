"""Words that one system has and another has not, counted one by one."""

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from nmt.reports.word_matches import WordCount, match_words
from tests.reports.synthetic import corrupt, evaluation_set

SENTENCES = st.lists(st.lists(st.sampled_from(["a", "b", "ab", "cc"]), max_size=6), min_size=3, max_size=3)


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
def test_every_word_of_the_references_is_looked_for_in_both_outputs_and_used_up(a, b, references):
    found = Counter()
    for output_a, output_b, reference in zip(a, b, references, strict=True):
        left = [list(output_a), list(output_b)]
        for word in reference:
            has = tuple(word in output for output in left)
            found[has] += 1
            for output, there in zip(left, has, strict=True):
                if there:
                    output.remove(word)
    a, b, references = ([" ".join(words) for words in lines] for lines in (a, b, references))
    words = match_words(("a", a), ("b", b), tuple(references), 100)
    counted = {
        (True, True): words.both,
        (True, False): words.only_baseline,
        (False, True): words.only_system,
        (False, False): words.neither,
    }
    assert counted == {kind: found[kind] for kind in counted}
    assert words.total == sum(len(reference.split()) for reference in references)


def test_without_spaces_every_character_is_counted():
    words = match_words(("a", ["猫猫。"]), ("b", [""]), ("我们明天中午从火车站出发去看望我的祖母和猫。",), 5)
    assert (words.total, words.only_baseline) == (21, 1)


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
