"""Checkpoints made to do harm: each is refused before any code of theirs runs or any file elsewhere is read."""

import io
import json
import pickle
import shutil
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load, save

import nmt
from nmt.errors import NMTError
from nmt.experiment import load_experiment
from nmt.storage.disk import Disk
from nmt.storage.folder import MANIFEST, build_manifest, read_folder, sha256, write_folder
from nmt.storage.steps import list_steps, step_dir
from nmt.training.checkpoint import Checkpoints, TrainingState, load_state
from nmt.training.distributed import ALONE
from nmt.training.optimizer import MovingAverage, build_optimizer
from nmt.training.progress import Progress
from nmt.translation.load import load_member
from tests.torture.work import in_process, uninterrupted


class Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> Any:
        return (exec, (f"open({str(self.canary)!r}, 'w').write('boom')",))


def header(tree: dict[str, Any], data: bytes = b"\0" * 64, length: int | None = None) -> bytes:
    """A safetensors file with any header."""
    text = json.dumps(tree).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def zipped(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def tarred(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


def weights_files(step: Path, file: str, canary: Path) -> dict[str, bytes]:
    """Contents for a file of tensors."""
    bomb, original = pickle.dumps(Bomb(canary)), read_folder(step).files[file]
    tensors = load(original)
    name = min(name for name, tensor in tensors.items() if tensor.is_floating_point())
    objects, torch_file = io.BytesIO(), io.BytesIO()
    np.save(objects, np.array([Bomb(canary)], dtype=object), allow_pickle=True)
    torch.save({"weight": Bomb(canary)}, torch_file)
    entry = {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}
    return {
        "a pickle": bomb,
        "a pickle, protocol 0": pickle.dumps(Bomb(canary), protocol=0),
        "a torch file with a pickle": torch_file.getvalue(),
        "a zip with a pickle": zipped("archive/data.pkl", bomb),
        "a zip that climbs out": zipped("../../outside", b"x"),
        "a tar with a pickle": tarred("storages", bomb),
        "a tar that climbs out": tarred("../../outside", b"x"),
        "a numpy file of objects": objects.getvalue(),
        "a script": b"#!/bin/sh\ntouch " + str(canary).encode(),
        "a header of 2^63 bytes": header({}, length=1 << 63),
        "a header longer than the file": header({}, length=1 << 20),
        "offsets outside the file": header({name: {**entry, "data_offsets": [0, 1 << 40]}}),
        "offsets that run backwards": header({name: {**entry, "data_offsets": [16, 0]}}),
        "overlapping tensors": header({"a": entry, "b": {**entry, "data_offsets": [8, 24]}}),
        "a shape that overflows": header({name: {**entry, "shape": [1 << 40, 1 << 40]}}),
        "a type nobody knows": header({name: {**entry, "dtype": "X9"}}),
        "numbers in 8 bits": save({**tensors, name: tensors[name].to(torch.float8_e4m3fn)}),
        "whole numbers": save({**tensors, name: tensors[name].to(torch.int64)}),
        "NaN weights": save({**tensors, name: tensors[name] * float("nan")}),
        "infinite weights": save({**tensors, name: tensors[name] + float("inf")}),
        "another shape": save({**tensors, name: torch.zeros(3, 3)}),
        "a missing tensor": save({key: value for key, value in tensors.items() if key != name}),
        "one tensor more": save({**tensors, "extra": torch.zeros(2)}),
    }


def spoil_weights(content: bytes) -> Callable[[Path, Path], None]:
    """A model with these weights, its checksums all right."""

    def spoil(run: Path, step: Path) -> None:
        files = read_folder(step).files | {"model.safetensors": content}
        shutil.rmtree(step)
        write_folder(step, files, {"score": 1.0}, Disk())

    return spoil


def link_out(run: Path, step: Path) -> None:
    secret = run.parent / "secret.safetensors"
    secret.write_bytes((step / "model.safetensors").read_bytes())
    (step / "model.safetensors").unlink()
    (step / "model.safetensors").symlink_to(secret)


def path_out(run: Path, step: Path) -> None:
    content = (step / "model.safetensors").read_bytes()
    (run.parent / "secret").write_bytes(content)
    files = {"../../../secret": content, "model.json": (step / "model.json").read_bytes()}
    (step / MANIFEST).write_bytes(build_manifest(files, {"score": 1.0}))


def other_tokenizer(run: Path, step: Path) -> None:
    path = run / "tokenizer.model"
    path.write_bytes(path.read_bytes()[:-1] + b"?")


def deep_json(run: Path, step: Path) -> None:
    files = read_folder(step).files | {"model.json": b"[" * 100_000}
    shutil.rmtree(step)
    write_folder(step, files, {"score": 1.0}, Disk())


def huge_model(run: Path, step: Path) -> None:
    files = read_folder(step).files
    tree = json.loads(files["model.json"])
    tree["source_vocab"] = tree["target_vocab"] = 1 << 50
    shutil.rmtree(step)
    write_folder(step, files | {"model.json": json.dumps(tree).encode()}, {"score": 1.0}, Disk())


def run(folder: Path) -> dict[str, Any]:
    """Every kind; a refusal is an NMTError and nothing else."""
    original, canary = folder / "whole-hostile", folder / "canary"
    assert in_process(uninterrupted, folder / "text", "rnn", original, {"max_updates": 2}) == 0
    kinds = chain(hostile_models(folder, original, canary), hostile_states(folder, original, canary))
    wrong = [(name, attempt(act, [canary, folder / "outside"])) for name, act in kinds]
    problems = [f"{name}: {what}" for name, found in wrong for what in found]
    return {"trials": len(wrong), "refused": sum(not found for _, found in wrong), "problems": problems}


def attempt(act: Callable[[], object], traces: Sequence[Path]) -> list[str]:
    """What is wrong: nothing, where an NMTError refuses it before any of the files `traces` is written."""
    wrong = []
    try:
        act()
        wrong.append("loaded")
    except NMTError:
        pass
    except Exception as error:
        wrong.append(f"{type(error).__name__}: {error}")
    if any(trace.exists() for trace in traces):
        wrong.append("its code ran")
    for trace in traces:  # the next kind is judged by its own
        trace.unlink(missing_ok=True)
    return wrong


def hostile_models(folder: Path, original: Path, canary: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    """What each kind is called, and loading it."""
    nmt.load(original)  # what is not spoilt loads: a refusal has to do with what each kind changes
    (update,) = list_steps(original / "models")
    contents = weights_files(step_dir(original / "models", update), "model.safetensors", canary)
    kinds: dict[str, Callable[[Path, Path], None]] = {
        name: spoil_weights(content) for name, content in contents.items()
    }
    kinds |= {"a link to a file elsewhere": link_out, "a path that climbs out": path_out, "deep JSON": deep_json}
    kinds |= {"another tokenizer": other_tokenizer, "a model of 2^50 words": huge_model}
    hostile = folder / "hostile"
    for name, spoil in kinds.items():
        shutil.rmtree(hostile, ignore_errors=True)
        shutil.copytree(original, hostile)
        step = step_dir(hostile / "models", update)
        spoil(hostile, step)
        pointer = f"{step.name} {sha256((step / MANIFEST).read_bytes())}\n"  # `point` would refuse some of them
        (hostile / "models" / "best").write_text(pointer, encoding="ascii")
        yield name, lambda: nmt.load(hostile)


def hostile_states(folder: Path, original: Path, canary: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    """What each kind is called, and going on from it; all checksums are right."""
    (update,) = list_steps(original / "state")
    step = step_dir(original / "state", update)
    good = read_folder(step)
    # As training has it: a Translator's model is laid out anew and would fit no state at all.
    model, config = load_member(original, "best")[0], load_experiment(original / "experiment.toml").training
    state = TrainingState(model, MovingAverage(model, config.ema), build_optimizer(model, config), Progress())
    load_hostile(state, folder, good.files, good.about)  # what is not spoilt loads
    for file in ("weights.safetensors", "average.safetensors", "optimizer.safetensors", "random-0.safetensors"):
        kinds = weights_files(step, file, canary)
        if file.startswith("random"):  # where one tensor more is not looked at, and a number is a number
            del kinds["one tensor more"], kinds["whole numbers"]
        for name, content in kinds.items():
            yield f"{file}: {name}", lambda: load_hostile(state, folder, good.files | {file: content}, good.about)  # noqa: B023
    for name, content in {"a pickle": pickle.dumps(Bomb(canary)), "deep JSON": b"[" * 100_000, "null": b"null"}.items():
        files = good.files | {"progress.json": content}
        yield f"progress.json: {name}", lambda: load_hostile(state, folder, files, good.about)  # noqa: B023


def load_hostile(state: TrainingState, folder: Path, files: dict[str, bytes], about: dict[str, Any]) -> None:
    """What a start does with the newest state."""
    run = folder / "hostile-state"
    shutil.rmtree(run, ignore_errors=True)
    write_folder(step_dir(run / "state", about["update"]), files, about, Disk())
    found = Checkpoints(run).newest(lambda message: None)
    assert found is not None
    load_state(found[1], state, ALONE, run)
