"""What the machine is and can do while a benchmark runs."""

import os
import time
from typing import Any

import torch
import torch.nn.functional as F

from nmt.training.device import cpu_features, cpu_name

# Rows, inputs and outputs of matrix products: a layer's input product, the vocabulary (a chunk of the loss, and a whole
# batch), and one so large that nothing else counts.
PRODUCTS = ((4096, 512, 2048), (512, 256, 8000), (4096, 256, 8000), (2048, 2048, 2048))
SECONDS = 0.5  # each


def describe(threads: int) -> dict[str, Any]:
    """Processor, versions and load, to be kept with the figures."""
    return {
        "cpu": cpu_name(),
        "features": cpu_features(),
        "cores": len(os.sched_getaffinity(0)),
        "threads": threads,
        "torch": torch.__version__,
        "load_average": load(),
    }


def load() -> float:
    """Processes that wanted to run, averaged over the last minute."""
    return round(os.getloadavg()[0], 2)


def product_rates(threads: int, precision: str) -> dict[str, float]:
    """FLOP/s of F.linear, the call that models make, by shape."""
    torch.set_num_threads(threads)
    dtype = {"fp32": torch.float32, "bf16": torch.bfloat16}[precision]
    return {f"{rows}x{inner}x{outer}": _rate(rows, inner, outer, dtype) for rows, inner, outer in PRODUCTS}


def _rate(rows: int, inner: int, outer: int, dtype: torch.dtype) -> float:
    values, weight = torch.randn(rows, inner, dtype=dtype), torch.randn(outer, inner, dtype=dtype)
    F.linear(values, weight)
    number, begun = 0, time.perf_counter()
    while (passed := time.perf_counter() - begun) < SECONDS:
        F.linear(values, weight)
        number += 1
    return 2 * rows * inner * outer * number / passed
