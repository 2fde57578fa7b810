"""The machine: device, precision, threads."""

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from nmt.training import device as device_module
from nmt.training.device import (
    KERNEL_CACHES,
    Machine,
    available_cores,
    cpu_features,
    cpu_name,
    default_threads,
    has_fast_bf16,
    keep_freed_memory,
    peak_memory_bytes,
    prepare_machine,
    prepare_memory,
)

CPU = torch.device("cpu")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _restore_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_fp32_leaves_products_alone_and_bf16_makes_them_bf16() -> None:
    matrix = torch.ones(2, 2)
    with Machine(CPU, "fp32", 1).autocast():
        assert (matrix @ matrix).dtype == torch.float32
    with Machine(CPU, "bf16", 1).autocast():
        assert (matrix @ matrix).dtype == torch.bfloat16


@pytest.mark.parametrize(("fast", "precision"), [(True, "bf16"), (False, "fp32")])
def test_auto_means_bf16_where_it_is_fast(monkeypatch: pytest.MonkeyPatch, fast: bool, precision: str) -> None:
    monkeypatch.setattr(device_module, "has_fast_bf16", lambda device: fast)
    assert prepare_machine("auto", 1).precision == precision
    assert prepare_machine("fp32", 1).precision == "fp32"
    assert prepare_machine("bf16", 1).precision == "bf16"


@pytest.mark.parametrize(
    ("features", "fast"),
    [({"amx_bf16"}, True), ({"avx512_bf16", "avx2"}, True), ({"avx2", "avx512_f"}, False), (set(), False)],
)
def test_bf16_is_fast_where_the_cpu_has_instructions_for_it(
    monkeypatch: pytest.MonkeyPatch, features: set[str], fast: bool
) -> None:
    names = ("avx2", "avx512_f", "avx512_bf16", "amx_bf16")
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {name: name in features for name in names})
    assert has_fast_bf16(CPU) == fast


def test_threads_are_as_asked_and_zero_means_all_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert prepare_machine("fp32", 1).threads == torch.get_num_threads() == 1
    assert prepare_machine("fp32", 0).threads == available_cores()


@pytest.mark.parametrize(("asked", "threads"), [("3", 3), ("64", 8), ("0", 8), ("", 8), ("2,1", 8)])
def test_the_usual_variable_says_how_many_threads_a_single_process_has(
    monkeypatch: pytest.MonkeyPatch, asked: str, threads: int
) -> None:
    monkeypatch.setattr(device_module, "available_cores", lambda: 8)
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert default_threads(1) == threads
    assert default_threads(2) == 4  # torchrun sets the variable to 1 for each of several


def test_cores_are_those_this_process_may_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_module, "CGROUP", tmp_path)
    assert 1 <= available_cores() <= (os.cpu_count() or 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 4, 5}, raising=False)
    assert available_cores() == 3


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"cpu.max": "200000 100000\n"}, 2),
        ({"cpu.max": "150000 100000\n"}, 2),
        ({"cpu.max": "5000 100000\n"}, 1),
        ({"cpu.max": "9900000 100000\n"}, 4),
        ({"cpu.max": "max 100000\n"}, 4),
        ({"cpu.max": ""}, 4),
        ({"cpu/cpu.cfs_quota_us": "150000\n", "cpu/cpu.cfs_period_us": "50000\n"}, 3),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 4),
        ({"cpu/cpu.cfs_quota_us": "100000\n", "cpu/cpu.cfs_period_us": "0\n"}, 4),
        ({"cpu/cpu.cfs_quota_us": "100000\n"}, 4),
    ],
)
def test_cores_are_no_more_than_a_container_may_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], cores: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1, 2, 3}, raising=False)
    monkeypatch.setattr(device_module, "CGROUP", tmp_path)
    (tmp_path / "cpu").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="ascii")
    assert available_cores() == cores


def test_the_cpu_has_a_name_and_known_features() -> None:
    assert cpu_name().strip() == cpu_name()
    assert set(cpu_features()) <= {
        "avx2",
        "avx512f",
        "avx512_vnni",
        "avx512_bf16",
        "amx_bf16",
        "amx_int8",
        "sve",
        "bf16",
    }


def test_the_cpu_has_a_name_without_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(path: Path, **_: object) -> str:
        raise FileNotFoundError(path)

    monkeypatch.setattr(Path, "read_text", missing)
    assert isinstance(cpu_name(), str)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux says it in another place too")
def test_peak_memory_is_what_the_kernel_calls_the_high_water_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    (line,) = (one for one in Path("/proc/self/status").read_text().split("\n") if one.startswith("VmHWM:"))
    _, kilobytes, unit = line.split()
    assert unit == "kB"
    assert peak_memory_bytes() == pytest.approx(int(kilobytes) * 1024, rel=0.05)


def test_where_there_is_no_glibc_freed_memory_is_left_to_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_library(name: object) -> object:
        raise OSError("no C library")

    assert keep_freed_memory() == (platform.libc_ver()[0] == "glibc")
    monkeypatch.setattr(device_module.ctypes, "CDLL", no_library)
    assert keep_freed_memory() is False


@pytest.mark.parametrize("most", [1 << 30, 1 << 25], ids=["as large as asked", "as documented"])
def test_freed_memory_is_kept_by_a_glibc_that_takes_no_larger_threshold(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    set_to: dict[int, int] = {}

    def mallopt(parameter: int, value: int) -> int:
        if parameter == -3 and value > most:
            return 0
        set_to[parameter] = value
        return 1

    monkeypatch.setattr(device_module.ctypes, "CDLL", lambda _: SimpleNamespace(mallopt=mallopt))
    assert keep_freed_memory() is True
    assert set_to == {-3: most, -1: (1 << 31) - 1}


def test_few_kernels_are_kept_unless_the_caller_has_said_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = KERNEL_CACHES
    monkeypatch.setenv(one, "7")
    monkeypatch.delenv(other, raising=False)
    prepare_memory(9)
    assert (os.environ[one], os.environ[other]) == ("7", "9")


@pytest.mark.skipif(not has_fast_bf16(CPU), reason="this processor has no bf16 instructions, and no kernels for them")
def test_memory_does_not_grow_with_the_number_of_shapes() -> None:
    program = """
import torch
from nmt.training.device import prepare_machine
machine = prepare_machine("bf16", 1)
layer = torch.nn.LSTM(64, 64)
def held():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1])
def work(lengths):
    for length in lengths:
        with machine.autocast():
            layer(torch.randn(length, 3, 64))[0].float().sum().backward()
work(range(1, 60))
before = held()
work(range(60, 260))
print((held() - before) / 1024)
"""
    environment = {name: value for name, value in os.environ.items() if name not in KERNEL_CACHES}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    assert float(done.stdout) < 80  # megabytes; 200 with the libraries' own limit


def test_there_are_never_more_threads_than_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_module, "available_cores", lambda: 1)
    assert prepare_machine("fp32", 64).threads == 1
