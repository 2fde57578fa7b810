"""New text files: all of them, or none."""

from pathlib import Path

import pytest

from nmt.corpus.new_files import new_files
from nmt.errors import DataError


def test_files_have_their_names_once_all_are_written(tmp_path: Path) -> None:
    paths = [tmp_path / "new" / name for name in ("a", "b")]
    with new_files(paths) as files:
        files[1].write("ä\n")
        assert not any(path.exists() for path in paths)
    assert [path.read_bytes() for path in paths] == [b"", "ä\n".encode()]
    assert sorted(paths[0].parent.iterdir()) == paths


def test_a_block_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old", encoding="utf-8")

    def stop() -> None:
        with new_files([tmp_path / "a", tmp_path / "b"]) as files:
            files[0].write("new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop()
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [("a", "old")]


def test_where_one_file_cannot_take_its_name_none_is_left(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    with pytest.raises(DataError, match="Nothing is left of it"), new_files([tmp_path / "a", tmp_path / "b"]):
        pass
    assert list(tmp_path.iterdir()) == [tmp_path / "b"]


def test_two_that_write_the_same_files_do_not_write_into_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with new_files([tmp_path / "a"]) as first:
        first[0].write("eins\n")
        monkeypatch.setattr("os.getpid", lambda: 0)  # another process
        with new_files([tmp_path / "a"]) as second:
            second[0].write("zwei\n")
        assert (tmp_path / "a").read_text(encoding="utf-8") == "zwei\n"
    assert (tmp_path / "a").read_text(encoding="utf-8") == "eins\n"
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]
