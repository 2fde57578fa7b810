"""Checkpoints of a run: `models/step-N` to translate with, `state/step-N` to go on from as if nothing had happened.

A validation leaves both. The model is written first, then the state, which makes the step count; then the pointers
move; then what retention does not keep is removed. A crash between any two of these loses at most the work since the
step before, and the model that a resumed run writes again has the same bytes: one that is newer than the state stays
until then, and only what `Progress` knows of is pointed to.

A state that only an interruption made goes once there is a newer one: nothing is ever rolled back to it.
"""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from safetensors.torch import save
from torch import Tensor

from nmt.errors import CheckpointError, DamagedError
from nmt.models.build import EncoderDecoder
from nmt.models.saved import SavedModel, check_tensors, fill_parameters, load_tensors, save_model
from nmt.storage.disk import Disk
from nmt.storage.folder import Folder, is_whole, read_folder, sha256, write_folder
from nmt.storage.steps import list_steps, newest_whole, point, prune, recover, set_aside, step_dir
from nmt.training.distributed import Workers, own_part, put, whole
from nmt.training.optimizer import MovingAverage
from nmt.training.progress import Progress, ScoredModel
from nmt.training.random_state import random_bytes, restore_random

_MOMENTS = ("step", "exp_avg", "exp_avg_sq")  # what Adam keeps of each parameter


@dataclass(frozen=True)
class TrainingState:
    """Everything that changes while a model trains."""

    model: EncoderDecoder
    average: MovingAverage
    optimizer: torch.optim.Optimizer
    progress: Progress


@dataclass(frozen=True)
class Checkpoints:
    """Where a run keeps its steps, and how many."""

    directory: Path  # of the run
    keep_last: int = 2
    keep_best: int = 1
    conditions: dict[str, Any] = field(default_factory=dict)  # what exact resume is promised for: versions, threads ...
    recipe: dict[str, Any] = field(default_factory=dict)  # of the run, which each state says
    disk: Disk = field(default_factory=Disk)

    @property
    def models(self) -> Path:
        return self.directory / "models"

    @property
    def states(self) -> Path:
        return self.directory / "state"

    def save_model(
        self, model: EncoderDecoder, about: SavedModel, progress: Progress, score: float, bleu: float | None = None
    ) -> None:
        """The weights as they are now, as the model of this step, with its score on the dev set. Raises DiskError."""
        note = {"update": progress.update, "score": score, "bleu": bleu, "validation": len(progress.models)}
        save_model(step_dir(self.models, progress.update), model, about, note, self.disk)

    def save_state(self, state: TrainingState, workers: Workers, regular: bool = True) -> None:
        """All processes call this; the one of rank 0 writes, moves the pointers and removes old steps.

        Not `regular`: saved only because of an interruption. Nothing is rolled back to it.
        """
        if regular:
            state.progress.note_state(self.keep_last)
        generators = workers.gather_bytes(random_bytes())
        files = state_files(state, generators, wanted=workers.leads)
        if workers.leads:
            note = {**self.conditions, "recipe": self.recipe, "update": state.progress.update}
            write_folder(step_dir(self.states, state.progress.update), files, note, self.disk)
            self.settle(state.progress)
        workers.wait()

    def settle(self, progress: Progress) -> None:
        """Have the pointers name the steps of `progress`, and remove the others. Finishes what a crash interrupted."""
        point(self.states, "latest", progress.update, self.disk)
        states = list_steps(self.states)
        for update in states:
            if update > progress.update and not is_whole(step_dir(self.states, update)):
                set_aside(self.states, update, self.disk)
        kept = [update for update in progress.states if update in states]
        prune(self.states, {*kept[-self.keep_last :], progress.update}, self.disk)
        found = list_steps(self.models)
        models = [update for update in progress.models if update in found]
        if not models:
            return
        best = [update for _, update in progress.best_steps[: self.keep_best] if update in models]
        for name, update in (("last", models[-1]), ("best", best[0] if best else models[-1])):
            point(self.models, name, update, self.disk)
        newer = [update for update in found if update > progress.update]
        prune(self.models, {*models[-self.keep_last :], *best, *newer}, self.disk)

    def whole_models(self, progress: Progress, say: Callable[[str], None]) -> list[ScoredModel]:
        """The models of `progress` that are there; one that was damaged is set aside, and said.

        Raises CheckpointError where one cannot be read now that may be whole, and DiskError.
        """
        whole = []
        for update in sorted(set(progress.models).intersection(list_steps(self.models))):
            step = step_dir(self.models, update)
            try:
                about = read_folder(step, "It is set aside.").about
            except DamagedError as error:
                set_aside(self.models, update, self.disk)
                say(str(error))
            else:
                whole.append(ScoredModel(update, about.get("score"), about.get("bleu")))
        return whole

    def newest(self, say: Callable[[str], None], among: Container[int] | None = None) -> tuple[Progress, Folder] | None:
        """The newest state (`among` these) that is as it was written, and its progress; None where there is none.

        Makes good what a crash has left. Raises CheckpointError where no state is whole.
        """
        for directory in (self.states, self.models):
            recover(directory, self.disk)
        found = newest_whole(self.states, say, among)
        if found is None:
            return None
        update, folder = found
        progress = read_progress(folder, step_dir(self.states, update))
        if progress.update != update:
            raise CheckpointError(f"{step_dir(self.states, update)} is of update {progress.update}. Put it back there.")
        return progress, folder

    def newest_of_all(
        self, workers: Workers, say: Callable[[str], None], among: Container[int] | None = None
    ) -> tuple[Progress, Folder] | None:
        """As `newest`, in all processes the one that the process of rank 0 has found.

        Raises CheckpointError where a process sees another one, as on a file system that is not shared.
        """
        found = self.newest(say, among) if workers.leads else None
        own = [found[0].update, sha256(found[1].files["progress.json"])] if found else []
        told = workers.share(own)
        if workers.leads or not told:
            return found
        where = step_dir(self.states, told[0])
        folder = read_folder(where)
        if sha256(folder.files.get("progress.json", b"")) != told[1]:
            raise CheckpointError(f"{where} is not what the first process has there. Is it on a shared file system?")
        return read_progress(folder, where), folder

    def different_conditions(self, folder: Folder) -> list[str]:
        """In words, what was otherwise when a state was written: resuming is exact only where nothing was."""
        before = {name: folder.about.get(name) for name in self.conditions}
        return [f"{name} {before[name]}, now {now}" for name, now in self.conditions.items() if before[name] != now]


