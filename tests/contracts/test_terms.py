"""Every architecture keeps to terms: search asks a model for nothing but its next probabilities."""

import random

import pytest

from nmt.search.config import SearchConfig
from nmt.search.run import search
from nmt.search.terms import Required, Terms
from tests.contracts.architectures import EACH_DECODER, VOCAB, build, sentences
from tests.search.spelling import ends, phrases_of, written

# Ten words, and six tokens that go on with a word or stand between words.
SPELLINGS = (b"", b"", b"", b"", *(f" {letter}".encode() for letter in "abcdefghij"), *map(str.encode, "abcd-."))
PHRASES = ["a", "b c", "da", "a-b", "f f", "g h i", "ja a", "e."]
GRAPH = phrases_of(*PHRASES, spellings=SPELLINGS)


@pytest.mark.parametrize("beam", [1, 3])
@pytest.mark.parametrize("architecture", EACH_DECODER)
def test_terms_are_met_and_nothing_else_of_the_glossary_is_written(architecture: str, beam: int) -> None:
    assert len(SPELLINGS) == VOCAB
    model, (source, mask) = build(architecture), sentences()
    generator = random.Random(architecture)
    wanted = [generator.sample(PHRASES, number) for number in (2, 1, 0)]
    allowed = [{one for one in PHRASES if any(ends(phrase, one) for phrase in asked)} for asked in wanted]
    terms = [
        Terms(
            GRAPH,
            tuple(Required(frozenset({PHRASES.index(phrase)}), places=frozenset({0})) for phrase in asked),
            frozenset(map(PHRASES.index, may)),
        )
        for asked, may in zip(wanted, allowed, strict=True)
    ]
    config = SearchConfig(beam=beam, max_length_ratio=1.0, max_length_extra=4)
    for hypotheses, asked, may in zip(search(model, source, mask, config, terms=terms), wanted, allowed, strict=True):
        text = written(hypotheses[0].tokens, SPELLINGS)
        assert hypotheses[0].unmet == 0
        assert {phrase for phrase in PHRASES if ends(text, phrase)} <= may
        assert set(asked) <= {phrase for phrase in PHRASES if ends(text, phrase)}
