"""Every checksum of a run, looked at."""

import shutil
from pathlib import Path

import pytest

from nmt.storage.verify import problems


@pytest.fixture
def run(tiny_run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_run, tmp_path / "run", ignore=shutil.ignore_patterns("tensorboard", ".lock")))


def test_a_run_as_it_was_written_has_no_problems_wherever_it_is(run: Path) -> None:
    assert problems(run) == []


def test_every_file_of_a_run_is_vouched_for(run: Path) -> None:
    for path in sorted(path for path in run.rglob("*") if path.is_file()):
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 4]))
        assert problems(run) != [], path
        path.unlink()
        assert problems(run) != [], path
        path.write_bytes(content)
    assert problems(run) == []


def test_every_problem_is_named(run: Path) -> None:
    (run / "models" / "step-2" / "model.json").unlink()
    (run / "state" / "latest").write_text(f"step-3 {'0' * 64}\n", encoding="utf-8")
    (run / "record.json").write_text("{}", encoding="utf-8")
    first, second, third = problems(run)
    assert first.startswith(f"{run / 'models' / 'step-2' / 'model.json'} is missing.")
    assert second.startswith(f"{run / 'state' / 'latest'} names step-3, which is missing. Whole are: step-2.")
    assert third.startswith(f"{run / 'record.json'} was changed after it was written")


def test_what_is_no_run_has_no_manifest(tmp_path: Path) -> None:
    assert problems(tmp_path) == [
        f"{tmp_path} has no manifest.json: it is not complete. Copy it again, or train again."
    ]
