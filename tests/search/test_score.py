"""What hypotheses are compared by."""

import math

import pytest
import torch

from nmt.search.config import SearchConfig
from nmt.search.run import search
from nmt.search.score import coverage_penalty, score
from tests.contracts.architectures import build, sentences

ATTENTION = torch.tensor([[0.5, 0.5, 0.0], [0.25, 0.75, 0.0]])


def test_the_coverage_penalty_is_that_of_the_paper() -> None:
    expected = math.log(0.75) + math.log(1.0) + math.log(1e-9)
    assert coverage_penalty(ATTENTION) == pytest.approx(expected)
    assert coverage_penalty(torch.ones(2, 3)) == 0.0


def test_a_score_is_log_probability_over_length_plus_weighted_coverage() -> None:
    config = SearchConfig(length_penalty="average", coverage=0.2)
    expected = (math.log(0.5) + math.log(0.25)) / 2 + 0.2 * coverage_penalty(ATTENTION)
    assert score(config, (math.log(0.5), math.log(0.25)), ATTENTION) == pytest.approx(expected)


@pytest.mark.parametrize(
    "method", [{"beam": 1}, {"beam": 4, "n_best": 4}, {"method": "sample", "samples": 4, "n_best": 4}]
)
@pytest.mark.parametrize("architecture", ["bi-gru/lstm-2-dot-layer", "transformer/transformer-pre"])
def test_every_search_scores_with_it_and_keeps_attention_only_where_asked(
    architecture: str, method: dict[str, object]
) -> None:
    model, (source, mask) = build(architecture), sentences()
    config = SearchConfig.model_validate({**method, "coverage": 0.7})
    asked = search(model, source, mask, config, keep_attention=True)
    for hypotheses in asked:
        for one in hypotheses:
            assert one.score == pytest.approx(score(config, one.token_log_probs, one.attention))
    assert [[one.score for one in row] for row in search(model, source, mask, config)] == [
        [one.score for one in row] for row in asked
    ]
    assert all(one.attention is None for row in search(model, source, mask, config) for one in row)
