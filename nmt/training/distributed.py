"""Several processes that train one model together; one process is the same path in a world of one.

The gradients are summed after the backward pass, not hooked into it as in DistributedDataParallel: that leaves nothing
overlapped, but a process that runs out of memory can then split its batch and try again while the others wait, where
a hooked reduction would hang.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed import PrefixStore  # type: ignore[attr-defined]
from torch.distributed.rendezvous import rendezvous

from nmt.counted import counted
from nmt.errors import CheckpointError, ConfigError

TIMEOUT = timedelta(minutes=30)  # of a wait for the others, who may be translating the dev set
CPU = torch.device("cpu")
BUCKET_ELEMENTS = 1 << 24  # gradients summed in one call: 64 MB of fp32


@dataclass(frozen=True)
class Workers:
    """This process among `size` equal ones; the one of rank 0 writes and speaks."""

    rank: int = 0
    size: int = 1
    here: int = 1  # how many of them are on this machine
    device: torch.device = CPU  # where the backend wants its tensors

    @property
    def leads(self) -> bool:
        return self.rank == 0

    def sum(self, *values: float) -> list[float]:
        """The sum over all processes of each value, the same in all."""
        if self.size == 1:
            return list(values)
        total = torch.tensor(values, dtype=torch.float64, device=self.device)
        dist.all_reduce(total)
        return total.tolist()

    def sum_in_place(self, tensors: list[Tensor]) -> None:
        """Replace each tensor by its sum over all processes: the same bits in all."""
        if self.size == 1:
            return
        for bucket in _buckets(tensors):
            flat = torch.cat([tensor.reshape(-1) for tensor in bucket])
            dist.all_reduce(flat)
            parts = torch.split(flat, [tensor.numel() for tensor in bucket])
            for tensor, part in zip(bucket, parts, strict=True):
                tensor.copy_(part.view_as(tensor))

    def gather_bytes(self, data: bytes) -> list[bytes]:
        """What each process gave, by rank, in all of them."""
        if self.size == 1:
            return [data]
        lengths = self._gather_numbers(len(data))
        padded = torch.frombuffer(bytearray(data.ljust(max(lengths) + 1, b"\0")), dtype=torch.uint8).to(self.device)
        received = [torch.empty_like(padded) for _ in range(self.size)]
        dist.all_gather(received, padded)
        return [bytes(one.cpu().numpy().tobytes()[:length]) for one, length in zip(received, lengths, strict=True)]

    def gather(self, value: Any) -> list[Any]:
        """What each process gave, by rank, in all of them; by way of JSON."""
        return [json.loads(data) for data in self.gather_bytes(json.dumps(value).encode())]

    def share(self, value: Any) -> Any:
        """What the process of rank 0 gave, in all of them; by way of JSON."""
        return self.gather(value if self.leads else None)[0]

    def wait(self) -> None:
        """Until all are here."""
        self.sum(0.0)

    def _gather_numbers(self, number: int) -> list[int]:
        own = torch.zeros(self.size, dtype=torch.int64, device=self.device)
        own[self.rank] = number
        dist.all_reduce(own)
        return [int(value) for value in own.tolist()]


ALONE = Workers()


def check_alike(workers: Workers, own: dict[str, str]) -> None:
    """Raises CheckpointError, in all processes, where one has something other than the first; name -> checksum."""
    first, *others = workers.gather(own)
    for rank, other in enumerate(others, 1):
        for name in own:
            if other[name] != first[name]:
                raise CheckpointError(
                    f"The {name} of process {rank} is not what the first process has. Is it on a shared file system?"
                )


def own_part(tensor: Tensor) -> Tensor:
    """What of a tensor is in this process, without gradient: all of it, or its part of one that is sharded."""
    part: Any = tensor.detach()
    return part.to_local() if hasattr(part, "to_local") else part


@torch.no_grad()
def put(target: Tensor, full: Tensor) -> None:
    """Copy a whole tensor, or this process's part of it, into one that may be sharded."""
    if hasattr(target, "to_local"):
        from torch.distributed.tensor import DTensor, distribute_tensor  # slow to import

        assert isinstance(target, DTensor)
        full = distribute_tensor(full.to(target.device), target.device_mesh, target.placements, src_data_rank=None)
    own_part(target).copy_(own_part(full))


def whole(tensors: dict[str, Tensor], wanted: bool = True) -> dict[str, Tensor]:
    """Tensors in full, on the CPU; nothing where they are not wanted.

    Where they are sharded, all processes must ask at the same time.
    """
    found: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        full: Any = tensor.detach()
        if hasattr(full, "full_tensor"):
            full = full.full_tensor()
        if wanted:
            found[name] = full.cpu().contiguous()
    return found


@contextmanager
def join_workers() -> Iterator[Workers]:
    """The processes that torchrun started (it sets RANK, WORLD_SIZE, LOCAL_RANK ...), or this one alone.

    gloo between CPUs, nccl between GPUs, one process a GPU. Raises ConfigError where a machine has too few GPUs.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield ALONE
        return
    device = torch.device("cpu")
    if torch.cuda.is_available():
        local = int(os.environ.get("LOCAL_RANK", "0"))
        if local >= torch.cuda.device_count():
            raise ConfigError(
                f"{local + 1} processes were started on a machine with "
                f"{counted(torch.cuda.device_count(), 'GPU')}. "
                "Give torchrun --nproc-per-node at most the number of GPUs, or hide them: CUDA_VISIBLE_DEVICES=''."
            )
        device = torch.device("cuda", local)
        torch.cuda.set_device(device)
    here = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    store, rank, size = next(rendezvous("env://", timeout=TIMEOUT))
    if here == size:
        # torchrun keeps its store over restarts, and with it the addresses of processes that are gone. (On several
        # machines the counts may differ; there TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1 makes a new store each time.)
        store = PrefixStore(f"start-{os.environ.get('TORCHELASTIC_RESTART_COUNT', '0')}", store)
    backend = "nccl" if device.type == "cuda" else "gloo"
    dist.init_process_group(backend, store=store, rank=rank, world_size=size, timeout=TIMEOUT)
    yield Workers(rank, size, here, device)
    # Not after a failure: nccl would wait here for processes that wait for this one.
    dist.destroy_process_group()


def _buckets(tensors: list[Tensor]) -> Iterator[list[Tensor]]:
    bucket: list[Tensor] = []
    for tensor in tensors:
        if bucket and sum(one.numel() for one in bucket) + tensor.numel() > BUCKET_ELEMENTS:
            yield bucket
            bucket = []
        bucket.append(tensor)
    if bucket:
        yield bucket
