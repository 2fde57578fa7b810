"""Where terms are written, worked out by hand."""

import math

import pytest
import torch

from nmt.search.config import SearchConfig
from nmt.search.length import penalty
from nmt.search.placement import LEAST, placement
from nmt.search.run import search
from nmt.search.terms import Required, Terms
from nmt.tokenizer.base import EOS_ID
from tests.fakes import ScriptedModel
from tests.search.spelling import VOCAB, phrases_of

SPACE_A, SPACE_B, A, B, DASH, SPACE = range(4, 10)
GRAPH = phrases_of("b", "a b")
# How much each of six tokens looked at the first and at the second source token.
ATTENTION = torch.tensor([[0.4, 0.6], [0.9, 0.1], [0.2, 0.8], [1.0, 0.0], [0.0, 1.0], [0.3, 0.7]])


def asked(*required: Required) -> Terms:
    return Terms(GRAPH, required, frozenset({0, 1}))


@pytest.mark.parametrize(
    ("tokens", "looks"),
    [
        ([SPACE_B, SPACE_A, EOS_ID], [1.0]),  # nothing is looked at more
        ([SPACE_A, SPACE_B, EOS_ID], [0.1 / 0.9]),
        ([SPACE_A, DASH, B, EOS_ID], [1.0]),
        ([SPACE_A, SPACE, B, EOS_ID], [1.0]),
        ([SPACE_A, SPACE_A, SPACE_A, SPACE_B], [LEAST]),
        ([SPACE_A, SPACE_B, SPACE_B, EOS_ID], [0.1 / 0.9]),  # once is enough
        ([SPACE_A, SPACE_A, EOS_ID], []),
        ([SPACE_A, SPACE_B, B, SPACE_B, EOS_ID], [LEAST]),  # "bb" was none
    ],
)
def test_a_term_is_placed_by_the_attention_when_it_begins(tokens: list[int], looks: list[float]) -> None:
    terms = asked(Required(frozenset({0}), places=frozenset({1})))
    expected = sum(map(math.log, looks))
    assert placement(terms, tokens, ATTENTION[: len(tokens)]) == pytest.approx(expected, abs=1e-6)


def test_all_terms_add_up_and_one_whose_place_is_not_known_costs_nothing() -> None:
    first, both = Required(frozenset({0}), 2, frozenset({0})), Required(frozenset({1}), places=frozenset({0, 1}))
    tokens = [SPACE_B, SPACE_A, SPACE_A, SPACE_B, EOS_ID]
    assert placement(asked(first), tokens, ATTENTION[:5]) == pytest.approx(
        math.log(0.4 / 0.6) + math.log(1.0), abs=1e-6
    )
    assert placement(asked(both), tokens, ATTENTION[:5]) == pytest.approx(0.0, abs=1e-6)
    assert placement(asked(Required(frozenset({0}), 2)), tokens, ATTENTION[:5]) == 0.0
    assert placement(asked(), tokens, ATTENTION[:5]) == 0.0


def test_the_better_place_wins_over_the_more_probable_one() -> None:
    # A ScriptedModel looks at the first source token first, then at the second, and so on.
    script = {
        (): {SPACE_A: 0.7, SPACE_B: 0.3},
        (SPACE_A,): {SPACE_B: 0.6, EOS_ID: 0.4},
        (SPACE_B,): {SPACE_A: 0.9, EOS_ID: 0.1},
        (SPACE_A, SPACE_B): {EOS_ID: 1.0},
        (SPACE_B, SPACE_A): {EOS_ID: 1.0},
    }
    source, mask = torch.tensor([[4, 5, 3]]), torch.ones(1, 3, dtype=torch.bool)
    for place, weight, expected in [(0, 10.0, (SPACE_B, SPACE_A)), (1, 10.0, (SPACE_A, SPACE_B))]:
        for given, tokens in [(weight, expected), (0.0, (SPACE_A, SPACE_B))]:
            terms = asked(Required(frozenset({0}), places=frozenset({place})))
            config = SearchConfig(beam=2, term_placement=given, max_length_ratio=1.0, max_length_extra=1)
            (found,) = search(ScriptedModel(VOCAB, script), source, mask, config, terms=[terms])
            assert found[0].tokens == (*tokens, EOS_ID)
            assert found[0].score == pytest.approx(found[0].log_prob / penalty(config, 3), abs=1e-6)


def test_what_is_badly_placed_costs_its_score() -> None:
    script = {(): {SPACE_B: 0.5, SPACE_A: 0.5}, (SPACE_B,): {EOS_ID: 1.0}}
    source, mask = torch.tensor([[4, 5, 3]]), torch.ones(1, 3, dtype=torch.bool)
    terms = asked(Required(frozenset({0}), places=frozenset({2})))
    config = SearchConfig(beam=1, term_placement=3.0, length_penalty="none", max_length_ratio=0.1, max_length_extra=2)
    (found,) = search(ScriptedModel(VOCAB, script), source, mask, config, terms=[terms])
    assert found[0].tokens == (SPACE_B, EOS_ID)
    assert found[0].score == pytest.approx(math.log(0.5) + 3.0 * math.log(LEAST), abs=1e-6)
