"""One at a time in a folder, also where one comes while another leaves."""

import errno
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from nmt.storage.lock import only_one


def assert_taken(directory: Path) -> None:
    with pytest.raises(Timeout), only_one(directory):
        pass


def test_who_comes_while_another_tidies_up_is_still_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second comes at the very instant at which the first, of which nothing came, lets go."""
    directory, second = tmp_path / "new", ExitStack()
    release = FileLock.release

    def release_and_meet(lock: FileLock, force: bool = False) -> None:
        release(lock, force)
        monkeypatch.undo()
        second.enter_context(only_one(directory))

    with only_one(directory):
        monkeypatch.setattr(FileLock, "release", release_and_meet)
    with second:
        assert_taken(directory)
    assert not directory.exists()


def test_who_waits_for_a_folder_that_is_removed_is_still_alone(tmp_path: Path) -> None:
    directory, waits, leave = tmp_path / "new", threading.Event(), threading.Event()
    inside = threading.Event()

    def second() -> None:
        with only_one(directory, waits.set):
            inside.set()
            assert leave.wait(30)

    thread = threading.Thread(target=second)
    with only_one(directory):
        thread.start()
        assert waits.wait(30)
        assert not inside.is_set()
    assert inside.wait(30)
    assert_taken(directory)
    leave.set()
    thread.join(30)
    assert not directory.exists()


def test_what_was_put_into_a_folder_stays(tmp_path: Path) -> None:
    with only_one(tmp_path / "a" / "b"):
        (tmp_path / "a" / "b" / "result").touch()
    assert (tmp_path / "a" / "b" / "result").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="has locks of another kind")
def test_a_file_system_without_locks_is_no_hindrance_and_no_lock_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr("fcntl.flock", missing)
    (tmp_path / "result").touch()
    for _ in range(2):  # also after one that was killed there
        with only_one(tmp_path) as one, only_one(tmp_path) as other:
            assert (one, other) == (False, False)
    monkeypatch.undo()
    with only_one(tmp_path) as locked:
        assert locked
        assert_taken(tmp_path)


def test_a_place_that_is_no_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere" / "at all")
    for name in ("file", "link", "file/below"):
        with pytest.raises(OSError, match=r"exists|Not a directory"), only_one(tmp_path / name):
            pass
