"""nmt train"""

import os
import shlex
import signal
from pathlib import Path
from typing import Annotated

import typer

Recipe = Annotated[
    Path,
    typer.Argument(
        metavar="RECIPE", help="TOML file that describes text, model and training, such as recipes/phrasebook/rnn.toml."
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        help="Run directory. An unfinished run there is resumed. [default: runs/FOLDER/NAME by the folder and name of "
        "the recipe: runs/multi30k/rnn for recipes/multi30k/rnn.toml]"
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Override a key of the recipe, such as model.dropout=0.2; repeatable."
    ),
]
Limit = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="Stop after this much training time, summed over restarts: 90s, 30m, 2h. The learning-rate schedule, "
        "where it has an end (cosine), is fitted to it.",
    ),
]


def train(recipe: Recipe, out: Out = None, set: Set = None, time_limit: Limit = None) -> None:
    """Train a model as a recipe says.

    Ctrl-C saves and stops; the same command resumes.
    """
    from rich.console import Console

    from nmt.experiment import load_experiment
    from nmt.run.train import train_run

    overrides = list(set or [])
    if time_limit is not None:
        overrides.append(f"training.time_limit={time_limit}")
    experiment = load_experiment(recipe, overrides)
    directory = out or _default_directory(recipe)

    class Talker(Console):
        """Stderr, for as long as somebody reads it: training goes on without."""

        def on_broken_pipe(self) -> None:
            self.quiet = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())

    console = Talker(stderr=True)
    if out is None and not directory.exists() and os.environ.get("RANK", "0") == "0":  # of several processes one speaks
        message = f"The run will be kept in {directory}; --out names another directory."
        console.print(message, highlight=False, markup=False, soft_wrap=True)
    reason = train_run(experiment, directory, console, recipe)
    if reason == "interrupted":
        raise typer.Exit(128 + signal.SIGINT)


def _default_directory(recipe: Path) -> Path:
    """By the recipe's folder and name. Raises ConfigError where that would be in the directory of another run."""
    from nmt.errors import ConfigError
    from nmt.run.resume import is_run

    folder = recipe.resolve().parent
    directory = Path("runs") / folder.name / recipe.stem
    if is_run(folder):  # as with the recipe that each run keeps
        run = recipe.parent if recipe.parent.name not in ("", "..") else folder
        command = ["nmt", "train", str(recipe), "--out"]
        raise ConfigError(
            f"{recipe} is in a run. `{shlex.join([*command, str(run)])}` goes on with that run; "
            f"`{shlex.join([*command, f'{run}-2'])}` begins a new one."
        )
    if is_run(directory.parent) and not is_run(directory):
        raise ConfigError(
            f"Without --out the run would be in {directory}, within the run {directory.parent}. Name another folder "
            f"with --out, such as runs/{recipe.stem}."
        )
    return directory
