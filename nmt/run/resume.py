"""Checks before a run resumes: the same recipe (but for MAY_CHANGE), the same text, undamaged files."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nmt.config import RECIPE, dump_config, flat, load_config, parse_config
from nmt.corpus.prepare import PreparedCorpus
from nmt.errors import CheckpointError, ConfigError, DamagedError
from nmt.experiment import Experiment
from nmt.reports.record import RECORD, RunRecord
from nmt.storage.folder import REPLACED, Folder, is_whole, read_folder, read_manifest
from nmt.storage.lock import LOCK
from nmt.storage.seal import is_as_sealed, noted_files, read_sealed
from nmt.storage.steps import follow, list_steps, step_dir
from nmt.training.progress import Progress

# Keys that may be other ones than the run was begun with.
MAY_CHANGE = {
    "name",
    "training.max_updates",
    "training.time_limit",
    "training.patience",
    "training.validate_every",
    "training.log_every",
    "training.threads",
    "training.shard",
    "training.save_every",
    "training.keep_last",
    "training.keep_best",
}

PREPARED = "prepared"  # the folder beside the runs that holds their text
BEFORE_RECIPE = {LOCK, "state", "models"}  # what is there before the recipe is


def check_own(directory: Path) -> None:
    """A folder that is no run must be empty: training would replace a README.md. Raises ConfigError.

    A recipe makes no run: it may be somebody's own. Beside that of a run is a manifest, written before it.
    """
    if Path(os.path.abspath(directory)).name == PREPARED:
        raise ConfigError(f"{directory}: prepared text is kept under that name. Use another --out, such as runs/my.")
    if not os.path.isdir(directory) or is_run(directory):
        return
    try:
        names = [path.name for path in directory.iterdir() if path.suffix != ".tmp"]
    except OSError as error:
        raise ConfigError(f"{directory} cannot be read ({error.strerror}). Name another folder with --out.") from None
    if others := sorted(name for name in names if name not in BEFORE_RECIPE):
        raise ConfigError(
            f"{directory.resolve()} is no run, and holds {others[0]}. Name a new folder with --out, such as runs/my."
        )


def is_run(directory: Path) -> bool:
    """Whether there is a state to go on from, or a manifest that names the recipe of a run, if one just begun."""
    if os.path.exists(directory / "state" / "latest"):
        return True
    try:
        tree = read_manifest(directory)
        return RECIPE in tree["files"] or RECIPE in tree["about"].get("coming", {})
    except CheckpointError:  # somebody else's manifest.json
        return False


def check_new(directory: Path) -> None:
    """Where no state was found, there must be nothing that belongs to one. Raises CheckpointError.

    What the very first save had begun is nothing: no pointer names it yet.
    """
    of_a_state = [path for path in (directory / "state").glob("*") if _is_more_than_begun(path)]
    others = (directory / name for name in ("models/last", "models/best", RECORD))
    for path in [*sorted(of_a_state), *(path for path in others if path.exists())]:
        raise CheckpointError(
            f"{directory} has {path.relative_to(directory)} but no state to go on from. Put state/ back as it was, use "
            f"another --out, or delete {directory} to begin again."
        )


def recipe_so_far(directory: Path, state: Folder | None) -> Experiment | None:
    """What a run was trained by until now, as its newest state says; None where nothing that is left says it.

    Where there is no state yet, or one of a version that did not note it, the recipe in the run says it, unless that
    was damaged. Raises CheckpointError.
    """
    if state and "recipe" in state.about:
        return _parse(state.about["recipe"], f"{directory}/state")
    path = directory / RECIPE
    if not path.exists() or _is_damaged(directory):
        return None
    try:
        return load_config(Experiment, path)
    except ConfigError as error:
        raise CheckpointError(f"{path} was changed: {error} Delete it; the same command writes it again.") from None


def recipe_at_end(directory: Path) -> Experiment:
    """What a run that is over was trained by, as its record says. Raises CheckpointError."""
    return _parse(read_record(directory).experiment, f"{directory}/{RECORD}")


def read_record(directory: Path) -> RunRecord:
    """How a run ended. Raises CheckpointError where that was changed since."""
    if RECORD in noted_files(directory):
        try:
            read_sealed(directory, RECORD)
        except DamagedError as error:
            raise DamagedError(f"{error} Without one, delete it: the same command writes it again.") from None
    return RunRecord.load(directory / RECORD)


def check_same(
    experiment: Experiment, before: Experiment | None, directory: Path, say: Callable[[str], None], over: bool = False
) -> None:
    """Raises ConfigError for a key that may not change; which test set is named matters only once training is over.

    A recipe in the run that was damaged is no hindrance, but said: it will be written again.
    """
    old, now = flat(dump_config(before or experiment)), flat(dump_config(experiment))
    tables = ("search.", "card.") if over else ("search.", "card.", "corpus.test.")
    free = MAY_CHANGE | {key for key in now | old if key.startswith(tables)}
    if key := first_difference(old, now, free):
        raise ConfigError(
            f"{directory} was begun with {key} = {old.get(key)!r}, and the recipe has {now.get(key)!r}. "
            f"{_other_ways(directory, key)}, or delete {directory} to begin again."
        )
    if _is_damaged(directory):
        path = directory / RECIPE
        say(f"{path} {'was changed after it was written' if path.exists() else 'is missing'}. It is written again.")


def _other_ways(directory: Path, key: str) -> str:
    """How another text or training can be had; another model or tokenizer can begin with no weights of this run."""
    is_free = key.startswith(("corpus.", "training.")) and not key.startswith("corpus.test.")
    if not is_free or not (directory / "models" / "best").exists():
        return "Use another --out"
    return f"Use another --out, where init_from = '{directory}' begins with the weights of this run"


def _is_damaged(directory: Path) -> bool:
    """Whether the recipe in a run is missing, or not what was written."""
    return RECIPE in noted_files(directory) and not is_as_sealed(directory, RECIPE)


def _parse(tree: Any, where: str) -> Experiment:
    try:
        return parse_config(Experiment, tree, where)
    except ConfigError as error:
        raise CheckpointError(f"{error} Use the version of nmt that began this run, or another --out.") from None


def check_models(directory: Path) -> None:
    """Of a run that trains no more: raises CheckpointError where a model that it is to translate with was damaged."""
    models = directory / "models"
    whole = [update for update in list_steps(models) if is_whole(step_dir(models, update))]
    other = f"`--checkpoint step-{whole[-1]}` of `nmt translate` is whole. " if whole else ""
    remedy = f"{other}The run is finished and writes no other: copy it again, or delete {directory} to train again."
    for name in ("best", "last"):
        try:
            update = follow(models, name)
        except CheckpointError as error:
            raise CheckpointError(f"{error} {remedy}") from None
        read_folder(step_dir(models, update), remedy)


def as_it_began(experiment: Experiment, before: Experiment | None, say: Callable[[str], None]) -> Experiment:
    """The recipe of a run that goes on: what it began with, as it was named then. It may have moved, or be gone.

    Where both names are of runs that are there, and not one, the recipe stays as it is, which `check_same` refuses.
    """
    if experiment.init_from is None or before is None or before.init_from is None:
        return experiment
    old, now = Path(before.init_from), Path(experiment.init_from)
    if old.is_dir() and now.is_dir():
        if not old.samefile(now):
            return experiment
    elif old != now:
        say(f"It began with {old}. init_from = '{now}' is not looked at: to begin with that, use another --out.")
    return experiment.model_copy(update={"init_from": before.init_from})


def check_same_text(corpus: PreparedCorpus, directory: Path, done: Progress | None, say: Callable[[str], None]) -> None:
    """The text must be what the run was begun with, and the tokenizer in the directory the one that it gives.

    A tokenizer there that was damaged is no hindrance, but said: it will be written again. Raises CheckpointError.
    """
    remedy = f"Use another --out, or delete {directory} to begin again."
    if done and done.corpus != corpus.fingerprint:
        raise CheckpointError(
            f"{directory} was begun with other training or dev text, or with another version of nmt or sentencepiece. "
            f"{remedy}"
        )
    for name, tokenizer in corpus.tokenizers.files().items():
        path = directory / name
        if not path.exists() or path.read_bytes() == tokenizer.model:
            continue
        if is_as_sealed(directory, name):
            raise CheckpointError(
                f"{path} is not the tokenizer of this recipe and text: the training text has changed since the run "
                f"began. {remedy}"
            )
        say(f"{path} was changed after it was written. It is written again.")


def _is_more_than_begun(path: Path) -> bool:
    return path.suffix != ".tmp" or path.name.endswith(REPLACED)


def first_difference(old: dict[str, Any], now: dict[str, Any], free: set[str]) -> str:
    """The first key, but for those in `free`, whose value is another one in `now`; "" where there is none."""
    # The type first: with another one all other keys differ, too.
    keys = sorted((old.keys() | now.keys()) - free, key=lambda key: (not key.endswith(".type"), key))
    return next((key for key in keys if old.get(key) != now.get(key)), "")
