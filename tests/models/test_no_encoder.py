"""Without an encoder a decoder is a language model: the source changes nothing."""

import pytest
import torch

from nmt.config import parse_config
from nmt.errors import ConfigError
from nmt.models.build import EncoderDecoder, ModelConfig, build_model, describe

VOCAB = 11
RECURRENT = {"type": "rnn", "cell": "lstm", "layers": 1, "dim": 6, "attention": "none"}
TRANSFORMER = {"type": "transformer", "dim": 8, "heads": 2, "layers": 1, "feed_forward_dim": 12}


def config(decoder: dict[str, object]) -> ModelConfig:
    return parse_config(
        ModelConfig, {"embedding_dim": 6, "dropout": 0.0, "encoder": {"type": "none"}, "decoder": decoder}, "test"
    )


def model(decoder: dict[str, object]) -> EncoderDecoder:
    torch.manual_seed(0)
    return build_model(config(decoder), VOCAB, VOCAB).double().eval()


@pytest.mark.parametrize("decoder", [RECURRENT, TRANSFORMER])
def test_what_the_source_says_changes_nothing(decoder: dict[str, object]) -> None:
    language_model = model(decoder)
    target = torch.tensor([[1, 5, 6, 7]])
    short, long = torch.tensor([[4, 2]]), torch.tensor([[9, 8, 7, 6, 2]])
    features = [language_model(source, torch.ones_like(source, dtype=torch.bool), target) for source in (short, long)]
    torch.testing.assert_close(features[0], features[1], rtol=0, atol=1e-12)


@pytest.mark.parametrize("decoder", [RECURRENT, TRANSFORMER])
def test_it_learns_which_word_follows_which(decoder: dict[str, object]) -> None:
    """The target 4 5 6 7 ... counts up, so that after some updates the next word is all but certain."""
    language_model = model(decoder).train()
    source = torch.tensor([[2]])
    sentence = torch.arange(1, 10).unsqueeze(0)
    optimizer = torch.optim.Adam(language_model.parameters(), lr=0.03)
    for _ in range(100):
        optimizer.zero_grad()
        features = language_model(source, source > 0, sentence[:, :-1])
        loss = torch.nn.functional.cross_entropy(language_model.logits(features).flatten(0, 1), sentence[0, 1:])
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.2  # of log 11 = 2.4 before


def test_attention_without_an_encoder_is_refused_with_the_remedy() -> None:
    with pytest.raises(
        ConfigError, match=r"model\.decoder\.attention = 'dot' looks at what an encoder has read.*'none'"
    ):
        config({**RECURRENT, "attention": "dot"})


def test_it_is_described_as_having_no_encoder() -> None:
    assert describe(config(RECURRENT)) == "no encoder, 1-layer LSTM decoder, no attention"