def state_files(state: TrainingState, generators: list[bytes], wanted: bool = True) -> dict[str, bytes]:
    """What a state consists of: file name -> bytes. `generators` are those of each process.

    Where the model is sharded, all processes call this, and get an answer where it is `wanted`.
    """
    return {
        "weights.safetensors": save(whole(dict(state.model.named_parameters()), wanted)),
        "average.safetensors": save(whole(state.average.weights, wanted)),
        "optimizer.safetensors": save(whole(_moments(state.optimizer), wanted)),
        **{f"random-{rank}.safetensors": data for rank, data in enumerate(generators)},
        "progress.json": state.progress.to_json().encode(),
    }


def load_state(folder: Folder, state: TrainingState, workers: Workers, where: Path) -> None:
    """Fill model, average and optimizer in place, sharded or not, and set this process's random generators.

    Raises CheckpointError where something is missing or of another model.
    """
    files = folder.files
    weights, average = (load_tensors(files, f"{name}.safetensors", where) for name in ("weights", "average"))
    check_tensors(average, state.average.weights, f"{where}/average.safetensors")
    fill_parameters(state.model, weights, f"{where}/weights.safetensors", put)
    for name, weight in average.items():
        put(state.average.weights[name], weight)
    _load_moments(load_tensors(files, "optimizer.safetensors", where), state, read_progress(folder, where), where)
    processes = folder.about.get("processes", 1)  # where there are more now, the new ones keep what they began with
    if type(processes) is not int or workers.rank < processes:
        name = f"random-{workers.rank}.safetensors"
        try:
            restore_random(load_tensors(files, name, where))
        except (KeyError, ValueError, TypeError, OverflowError, RuntimeError, IndexError) as error:
            raise CheckpointError(f"{where}/{name} holds no random generators ({error}). Train again.") from None


def _load_moments(moments: dict[str, Tensor], state: TrainingState, progress: Progress, where: Path) -> None:
    parameters = _parameters(state.optimizer)
    if moments or progress.update > progress.skipped:  # from the first step on that was not left out
        count = torch.empty(())
        expected = {
            f"{index}.{name}": count if name == "step" else parameter
            for index, parameter in enumerate(parameters)
            for name in _MOMENTS
        }
        check_tensors(moments, expected, f"{where}/optimizer.safetensors")
    state.optimizer.state.clear()
    for index, parameter in enumerate(parameters if moments else []):
        state.optimizer.state[parameter] = {
            name: _moment_of(parameter, moments[f"{index}.{name}"]) for name in _MOMENTS
        }


def read_progress(folder: Folder, where: Path) -> Progress:
    """Raises CheckpointError."""
    if "progress.json" not in folder.files:
        raise CheckpointError(f"{where} has no progress.json: it is not complete. Copy it again, or train again.")
    try:
        return Progress.from_json(folder.files["progress.json"])
    except ValidationError as error:
        first = error.errors()[0]
        what = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise CheckpointError(
            f"{where}/progress.json does not fit this version of nmt ({what}). Train again."
        ) from None


def all_finite(tensors: Iterable[Tensor]) -> bool:
    """Whether no number in them, or in this process's part of them, is NaN or infinite."""
    return all(bool(own_part(tensor).isfinite().all()) for tensor in tensors)


def _parameters(optimizer: torch.optim.Optimizer) -> list[Tensor]:
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]


def _moments(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    return {
        f"{index}.{name}": tensor
        for index, parameter in enumerate(_parameters(optimizer))
        for name, tensor in optimizer.state.get(parameter, {}).items()
    }


def _moment_of(parameter: Tensor, full: Tensor) -> Tensor:
    """A tensor of the optimizer as it keeps it beside a parameter: a count of steps, or numbers for each weight."""
    if full.dim() == 0:
        return full.to(parameter.device, copy=True)
    moment = torch.empty_like(parameter, dtype=full.dtype)
    put(moment, full)
    return moment
