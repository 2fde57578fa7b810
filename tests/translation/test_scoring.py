"""Scores of given pairs are those that search reports."""

from pathlib import Path

import numpy as np
import pytest
import torch

import nmt
from nmt.errors import ConfigError, NotFiniteError
from nmt.search.config import SearchConfig
from nmt.tokenizer.base import EOS_ID
from nmt.translation import scoring
from nmt.translation.scoring import score_pairs
from nmt.translation.shortlist import Shortlist
from nmt.translation.translator import Translator
from tests.tiny import invented_pairs

LINES = [pair.source for pair in invented_pairs()[::7]]


TARGETS = [pair.target for pair in invented_pairs()[::7]]


@pytest.mark.parametrize("search", [SearchConfig(beam=4, n_best=4), SearchConfig(beam=1)])
def test_tokens_score_what_the_search_said_of_them(tiny_run: Path, search: SearchConfig) -> None:
    translator = nmt.load(tiny_run)
    searched = translator.translate(LINES, search, prefixes=TARGETS)
    for translation, one in zip(searched, score_pairs(translator, LINES, TARGETS), strict=True):
        written = len(one.pieces) - 1  # all but end-of-sentence
        for candidate in translation.hypotheses:
            assert candidate.pieces[:written] == one.pieces[:-1]
            assert candidate.token_log_probs[:written] == pytest.approx(one.token_log_probs[:-1], abs=1e-6)


@pytest.mark.parametrize(("length_penalty", "beam"), [("none", 12), ("gnmt", 12), ("gnmt", 1), ("average", 1)])
def test_a_hypothesis_that_was_found_scores_the_same_when_it_is_given(
    tiny_run: Path, length_penalty: str, beam: int
) -> None:
    config = {"beam": beam, "n_best": beam, "length_penalty": length_penalty, "max_length_ratio": 3.0}
    translator = nmt.load(tiny_run, search=SearchConfig.model_validate(config))
    translator.model.double()
    with torch.no_grad():
        translator.model.output.bias[EOS_ID] += 8  # type: ignore[union-attr, index, operator]
    compared = 0
    searched = translator.translate(LINES, prefixes=TARGETS)
    for translation, one in zip(searched, score_pairs(translator, LINES, TARGETS), strict=True):
        for candidate in translation.hypotheses:
            if candidate.pieces == one.pieces:
                assert candidate.pieces[-1] == "</s>"
                assert candidate.token_log_probs == pytest.approx(one.token_log_probs, abs=1e-6)
                assert candidate.log_prob == pytest.approx(one.log_prob, abs=1e-6)
                assert candidate.score == pytest.approx(one.score, abs=1e-6)
                compared += 1
    assert compared == len(LINES)


def test_scores_come_in_the_order_of_the_pairs_and_blank_sides_have_one(tiny_run: Path) -> None:
    translator = nmt.load(tiny_run)
    sources = [LINES[0], "", LINES[1] * 5, LINES[2]]
    targets = ["the dog sees the tree.", "a", "", "the cat"]
    together = score_pairs(translator, sources, targets)
    for one, source, target in zip(together, sources, targets, strict=True):
        (alone,) = score_pairs(translator, [source], [target])
        assert alone.pieces == one.pieces
        assert alone.log_prob == pytest.approx(one.log_prob, abs=1e-4)
        assert alone.log_prob < 0.0
    assert together[2].pieces == ("</s>",)
    assert score_pairs(translator, [], []) == []


def test_a_longer_target_is_never_more_probable_than_its_beginning(tiny_run: Path) -> None:
    translator = nmt.load(tiny_run)
    (short, long) = score_pairs(translator, LINES[:1] * 2, ["the dog", "the dog sees the tree"])
    common = len(short.pieces) - 1
    assert long.token_log_probs[:common] == pytest.approx(short.token_log_probs[:common], abs=1e-5)


def test_pairs_are_scored_together_as_far_as_their_length_allows(
    tiny_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    translator = nmt.load(tiny_run)
    sizes: list[tuple[int, int]] = []
    log_probs = scoring._log_probs

    def watched(translator: Translator, pairs: list[scoring.Encoded]) -> list[torch.Tensor]:
        sizes.append((len(pairs), max(len(side) for pair in pairs for side in pair)))
        return log_probs(translator, pairs)

    monkeypatch.setattr(scoring, "_log_probs", watched)
    sources = [*LINES * 8, *[f"{line} " * 9 for line in LINES], LINES[0]]
    targets = [*TARGETS * 8, *TARGETS[::-1], "the dog " * 200]
    together = score_pairs(translator, sources, targets)
    assert sum(rows for rows, _ in sizes) == len(sources)
    assert all(rows == 1 or rows * longest**2 <= scoring.MAX_SQUARES for rows, longest in sizes)
    assert sizes[0][0] == scoring.BATCH_PAIRS  # short ones
    assert sizes[-1][0] == 1
    for place in (0, len(sources) - 2, len(sources) - 1):
        (alone,) = score_pairs(translator, sources[place : place + 1], targets[place : place + 1])
        assert alone.log_prob == pytest.approx(together[place].log_prob, rel=1e-5)


def test_a_shortlist_does_not_count(tiny_run: Path) -> None:
    whole = nmt.load(tiny_run)
    nothing = Shortlist(np.full((whole.tokenizers.source.vocab_size, 1), EOS_ID, np.int32), np.arange(4))
    short = Translator(whole.model, whole.tokenizers, whole.search, whole.max_length, nothing)
    assert score_pairs(short, LINES[:3], TARGETS[:3]) == score_pairs(whole, LINES[:3], TARGETS[:3])


def test_a_model_that_gives_no_numbers_and_pairs_that_lack_a_side_are_refused(tiny_run: Path) -> None:
    translator = nmt.load(tiny_run)
    with pytest.raises(ConfigError, match="2 sources and 1 target:"):
        score_pairs(translator, LINES[:2], ["the dog"])
    with torch.no_grad():
        translator.model.output.bias[EOS_ID] = float("nan")  # type: ignore[union-attr, index, operator]
    with pytest.raises(NotFiniteError, match="no probabilities"):
        score_pairs(translator, LINES[:1], ["the dog"])
