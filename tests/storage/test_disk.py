"""The operations themselves: they reach the system's own."""

import os
from pathlib import Path

import pytest

from nmt.errors import DiskError
from nmt.storage.disk import Disk, disk_error, make_folders, replace_file


def test_sync_reaches_the_system_for_files_and_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_ino))
    (tmp_path / "a").touch()
    Disk().sync(tmp_path / "a")
    Disk().sync(tmp_path)
    assert synced == [(tmp_path / "a").stat().st_ino, tmp_path.stat().st_ino]


def test_replacing_leaves_no_other_file(tmp_path: Path) -> None:
    for content in (b"one", b"two"):
        replace_file(tmp_path / "a", content, Disk())
        assert [path.read_bytes() for path in tmp_path.iterdir()] == [content]


def test_missing_folders_are_made_and_each_is_synced_in_its_parent(tmp_path: Path) -> None:
    synced = []

    class Watching(Disk):
        def sync(self, path: Path) -> None:
            synced.append(path)
            super().sync(path)

    make_folders(tmp_path / "a" / "b", Watching())
    assert synced == [tmp_path, tmp_path / "a"]
    make_folders(tmp_path / "a" / "b", Watching())
    assert len(synced) == 2


def test_removing_takes_files_folders_and_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder" / "inside").mkdir(parents=True)
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    for name in ("link", "folder", "file", "nothing"):
        Disk().remove(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_errors_name_the_path_the_reason_and_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "a"
    full = disk_error(path, OSError(28, "No space left on device"), 1234)
    assert isinstance(full, DiskError)
    assert str(full).startswith(f"{path}: the disk is full (1,234 bytes are needed, ")
    other = disk_error(path, OSError(5, "Input/output error"))
    assert str(other) == f"{path}: cannot be written (Input/output error). What was saved before is intact."


def test_a_folder_that_cannot_be_written_is_an_error_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(DiskError, match="cannot be written"):
        replace_file(tmp_path / "missing" / "a", b"", Disk())


@pytest.mark.parametrize("operation", ["write", "sync", "rename"])
def test_a_file_that_cannot_be_replaced_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    (tmp_path / "a").write_bytes(b"old")
    real = getattr(Disk, operation)

    def fail(disk: Disk, path: Path, *rest: object) -> None:
        real(disk, path, *rest) if operation == "write" else None
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Disk, operation, fail)
    with pytest.raises(DiskError, match="the disk is full"):
        replace_file(tmp_path / "a", b"new", Disk())
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"old"
