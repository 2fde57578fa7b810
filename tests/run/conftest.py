"""Fixtures for the tests of a run."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def begun(tiny_run: Path, tmp_path: Path) -> Path:
    """A copy of a finished run that may be changed."""
    return Path(shutil.copytree(tiny_run, tmp_path / "runs" / "tiny"))
