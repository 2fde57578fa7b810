"""The machine: which device, which precision, how many threads."""

import ctypes
import math
import os
import platform
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

# oneDNN compiles a kernel for each shape that it meets, and both it and torch keep the newest 1,024.
# Hardly two batches have the same shape: training in bf16 would take gigabytes and gain nothing (eval/bench/LOG.md).
KERNEL_CACHES = ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY")
KEPT_TO_TRAIN = 32
KEPT_TO_TRANSLATE = 256  # where shapes come again (models/packed.py)
CGROUP = Path("/sys/fs/cgroup")  # in a container its own


@dataclass(frozen=True)
class Machine:
    """What a run computes on."""

    device: torch.device
    precision: Literal["fp32", "bf16"]
    threads: int

    def autocast(self) -> AbstractContextManager[object]:
        """Matrix products in bf16 where the precision says so; weights and sums stay fp32."""
        if self.precision == "fp32":
            return nullcontext()
        return torch.autocast(self.device.type, dtype=torch.bfloat16)


def has_fast_bf16(device: torch.device) -> bool:
    """Whether bf16 matrix products have instructions of their own: without them they are slower than fp32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    features = cpu_features()
    return "amx_bf16" in features or "avx512_bf16" in features


def cpu_features() -> tuple[str, ...]:
    """Those instruction sets of the CPU that decide the speed here, by their Linux names."""
    capabilities = torch.cpu.get_capabilities()
    names = {"avx2": "avx2", "avx512_f": "avx512f", "avx512_vnni": "avx512_vnni", "avx512_bf16": "avx512_bf16"}
    names |= {"amx_bf16": "amx_bf16", "amx_int8": "amx_int8", "sve": "sve", "bf16": "bf16"}
    return tuple(shown for key, shown in names.items() if capabilities.get(key))


def cpu_name() -> str:
    """The CPU's model name."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n"):
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def hardware() -> dict[str, str | int]:
    """Processor, cores that may be used, instruction sets, GPU: what a measured time belongs to."""
    cpu: dict[str, str | int] = {
        "cpu": cpu_name(),
        "cores": available_cores(),
        "features": " ".join(cpu_features()),
    }
    return cpu | ({"gpu": torch.cuda.get_device_name()} if torch.cuda.is_available() else {})


def available_cores() -> int:
    """Cores this process may use: fewer than the machine's where it is confined, or a container has less time."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, _cores_of_container() or cores)


def _cores_of_container() -> int:
    """How many cores' time a container may use (`docker --cpus`), rounded up; 0 where there is no such limit."""
    for names in (["cpu.max"], ["cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us"]):  # cgroup v2, v1
        try:
            quota, period = " ".join((CGROUP / name).read_text(encoding="ascii") for name in names).split()
            return max(0, math.ceil(int(quota) / int(period)))  # -1 is no limit
        except (OSError, ValueError, ArithmeticError):  # "max" is no limit either
            continue
    return 0


def default_threads(processes: int) -> int:
    """OMP_NUM_THREADS where it says a number, at most all cores; of several processes on this machine, each its share.

    Of several processes OMP_NUM_THREADS says nothing: torchrun sets it to 1 for each, whatever the machine.
    """
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if processes == 1 and asked.isdecimal() and int(asked):
        return min(int(asked), available_cores())
    return max(1, available_cores() // processes)


def prepare_machine(precision: Literal["auto", "fp32", "bf16"], threads: int, processes: int = 1) -> Machine:
    """Choose device and precision, set the number of threads, and prepare memory.

    `threads` 0 means what `default_threads` says, where `processes` run on this machine; more than there are cores
    would wait for each other.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    chosen: Literal["fp32", "bf16"]
    chosen = ("bf16" if has_fast_bf16(device) else "fp32") if precision == "auto" else precision
    torch.set_num_threads(min(threads, available_cores()) or default_threads(processes))
    prepare_memory(KEPT_TO_TRAIN)
    return Machine(device, chosen, torch.get_num_threads())


def prepare_memory(kept_kernels: int = KEPT_TO_TRANSLATE) -> None:
    """Have it reused, and not filled with kernels: to be called before the first product."""
    keep_freed_memory()
    for name in KERNEL_CACHES:
        os.environ.setdefault(name, str(kept_kernels))


def keep_freed_memory() -> bool:
    """Tell glibc to reuse large freed blocks instead of returning them to the system; False where there is no glibc.

    A step allocates many tensors of 10 to 50 MB. By default each is mapped anew, and touching its pages for the first
    time costs as much as a third of a large matrix product.
    """
    mmap_threshold, trim_threshold = -3, -1  # M_MMAP_THRESHOLD, M_TRIM_THRESHOLD of malloc.h
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    mapped_above = mallopt(mmap_threshold, 1 << 30) or mallopt(mmap_threshold, 1 << 25)  # the documented limit
    return bool(mallopt(trim_threshold, (1 << 31) - 1) and mapped_above)


def peak_memory_bytes() -> int:
    """The most memory this process has held: on the GPU where there is one, else resident."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated()
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if platform.system() == "Darwin" else peak * 1024
