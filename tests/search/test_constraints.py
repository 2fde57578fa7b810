"""What may not be written, and what must be."""

import math
from collections.abc import Sequence

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nmt.search.config import SearchConfig
from nmt.search.constraints import NEVER_WRITTEN, Constraints
from nmt.search.hypothesis import Hypothesis
from nmt.search.run import search
from nmt.tokenizer.base import BOS_ID, EOS_ID
from tests.fakes import TableModel

VOCAB, SOURCE = 9, torch.tensor([[4, 5, 6, 3]])
MASK = torch.ones(1, 4, dtype=torch.bool)
METHODS = [{"beam": 1}, {"beam": 4}, {"method": "sample", "samples": 3}]


def run(seed: int, prefix: Sequence[int] = (), **fields: object) -> list[Hypothesis]:
    config = SearchConfig.model_validate({"max_length_ratio": 2.0, "max_length_extra": 2, **fields})
    (found,) = search(TableModel(VOCAB, seed), SOURCE, MASK, config, prefixes=[prefix] if prefix else None)
    return found


def ngrams(tokens: Sequence[int], size: int) -> list[tuple[int, ...]]:
    return [tuple(tokens[start : start + size]) for start in range(len(tokens) - size + 1)]


@given(st.lists(st.integers(4, 6), max_size=10), st.integers(1, 4))
def test_blocked_are_exactly_the_tokens_that_would_repeat_an_ngram(written: list[int], size: int) -> None:
    constraints = Constraints([0], [99], [()], no_repeat_ngram=size)
    allowed = constraints.next_log_probs(torch.zeros(1, VOCAB), torch.tensor([[BOS_ID, *written]]), [0])[0].isfinite()
    for token in range(VOCAB):
        extended = [*written, token]
        new = tuple(extended[-size:])
        repeats = len(new) == size and new in ngrams(written, size)
        assert bool(allowed[token]) == (token not in NEVER_WRITTEN and not repeats)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(8))
def test_no_ngram_occurs_twice(method: dict[str, object], seed: int) -> None:
    found = run(seed, no_repeat_ngram=2, **method)
    assert found
    for one in found:
        pairs = ngrams(one.tokens, 2)
        assert len(pairs) == len(set(pairs))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(8))
def test_nothing_ends_before_the_least_length(method: dict[str, object], seed: int) -> None:
    assert min(len(one.tokens) for one in run(seed, min_length_ratio=1.5, **method)) >= 6
    assert min(len(one.tokens) for other in range(20) for one in run(other, **method)) < 6


def test_a_least_length_above_the_limit_is_the_limit() -> None:
    (best, *_) = run(0, min_length_ratio=50.0)
    assert len(best.tokens) == 10


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("prefix", [(5,), (4, 4, 4), (8, 7, 6, 5, 4, 8, 7, 6, 5, 4, 8, 7)])
def test_a_prefix_is_written_whatever_else_is_asked_for(method: dict[str, object], prefix: tuple[int, ...]) -> None:
    found = run(1, prefix, no_repeat_ngram=1, **method)
    assert found
    for one in found:
        assert one.tokens[: len(prefix)] == prefix
        assert len(one.tokens) > len(prefix)
        expected = TableModel(VOCAB, 1).row(4, ()).log_softmax(dim=-1)[prefix[0]]
        assert one.token_log_probs[0] == pytest.approx(float(expected))  # its own probability, though it was forced


def test_a_wide_beam_after_a_prefix_equals_brute_force() -> None:
    wide = {"beam": 200, "max_length_ratio": 1e-9, "max_length_extra": 4, "length_penalty": "none"}
    everything = [one for one in run(3, n_best=200, **wide) if one.finish_reason == "eos" and one.tokens[0] == 7]
    best = max(everything, key=lambda one: one.score)
    assert run(3, (7,), **wide)[0].tokens == best.tokens


@pytest.mark.parametrize("method", METHODS)
def test_where_every_token_would_repeat_a_hypothesis_may_end_early(method: dict[str, object]) -> None:
    found = run(0, no_repeat_ngram=1, min_length_ratio=5.0, max_length_ratio=10.0, **method)
    assert found
    for one in found:  # five words, and then nothing is left
        assert (sorted(one.tokens[:-1]), one.tokens[-1]) == ([4, 5, 6, 7, 8], EOS_ID)


def test_each_sentence_of_a_batch_has_its_own_prefix() -> None:
    model, source, mask = TableModel(VOCAB, 2), SOURCE.repeat(3, 1), MASK.repeat(3, 1)
    for config in (SearchConfig(beam=3), SearchConfig(beam=1)):
        first, free, last = search(model, source, mask, config, prefixes=[(5, 6), (), (8,)])
        assert first[0].tokens[:2] == (5, 6)
        assert last[0].tokens[:1] == (8,)
        assert free[0].tokens == search(model, SOURCE, MASK, config)[0][0].tokens


def test_what_is_allowed_keeps_the_probability_of_the_model() -> None:
    logits = torch.randn(2, VOCAB, dtype=torch.float64)
    constraints = Constraints([5, 0], [9, 9], [(), ()], no_repeat_ngram=0)
    log_probs = constraints.next_log_probs(logits, torch.full((2, 1), BOS_ID), [0, 1])
    expected = logits.log_softmax(dim=-1)
    assert log_probs[0, EOS_ID] == -math.inf
    assert log_probs[1, EOS_ID] == expected[1, EOS_ID]
    assert torch.equal(log_probs[:, 4:], expected[:, 4:])


def test_a_hypothesis_may_end_at_the_least_length_and_not_a_token_before() -> None:
    constraints = Constraints([3], [9], [()], no_repeat_ngram=0)
    ends = [
        bool(constraints.next_log_probs(torch.zeros(1, 9), torch.full((1, written), BOS_ID), [0])[0, EOS_ID].isfinite())
        for written in (1, 2, 3, 4)
    ]
    assert ends == [False, False, True, True]
