"""nmt train"""

from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from nmt.cli import train as command
from nmt.errors import ConfigError
from nmt.experiment import Experiment, experiment_bytes
from nmt.run import train as run_module
from nmt.storage.disk import Disk
from nmt.storage.seal import seal
from tests.tiny import make_experiment

app = typer.Typer()
app.command()(command.train)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the command asked train_run for; nothing is trained, and "reason" is why it ended."""
    seen: dict[str, Any] = {"reason": "max_updates"}

    def train_run(experiment: Experiment, directory: Path, console: Any, recipe: Path) -> str:
        seen.update(experiment=experiment, directory=directory, console=console, recipe=recipe)
        return str(seen["reason"])

    monkeypatch.setattr(run_module, "train_run", train_run)
    return seen


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recipes" / "toy").mkdir(parents=True)
    (tmp_path / "recipes" / "toy" / "rnn.toml").write_bytes(experiment_bytes(make_experiment(tmp_path / "text")))
    return Path("recipes/toy/rnn.toml")


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_run_directory_is_named_after_the_recipe(recipe: Path, asked: dict[str, Any]) -> None:
    assert invoke(recipe).exit_code == 0
    assert asked["directory"] == Path("runs/toy/rnn")
    assert asked["console"].stderr
    assert asked["recipe"] == recipe


def test_where_a_run_goes_is_said_unless_it_was_given(recipe: Path, asked: dict[str, Any]) -> None:
    place = Path("runs/toy/rnn")
    assert invoke(recipe).stderr == f"The run will be kept in {place}; --out names another directory.\n"
    assert invoke(recipe, "--out", "elsewhere").stderr == ""
    place.mkdir(parents=True)
    assert invoke(recipe).stderr == ""  # begun before: then its directory is named anyway


@pytest.mark.parametrize("name", ["experiment.toml", "domain.toml"])
def test_a_recipe_in_a_run_is_not_trained_within_that_run(recipe: Path, asked: dict[str, Any], name: str) -> None:
    make_run(Path("runs/my"), recipe)
    (Path("runs/my") / name).write_bytes(recipe.read_bytes())
    within = Path("runs/my") / name
    message = str(invoke(within).exception)
    assert f"`nmt train {within} --out runs/my` goes on with that run" in message
    assert f"`nmt train {within} --out runs/my-2` begins a new one" in message
    assert "directory" not in asked
    assert invoke(within, "--out", "runs/my").exit_code == 0


def test_from_within_a_run_the_other_commands_are_whole(
    recipe: Path, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(Path("runs/my"), recipe)
    monkeypatch.chdir("runs/my")
    assert f"--out {Path.cwd()}-2` begins a new one" in str(invoke("experiment.toml").exception)


def test_by_default_no_run_is_begun_within_another_one(recipe: Path, asked: dict[str, Any]) -> None:
    make_run(Path("runs/toy"), recipe)
    assert str(invoke(recipe).exception) == (
        f"Without --out the run would be in {Path('runs/toy/rnn')}, within the run {Path('runs/toy')}. Name another "
        "folder with --out, such as runs/rnn."
    )
    make_run(Path("runs/toy/rnn"), recipe)  # by --out
    assert invoke(recipe).exit_code == 0  # goes on with it


def make_run(directory: Path, recipe: Path) -> None:
    """A run that was just begun: a recipe, and a manifest that vouches for it."""
    directory.mkdir(parents=True)
    (directory / "experiment.toml").write_bytes(recipe.read_bytes())
    seal(directory, ["experiment.toml"], Disk())


def test_a_run_directory_can_be_given(recipe: Path, asked: dict[str, Any]) -> None:
    assert invoke(recipe, "--out", "elsewhere").exit_code == 0
    assert asked["directory"] == Path("elsewhere")


def test_overrides_and_the_time_limit_change_the_recipe(recipe: Path, asked: dict[str, Any]) -> None:
    done = invoke(recipe, "--set", "seed=7", "--set", "training.learning_rate=2e-3", "--time-limit", "2m")
    assert done.exit_code == 0
    experiment = asked["experiment"]
    assert (experiment.seed, experiment.training.learning_rate, experiment.training.time_limit) == (7, 2e-3, 120.0)


def test_an_interrupted_run_ends_with_the_status_of_ctrl_c(recipe: Path, asked: dict[str, Any]) -> None:
    asked["reason"] = "interrupted"
    assert invoke(recipe).exit_code == 130


@pytest.mark.parametrize(
    "arguments", [["--time-limit", "soon"], ["--time-limit", ""], ["--set", "sed=7"], ["--set", "seed"]]
)
def test_a_mistake_is_found_before_anything_is_trained(
    recipe: Path, asked: dict[str, Any], arguments: list[str]
) -> None:
    assert isinstance(invoke(recipe, *arguments).exception, ConfigError)
    assert "experiment" not in asked
