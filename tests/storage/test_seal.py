"""The loose files of a run, vouched for by one manifest."""

from pathlib import Path

import pytest

from nmt.errors import CheckpointError
from nmt.storage.disk import Disk
from nmt.storage.seal import read_sealed, seal


def test_a_sealed_file_is_read_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"alpha")
    seal(tmp_path, ["a", "absent"], Disk())
    assert read_sealed(tmp_path, "a") == b"alpha"


def test_a_changed_missing_or_unknown_file_is_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"alpha")
    seal(tmp_path, ["a"], Disk())
    with pytest.raises(CheckpointError, match=r"is not in manifest\.json"):
        read_sealed(tmp_path, "b")
    (tmp_path / "a").write_bytes(b"alphb")
    with pytest.raises(CheckpointError, match="was changed after it was written"):
        read_sealed(tmp_path, "a")
    (tmp_path / "a").unlink()
    with pytest.raises(CheckpointError, match="a is missing"):
        read_sealed(tmp_path, "a")


def test_sealing_again_takes_files_as_they_are_now(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"alpha")
    seal(tmp_path, ["a"], Disk())
    (tmp_path / "a").write_bytes(b"beta")
    seal(tmp_path, ["a"], Disk())
    assert read_sealed(tmp_path, "a") == b"beta"


def test_a_file_that_is_about_to_be_replaced_is_good_before_and_after_and_as_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"alpha")
    seal(tmp_path, ["a"], Disk(), {"a": b"beta", "b": b"gamma"})
    assert read_sealed(tmp_path, "a") == b"alpha"
    for name, data in (("a", b"beta"), ("b", b"gamma")):
        (tmp_path / name).write_bytes(data)
        assert read_sealed(tmp_path, name) == data
        (tmp_path / name).write_bytes(b"delta")
        with pytest.raises(CheckpointError, match="was changed after it was written"):
            read_sealed(tmp_path, name)
    (tmp_path / "a").write_bytes(b"beta")
    seal(tmp_path, ["a"], Disk())
    (tmp_path / "a").write_bytes(b"alpha")
    with pytest.raises(CheckpointError):
        read_sealed(tmp_path, "a")


def test_without_a_manifest_nothing_is_vouched_for(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"alpha")
    with pytest.raises(CheckpointError, match=r"has no manifest\.json"):
        read_sealed(tmp_path, "a")
