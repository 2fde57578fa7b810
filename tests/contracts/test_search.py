"""What holds for every search over every kind of model."""

import math

import pytest
import torch
from torch import Tensor

from nmt.models.base import Seq2Seq
from nmt.search.config import SearchConfig
from nmt.search.constraints import NEVER_WRITTEN
from nmt.search.hypothesis import Hypothesis
from nmt.search.length import penalty
from nmt.search.run import search
from nmt.tokenizer.base import BOS_ID, EOS_ID
from tests.contracts.architectures import build, sentences
from tests.fakes import TableModel, brute_force

MODELS = [
    "bi-gru/lstm-2-dot-layer",
    "bi-gru/gru-1-additive-input",
    "transformer/transformer-pre",
    "tanh/transformer-post",
]
VOCAB = 7  # pad, unk, bos, eos and three words
LIMIT = 4
WEIGHT = {"gnmt": {"alpha": 0.8}, "average": {}, "none": {}}  # the others have none


def limited(**fields: object) -> SearchConfig:
    """A search that may write LIMIT tokens whatever the source."""
    return SearchConfig.model_validate({"max_length_ratio": 1e-9, "max_length_extra": LIMIT, **fields})


@pytest.mark.parametrize("length_penalty", ["none", "average", "gnmt"])
@pytest.mark.parametrize("seed", range(12))
def test_a_wide_beam_equals_brute_force(length_penalty: str, seed: int) -> None:
    config = limited(beam=60, n_best=5, length_penalty=length_penalty, **WEIGHT[length_penalty])
    model, (source, mask) = TableModel(VOCAB, seed), sentences(seed)
    for first, hypotheses in zip(source[:, 0].tolist(), search(model, source, mask, config), strict=True):
        expected = brute_force(model, first, config, LIMIT)[:5]
        assert [one.tokens for one in hypotheses] == [tokens for _, tokens in expected]
        assert [one.score for one in hypotheses] == pytest.approx([score for score, _ in expected], abs=1e-9)


class LookingModel(TableModel):
    """Where it looks depends, at random but for good, on the first source token and all target tokens so far."""

    def look(self, first: int, prefix: tuple[int, ...], width: int) -> Tensor:
        key = hash((self.seed + 1, first, prefix)) % (2**31)
        generator = torch.Generator().manual_seed(key)
        return torch.softmax(3 * torch.randn(width, generator=generator, dtype=torch.float64), dim=0)


@pytest.mark.parametrize("coverage", [0.05, 0.3, 2.0])
@pytest.mark.parametrize("seed", range(6))
def test_a_wide_beam_with_coverage_equals_brute_force(coverage: float, seed: int) -> None:
    config = limited(beam=60, n_best=5, coverage=coverage)
    model, (source, mask) = LookingModel(VOCAB, seed), sentences(seed, lengths=(4, 4, 4))
    turned = 0
    for first, hypotheses in zip(source[:, 0].tolist(), search(model, source, mask, config), strict=True):
        plain = brute_force(model, first, config, LIMIT)
        expected = []
        for score, tokens in plain:
            looks = torch.stack([model.look(first, tokens[:place], 4) for place in range(len(tokens))])
            got = [min(sum(column), 1.0) for column in looks.t().tolist()]
            expected.append((score + coverage * sum(map(math.log, got)), tokens))
        expected.sort(reverse=True)
        turned += expected[0][1] != plain[0][1]
        assert [one.tokens for one in hypotheses] == [tokens for _, tokens in expected[:5]]
        assert [one.score for one in hypotheses] == pytest.approx(
            [score for score, _ in expected[:5]], abs=1e-6
        )  # attention is fp32
    assert turned or coverage < 2.0  # so much of it changes what is best


@pytest.mark.parametrize("beam", [1, 2, 4])
@pytest.mark.parametrize("architecture", MODELS)
def test_scores_are_those_of_forced_decoding(architecture: str, beam: int) -> None:
    model, (source, mask) = build(architecture), sentences()
    config = SearchConfig(beam=beam, n_best=beam)
    for row, hypotheses in enumerate(search(model, source, mask, config)):
        length = int(mask[row].sum())
        for one in hypotheses:
            target_in = torch.tensor([[BOS_ID, *one.tokens[:-1]]])
            with torch.no_grad():
                features = model(source[row : row + 1, :length], mask[row : row + 1, :length], target_in)
                log_probs = torch.log_softmax(model.logits(features[0]), dim=-1)
            forced = sum(float(log_probs[position, token]) for position, token in enumerate(one.tokens))
            assert one.log_prob == pytest.approx(forced, abs=1e-5)
            assert one.score == pytest.approx(forced / penalty(config, len(one.tokens)), abs=1e-5)


