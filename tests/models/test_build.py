"""The architecture in words, and what its parts share."""

import pytest
import torch

from nmt.config import parse_config
from nmt.models.build import ModelConfig, build_model, describe
from nmt.models.embedding import Embedding, OutputProjection

SMALL = {"type": "rnn", "dim": 4}


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


@pytest.mark.parametrize(
    ("share", "source_is_target", "output_is_target"),
    [("all", True, True), ("target", False, True), ("none", False, False)],
)
def test_tables_are_shared_as_asked(share: str, source_is_target: bool, output_is_target: bool) -> None:
    tree = {"embedding_dim": 8, "share_embeddings": share, "encoder": SMALL, "decoder": SMALL}
    model = build_model(parse_config(ModelConfig, tree, "test"), 30, 30)
    assert (model.source_embedding is model.target_embedding) == source_is_target
    assert (model.output.weight is model.target_embedding.weight) == output_is_target


@torch.no_grad()
def test_components_of_embeddings_and_tied_logits_begin_at_about_unit_size() -> None:
    torch.manual_seed(0)
    embedding = Embedding(500, 256, 0.0, 0.0)
    embedded = embedding(torch.arange(500))
    assert float(embedded.std()) == pytest.approx(1.0, rel=0.02)
    logits = OutputProjection(500, 256, embedding)(torch.randn(100, 256))
    assert float(logits.std()) == pytest.approx(1.0, rel=0.05)


@pytest.mark.parametrize("kind", ["sinusoidal", "learned", "rotary"])
def test_under_autocast_the_residual_stream_of_a_transformer_stays_in_fp32(kind: str) -> None:
    stack = {"type": "transformer", "layers": 1, "dim": 16, "heads": 2, "feed_forward_dim": 16, "positions": kind}
    tree = {"embedding_dim": 8, "encoder": stack, "decoder": stack}  # adapted to `dim` by a product, which is bf16
    model = build_model(parse_config(ModelConfig, tree, "test"), 30, 30)
    seen = []
    model.encoder.positions.register_forward_hook(lambda module, given, found: seen.append(found.dtype))
    tokens = torch.ones(2, 3, dtype=torch.int64)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        model(tokens, tokens.bool(), tokens)
    assert seen == [torch.float32]
