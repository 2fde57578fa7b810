"""Shards: what is written piece by piece is read by any rows, and damage is found."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt.corpus.examples import Side
from nmt.corpus.shards import BYTES, LARGE_IDS, LAYOUT_VERSION, SMALL_IDS, Shards, ShardWriter, _checksum, open_shards
from nmt.errors import DataError

SENTENCES = [[4, 5, 65535], [], [7], [8, 9], [1], [2, 3, 4, 5], [6]]


def write(
    folder: Path, sentences: list[list[int]], pieces: list[int], shard_rows: int, dtype: str = SMALL_IDS
) -> ShardWriter:
    """Columns `a`, and `b` with one number a row, appended in pieces of the given sizes and one more with the rest."""
    with ShardWriter(folder, {"a": dtype, "b": LARGE_IDS}, shard_rows) as writer:
        first = 0
        for last in [*(sum(pieces[: index + 1]) for index in range(len(pieces))), len(sentences)]:
            numbers = [[-number] for number in range(len(sentences))][first:last]
            writer.append({"a": Side.pack(sentences[first:last]), "b": Side.pack(numbers)})
            first = max(first, last)
    return writer


def rows(side: Side) -> list[list[int]]:
    return [side[index].tolist() for index in range(len(side))]


def sealed(folder: Path) -> Path:
    write(folder, SENTENCES, [2, 3], shard_rows=3).seal({"notes": b"some more"})
    return folder


@given(
    st.lists(st.lists(st.integers(0, 65535), max_size=4), max_size=20),
    st.lists(st.integers(0, 5), max_size=5),
    st.integers(1, 8),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=6),
)
def test_any_rows_are_read_however_they_were_appended(
    tmp_path_factory: pytest.TempPathFactory,
    sentences: list[list[int]],
    pieces: list[int],
    shard_rows: int,
    blocks: list[tuple[int, int]],
) -> None:
    shards = write(tmp_path_factory.mktemp("shards") / "new", sentences, pieces, shard_rows).close()
    assert len(shards) == len(sentences)
    blocks = [(first, min(last, len(sentences))) for first, last in blocks]
    numbers = [number for first, last in blocks for number in range(first, last)]
    assert rows(shards.read("a", blocks)) == [sentences[number] for number in numbers]
    assert rows(shards.read("b", blocks)) == [[-number] for number in numbers]


def test_each_shard_has_its_files_and_starts_at_nothing(tmp_path: Path) -> None:
    write(tmp_path / "new", SENTENCES, [], shard_rows=3)
    names = {f"0000{shard}.{column}.{part}" for shard in range(3) for column in "ab" for part in ("values", "starts")}
    assert {path.name for path in (tmp_path / "new").iterdir()} == names
    assert np.fromfile(tmp_path / "new" / "00001.a.starts", "<i8").tolist() == [0, 2, 3, 7]
    assert np.fromfile(tmp_path / "new" / "00001.a.values", "<u2").tolist() == [8, 9, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(("dtype", "size"), [(BYTES, 1), (SMALL_IDS, 2), (LARGE_IDS, 4)])
def test_values_take_as_much_space_as_their_type(tmp_path: Path, dtype: str, size: int) -> None:
    shards = write(tmp_path / "new", [[1, 2, 255]], [], 9, dtype).close()
    assert (tmp_path / "new" / "00000.a.values").stat().st_size == 3 * size
    assert shards.read("a", [(0, 1)]).ids.dtype == np.dtype(dtype)


def test_what_is_read_is_a_copy_that_outlives_the_files(tmp_path: Path) -> None:
    shards = write(tmp_path / "new", SENTENCES, [], shard_rows=3).close()
    side = shards.read("a", [(0, 7)])
    assert type(side.ids) is type(side.starts) is np.ndarray
    for path in (tmp_path / "new").iterdir():
        path.unlink()
    assert rows(side) == SENTENCES
    with pytest.raises(DataError, match=r"00000\.a\.starts: cannot be read .* the same command makes it again"):
        shards.read("a", [(0, 7)])


def test_sealed_shards_open_as_they_were_written_wherever_they_are_moved(tmp_path: Path) -> None:
    sealed(tmp_path / "old").rename(tmp_path / "new")
    shards = open_shards(tmp_path / "new")
    assert isinstance(shards, Shards)
    assert rows(shards.read("a", [(0, 7)])) == SENTENCES
    assert (tmp_path / "new" / "notes").read_bytes() == b"some more"
    assert shards.columns == {"a": SMALL_IDS, "b": LARGE_IDS}


def test_what_else_a_manifest_says_is_no_hindrance(tmp_path: Path) -> None:
    """That of earlier versions has the number of values."""
    folder = sealed(tmp_path / "new")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert "num_values" not in manifest["content"]
    content = manifest["content"] | {"num_values": {"a": 15, "b": 7}}
    manifest = {"sha256": _checksum(content), "content": content}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    shards = open_shards(folder)
    assert shards is not None
    assert rows(shards.read("a", [(0, 7)])) == SENTENCES


def test_shards_that_were_not_sealed_do_not_open(tmp_path: Path) -> None:
    write(tmp_path / "new", SENTENCES, [], shard_rows=3).close()
    assert open_shards(tmp_path / "new") is None
    assert open_shards(tmp_path / "missing") is None


@pytest.mark.parametrize("bit", [1, 2, 4, 8, 16, 32, 64, 128])
def test_one_changed_bit_anywhere_is_found(tmp_path: Path, bit: int) -> None:
    folder = sealed(tmp_path / "new")
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        for position in range(0, len(content), 7):
            path.write_bytes(content[:position] + bytes([content[position] ^ bit]) + content[position + 1 :])
            assert open_shards(folder) is None, f"{path.name}, byte {position}"
        path.write_bytes(content)
    assert open_shards(folder) is not None


@pytest.mark.parametrize("damage", ["cut", "longer", "empty", "removed", "folder"])
def test_a_file_that_is_not_whole_is_found(tmp_path: Path, damage: str) -> None:
    folder = sealed(tmp_path / "new")
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        path.unlink()
        if damage == "folder":
            path.mkdir()
        elif damage != "removed":
            path.write_bytes({"cut": content[:-1], "longer": content + b"\0", "empty": b""}[damage])
        assert open_shards(folder) is None, path.name
        path.rmdir() if damage == "folder" else path.unlink(missing_ok=True)
        path.write_bytes(content)
    assert open_shards(folder) is not None


def test_who_need_not_look_at_every_byte_still_looks_at_sizes_and_at_all_that_is_small(tmp_path: Path) -> None:
    folder = sealed(tmp_path / "new")
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        if not content:
            continue
        path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
        found = open_shards(folder, every_byte=False) is not None
        assert found == (path.suffix in (".values", ".starts")), path.name
        path.write_bytes(content[:-1])
        assert open_shards(folder, every_byte=False) is None, path.name
        path.write_bytes(content)
    assert open_shards(folder, every_byte=False) == open_shards(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null", '{"sha256": "", "content": {}}', "\xff"])
def test_a_manifest_that_is_none_is_found(tmp_path: Path, text: str) -> None:
    folder = sealed(tmp_path / "new")
    (folder / "manifest.json").write_text(text, encoding="latin-1")
    assert open_shards(folder) is None


def test_another_layout_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = sealed(tmp_path / "new")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["content"]["layout"] == LAYOUT_VERSION
    monkeypatch.setattr("nmt.corpus.shards.LAYOUT_VERSION", -1)
    assert open_shards(folder) is None


def test_blocks_are_all_rows_in_order(tmp_path: Path) -> None:
    assert list(Shards(tmp_path, 7, 3, {}).blocks(3)) == [(0, 3), (3, 6), (6, 7)]
    assert list(Shards(tmp_path, 0, 3, {}).blocks(3)) == []
