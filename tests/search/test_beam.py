"""Beam search on a model whose probabilities are written down, so that scores are arithmetic."""

import math

import pytest
import torch

from nmt.search.beam import _add, _extend
from nmt.search.config import SearchConfig
from nmt.search.hypothesis import Hypothesis
from nmt.search.run import search
from nmt.tokenizer.base import EOS_ID
from tests.fakes import ScriptedModel

A, B = 4, 5  # two words
SOURCE = torch.tensor([[A, B]])
MASK = torch.ones(1, 2, dtype=torch.bool)


def run(script: dict[tuple[int, ...], dict[int, float]], **fields: object) -> list[Hypothesis]:
    config = SearchConfig.model_validate(
        {"length_penalty": "none", "max_length_extra": 3, "max_length_ratio": 1e-9, **fields}
    )
    (found,) = search(ScriptedModel(6, script), SOURCE, MASK, config)
    return found


GARDEN_PATH = {
    (): {A: 0.6, B: 0.4},
    (A,): {EOS_ID: 0.3, A: 0.35, B: 0.35},
    (B,): {EOS_ID: 0.9, A: 0.1},
    (A, A): {EOS_ID: 1.0},
    (A, B): {EOS_ID: 1.0},
    (B, A): {EOS_ID: 1.0},
}


def test_greedy_follows_the_garden_path_and_a_beam_of_two_does_not() -> None:
    (greedy,) = run(GARDEN_PATH, beam=1)
    assert greedy.tokens in ((A, A, EOS_ID), (A, B, EOS_ID))
    assert greedy.log_prob == pytest.approx(math.log(0.6 * 0.35))
    best, second = run(GARDEN_PATH, beam=2, n_best=2)
    assert best.tokens == (B, EOS_ID)
    assert best.log_prob == pytest.approx(math.log(0.4 * 0.9))
    assert second.log_prob == pytest.approx(math.log(0.6 * 0.35))


def test_a_length_penalty_can_turn_the_order_round() -> None:
    script = {(): {EOS_ID: 0.5, A: 0.5}, (A,): {A: 0.9, EOS_ID: 0.1}, (A, A): {EOS_ID: 0.9, B: 0.1}}
    assert run(script, beam=2)[0].tokens == (EOS_ID,)
    averaged = run(script, beam=2, length_penalty="average")[0]
    assert averaged.tokens == (A, A, EOS_ID)
    assert averaged.score == pytest.approx(math.log(0.5 * 0.9 * 0.9) / 3)


def test_exact_stopping_waits_for_a_better_ending_and_first_does_not() -> None:
    script = {(): {EOS_ID: 0.4, A: 0.6}, (A,): {EOS_ID: 0.05, A: 0.95}, (A, A): {EOS_ID: 0.99, B: 0.01}}
    exact = run(script, beam=2, length_penalty="average")
    assert exact[0].tokens == (A, A, EOS_ID)
    first = run(script, beam=2, length_penalty="average", stopping="first")
    assert first[0].tokens == (EOS_ID,)  # after two steps two hypotheses have ended, and the longer one is not seen
    assert first[0].score == pytest.approx(math.log(0.4))


def test_a_sentence_that_never_ends_is_cut_at_the_limit_and_says_so() -> None:
    never = {A: 1.0, EOS_ID: 0.0}
    endless = {(): never, (A,): never, (A, A): never}
    for beam in (1, 2):
        best = run(endless, beam=beam)[0]
        assert (best.tokens, best.finish_reason) == ((A, A, A), "length")


def test_control_tokens_are_never_written_however_probable() -> None:
    script = {(): {0: 0.5, 1: 0.3, 2: 0.1, A: 0.1}, (A,): {0: 0.9, EOS_ID: 0.1}}
    for beam in (1, 2):
        best = run(script, beam=beam)[0]
        assert best.tokens == (A, EOS_ID)
        assert best.log_prob == pytest.approx(math.log(0.1 * 0.1))


