"""nmt doctor"""

import importlib.metadata
import platform

import pytest
import torch

from nmt import __version__
from nmt.cli import doctor as command


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
        if name in ("tensorboard", "jinja2"):
            raise importlib.metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    shown = rows(capsys)
    assert shown["tensorboard"] == "not installed (training curves in TensorBoard): pip install tensorboard"
    assert shown["jinja2"] == "MISSING: pip install nmt again"


@pytest.mark.parametrize(
    ("fast", "precision"), [(True, "chooses bf16: this cpu has"), (False, "chooses fp32: this cpu has no")]
)
def test_it_says_which_precision_is_chosen_and_why(fast: bool, precision: str) -> None:
    assert precision in command._precision(fast, "cpu")
