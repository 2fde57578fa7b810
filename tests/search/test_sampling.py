"""Samples are drawn from the distribution that was asked for, and depend on seed and sentence alone."""

import itertools
import math
from collections import Counter

import pytest
import torch

from nmt.search.config import SearchConfig
from nmt.search.run import search
from nmt.search.sampling import SELDOM_MORE, draw
from nmt.tokenizer.base import EOS_ID
from tests.contracts.architectures import build, sentences
from tests.fakes import ScriptedModel, TableModel

PROBABILITIES = torch.tensor([0.4, 0.0, 0.3, 0.2, 0.1], dtype=torch.float64)


def sampling(**fields: object) -> SearchConfig:
    return SearchConfig.model_validate({"method": "sample", **fields})


def shares(config: SearchConfig, steps: int = 10_000) -> list[float]:
    """How large a part of [0, 1) draws each token."""
    uniform = (torch.arange(steps, dtype=torch.float64) + 0.5) / steps
    tokens = draw(PROBABILITIES.log().expand(steps, -1), uniform, config)
    counts = Counter(tokens.tolist())
    return [counts[token] / steps for token in range(5)]


@pytest.mark.parametrize(
    ("fields", "weights"),
    [
        ({}, [0.4, 0.0, 0.3, 0.2, 0.1]),
        ({"top_k": 2}, [0.4, 0.0, 0.3, 0.0, 0.0]),
        ({"top_k": 1}, [1.0, 0.0, 0.0, 0.0, 0.0]),
        ({"top_k": 99}, [0.4, 0.0, 0.3, 0.2, 0.1]),
        ({"top_p": 0.65}, [0.4, 0.0, 0.3, 0.0, 0.0]),
        ({"top_p": 0.75}, [0.4, 0.0, 0.3, 0.2, 0.0]),
        ({"top_p": 0.01}, [1.0, 0.0, 0.0, 0.0, 0.0]),
        ({"top_k": 3, "top_p": 0.7}, [0.4, 0.0, 0.3, 0.0, 0.0]),  # of the three, these two hold 7/9
        ({"temperature": 0.5}, [0.16, 0.0, 0.09, 0.04, 0.01]),
        ({"temperature": 2.0}, [math.sqrt(0.4), 0.0, math.sqrt(0.3), math.sqrt(0.2), math.sqrt(0.1)]),
    ],
)
def test_each_token_is_drawn_as_often_as_its_probability_says(fields: dict[str, float], weights: list[float]) -> None:
    assert shares(sampling(**fields)) == pytest.approx([weight / sum(weights) for weight in weights], abs=2e-4)


def test_of_a_large_vocabulary_the_same_are_drawn_as_from_all_of_it_in_order() -> None:
    generator = torch.Generator().manual_seed(0)
    sharp, flat = (torch.randn(40, 3 * SELDOM_MORE, generator=generator).double() * scale for scale in (8.0, 0.1))
    log_probs = torch.stack([sharp, flat], dim=1).flatten(0, 1).log_softmax(dim=-1)
    uniform = torch.rand(len(log_probs), generator=generator, dtype=torch.float64)
    expected = []
    for row, point in zip(log_probs, uniform.tolist(), strict=True):
        ordered = sorted(enumerate(row.exp().tolist()), key=lambda pair: -pair[1])
        held = list(itertools.accumulate(probability for _, probability in ordered))
        target = point * next(one for one in held if one >= 0.9)
        expected.append(ordered[next(place for place, one in enumerate(held) if one > target)][0])
    assert draw(log_probs, uniform, sampling(top_p=0.9)).tolist() == expected
    assert (log_probs.exp().topk(SELDOM_MORE).values.sum(dim=-1) >= 0.9).tolist() == [True, False] * 40


@pytest.mark.parametrize("uniform", [0.0, 1.0 - 2**-53])
@pytest.mark.parametrize("fields", [{}, {"top_p": 0.9}, {"top_k": 4}])
def test_the_ends_of_the_interval_draw_no_impossible_token(uniform: float, fields: dict[str, float]) -> None:
    log_probs = torch.tensor([[-math.inf, 0.1, 0.7, 0.2, -math.inf]]).log_softmax(dim=-1)
    token = int(draw(log_probs, torch.tensor([uniform], dtype=torch.float64), sampling(**fields)))
    assert token in (1, 2, 3)


def test_samples_of_a_sentence_follow_the_model() -> None:
    script = {(): {4: 0.6, 5: 0.4}, (4,): {EOS_ID: 0.5, 5: 0.5}, (5,): {EOS_ID: 1.0}, (4, 5): {EOS_ID: 1.0}}
    source, mask = torch.tensor([[4, 5]]), torch.ones(1, 2, dtype=torch.bool)
    (found,) = search(ScriptedModel(6, script), source, mask, sampling(samples=4000, n_best=4000))
    counts = Counter(one.tokens for one in found)
    assert counts[4, EOS_ID] / 4000 == pytest.approx(0.3, abs=0.03)
    assert counts[4, 5, EOS_ID] / 4000 == pytest.approx(0.3, abs=0.03)
    assert counts[5, EOS_ID] / 4000 == pytest.approx(0.4, abs=0.03)
    for one in found:
        assert one.log_prob == pytest.approx(math.log(0.4 if one.tokens[0] == 5 else 0.3))


def test_samples_do_not_depend_on_batch_or_order_and_do_on_the_seed() -> None:
    model, (source, mask) = build("bi-gru/lstm-2-dot-layer"), sentences(lengths=(6, 3, 1, 5, 2))
    config = sampling(samples=3, n_best=3)
    together = search(model, source, mask, config)
    backwards = search(model, source.flip(0), mask.flip(0), config)[::-1]
    alone = [
        search(model, source[row : row + 1, :length], mask[row : row + 1, :length], config)[0]
        for row, length in enumerate(mask.sum(dim=1).tolist())
    ]
    for found in (backwards, alone):
        assert [[one.tokens for one in row] for row in found] == [[one.tokens for one in row] for row in together]
    other = search(model, source, mask, sampling(samples=3, n_best=3, seed=1))
    assert [[one.tokens for one in row] for row in other] != [[one.tokens for one in row] for row in together]


def test_of_the_samples_the_best_are_given() -> None:
    model, source, mask = TableModel(9, 0), torch.tensor([[4, 5, 6]]), torch.ones(1, 3, dtype=torch.bool)
    (every,) = search(model, source, mask, sampling(samples=8, n_best=8))
    (best,) = search(model, source, mask, sampling(samples=8, n_best=2))
    assert [one.score for one in every] == sorted((one.score for one in every), reverse=True)
    assert best == every[:2]


def test_no_more_tokens_are_kept_than_hold_top_p() -> None:
    log_probs = torch.tensor([[0.25, 0.5, 0.25]], dtype=torch.float64).log().expand(3, -1)
    config = SearchConfig.model_validate({"method": "sample", "top_p": 0.5})
    assert draw(log_probs, torch.tensor([0.0, 0.5, 0.999], dtype=torch.float64), config).tolist() == [1, 1, 1]