def test_diversity_takes_from_a_hypothesis_for_each_better_one_with_the_same_beginning() -> None:
    script = {
        (): {A: 0.7, B: 0.3},
        (A,): {A: 0.5, B: 0.45, EOS_ID: 0.05},
        (B,): {A: 0.8, B: 0.1, EOS_ID: 0.1},
        (A, A): {EOS_ID: 1.0},
        (A, B): {EOS_ID: 1.0},
        (B, A): {EOS_ID: 1.0},
    }
    plain = run(script, beam=2, n_best=2)
    assert [one.tokens[:2] for one in plain] == [(A, A), (A, B)]
    # (A, B) is second among its siblings: 0.7 * 0.45 * exp(-0.5) = 0.19 is less than 0.3 * 0.8 = 0.24.
    diverse = run(script, beam=2, n_best=2, diversity=0.5)
    assert [one.tokens[:2] for one in diverse] == [(A, A), (B, A)]
    assert diverse[1].log_prob == pytest.approx(math.log(0.3 * 0.8))  # its own, nothing taken


def test_the_log_probabilities_of_the_tokens_are_those_of_the_script() -> None:
    for one in run(GARDEN_PATH, beam=2, n_best=2):
        expected = [math.log(GARDEN_PATH[one.tokens[:place]][token]) for place, token in enumerate(one.tokens)]
        assert one.token_log_probs == pytest.approx(expected)


def test_diversity_takes_from_what_a_glossary_proposes_as_from_all_else() -> None:
    totals = torch.tensor([-1.0, -2.0])
    log_probs = torch.tensor([[-9.0, -0.5, -0.6, -0.7, -0.8, -3.0]] * 2)
    config = SearchConfig(beam=2, diversity=2.0)
    extension = _extend(totals, log_probs, config)
    wide = _add(extension, [[(0, 5), (1, 3)]], totals, log_probs, config.diversity)
    found = {
        (row, token): value
        for row, token, value in zip(
            wide.rows[0].tolist(), wide.tokens[0].tolist(), wide.ranking[0].tolist(), strict=True
        )
    }
    for row, token in ((0, 1), (0, 5), (1, 3)):
        rank = (log_probs[row] > log_probs[row, token]).sum()
        assert found[row, token] == pytest.approx(float(totals[row] + log_probs[row, token] - 2.0 * rank))
    assert wide.totals[0, list(found).index((0, 5))] == pytest.approx(-4.0)  # its own, nothing taken


def test_exact_stopping_allows_for_the_last_token_that_a_hypothesis_may_have() -> None:
    # log 0.64 = -0.446 is more than log 0.36 / 2 = -0.511 and less than log 0.36 / 3 = -0.341: three tokens may be.
    script = {(): {EOS_ID: 0.64, A: 0.36}, (A,): {A: 1.0}, (A, A): {EOS_ID: 1.0}}
    assert run(script, beam=2, length_penalty="average")[0].tokens == (A, A, EOS_ID)


def test_exact_stopping_asks_the_most_probable_hypothesis_though_diversity_puts_another_first() -> None:
    script = {
        (): {A: 0.8, B: 0.2},
        (A,): {EOS_ID: 0.5, A: 0.4, B: 0.1},
        (B,): {A: 0.5, EOS_ID: 0.3, B: 0.2},
        (A, A): {EOS_ID: 1.0},
        (B, A): {EOS_ID: 1.0},
    }
    # Ended: log(0.8 * 0.5) / 2 = -0.46. (B, A) ranks first, at best -2.30 / 3; (A, A) can reach -1.14 / 3 = -0.38.
    best = run(script, beam=2, length_penalty="average", diversity=2.0)[0]
    assert best.tokens == (A, A, EOS_ID)


def test_first_stopping_waits_for_as_many_endings_as_the_beam_has() -> None:
    script = {(): {EOS_ID: 0.4, A: 0.6}, (A,): {EOS_ID: 0.9, A: 0.1}}
    assert run(script, beam=2, length_penalty="average", stopping="first")[0].tokens == (A, EOS_ID)
