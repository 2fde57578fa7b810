"""nmt train"""

from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from nmt import run as run_module
from nmt.cli import train as command
from nmt.cli.train import parse_duration
from nmt.errors import ConfigError
from nmt.experiment import Experiment, save_experiment
from tests.tiny import make_experiment

app = typer.Typer()
app.command()(command.train)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("30m", 1800), ("2h", 7200), ("1.5h", 5400), ("0.5s", 0.5), (" 3m ", 180)],
)
def test_durations_are_a_number_and_a_unit(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "m", "0", "0m", "-5m", "5d", "5 m", "1h30m", "1e3", "five", "5M", "٣m", "1.٣m", "9" * 400 + "h"]
)
def test_what_is_no_duration_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ConfigError) as failure:
        parse_duration(text)
    rule = "give a number above zero and s, m or h, such as 90s, 30m or 2h."
    assert str(failure.value) == f"--time-limit {text}: {rule}"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the command asked train_run for; nothing is trained, and "reason" is why it ended."""
    seen: dict[str, Any] = {"reason": "max_updates"}

    def train_run(experiment: Experiment, directory: Path, console: Any) -> str:
        seen.update(experiment=experiment, directory=directory, console=console)
        return str(seen["reason"])

    monkeypatch.setattr(run_module, "train_run", train_run)
    return seen


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recipes" / "toy").mkdir(parents=True)
    save_experiment(make_experiment(tmp_path / "text"), tmp_path / "recipes" / "toy" / "rnn.toml")
    return Path("recipes/toy/rnn.toml")


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_run_directory_is_named_after_the_recipe(recipe: Path, asked: dict[str, Any]) -> None:
    assert invoke(recipe).exit_code == 0
    assert asked["directory"] == Path("runs/toy/rnn")
    assert asked["console"].stderr


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


@pytest.mark.parametrize("arguments", [["--time-limit", "soon"], ["--set", "sed=7"], ["--set", "seed"]])
def test_a_mistake_is_found_before_anything_is_trained(
    recipe: Path, asked: dict[str, Any], arguments: list[str]
) -> None:
    assert isinstance(invoke(recipe, *arguments).exception, ConfigError)
    assert "experiment" not in asked
