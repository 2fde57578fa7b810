"""nmt doctor"""

import importlib.metadata
import platform
import re
from pathlib import Path

import pytest
import torch
import typer
from typer.testing import CliRunner

from nmt import __version__
from nmt.cli import doctor as command
from nmt.run import verify

app = typer.Typer()
app.command()(command.doctor)


def rows(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    command.doctor()
    lines = capsys.readouterr().out.split("\n")
    return {line.split(maxsplit=1)[0]: line.split(maxsplit=1)[1] for line in lines if line.strip()}


def test_it_shows_versions_and_what_the_machine_can_do(capsys: pytest.CaptureFixture[str]) -> None:
    shown = rows(capsys)
    assert shown["nmt"] == __version__
    assert shown["python"].startswith(platform.python_version())
    assert shown["torch"] == torch.__version__
    assert shown["gpu"] == (
        torch.cuda.get_device_name() if torch.cuda.is_available() else "none; everything runs on the CPU"
    )
    assert "cores to use" in shown["processor"]
    assert shown["precision"].startswith("training.precision = 'auto' chooses ")
    assert set(command.PACKAGES) <= set(shown)


def test_it_says_how_to_get_what_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    version = importlib.metadata.version

    def missing(name: str) -> str:
        if name in ("tensorboard", "jinja2", "mecab-python3"):
            raise importlib.metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    shown = rows(capsys)
    assert shown["tensorboard"] == "not installed (training curves in TensorBoard): pip install tensorboard"
    assert shown["jinja2"] == "MISSING: install nmt again"
    assert shown["mecab-python3"] == 'not installed (BLEU on Japanese words): pip install "sacrebleu[ja]"'


def test_it_lists_every_package_that_the_project_needs() -> None:
    needed = [re.split(r"[^\w-]", one)[0] for one in importlib.metadata.requires("nmt") or [] if "extra ==" not in one]
    assert {*command.PACKAGES, "torch"} == set(needed)


@pytest.mark.parametrize(
    ("fast", "precision"), [(True, "chooses bf16: this cpu has"), (False, "chooses fp32: this cpu has no")]
)
def test_it_says_which_precision_is_chosen_and_why(fast: bool, precision: str) -> None:
    assert precision in command._precision(fast, "cpu")


def test_a_run_as_it_was_written_is_said_to_be_so(tiny_run: Path) -> None:
    done = CliRunner().invoke(app, [str(tiny_run)])
    assert (done.exit_code, done.output) == (0, f"{tiny_run}: every file is as it was written.\n")


def test_a_changed_run_is_named_and_the_status_says_so(tiny_run: Path, run_copy: Path) -> None:
    (run_copy / "record.json").write_text("{}", encoding="utf-8")
    done = CliRunner().invoke(app, [str(tiny_run), str(run_copy)])
    assert done.exit_code == 1
    assert f"{run_copy / 'record.json'} was changed after it was written" in done.output


def test_a_folder_that_is_no_run_is_said_to_be_none(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, [str(tmp_path)])
    assert str(done.exception) == f"{tmp_path} is no run directory: it has neither a recipe nor models."


def test_what_is_no_run_keeps_no_run_from_being_verified(tiny_run: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, [str(tmp_path), str(tmp_path / "none"), str(tiny_run)])
    assert f"{tiny_run}: every file is as it was written." in done.stdout
    assert f"{tmp_path} is no run directory" in str(done.exception)
    assert f"{tmp_path / 'none'}: no such run directory." in str(done.exception)


def test_what_nmt_itself_puts_beside_runs_is_left_out_with_a_sentence_but_refused_alone(
    tiny_run: Path, tmp_path: Path
) -> None:
    prepared, report = tmp_path / "prepared", tmp_path / "report"
    for folder in (prepared, report):
        folder.mkdir()
    (report / "results.json").write_text('{"runs": [], "files": []}', encoding="utf-8")
    done = CliRunner().invoke(app, [str(path) for path in (prepared, report, tiny_run)])
    assert (done.exit_code, done.stdout) == (0, f"{tiny_run}: every file is as it was written.\n")
    assert done.stderr == (
        f"nmt: {prepared} is left out: it is text that was prepared for training, not a run.\n"
        f"nmt: {report} is left out: it is a report, not a run.\n"
    )
    assert "is no run directory" in str(CliRunner().invoke(app, [str(prepared)]).exception)
    (report / "results.json").write_text("{}", encoding="utf-8")  # somebody else's
    assert f"{report} is no run directory" in str(CliRunner().invoke(app, [str(report), str(tiny_run)]).exception)


def test_what_is_only_wrong_at_a_glance_is_not_said(tiny_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([["step-4 is missing."], ["step-8 is missing."]])
    monkeypatch.setattr(verify, "problems", lambda _: next(looks))  # a run that is being trained
    done = CliRunner().invoke(app, [str(tiny_run)])
    assert (done.exit_code, done.output) == (0, f"{tiny_run}: every file is as it was written.\n")
