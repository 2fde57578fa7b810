"""What the machine is and can do while a benchmark runs, and who else was at work on it."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

from nmt.reports.record import library_versions, source_commit
from nmt.training.device import cpu_features, cpu_name

# Rows, inputs and outputs of matrix products: a layer's input product, the vocabulary (a chunk of the loss, and a whole
# batch), and one so large that nothing else counts.
PRODUCTS = ((4096, 512, 2048), (512, 256, 8000), (4096, 256, 8000), (2048, 2048, 2048))
SECONDS = 0.5  # each
TRIES = 3  # of a measurement that others disturb


def describe(threads: int) -> dict[str, Any]:
    """Processor, commit, versions and load, to be kept with the figures."""
    return {
        "cpu": cpu_name(),
        "features": list(cpu_features()),
        "cores": len(os.sched_getaffinity(0)),
        "threads": threads,
        "commit": source_commit(),
        **library_versions(),
        "load_average": load(),
    }


def load() -> float:
    """Processes that wanted to run, averaged over the last minute."""
    return round(os.getloadavg()[0], 2)


@dataclass(frozen=True)
class Use:
    """Seconds of all cores since the machine was started (Linux)."""

    total: float
    busy: float
    stolen: float  # by other guests of the same host
    own: float  # of this process and those that it started and that have ended

    @classmethod
    def now(cls) -> "Use":
        text = Path("/proc/stat").read_text(encoding="utf-8")
        return cls.parse(text, os.sysconf("SC_CLK_TCK"), sum(os.times()[:4]))

    @classmethod
    def parse(cls, stat: str, ticks: int, own: float) -> "Use":
        """The first line: user, nice, system, idle, iowait, irq, softirq, steal."""
        user, nice, system, idle, waiting, irq, softirq, stolen = (int(one) / ticks for one in stat.split()[1:9])
        busy = user + nice + system + irq + softirq
        return cls(busy + idle + waiting + stolen, busy, stolen, own)

    def disturbance(self, later: "Use") -> float:
        """The share of the cores that others took between two moments, of this machine or of its host."""
        others = (later.busy - self.busy) - (later.own - self.own)
        return max(0.0, (others + later.stolen - self.stolen) / (later.total - self.total))


def undisturbed(measure: Callable[[], dict[str, Any]], limit: float) -> dict[str, Any]:
    """What `measure` gives, measured again where others had more than `limit` of the cores: the least disturbed of
    three times, with that share. The figures themselves have no say in it.
    """
    found: list[dict[str, Any]] = []
    while len(found) < TRIES and not any(one["others_share"] <= limit for one in found):
        before = Use.now()
        figures = measure()
        found.append(figures | {"others_share": before.disturbance(Use.now())})
    return min(found, key=lambda one: float(one["others_share"]))


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
