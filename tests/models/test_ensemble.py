"""Models that translate together."""

import pytest
import torch

from nmt.models.ensemble import Ensemble
from nmt.search.config import SearchConfig
from nmt.search.run import search
from nmt.tokenizer.base import BOS_ID
from tests.contracts.architectures import build, sentences

MEMBERS = ["bi-gru/lstm-2-dot-layer", "transformer/transformer-pre", "bi-gru/gru-1-additive-input"]


def test_its_probabilities_are_the_mean_of_the_members() -> None:
    members, (source, mask) = [build(name) for name in MEMBERS], sentences()
    target_in = torch.randint(4, 7, (len(source), 5))
    target_in[:, 0] = BOS_ID
    ensemble = Ensemble(members)
    with torch.no_grad():
        own = [member.logits(member(source, mask, target_in)).softmax(dim=-1) for member in members]
        together = ensemble.logits(ensemble(source, mask, target_in)).softmax(dim=-1)
    torch.testing.assert_close(together, torch.stack(own).mean(dim=0))


@pytest.mark.parametrize("beam", [1, 4])
def test_search_over_it_scores_as_forced_decoding_does(beam: int) -> None:
    ensemble, (source, mask) = Ensemble([build(name) for name in MEMBERS]), sentences()
    for row, (best, *_) in enumerate(search(ensemble, source, mask, SearchConfig(beam=beam), keep_attention=True)):
        target_in = torch.tensor([[BOS_ID, *best.tokens[:-1]]])
        with torch.no_grad():
            features = ensemble(source[row : row + 1], mask[row : row + 1], target_in)
            log_probs = ensemble.logits(features[0]).log_softmax(dim=-1)
        expected = [float(log_probs[place, token]) for place, token in enumerate(best.tokens)]
        assert best.token_log_probs == pytest.approx(expected, abs=1e-6)
        assert best.attention is not None
        torch.testing.assert_close(best.attention.sum(dim=1), torch.ones_like(best.attention[:, 0]))


def test_of_one_model_twice_it_is_that_model() -> None:
    model, (source, mask) = build(MEMBERS[0]), sentences()
    config = SearchConfig(beam=3, n_best=3)
    alone, twice = search(model, source, mask, config), search(Ensemble([model, model]), source, mask, config)
    assert [[one.tokens for one in row] for row in twice] == [[one.tokens for one in row] for row in alone]
    assert [one.score for one in twice[0]] == pytest.approx([one.score for one in alone[0]], abs=1e-6)


@torch.no_grad()
def test_an_ensemble_looks_where_its_members_do_in_the_mean() -> None:
    members, (source, mask) = [build(name) for name in MEMBERS[:2]], sentences()
    tokens = torch.full((3,), BOS_ID)
    looks = []
    for model in (*members, Ensemble(members)):
        memory = model.encode(source, mask)
        looks.append(model.step(tokens, model.start(memory), memory)[1].attention)
    torch.testing.assert_close(looks[2], (looks[0] + looks[1]) / 2)
