"""Several processes that train together, without torchrun: forked from one that has torch imported already."""

import multiprocessing
import os
import traceback
from collections.abc import Callable
from typing import Any

from torch.distributed import TCPStore

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["nmt.run.train", "nmt.training.sharding", "tests.training.jobs", "torch._dynamo"])


def together(size: int, work: Callable[..., Any], *arguments: Any) -> list[Any]:
    """What work(rank, *arguments) returns in each of `size` processes that may talk to each other."""
    store = TCPStore(
        "127.0.0.1", 0, is_master=True, wait_for_workers=False
    )  # as torchrun's: whoever is there has a port
    receivers, processes = [], []
    for rank in range(size):
        receiver, sender = CONTEXT.Pipe(duplex=False)
        process = CONTEXT.Process(target=_work, args=(rank, size, store.port, sender, work, arguments))
        process.start()
        sender.close()
        receivers.append(receiver)
        processes.append(process)
    results = [receiver.recv() if receiver.poll(100) else "no answer" for receiver in receivers]
    for process in processes:
        process.join(20)
        process.kill()
    for result in results:
        if isinstance(result, str):
            raise AssertionError(result)
    return [result[0] for result in results]


def _work(rank: int, size: int, port: int, sender: Any, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    names = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": size, "LOCAL_WORLD_SIZE": size, "MASTER_PORT": port}
    store = {"MASTER_ADDR": "127.0.0.1", "TORCHELASTIC_USE_AGENT_STORE": "True"}
    os.environ.update({name: str(value) for name, value in names.items()} | store)
    import torch

    torch.set_num_threads(1)
    try:
        sender.send([work(rank, *arguments)])
    except BaseException:
        sender.send(traceback.format_exc())
