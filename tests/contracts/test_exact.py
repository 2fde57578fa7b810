"""With `exact`, text and scores are the same to the last bit whatever a sentence is translated with."""

import random

import pytest
import torch

from nmt.search.config import SearchConfig
from nmt.search.hypothesis import Hypothesis
from nmt.search.run import search
from nmt.tokenizer.pair import TokenizerPair
from nmt.translation.translator import Translator
from tests.contracts.architectures import EACH_DECODER, build, sentences
from tests.tiny import VOCAB_SIZE, invented_pairs

LINES = [pair.source for pair in invented_pairs()][:40]
LINES[::7] = [f"{line} {line}" for line in LINES[::7]]  # of very different length
MODELS = ["bi-gru/lstm-2-dot-layer", "2-layer-bi-lstm-norm/gru-1-additive-input", "transformer/transformer-pre"]


def found(translator: Translator, lines: list[str], search: SearchConfig) -> dict[str, tuple[object, ...]]:
    """All that a search says of each line."""
    translations = translator.translate(lines, search)
    return {
        line: tuple((one.text, one.score, one.token_log_probs) for one in translation.hypotheses)
        for line, translation in zip(lines, translations, strict=True)
    }


@pytest.mark.parametrize(
    "fields", [{"beam": 1}, {"beam": 4, "n_best": 2}, {"method": "sample", "samples": 2}], ids=lambda one: str(one)
)
@pytest.mark.parametrize("architecture", MODELS)
def test_texts_and_scores_do_not_depend_on_batch_size_or_order(
    architecture: str, fields: dict[str, object], tiny_tokenizers: TokenizerPair
) -> None:
    model = build(architecture, vocab=VOCAB_SIZE).float()
    translator = Translator(model, tiny_tokenizers, SearchConfig(), max_length=60)
    config = SearchConfig.model_validate({"exact": True, "max_length_ratio": 0.3, "max_length_extra": 3, **fields})
    expected = found(translator, LINES, config.model_copy(update={"batch_sentences": 1}))
    assert len(expected) == len(LINES) == 40
    for size in (2, 7, 32, len(LINES)):
        assert found(translator, LINES, config.model_copy(update={"batch_sentences": size})) == expected
    shuffled = random.Random(0).sample(LINES, len(LINES))
    assert found(translator, shuffled, config) == expected
    assert found(translator, shuffled[:9], config) == {line: expected[line] for line in shuffled[:9]}


@pytest.mark.parametrize("beam", [1, 4])
@pytest.mark.parametrize("architecture", EACH_DECODER)
def test_a_sentence_is_searched_as_if_it_were_alone(architecture: str, beam: int) -> None:
    model = build(architecture).float()
    source, mask = sentences(lengths=(9, 2, 5, 5, 1, 7))
    config = SearchConfig(beam=beam, max_length_ratio=1.0, max_length_extra=1)

    def alone(row: int) -> list[Hypothesis]:
        length = int(mask[row].sum())
        return search(model, source[row : row + 1, :length], mask[row : row + 1, :length], config)[0]

    exact = config.model_copy(update={"exact": True})
    assert search(model, source, mask, exact) == [alone(row) for row in range(len(source))]
    order = torch.tensor([5, 1, 3])
    assert search(model, source[order], mask[order], exact) == [alone(row) for row in order.tolist()]


def test_an_empty_batch_is_searched_exactly_too() -> None:
    empty = torch.zeros(0, 3, dtype=torch.int64)
    assert search(build(MODELS[0]), empty, empty.bool(), SearchConfig(exact=True)) == []
