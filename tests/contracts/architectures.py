"""Every encoder x decoder x attention x feed, small; a new architecture joins the contract tests by one line here."""

import itertools
from typing import Any

import torch

from nmt.config import parse_config
from nmt.models.build import EncoderDecoder, ModelConfig, build_model

VOCAB = 20

ENCODERS: dict[str, dict[str, Any]] = {
    "bi-gru": {"type": "rnn", "cell": "gru", "dim": 8},
    "2-layer-bi-lstm-norm": {"type": "rnn", "cell": "lstm", "dim": 8, "layers": 2, "layer_norm": True},
    "tanh": {"type": "rnn", "cell": "rnn_tanh", "dim": 12, "bidirectional": False, "layers": 2},
    "transformer": {"type": "transformer", "dim": 16, "heads": 2, "layers": 2, "feed_forward_dim": 24},
}
DECODERS: dict[str, dict[str, Any]] = {
    f"{cell}-{layers}-{attention}-{feed}": {
        "type": "rnn",
        "cell": cell,
        "layers": layers,
        "dim": 12,
        "attention": attention,
        "feed": feed,
        **({"heads": 3} if attention == "multihead" else {}),
        **({"readout_scale": 4.0} if attention == "general" else {}),
    }
    for (cell, layers), attention, feed in itertools.product(
        [("lstm", 2), ("gru", 1)], ["dot", "general", "additive", "multihead", "none"], ["layer", "input", "output"]
    )
}
DECODERS |= {
    "relu-layer": {"type": "rnn", "cell": "rnn_relu", "layers": 3, "dim": 12, "layer_norm": True, "residual": False},
    "lstm-2-norm": {
        "type": "rnn",
        "cell": "lstm",
        "layers": 2,
        "dim": 12,
        "attention": "multihead",
        "heads": 3,
        "layer_norm": True,
    },
    "lstm-1-general-input": {
        "type": "rnn",
        "cell": "lstm",
        "layers": 1,
        "dim": 12,
        "attention": "general",
        "feed": "input",
        "readout_scale": 3.0,
    },
    "lstm-1-dot-input": {"type": "rnn", "cell": "lstm", "layers": 1, "dim": 12, "attention": "dot", "feed": "input"},
    "transformer-pre": {"type": "transformer", "dim": 16, "heads": 2, "layers": 2, "feed_forward_dim": 24},
    "transformer-post": {
        "type": "transformer",
        "dim": 12,
        "heads": 3,
        "layers": 2,
        "feed_forward_dim": 24,
        "norm": "post",
        "positions": "learned",
        "max_positions": 30,
        "activation": "gelu",
    },
}
LANGUAGE_MODELS = {"none": {"type": "none"}}  # in an encoder's place; they have nothing to look at
ROTARY = {"transformer-rotary": DECODERS["transformer-pre"] | {"positions": "rotary"}}  # joined with itself only
SUBLAYERS = {"rnn": 1, "transformer": 2, "none": 0}  # of an encoder's layer; each has dropout on its output
ALONE = [f"none/{cell}-none-{feed}" for cell in ("lstm-2", "gru-1") for feed in ("layer", "input")]
ALONE += ["none/transformer-pre", "transformer-rotary/transformer-rotary"]
ARCHITECTURES = [f"{encoder}/{decoder}" for encoder in ENCODERS for decoder in DECODERS] + ALONE
# For what asks only for the next probabilities, and takes its time: each decoder once, with the encoders in turn.
EACH_DECODER = [f"{encoder}/{decoder}" for encoder, decoder in zip(itertools.cycle(ENCODERS), DECODERS)] + ALONE


def parts(architecture: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Encoder and decoder, joined by a stroke in its name."""
    encoder, decoder = architecture.split("/")
    return (ENCODERS | LANGUAGE_MODELS | ROTARY)[encoder], (DECODERS | ROTARY)[decoder]


def build(
    architecture: str, dropout: float = 0.0, seed: int = 0, vocab: int = VOCAB, share: str = "all"
) -> EncoderDecoder:
    """A small model in float64 and eval mode; embedding width 10 differs from every other width."""
    torch.manual_seed(seed)
    return build_model(config_of(architecture, dropout, share), vocab, vocab).double().eval()


def config_of(architecture: str, dropout: float = 0.0, share: str = "all") -> ModelConfig:
    encoder, decoder = parts(architecture)
    tree = {
        "embedding_dim": 10,
        "share_embeddings": share,
        "dropout": dropout,
        "word_dropout": dropout,
        "encoder": encoder,
        "decoder": decoder,
    }
    return parse_config(ModelConfig, tree, architecture)


def sentences(seed: int = 0, lengths: tuple[int, ...] = (6, 3, 1)) -> tuple[torch.Tensor, torch.Tensor]:
    """Random source ids [batch, src_len] and their mask."""
    generator = torch.Generator().manual_seed(seed)
    source = torch.randint(4, VOCAB, (len(lengths), max(lengths)), generator=generator)
    return source, torch.arange(max(lengths)).unsqueeze(0) < torch.tensor(lengths).unsqueeze(1)
