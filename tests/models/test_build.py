"""The architecture in words."""

import pytest

from nmt.config import parse_config
from nmt.models.build import ModelConfig, describe


@pytest.mark.parametrize(
    ("decoder", "words"),
    [
        ({}, "2-layer LSTM decoder, dot attention between the layers"),
        ({"layers": 1}, "1-layer LSTM decoder, dot attention on the output"),  # there is no layer above it
        ({"layers": 1, "feed": "input"}, "1-layer LSTM decoder, dot attention with input feeding"),
        ({"attention": "none", "cell": "gru"}, "2-layer GRU decoder, no attention"),
    ],
)
def test_a_model_is_described_by_what_it_does(decoder: dict[str, object], words: str) -> None:
    tree = {"encoder": {"type": "rnn", "cell": "gru"}, "decoder": {"type": "rnn", **decoder}}
    assert describe(parse_config(ModelConfig, tree, "test")) == f"1-layer bidirectional GRU encoder, {words}"
