"""The networks that are compared, in the words of a recipe."""

from typing import Any

import torch

from nmt.config import parse_config
from nmt.models.build import EncoderDecoder, ModelConfig, build_model

Tree = dict[str, Any]
READOUT_SCALE = 4.0  # as in the recipes: after tanh a readout is smaller than what a Transformer's last norm gives


def recurrent(
    cell: str, layers: int = 1, bidirectional: bool = False, attention: str = "none", residual: bool = True
) -> tuple[Tree, Tree]:
    """An encoder of that kind, and one LSTM layer that writes: from the encoder's last state, or with attention."""
    encoder = {"type": "rnn", "cell": cell, "layers": layers, "bidirectional": bidirectional, "residual": residual}
    decoder = {"type": "rnn", "cell": "lstm", "layers": 1, "attention": attention, "feed": "output"}
    return encoder, decoder | {"readout_scale": READOUT_SCALE}


def transformer(layers: int) -> tuple[Tree, Tree]:
    """So many layers to read, and one to write."""
    return {"type": "transformer", "layers": layers, "heads": 4}, {"type": "transformer", "layers": 1, "heads": 4}


READERS: dict[str, tuple[Tree, Tree]] = {
    "tanh RNN": recurrent("rnn_tanh"),
    "ReLU RNN": recurrent("rnn_relu"),
    "GRU": recurrent("gru"),
    "LSTM": recurrent("lstm"),
    "LSTM, 3 layers": recurrent("lstm", layers=3),
    "bidirectional LSTM": recurrent("lstm", bidirectional=True),
    "LSTM with attention": recurrent("lstm", attention="dot"),
    "Transformer": transformer(layers=2),
}

WRITERS: dict[str, Tree] = {
    "tanh RNN": {"type": "rnn", "cell": "rnn_tanh", "layers": 1},
    "ReLU RNN": {"type": "rnn", "cell": "rnn_relu", "layers": 1},
    "GRU": {"type": "rnn", "cell": "gru", "layers": 1},
    "LSTM": {"type": "rnn", "cell": "lstm", "layers": 1},
    "LSTM, 3 layers": {"type": "rnn", "cell": "lstm", "layers": 3},
    "Transformer, 3 layers": {"type": "transformer", "layers": 3, "heads": 4},
}


def build(encoder: Tree, decoder: Tree, vocab: int, width: int, seed: int, dropout: float = 0.0) -> EncoderDecoder:
    """A new model whose every layer is `width` wide, a feed-forward layer twice that; `seed` decides its weights."""

    def sized(tree: Tree) -> Tree:
        sizes: Tree = {} if tree["type"] == "none" else {"dim": width}
        return tree | sizes | ({"feed_forward_dim": 2 * width} if tree["type"] == "transformer" else {})

    tree = {"embedding_dim": width, "dropout": dropout, "encoder": sized(encoder), "decoder": sized(decoder)}
    torch.manual_seed(seed)
    return build_model(parse_config(ModelConfig, tree, "network"), vocab, vocab)


def language_model(decoder: Tree, vocab: int, width: int, seed: int, dropout: float = 0.0) -> EncoderDecoder:
    """A decoder that reads nothing: the next word from the words before it."""
    recurrent = {"attention": "none", "feed": "output", "readout_scale": READOUT_SCALE}
    return build(
        {"type": "none"}, decoder | (recurrent if decoder["type"] == "rnn" else {}), vocab, width, seed, dropout
    )
