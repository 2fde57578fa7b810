"""nmt train"""

import os
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
        help="Run directory. An unfinished run there is resumed. [default: runs/FOLDER/NAME for FOLDER/NAME.toml]"
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
    from nmt.run import train_run

    overrides = list(set or [])
    if time_limit is not None:
        overrides.append(f"training.time_limit={time_limit}")
    experiment = load_experiment(recipe, overrides)
    directory = out or Path("runs") / recipe.resolve().parent.name / recipe.stem

    class Talker(Console):
        """Stderr, for as long as somebody reads it: training goes on without."""

        def on_broken_pipe(self) -> None:
            self.quiet = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())

    reason = train_run(experiment, directory, Talker(stderr=True), recipe)
    if reason == "interrupted":
        raise typer.Exit(128 + signal.SIGINT)
