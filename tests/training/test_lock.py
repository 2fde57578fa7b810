"""One trainer a directory, and no lock outlives its process."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nmt.errors import NMTError
from nmt.training.lock import only_trainer

HOLD = """
import sys, time
from pathlib import Path
from nmt.training.lock import only_trainer
with only_trainer(Path(sys.argv[1])):
    print("mine", flush=True)
    time.sleep(60)
"""


def test_a_second_trainer_is_refused_until_the_first_is_killed(tmp_path: Path) -> None:
    run = tmp_path / "runs" / "new"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(run)], stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"mine\n"
        with (
            pytest.raises(NMTError, match=r"Another `nmt train` is at work in .*new\. Wait until it ends"),
            only_trainer(run),
        ):
            pass
        first.send_signal(signal.SIGKILL)
        first.wait(timeout=30)
    with only_trainer(run):
        pass


def test_the_lock_is_free_again_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), only_trainer(tmp_path):
        raise ZeroDivisionError
    with only_trainer(tmp_path), pytest.raises(NMTError), only_trainer(tmp_path):
        pass


def test_what_was_made_for_nothing_is_removed(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), only_trainer(tmp_path / "new"):
        raise ZeroDivisionError
    assert not (tmp_path / "new").exists()
    with only_trainer(tmp_path / "kept"):
        (tmp_path / "kept" / "result").touch()
    assert (tmp_path / "kept" / "result").exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NMTError, match="file: cannot be written"), only_trainer(tmp_path / "file"):
        pass
