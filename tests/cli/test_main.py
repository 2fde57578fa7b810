"""The `nmt` command itself."""

import errno
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

import nmt
from nmt.cli import main as command
from nmt.cli.main import app

COMMANDS = sorted(command.name or "" for command in app.registered_commands)


def test_the_version_is_that_of_the_package() -> None:
    shown = CliRunner().invoke(app, ["--version"])
    assert (shown.exit_code, shown.output) == (0, f"nmt {nmt.__version__}\n")


def test_help_has_a_whole_sentence_for_every_command() -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "80"}).output
    assert COMMANDS == ["compare", "doctor", "evaluate", "export", "push", "shortlist", "split", "train", "translate"]
    for name in COMMANDS:
        (line,) = (line for line in shown.split("\n") if line.startswith(f"  {name} "))
        assert line.endswith("."), line
        assert not line.endswith("..."), line


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    assert CliRunner().invoke(app, [name, "--help"]).exit_code == 0


TEXT = "Der Hund sieht den Baum. " * 20


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["translate", TEXT], f"{TEXT} is no run directory. Text is given with -i FILE, or on standard input."),
        (["evaluate", TEXT], f"{TEXT} is no run directory. Text is given with -i FILE, or on standard input."),
        (["doctor", TEXT], f"{TEXT}: {os.strerror(errno.ENAMETOOLONG)}. Give another path."),
    ],
)
def test_a_text_that_is_too_long_to_be_a_path_is_answered_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    monkeypatch.setattr("sys.argv", ["nmt", *arguments])
    with pytest.raises(SystemExit) as left:
        command.main()
    assert left.value.code == 2
    assert capsys.readouterr().err == f"nmt: {said}\n"


def test_a_path_that_may_not_be_looked_at_is_named_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def forbidden(self: Path) -> bool:
        raise PermissionError(13, os.strerror(13), str(self))

    monkeypatch.setattr("sys.argv", ["nmt", "translate", str(tmp_path / "closed")])
    monkeypatch.setattr(Path, "is_dir", forbidden)
    with pytest.raises(SystemExit) as left:
        command.main()
    assert left.value.code == 2
    said = f"nmt: {tmp_path / 'closed'}: Permission denied. Give another path, or ask its owner.\n"
    assert capsys.readouterr().err == said
