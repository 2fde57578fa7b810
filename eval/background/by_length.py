"""What a longer sentence costs: a recurrent network goes through it word by word, a Transformer takes it all at once.

Batches have the same number of words, in fewer and longer sentences: 64 of 16, 2 of 512. Forward and backward.
"""

import time
from typing import Any

import torch

from learning import loss_of
from networks import READERS, Tree, build, recurrent, transformer
from nmt.corpus.batching import Batch, places_of
from nmt.models.build import count_parameters

WORDS, WIDTH, VOCAB, ROUNDS = 1024, 256, 1000, 5
LENGTHS = (8, 16, 32, 64, 128, 256, 512)
NETWORKS: dict[str, tuple[Tree, Tree]] = {
    "LSTM": READERS["LSTM"],
    "LSTM with attention": READERS["LSTM with attention"],
    "LSTM with attention and input feeding": (
        recurrent("lstm")[0],
        recurrent("lstm", attention="dot")[1] | {"feed": "input"},
    ),
    "Transformer, as large": transformer(layers=1),  # as the LSTM with attention
}


def sentences(length: int, generator: torch.Generator) -> Batch:
    """WORDS words to read and as many to write, in sentences of one length."""
    source, target = torch.randint(4, VOCAB, (2, WORDS // length, length), generator=generator)
    real = torch.ones_like(source, dtype=torch.bool)
    return Batch(source, real, target, target, real, places_of(real), torch.arange(len(source)).numpy())


def measure(rounds: int, seed: int = 1) -> list[dict[str, Any]]:
    """Words a second, each network at each length in turn, once a round after a round that does not count."""
    generator = torch.Generator().manual_seed(seed)
    models = {name: build(*trees, VOCAB, WIDTH, seed) for name, trees in NETWORKS.items()}
    measured: dict[tuple[str, int], list[float]] = {(name, length): [] for name in models for length in LENGTHS}
    for number in range(rounds + 1):
        for (name, length), speeds in measured.items():
            batch = sentences(length, generator)
            models[name].zero_grad()
            started = time.perf_counter()
            loss = loss_of(models[name].train(), batch)
            (loss.smoothed / loss.num_tokens).backward()
            if number:
                speeds.append(WORDS / (time.perf_counter() - started))
    sizes = {name: count_parameters(model) for name, model in models.items()}
    return [
        {"network": name, "parameters": sizes[name], "length": length, "words_per_second": speeds}
        for (name, length), speeds in measured.items()
    ]
