"""What a step without bound does to training, and what clipping the gradient does about it (Pascanu et al., 2013).

The ReLU network of `recall.py`, its recurrent weights multiplied by a factor at the start, trained by plain gradient
descent (Adam divides by the size of the gradient, which hides half of the matter; the readout is not multiplied, which
would make each step longer). The loss on stories that were trained on and on others says whether what goes wrong is
overfitting.
"""

import math
from collections.abc import Iterator
from itertools import islice
from typing import Any

import torch

from learning import learn, mean_loss
from networks import READERS, build
from nmt.corpus.batching import Batch, places_of
from recall import ROWS, VOCAB, WIDTH, stories

DISTANCE, UPDATES, RATE = 10, 300, 0.5
STORIES = 512  # to train on, again and again
SCALES = 1.0, 1.5, 2.0  # of the recurrent weights; only over the last does a gradient grow with the distance


def measure(scale: float, clip_norm: float, seed: int, updates: int = UPDATES) -> dict[str, Any]:
    """The largest gradient, and nats a token at the end on what was trained on and on what was not."""
    encoder, decoder = READERS["ReLU RNN"]
    model = build(encoder, decoder | {"readout_scale": 1.0}, VOCAB, WIDTH, seed)
    with torch.no_grad():
        for name, parameter in model.encoder.named_parameters():
            if "weight_hh" in name:
                parameter.mul_(scale)
    generator = torch.Generator().manual_seed(seed)
    seen, unseen = stories(DISTANCE, STORIES, generator), stories(DISTANCE, STORIES, generator)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    steps = list(islice(learn(model, _shuffled(seen, generator), optimizer, clip_norm), updates))
    norms = [step.gradient_norm for step in steps]
    return {
        "scale": scale,
        "clip_norm": clip_norm,
        "seed": seed,
        "first_norm": norms[0],
        "largest_norm": max((norm for norm in norms if math.isfinite(norm)), default=math.inf),
        "finite": sum(map(math.isfinite, norms)),
        "updates": len(norms),
        "seen": mean_loss(model, [seen]),
        "unseen": mean_loss(model, [unseen]),
    }


def _shuffled(seen: Batch, generator: torch.Generator) -> Iterator[Batch]:
    """ROWS of them at a time, epoch after epoch."""
    while True:
        for rows in torch.randperm(len(seen.indices), generator=generator).split(ROWS):
            parts = (seen.source, seen.source_mask, seen.target_in, seen.target_out, seen.target_mask)
            yield Batch(*(part[rows] for part in parts), places_of(seen.target_mask[rows]), rows.numpy())
