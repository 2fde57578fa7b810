"""How far back a network remembers: a name, many words that do not matter, a question, and the name is asked for.

It is what remains of "Tom was watching television. Mary came into the room. Mary said hi to ...": the answer stands far
back. `distance` words of noise lie before the name and as many after it, so that it is as far for a network that reads
from both ends.
"""

import time
from collections.abc import Iterator
from typing import Any

import torch

from learning import learn
from networks import READERS, build
from nmt.corpus.batching import Batch, places_of
from nmt.tokenizer.base import BOS_ID, EOS_ID

SPECIAL, NAMES, NOISE = 4, 8, 16  # ids: special ones first, then names, then noise
VOCAB = SPECIAL + NAMES + NOISE
WIDTH, ROWS = 64, 64
DISTANCES = (4, 8, 16, 32, 64, 128)
UPDATES, CHECK_EVERY, HELD_OUT = 400, 25, 256
ENOUGH, LEARNT = 0.99, 0.5  # of the names; by chance an eighth is right


def stories(distance: int, rows: int, generator: torch.Generator) -> Batch:
    """Random sequences of 2 x distance + 1 words and their end; the target is the name alone."""
    length = 2 * distance + 2
    source = torch.randint(SPECIAL + NAMES, VOCAB, (rows, length), generator=generator)
    names = torch.randint(SPECIAL, SPECIAL + NAMES, (rows,), generator=generator)
    source[:, distance], source[:, -1] = names, EOS_ID
    target_in = torch.stack([torch.full_like(names, BOS_ID), names], dim=1)
    target_out = torch.stack([names, torch.full_like(names, EOS_ID)], dim=1)
    real = torch.ones_like(source, dtype=torch.bool)
    return Batch(source, real, target_in, target_out, real[:, :2], places_of(real[:, :2]), torch.arange(rows).numpy())


@torch.no_grad()
def accuracy(model: torch.nn.Module, batch: Batch) -> float:
    """The share of names that are the most probable answer; one in NAMES by chance."""
    model.eval()
    features = model(batch.source, batch.source_mask, batch.target_in[:, :1])
    answers = model.logits(features)[:, 0].argmax(dim=-1)
    return float((answers == batch.target_out[:, 0]).double().mean())


def measure(network: str, distance: int, seed: int, updates: int) -> dict[str, Any]:
    """Train until 99 % of stories that were never seen are answered, or for so many updates."""
    encoder, decoder = READERS[network]
    model = build(encoder, decoder, VOCAB, WIDTH, seed)
    generator = torch.Generator().manual_seed(seed)
    held_out = stories(distance, HELD_OUT, generator)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    started, right, done = time.perf_counter(), accuracy(model, held_out), 0
    steps = learn(model, _endless(distance, generator), optimizer, clip_norm=1.0)
    while done < updates and right < ENOUGH:
        for _ in range(min(CHECK_EVERY, updates - done)):
            next(steps)
            done += 1
        right = accuracy(model, held_out)
    seconds = time.perf_counter() - started
    return {
        "network": network,
        "distance": distance,
        "seed": seed,
        "updates": done,
        "accuracy": right,
        "seconds": seconds,
    }


def _endless(distance: int, generator: torch.Generator) -> Iterator[Batch]:
    while True:
        yield stories(distance, ROWS, generator)
