"""Where commands read and write."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nmt.cli import streams
from nmt.cli.streams import writing_to
from nmt.errors import ConfigError

SPEAK = """
import sys
from nmt.cli.streams import writing_to
with writing_to():
    for number in range(200_000):
        sys.stdout.buffer.write(b"a line of output\\n")
print("went on", file=sys.stderr)
"""


def test_stdout_closed_by_its_reader_ends_quietly() -> None:
    with subprocess.Popen([sys.executable, "-c", SPEAK], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"a line of output\n"
        process.stdout.close()
        assert process.stderr.read() == b"went on\n"
        assert process.wait(timeout=60) == 0


def test_a_reader_that_left_before_the_last_flush_is_quiet_too() -> None:
    short = SPEAK.replace("200_000", "3")
    with subprocess.Popen(
        [sys.executable, "-c", f"import sys; sys.stdin.readline()\n{short}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write(b"go on\n")
        process.stdin.close()
        assert process.stderr.read() == b"went on\n"
        assert process.wait(timeout=60) == 0


def test_the_reader_of_a_pipe_may_leave_where_stdout_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    went_on = False
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", None)
        with writing_to(tmp_path / "pipe"):
            raise BrokenPipeError
        went_on = True
    assert went_on


def test_standard_output_may_not_be_a_file_that_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = tmp_path / "text"
    text.write_text("der Hund\n", encoding="utf-8")
    with text.open("a", encoding="utf-8") as sink, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", sink)
        assert streams.is_read(None, [text])
        assert not streams.is_read(None, [tmp_path / "other"])
        with text.open(encoding="utf-8") as source:
            patch.setattr(sys, "stdin", source)
            assert streams.is_read(None, [None])
    with open(os.devnull, "r+", encoding="utf-8") as both, monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", both)
        patch.setattr(sys, "stdout", both)
        assert not streams.is_read(None, [None])


def test_only_one_text_comes_from_standard_input() -> None:
    streams.check_stdin([Path("-"), None, Path("text"), Path("text")])
    with pytest.raises(ConfigError, match="Only one text can come from standard input"):
        streams.check_stdin([Path("-"), Path("text"), Path("-")])
