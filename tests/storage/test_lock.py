"""One at a time in a folder, also where one comes while another leaves; and no lock outlives its process."""

import errno
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest
from filelock import FileLock

from nmt.errors import DiskError
from nmt.storage.lock import only_one

HOLD = """
import sys, time
from pathlib import Path
from nmt.storage.lock import only_one
with only_one(Path(sys.argv[1]), lambda: None):
    print("mine", flush=True)
    time.sleep(60)
"""


class Taken(Exception):
    """That another is there."""


def refuse() -> None:
    raise Taken


def assert_taken(directory: Path) -> None:
    with pytest.raises(Taken), only_one(directory, refuse):
        pass


def test_a_second_is_refused_until_the_first_is_killed(tmp_path: Path) -> None:
    directory = tmp_path / "runs" / "new"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(directory)], stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"mine\n"
        assert_taken(directory)
        first.send_signal(signal.SIGKILL)
        first.wait(timeout=30)
    with only_one(directory, refuse):
        pass


def test_it_is_free_again_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), only_one(tmp_path, refuse):
        raise ZeroDivisionError
    with only_one(tmp_path, refuse):
        assert_taken(tmp_path)


def test_who_comes_while_another_tidies_up_is_still_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second comes at the very instant at which the first, of which nothing came, lets go."""
    directory, second = tmp_path / "new", ExitStack()
    release = FileLock.release

    def release_and_meet(lock: FileLock, force: bool = False) -> None:
        release(lock, force)
        monkeypatch.undo()
        second.enter_context(only_one(directory, refuse))

    with only_one(directory, refuse):
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
    with only_one(directory, refuse):
        thread.start()
        assert waits.wait(30)
        assert not inside.is_set()
    assert inside.wait(30)
    assert_taken(directory)
    leave.set()
    thread.join(30)
    assert not directory.exists()


def test_what_was_put_into_a_folder_stays_and_one_made_for_nothing_goes(tmp_path: Path) -> None:
    with only_one(tmp_path / "a" / "b", refuse):
        (tmp_path / "a" / "b" / "result").touch()
    assert (tmp_path / "a" / "b" / "result").exists()
    with pytest.raises(ZeroDivisionError), only_one(tmp_path / "new", refuse):
        raise ZeroDivisionError
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="has locks of another kind")
def test_a_file_system_without_locks_is_no_hindrance_and_no_lock_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr("fcntl.flock", missing)
    (tmp_path / "result").touch()
    for _ in range(2):  # also after one that was killed there
        with only_one(tmp_path, refuse) as one, only_one(tmp_path, refuse) as other:
            assert (one, other) == (False, False)
    monkeypatch.undo()
    with only_one(tmp_path, refuse) as locked:
        assert locked
        assert_taken(tmp_path)


def test_a_place_that_is_no_folder_is_an_error_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere" / "at all")
    for name in ("file", "link", "file/below"):
        expected = r"cannot be written \((File exists|Not a directory)\)\. Use another\."
        with pytest.raises(DiskError, match=expected), only_one(tmp_path / name, refuse, "Use another."):
            pass
