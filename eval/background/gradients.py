"""How much of the gradient of one written word arrives at a word that was read `distance` words before the end.

At the start of training, with random input. In a plain RNN the gradient is multiplied by the recurrent weights once a
step (Hochreiter, 1991; Bengio et al., 1994; Pascanu et al., 2013): what is below one is gone after some steps, and what
is above one has no bound.
"""

from typing import Any

import torch
from torch import Tensor

from networks import READERS, Tree, build, recurrent
from nmt.models.base import EncoderOutput
from nmt.models.build import EncoderDecoder
from nmt.tokenizer.base import BOS_ID

LENGTH, ROWS, WIDTH, VOCAB = 101, 16, 64, 32
SCALES = (0.5, 1.0, 1.25, 1.5, 2.0)  # of the recurrent weights, which are orthogonal matrices at the start
# One thing changed: the bias with which the gate that keeps the state begins (else 1 in an LSTM, 0 in a GRU), or the
# residual connections between layers.
CHANGED: dict[str, tuple[tuple[Tree, Tree], float | None]] = {
    "LSTM, forget bias 0": (READERS["LSTM"], 0.0),
    "GRU, update bias 1": (READERS["GRU"], 1.0),
    "LSTM, 3 layers, not residual": (recurrent("lstm", layers=3, residual=False), None),
}


def measure(network: str, seed: int) -> dict[str, Any]:
    """Norms of the gradient at distances 0 to LENGTH - 1, divided by the first; mean over the rows, in float64."""
    trees, keeping = CHANGED[network] if network in CHANGED else (READERS[network], None)
    model = build(*trees, VOCAB, WIDTH, seed).double().eval()
    with torch.no_grad():
        for name, parameter in model.encoder.named_parameters():
            if "bias_ih" in name and keeping is not None:
                parameter[WIDTH : 2 * WIDTH] = keeping  # the second gate, of an LSTM and of a GRU
    generator = torch.Generator().manual_seed(seed)
    embedded, encoded = _read(model, generator)
    memory = model.decoder.prepare(encoded)
    features = model.decoder.decode(model.target_embedding(torch.full((ROWS, 1), BOS_ID)), memory)
    return {"network": network, "seed": seed, "relative": _relative(features, embedded, generator)}


def measure_scaled(network: str, seed: int, scale: float) -> dict[str, Any]:
    """The same of the state after the last word, with `scale` times the recurrent weights.

    Not of a written word: where the state is so large that the writer's tanh is flat, no gradient gets back to it.
    """
    model = build(*READERS[network], VOCAB, WIDTH, seed).double().eval()
    with torch.no_grad():
        for name, parameter in model.encoder.named_parameters():
            if "weight_hh" in name:
                parameter.mul_(scale)
    generator = torch.Generator().manual_seed(seed)
    embedded, encoded = _read(model, generator)
    relative = _relative(encoded.summary, embedded, generator)
    return {"network": network, "seed": seed, "scale": scale, "relative": relative}


def _read(model: EncoderDecoder, generator: torch.Generator) -> tuple[Tensor, EncoderOutput]:
    """Embeddings [ROWS, LENGTH, WIDTH] of random words, and what the encoder makes of them."""
    source = torch.randint(4, VOCAB, (ROWS, LENGTH), generator=generator)
    embedded = model.source_embedding(source).detach().requires_grad_()
    return embedded, model.encoder(embedded, torch.ones_like(source, dtype=torch.bool))


def _relative(values: Tensor, embedded: Tensor, generator: torch.Generator) -> list[float]:
    """Of a random projection of `values`: norms of the gradient by distance from the last word, relative to its own."""
    direction = torch.randn(values.shape, generator=generator, dtype=values.dtype)
    (gradient,) = torch.autograd.grad((values * direction).sum(), embedded)
    norms = gradient.norm(dim=-1).mean(dim=0).flip(0)  # [LENGTH], by distance from the end
    return (norms / norms[0]).tolist()
