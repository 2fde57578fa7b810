"""A folder with a manifest: every change of any byte is noticed."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from nmt.errors import CheckpointError, DiskError
from nmt.storage.disk import Disk
from nmt.storage.folder import MANIFEST, build_manifest, read_folder, remove_folder, write_folder

FILES = {"weights.safetensors": bytes(range(256)) * 3, "progress.json": b'{"update": 3}'}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_folder(tmp_path / "step-3", FILES, {"update": 3}, Disk())
    return tmp_path / "step-3"


def refusal(directory: Path) -> str:
    with pytest.raises(CheckpointError) as failure:
        read_folder(directory)
    return str(failure.value)


def test_what_is_read_is_what_was_written(folder: Path) -> None:
    found = read_folder(folder)
    assert found.files == FILES
    assert found.about == {"update": 3}
    assert sorted(path.name for path in folder.iterdir()) == sorted([*FILES, MANIFEST])


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_no_flipped_bit_is_ever_read(folder: Path, name: str) -> None:
    content = (folder / name).read_bytes()
    for position in range(len(content)):
        flipped = content[position] ^ (1 << position % 8)
        (folder / name).write_bytes(content[:position] + bytes([flipped]) + content[position + 1 :])
        assert str(folder) in refusal(folder)
    (folder / name).write_bytes(content)
    read_folder(folder)


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_no_shortened_or_lengthened_file_is_ever_read(folder: Path, name: str) -> None:
    content = (folder / name).read_bytes()
    for length in {0, 1, len(content) // 2, len(content) - 1}:
        (folder / name).write_bytes(content[:length])
        assert str(folder) in refusal(folder)
    (folder / name).write_bytes(content + b"\n")
    assert str(folder) in refusal(folder)


def test_two_files_that_changed_places_are_refused(folder: Path) -> None:
    (folder / "weights.safetensors").rename(folder / "x")
    (folder / "progress.json").rename(folder / "weights.safetensors")
    (folder / "x").rename(folder / "progress.json")
    assert "has 13 bytes instead of 768" in refusal(folder) or "has 768 bytes instead of 13" in refusal(folder)


def test_a_missing_part_is_named(folder: Path) -> None:
    (folder / "progress.json").unlink()
    assert refusal(folder).startswith(f"{folder / 'progress.json'} is missing.")
    (folder / MANIFEST).unlink()
    assert (
        refusal(folder)
        == f"{folder} has no {MANIFEST}: it is not complete. Copy the whole run directory again, or train again."
    )
    assert refusal(folder.with_name("step-9")).startswith(f"{folder.with_name('step-9')} is missing.")


def test_a_link_is_no_file_of_a_checkpoint(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(FILES["progress.json"])
    (folder / "progress.json").unlink()
    (folder / "progress.json").symlink_to(tmp_path / "elsewhere")
    assert refusal(folder).startswith(f"{folder / 'progress.json'} is a link, and links are not followed. Copy the run")


@pytest.mark.parametrize("name", ["../outside", "/etc/hostname", "a/../../outside", "..", ""])
def test_a_manifest_cannot_name_a_file_elsewhere(folder: Path, name: str) -> None:
    (folder.parent / "outside").write_bytes(b"x")
    (folder / MANIFEST).write_bytes(build_manifest({name: b"x"}, {}))
    assert refusal(folder).startswith(f"{folder / MANIFEST} was changed")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "[" * 100000, '{"format_version": 2}', '{"format_version": "x"}', "1"]
)
def test_a_manifest_of_another_shape_is_refused(folder: Path, text: str) -> None:
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    assert str(folder) in refusal(folder)


def test_a_newer_format_is_refused_by_its_number(folder: Path) -> None:
    tree = json.loads((folder / MANIFEST).read_bytes())
    (folder / MANIFEST).write_text(json.dumps(tree | {"format_version": 9}), encoding="utf-8")
    assert refusal(folder).startswith(f"{folder} has format 9; this nmt reads format 2.")


class FailingDisk(Disk):
    """The n-th operation fails."""

    def __init__(self, fails_at: int, number: int) -> None:
        self.left, self.number = fails_at, number

    def _count(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise OSError(self.number, "No space left on device" if self.number == 28 else "Input/output error")

    def make_folder(self, path: Path) -> None:
        self._count()
        super().make_folder(path)

    def write(self, path: Path, data: bytes) -> None:
        if self.left == 1:
            super().write(path, data[: len(data) // 2])
        self._count()
        super().write(path, data)

    def sync(self, path: Path) -> None:
        self._count()
        super().sync(path)

    def rename(self, old: Path, new: Path) -> None:
        self._count()
        super().rename(old, new)


def failure_of(act: Callable[[], None]) -> str:
    """What the DiskError says, or ''."""
    try:
        act()
    except DiskError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("number", [28, 5], ids=["full", "failing"])
def test_whatever_fails_the_folder_is_whole_or_absent_and_nothing_is_left_over(tmp_path: Path, number: int) -> None:
    failures = 0
    for at in range(1, 50):
        directory = tmp_path / f"{at}" / "step-3"
        directory.parent.mkdir()
        message = failure_of(lambda: write_folder(directory, FILES, {}, FailingDisk(at, number)))  # noqa: B023
        if message:
            failures += 1
            assert message.startswith(f"{directory}: ")
            assert ("the disk is full" in message) == (number == 28)
            assert "is intact" in message
        if directory.exists():
            assert read_folder(directory).files == FILES
        assert [path.name for path in directory.parent.iterdir()] in ([], ["step-3"])
    assert failures == 10  # folder, two operations a file and for the manifest, sync, rename, sync


def test_a_message_about_a_full_disk_says_how_much_is_needed(tmp_path: Path) -> None:
    with pytest.raises(DiskError, match=r"the disk is full \(781 bytes are needed, [\d,]+ are free\)"):
        write_folder(tmp_path / "step-3", FILES, {}, FailingDisk(2, 28))


def test_a_folder_goes_by_way_of_another_name(folder: Path) -> None:
    class Watching(Disk):
        def remove(self, path: Path) -> None:
            if path.exists():
                assert not folder.exists()
            super().remove(path)

    remove_folder(folder, Watching())
    assert list(folder.parent.iterdir()) == []


def test_any_content_can_be_stored(tmp_path: Path) -> None:
    generator = random.Random(1)
    for number in range(20):
        files = {f"{index}.bin": generator.randbytes(generator.randrange(100)) for index in range(number % 4)}
        write_folder(tmp_path / f"step-{number}", files, {"number": number}, Disk())
        assert read_folder(tmp_path / f"step-{number}").files == files
