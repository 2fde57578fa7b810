"""The generators of a process go on where they were, and are given nothing else."""

import random

import numpy as np
import pytest
import torch
from safetensors.torch import load

from nmt.training.random_state import TYPES, random_bytes, restore_random, seed_everything


def draw() -> list[float]:
    return [
        random.random(),
        random.gauss(0, 1),
        float(np.random.rand()),
        float(np.random.randn()),
        float(torch.rand(())),
    ]


def test_what_was_saved_is_drawn_again() -> None:
    seed_everything(3)
    draw()  # an odd number of normal numbers: the second of each pair is kept
    saved = random_bytes()
    first = draw()
    assert draw() != first
    restore_random(load(saved))
    assert draw() == first


@pytest.mark.parametrize("name", sorted(TYPES.keys() - {"cuda"}))
def test_numbers_of_another_type_are_no_state_of_a_generator(name: str) -> None:
    states = load(random_bytes())
    other = states[name].to(torch.float8_e4m3fn if TYPES[name] != torch.float64 else torch.float32)
    with pytest.raises(ValueError, match=rf"^{name} is of type float\w+ instead of \w+$"):
        restore_random(states | {name: other})
