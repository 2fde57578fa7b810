"""After a power cut at any instant, a run has its old checkpoint or the new one, whole."""

import itertools
import json
import shutil
from collections.abc import Hashable
from pathlib import Path

import pytest

from nmt.errors import CheckpointError
from nmt.storage.disk import Disk, replace_file
from nmt.storage.folder import Folder, read_folder, write_folder
from nmt.storage.steps import follow, list_steps, newest_whole, recover, step_dir
from tests.storage.forgetful import ForgetfulDisk, Tree, put_on_disk, tree_of
from tests.training.states import is_of, save


class Cuts:
    """Cuts the power after every operation, in every way that the disk may then be found."""

    def __init__(self, run: Path, scratch: Path) -> None:
        self.run, self.scratch = run, scratch
        self.numbers = itertools.count()
        self.durable_step = 0  # of the last save that had ended
        self.saving = 0
        self.seen: set[tuple[Hashable, ...]] = set()

    def __call__(self, disk: ForgetfulDisk) -> None:
        for operations in disk.states():
            tree = tree_of(operations, self.run.parent)
            state = (self.durable_step, self.saving, *tree.items())
            if state not in self.seen:
                self.seen.add(state)
                self.check(tree)

    def check(self, tree: Tree) -> None:
        root = self.scratch / str(next(self.numbers))
        put_on_disk(tree, self.run.parent, root)
        run, damaged = root / "run", []
        recover(run / "state", Disk())  # as the next start does
        found = newest_whole(run / "state", damaged.append) if list_steps(run / "state") else None
        update = found[0] if found else 0
        assert update in (self.durable_step, self.saving), sorted(tree)
        if found:
            assert is_of(found[1].files, update)
            assert json.loads(found[1].files["progress.json"])["update"] == update
        if self.durable_step:
            pointers = [("models", "best"), ("models", "last"), ("state", "latest")]
            for directory, name in pointers[: 3 if self.saving > self.durable_step else 2]:
                pointed = follow(run / directory, name)
                assert pointed in (self.durable_step, self.saving)
                assert is_of(read_folder(step_dir(run / directory, pointed)).files, pointed)
        shutil.rmtree(root)


def test_a_power_cut_leaves_the_old_checkpoint_or_the_new_one(tmp_path: Path) -> None:
    run = tmp_path / "disk" / "run"
    run.parent.mkdir()
    (tmp_path / "cuts").mkdir()
    cuts = Cuts(run, tmp_path / "cuts")
    disk = ForgetfulDisk(cuts)
    for update in (1, 2, 3):
        cuts.saving = update
        save(run, update, disk)
        cuts.durable_step = update
        cuts(disk)
    assert len(cuts.seen) > 400  # disks that differ
    assert list_steps(run / "state") == [2, 3]


def test_a_power_cut_while_a_state_takes_the_place_of_one_of_its_number_leaves_one_of_them(tmp_path: Path) -> None:
    run = tmp_path / "disk" / "run"
    run.parent.mkdir()
    (tmp_path / "cuts").mkdir()
    cuts = Cuts(run, tmp_path / "cuts")
    disk = ForgetfulDisk(lambda disk: None)
    save(run, 1, disk)
    cuts.saving = cuts.durable_step = 1
    disk.after_each = cuts
    save(run, 1, disk, seconds=2.0)
    assert len(cuts.seen) > 30
    assert json.loads(read_folder(run / "state" / "step-1").files["progress.json"])["wall_seconds"] == 2.0


class NoSync(ForgetfulDisk):
    """As a disk that was never asked to sync files, or folders."""

    def __init__(self, cuts: Cuts, files: bool) -> None:
        super().__init__(cuts)
        self.files = files

    def sync(self, path: Path) -> None:
        if path.is_dir() == self.files:
            super().sync(path)


@pytest.mark.parametrize("files", [True, False], ids=["files", "folders"])
def test_without_a_sync_a_power_cut_would_lose_something(tmp_path: Path, files: bool) -> None:
    run = tmp_path / "disk" / "run"
    run.parent.mkdir()
    (tmp_path / "cuts").mkdir()
    cuts = Cuts(run, tmp_path / "cuts")

    def save_all() -> None:
        disk = NoSync(cuts, files)
        for update in (1, 2, 3):
            cuts.saving = update
            save(run, update, disk)
            cuts.durable_step = update
            cuts(disk)

    with pytest.raises((AssertionError, CheckpointError)):
        save_all()


def test_a_replaced_file_is_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    root = tmp_path / "disk"
    root.mkdir()
    path, found = root / "file", set()

    def check(disk: ForgetfulDisk) -> None:
        for number, operations in enumerate(disk.states()):
            there = tmp_path / f"{len(disk.operations)}-{len(disk.durable)}-{number}"
            there.mkdir(exist_ok=True)
            put_on_disk(tree_of(operations, root), root, there)
            found.add((there / "file").read_bytes() if (there / "file").exists() else None)

    disk = ForgetfulDisk(check)
    replace_file(path, b"old content", disk)
    assert found == {None, b"old content"}
    found.clear()
    replace_file(path, b"new content", disk)
    assert found == {b"old content", b"new content"}


def test_a_folder_that_is_written_again_as_it_is_stays_untouched(tmp_path: Path) -> None:
    disk = Disk()
    write_folder(tmp_path / "step-1", {"a": b"1"}, {}, disk)
    before = (tmp_path / "step-1" / "a").stat()
    write_folder(tmp_path / "step-1", {"a": b"1"}, {}, disk)
    assert (tmp_path / "step-1" / "a").stat().st_ino == before.st_ino
    write_folder(tmp_path / "step-1", {"a": b"2"}, {}, disk)
    assert read_folder(tmp_path / "step-1") == Folder({"a": b"2"}, {})
    assert [path.name for path in tmp_path.iterdir()] == ["step-1"]