@pytest.mark.parametrize("beam", [1, 3])
@pytest.mark.parametrize("architecture", MODELS)
def test_a_batch_equals_one_by_one(architecture: str, beam: int) -> None:
    model, (source, mask) = build(architecture), sentences(lengths=(6, 3, 1, 5, 2))
    config = SearchConfig(beam=beam, n_best=beam)
    together = search(model, source, mask, config)
    for row, length in enumerate(mask.sum(dim=1).tolist()):
        (alone,) = search(model, source[row : row + 1, :length], mask[row : row + 1, :length], config)
        assert [one.tokens for one in alone] == [one.tokens for one in together[row]]


@pytest.mark.parametrize("seed", range(10))
def test_exact_stopping_never_scores_below_going_on_to_the_limit(seed: int) -> None:
    model, (source, mask) = TableModel(VOCAB, seed), sentences(seed)
    exact = search(model, source, mask, limited(beam=3))
    everything = search(model, source, mask, limited(beam=3, n_best=3))  # its bound is looser, so it searches longer
    for one, more in zip(exact, everything, strict=True):
        if more[0].finish_reason == "eos":
            assert one[0].score >= more[0].score - 1e-12


@pytest.mark.parametrize("architecture", MODELS)
def test_n_best_lists_are_sorted_and_distinct(architecture: str) -> None:
    model, (source, mask) = build(architecture), sentences()
    for hypotheses in search(model, source, mask, SearchConfig(beam=6, n_best=6)):
        assert len(hypotheses) == 6
        assert len({one.tokens for one in hypotheses}) == 6
        assert [one.score for one in hypotheses] == sorted((one.score for one in hypotheses), reverse=True)


@pytest.mark.parametrize("beam", [1, 4])
@pytest.mark.parametrize("architecture", MODELS)
def test_every_hypothesis_says_why_it_ended_and_keeps_to_the_limit(architecture: str, beam: int) -> None:
    model, (source, mask) = build(architecture), sentences()
    config = SearchConfig(beam=beam, max_length_ratio=1.0, max_length_extra=2)
    for row, (best, *_) in enumerate(search(model, source, mask, config)):
        limit = int(mask[row].sum()) + 2
        assert len(best.tokens) <= limit
        if best.finish_reason == "eos":
            assert best.tokens[-1] == EOS_ID
        else:
            assert len(best.tokens) == limit
            assert EOS_ID not in best.tokens
        assert not set(best.tokens) & set(NEVER_WRITTEN)


@pytest.mark.parametrize("beam", [1, 3])
@pytest.mark.parametrize("architecture", MODELS)
def test_attention_is_one_row_a_token_over_the_real_source(architecture: str, beam: int) -> None:
    model, (source, mask) = build(architecture), sentences()
    for row, (best, *_) in enumerate(search(model, source, mask, SearchConfig(beam=beam), keep_attention=True)):
        assert best.attention is not None
        assert best.attention.shape == (len(best.tokens), int(mask[row].sum()))
        torch.testing.assert_close(best.attention.sum(dim=1), torch.ones(len(best.tokens), dtype=best.attention.dtype))


def scores(found: list[list[Hypothesis]]) -> list[float]:
    return [hypotheses[0].score for hypotheses in found]


@pytest.mark.parametrize("seed", range(10))
def test_beam_search_scores_at_least_what_greedy_does(seed: int) -> None:
    # A beam can lose the greedy path, so this is no theorem for beams; one as wide as all prefixes cannot lose it.
    model, (source, mask) = TableModel(VOCAB, seed), sentences(seed)
    greedy, wide = search(model, source, mask, limited(beam=1)), search(model, source, mask, limited(beam=60))
    ended = [index for index, (one, *_) in enumerate(greedy) if one.finish_reason == "eos"]
    assert all(scores(wide)[index] >= scores(greedy)[index] - 1e-6 for index in ended)


def test_search_leaves_no_attribute_on_any_module() -> None:
    model, (source, mask) = build(MODELS[2]), sentences()
    before = {name: set(vars(module)) for name, module in model.named_modules()}
    search(model, source, mask, SearchConfig(beam=3))
    assert {name: set(vars(module)) for name, module in model.named_modules()} == before


def test_an_empty_batch_finds_nothing() -> None:
    model: Seq2Seq = build(MODELS[0])
    empty = torch.zeros(0, 3, dtype=torch.int64)
    assert search(model, empty, empty.bool(), SearchConfig(beam=1)) == []
    assert search(model, empty, empty.bool(), SearchConfig(beam=3)) == []


def test_the_penalty_of_gnmt_is_that_of_the_paper() -> None:
    assert penalty(SearchConfig(length_penalty="gnmt", alpha=0.6), 7) == pytest.approx(math.pow(12 / 6, 0.6))
