"""Where systems differ, against a search over all sentences."""

import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st

from nmt.metrics import segment_statistics
from nmt.reports.differences import Shown, by_difference, largest_leads, mark_matches
from tests.reports.synthetic import evaluation_set, system


def shown(test, systems):
    """What is needed of systems to show sentences; the sign of an output is its number."""
    chrf = [segment_statistics("chrF", each.outputs, test.reference).sentence_scores() for each in systems]
    signs = [(str(n),) for n in range(len(test))]
    return [Shown(each.name, each.outputs, scores, signs) for each, scores in zip(systems, chrf, strict=True)]


def leads(test, systems, number):
    return largest_leads(shown(test, systems), test, number)


def test_the_largest_leads_are_those_found_by_trying_every_sentence():
    test = evaluation_set(60)
    systems = [system(name, test, rate, seed) for name, rate, seed in (("a", 0.1, 1), ("b", 0.2, 2), ("c", 0.2, 3))]

    def chrf(each, index):
        return sacrebleu.sentence_chrf(each.outputs[index], [test.reference[index]]).score

    for own, lead in enumerate(leads(test, systems, 4)):
        others = [each for n, each in enumerate(systems) if n != own]
        ahead = {i: chrf(systems[own], i) - max(chrf(other, i) for other in others) for i in range(len(test))}
        expected = sorted((i for i in ahead if ahead[i] > 0), key=lambda i: -ahead[i])[:4]
        assert lead.system == systems[own].name
        assert [ahead[example.line - 1] for example in lead.examples] == pytest.approx([ahead[i] for i in expected])


def test_an_example_holds_source_reference_and_every_output():
    test = evaluation_set(30)
    systems = [system("a", test, 0.0, 1), system("b", test, 0.4, 2)]
    [ahead, behind] = leads(test, systems, 2)
    example = ahead.examples[0]
    assert example.source == test.source[example.line - 1]
    texts = ["".join(part for part, _ in output.parts) for output in example.outputs]
    assert texts == [each.outputs[example.line - 1] for each in systems]
    assert example.outputs[0].chrf == pytest.approx(100)
    assert [output.signs for output in example.outputs] == [(str(example.line - 1),)] * 2
    assert behind.examples == ()  # the other one has no error


def test_one_system_alone_leads_nobody():
    test = evaluation_set(5)
    assert leads(test, [system("a", test, 0.1, 1)], 3) == ()


def test_words_that_the_reference_has_not_are_marked():
    assert mark_matches("We sea the old train.", "We see the train.") == (
        ("We ", True),
        ("sea", False),
        (" the ", True),
        ("old", False),
        (" train.", True),
    )


def test_without_spaces_characters_are_compared():
    assert mark_matches("我去", "我来", spaced=False) == (("我", True), ("去", False))


@settings(deadline=None, max_examples=50)
@given(st.text(), st.text(), st.booleans())
def test_the_parts_together_are_the_text(text, reference, spaced):
    assert "".join(part for part, _ in mark_matches(text, reference, spaced)) == text


def test_sentences_are_ordered_by_the_spread_of_their_scores():
    test = evaluation_set(40)
    systems = [system(name, test, rate, seed) for name, rate, seed in (("a", 0.1, 1), ("b", 0.3, 2), ("c", 0.2, 3))]
    chrf = {
        i: [sacrebleu.sentence_chrf(each.outputs[i], [test.reference[i]]).score for each in systems] for i in range(40)
    }
    listed = by_difference(shown(test, systems), test, 25)
    spread = [max(chrf[example.line - 1]) - min(chrf[example.line - 1]) for example in listed]
    assert spread == pytest.approx(sorted((max(scores) - min(scores) for scores in chrf.values()), reverse=True)[:25])
    assert len({example.line for example in listed}) == 25


def test_the_sentences_of_one_system_begin_with_its_worst():
    test = evaluation_set(20)
    listed = by_difference(shown(test, [system("a", test, 0.3, 1)]), test, 20)
    scores = [example.outputs[0].chrf for example in listed]
    assert scores == sorted(scores)
