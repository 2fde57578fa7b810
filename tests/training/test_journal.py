"""metrics.jsonl as a file that a checkpoint can return to."""

from contextlib import closing
from pathlib import Path

import pytest

from nmt.storage.disk import Disk
from nmt.training.journal import Journal


def test_lines_are_json_and_what_json_cannot_say_is_null(tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "log")) as journal:
        journal.write({"a": 1, "b": float("nan"), "c": float("inf"), "d": [1, 2]})
    assert (tmp_path / "log").read_text(encoding="utf-8") == '{"a": 1, "b": null, "c": null, "d": [1, 2]}\n'


def test_a_position_is_returned_to_and_the_digest_with_it(tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "log")) as journal:
        journal.write({"a": 1})
        position = journal.sync()
        journal.write({"a": 2})
        assert journal.rewind(*position)
        assert journal.sync() == position
        journal.write({"a": 3})
        after = journal.sync()
    assert (tmp_path / "log").read_text(encoding="utf-8") == '{"a": 1}\n{"a": 3}\n'
    with closing(Journal(tmp_path / "log")) as journal:  # opened again, it stands where it stood
        assert journal.sync() == after
        assert journal.rewind(*position)
    assert (tmp_path / "log").read_text(encoding="utf-8") == '{"a": 1}\n'


def test_a_changed_or_shortened_past_is_noticed_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with closing(Journal(path)) as journal:
        journal.write({"a": 1})
        position = journal.sync()
    for content in (b'{"a": 7}\n', b'{"a"', b""):
        path.write_bytes(content)
        with closing(Journal(path)) as journal:
            assert not journal.rewind(*position)
        assert path.read_bytes() == content


def test_an_empty_past_is_always_there(tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "log")) as journal:
        journal.write({"a": 1})
        assert journal.rewind(0, "")
    assert (tmp_path / "log").read_bytes() == b""


def test_the_name_of_a_new_file_is_on_the_disk_before_anything_counts_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(Disk, "sync", lambda disk, path: synced.append(path))
    Journal(tmp_path / "log").close()
    assert synced == [tmp_path]
    Journal(tmp_path / "log").close()
    assert synced == [tmp_path]
