"""Every random generator of a process, as bytes: what was drawn before a restart is not drawn again after it."""

import random

import numpy as np
import torch
from safetensors.torch import save
from torch import Tensor

TYPES = {
    "python": torch.int64,
    "python.gauss": torch.float64,
    "numpy": torch.int64,
    "numpy.gauss": torch.float64,
    "torch": torch.uint8,
    "cuda": torch.uint8,
}


def seed_everything(seed: int) -> None:
    """Seed every generator that library code might draw from."""
    random.seed(seed)
    np.random.seed(seed % (1 << 32))
    torch.manual_seed(seed)


def random_bytes() -> bytes:
    """The state of python's, numpy's and torch's generators, the GPU's too where there is one."""
    version, words, gauss = random.getstate()
    _, keys, position, has_gauss, cached = np.random.get_state(legacy=True)
    states = {
        "python": torch.tensor([version, *words], dtype=torch.int64),
        "python.gauss": torch.tensor([] if gauss is None else [gauss], dtype=torch.float64),
        "numpy": torch.tensor([position, has_gauss, *np.asarray(keys).tolist()], dtype=torch.int64),
        "numpy.gauss": torch.tensor([cached], dtype=torch.float64),
        "torch": torch.get_rng_state(),
    }
    if torch.cuda.is_available():
        states["cuda"] = torch.cuda.get_rng_state()
    return save(states)


def restore_random(states: dict[str, Tensor]) -> None:
    """What random_bytes saved, loaded. Raises ValueError, KeyError, TypeError or RuntimeError for anything else."""
    for name, kind in TYPES.items():
        if name in states and states[name].dtype != kind:
            raise ValueError(f"{name} is of type {states[name].dtype} instead of {kind}".replace("torch.", ""))
    if not all(bool(state.isfinite().all()) for state in states.values()):
        raise ValueError("the state of a generator holds NaN or infinity")
    version, *words = states["python"].tolist()
    gauss = states["python.gauss"].tolist()
    random.setstate((version, tuple(words), gauss[0] if gauss else None))
    position, has_gauss, *keys = states["numpy"].tolist()
    np.random.set_state(("MT19937", np.array(keys, dtype=np.uint32), position, has_gauss, states["numpy.gauss"].item()))
    torch.set_rng_state(states["torch"])
    if "cuda" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state(states["cuda"])
