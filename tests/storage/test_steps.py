"""Steps of a run, the pointers to them, and what is kept."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from nmt.errors import CheckpointError, DamagedError
from nmt.storage.disk import Disk
from nmt.storage.folder import FORMAT_VERSION, MANIFEST, Folder, write_folder
from nmt.storage.steps import follow, list_steps, newest_whole, point, prune, recover, set_aside, step_dir

DISK = Disk()


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Steps 5, 10 and 100; `best` points to 10."""
    directory = tmp_path / "run" / "models"
    for update in (5, 10, 100):
        write_folder(step_dir(directory, update), {"file": str(update).encode()}, {"update": update}, DISK)
    point(directory, "best", 10, DISK)
    return directory


def spoil(directory: Path, update: int) -> None:
    (step_dir(directory, update) / "file").write_bytes(b"?")


def test_steps_are_listed_by_number(models: Path) -> None:
    for other in ("step-7.tmp", "step-7.gone.tmp", "step-x", "step-08", "else"):
        (models / other).mkdir()
    (models / "step-9").touch()
    assert list_steps(models) == [5, 10, 100]
    assert list_steps(models / "nowhere") == []


def test_a_pointer_leads_to_its_step(models: Path) -> None:
    assert follow(models, "best") == 10
    point(models, "best", 100, DISK)
    assert follow(models, "best") == 100


def test_a_step_that_is_not_complete_is_pointed_to_by_no_pointer(models: Path) -> None:
    (models / "step-100" / MANIFEST).unlink()
    with pytest.raises(DamagedError, match=r"step-100 has no manifest\.json: it is not complete\."):
        point(models, "best", 100, DISK)
    assert follow(models, "best") == 10


def test_no_changed_bit_of_a_pointer_leads_anywhere(models: Path) -> None:
    content = (models / "best").read_bytes()
    for position in range(len(content)):
        for bit in range(8):
            (models / "best").write_bytes(
                content[:position] + bytes([content[position] ^ 1 << bit]) + content[position + 1 :]
            )
            with pytest.raises(CheckpointError, match=r"Whole are: step-100, step-10, step-5\."):
                follow(models, "best")


def test_no_shortened_pointer_leads_anywhere(models: Path) -> None:
    content = (models / "best").read_bytes()
    for length in range(len(content)):
        (models / "best").write_bytes(content[:length])
        with pytest.raises(CheckpointError):
            follow(models, "best")


def test_a_pointer_to_what_is_missing_says_what_is_whole(models: Path) -> None:
    spoil(models, 100)
    for path in step_dir(models, 10).iterdir():
        path.unlink()
    step_dir(models, 10).rmdir()
    with pytest.raises(CheckpointError) as failure:
        follow(models, "best")
    assert str(failure.value) == f"{models / 'best'} names step-10, which is missing. Whole are: step-5."


def test_a_missing_pointer_of_an_empty_run_asks_whether_it_is_one(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError) as failure:
        follow(tmp_path / "models", "best")
    path = tmp_path / "models" / "best"
    assert str(failure.value) == f"{path} is missing. Is {tmp_path} the directory of a run that has trained?"


def test_a_step_in_the_place_of_another_is_noticed(models: Path) -> None:
    step_dir(models, 10).rename(models / "x")
    step_dir(models, 5).rename(step_dir(models, 10))
    with pytest.raises(CheckpointError, match="do not fit"):
        follow(models, "best")


def test_the_newest_whole_step_is_found_and_damaged_ones_are_told_of(models: Path) -> None:
    said: list[str] = []
    assert newest_whole(models, said.append) == (100, Folder({"file": b"100"}, {"update": 100}))
    assert said == []
    spoil(models, 100)
    assert newest_whole(models, said.append) == (10, Folder({"file": b"10"}, {"update": 10}))
    (message,) = said
    assert message.startswith(f"{step_dir(models, 100) / 'file'} has 1 byte instead of 3.")
    assert message.endswith("Falling back to the checkpoint before it.")


def test_no_step_is_none_and_no_whole_step_is_an_error(models: Path, tmp_path: Path) -> None:
    assert newest_whole(tmp_path / "nothing", print) is None
    for update in (5, 10, 100):
        spoil(models, update)
    with pytest.raises(CheckpointError, match="step-100"):
        newest_whole(models, lambda message: None)


def test_pruning_keeps_what_it_is_told_and_tidies_up(models: Path) -> None:
    (models / "step-200.tmp").mkdir()
    (models / "best.tmp").touch()
    prune(models, [10], DISK)
    assert sorted(path.name for path in models.iterdir()) == ["best", "step-10"]


def test_a_step_that_cannot_be_read_now_may_be_whole_and_is_not_passed_over(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = {name: getattr(Path, name) for name in ("read_bytes", "is_file", "is_dir", "iterdir")}
    for name, act in real.items():

        def failing(path: Path, act: Any = act) -> Any:
            if "step-100" in path.parts or (path == models and act is real["iterdir"]):
                raise OSError(5, "Input/output error", str(path))
            return act(path)

        monkeypatch.setattr(Path, name, failing)
        with pytest.raises(CheckpointError, match=r"cannot be read \(Input/output error\)") as failure:
            newest_whole(models, lambda message: pytest.fail(message))
        assert not isinstance(failure.value, DamagedError)
        monkeypatch.undo()


def test_a_step_of_another_format_is_not_passed_over(models: Path) -> None:
    path = step_dir(models, 100) / MANIFEST
    path.write_bytes(path.read_bytes().replace(b'"format_version": %d' % FORMAT_VERSION, b'"format_version": 99'))
    with pytest.raises(CheckpointError, match="has format 99"):
        newest_whole(models, lambda message: pytest.fail(message))


def test_only_the_steps_asked_for_are_looked_at(models: Path) -> None:
    found = newest_whole(models, print, among=[5, 10, 11])
    assert found is not None
    assert found[0] == 10
    assert newest_whole(models, print, among=[]) is None


def test_a_step_that_was_being_replaced_is_put_back_where_it_is_whole(models: Path) -> None:
    for update, name in ((5, "step-5.gone.tmp"), (10, "step-10.gone.tmp"), (100, "step-7.gone.tmp")):
        shutil.copytree(step_dir(models, update), models / name)
    shutil.rmtree(step_dir(models, 5))  # the crash came before the new one had the name
    (models / "step-7.gone.tmp" / "file").write_bytes(b"?")
    recover(models, DISK)
    assert list_steps(models) == [5, 10, 100]
    assert newest_whole(models, print, among=[5]) == (5, Folder({"file": b"5"}, {"update": 5}))
    assert sorted(path.name for path in models.glob("*.tmp")) == ["step-10.gone.tmp", "step-7.gone.tmp"]


def test_what_is_set_aside_is_no_step_any_more_and_never_lost(models: Path) -> None:
    for content in (b"one", b"two"):
        write_folder(step_dir(models, 7), {"file": content}, {}, DISK)
        set_aside(models, 7, DISK)
    prune(models, [5], DISK)
    assert list_steps(models) == [5]
    assert (models / "step-7.damaged" / "file").read_bytes() == b"one"
    assert (models / "step-7-2.damaged" / "file").read_bytes() == b"two"
