"""What the tests of a run that has begun share."""

from pathlib import Path
from typing import Any

import pytest

import nmt
from nmt.experiment import Experiment, load_experiment
from tests.tiny import make_experiment, run


def same(begun: Path, **changes: Any) -> Experiment:
    """The experiment of the fixture's run with some changes (on the very text it was trained on)."""
    experiment = load_experiment(begun / "experiment.toml")
    text = Path(experiment.corpus.train.source).parent
    return make_experiment(text, **changes)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refusal(kind: type[nmt.NMTError], experiment: Experiment, directory: Path) -> str:
    """What is said when this does not train; nothing in the directory may change."""
    before = content(directory) if directory.exists() else None
    with pytest.raises(kind) as failure:
        run(experiment, directory)
    assert (content(directory) if directory.exists() else None) == before
    return str(failure.value)
