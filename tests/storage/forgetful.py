"""A disk that loses, in a power cut, whatever was not synced: the states it may be in afterwards, all of them small.

Every operation is kept. After a cut, what was synced is there; of the rest any part may be: the content of a file that
was not synced is gone, half or whole, and of the operations on names in an unsynced folder the first few have reached
the disk, or all but one of them (Pillai et al., 2014, found every one of these on file systems in use).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nmt.storage.disk import Disk


@dataclass(frozen=True)
class Operation:
    kind: str  # folder, file (its name), content, rename, remove
    path: Path
    data: bytes = b""
    new: Path | None = None


class ForgetfulDisk(Disk):
    """Works on the real file system and keeps what was done, and what of it was made durable."""

    def __init__(self, after_each: Callable[["ForgetfulDisk"], None]) -> None:
        self.after_each = after_each
        self.operations: list[Operation] = []
        self.durable: set[int] = set()

    def make_folder(self, path: Path) -> None:
        super().make_folder(path)
        self._note(Operation("folder", path))

    def write(self, path: Path, data: bytes) -> None:
        if not path.exists():
            self._note(Operation("file", path))
        super().write(path, data)
        self._note(Operation("content", path, data))

    def sync(self, path: Path) -> None:
        super().sync(path)
        for number, operation in enumerate(self.operations):
            where = operation.path if operation.kind == "content" else operation.path.parent
            if where == path:
                self.durable.add(number)
        self.after_each(self)

    def rename(self, old: Path, new: Path) -> None:
        super().rename(old, new)
        self._note(Operation("rename", old, new=new))

    def remove(self, path: Path) -> None:
        if path.is_dir():
            for inside in sorted(path.iterdir()):
                inside.unlink()
                self._note(Operation("remove", inside))
            path.rmdir()
            self._note(Operation("remove", path))
        elif path.exists():
            path.unlink()
            self._note(Operation("remove", path))

    def _note(self, operation: Operation) -> None:
        self.operations.append(operation)
        self.after_each(self)

    def states(self) -> Iterator[list[Operation]]:
        """What may be on the disk if the power is cut now: the operations that reached it, in order."""
        pending = [number for number in range(len(self.operations)) if number not in self.durable]
        names = [number for number in pending if self.operations[number].kind != "content"]
        contents = [number for number in pending if self.operations[number].kind == "content"]
        lost_names = [names[count:] for count in range(len(names) + 1)] + [[one] for one in names]
        for lost in lost_names:
            for share in (0.0, 0.5, 1.0) if contents else (1.0,):
                yield [
                    Operation(one.kind, one.path, one.data[: int(len(one.data) * share)], one.new)
                    if number in contents
                    else one
                    for number, one in enumerate(self.operations)
                    if number not in lost
                ]


Tree = dict[Path, bytes | None]  # what is there; of a folder None


def tree_of(operations: list[Operation], root: Path) -> Tree:
    """What these operations leave in the folder `root`; what cannot be done any more is left out."""
    tree: Tree = {root: None}

    def below(path: Path) -> list[Path]:
        inside = f"{path}/"
        return [other for other in tree if str(other).startswith(inside)]

    for one in operations:
        path, is_there = one.path, one.path in tree
        if one.kind in ("folder", "file"):
            if not is_there and tree.get(path.parent, b"") is None:
                tree[path] = None if one.kind == "folder" else b""
        elif not is_there:
            continue  # it, or its folder, did not reach the disk
        elif one.kind == "content":
            tree[path] = one.data
        elif one.kind == "rename":
            assert one.new is not None
            if tree.get(one.new.parent, b"") is None and not below(one.new):
                for old in [path, *below(path)]:
                    tree[one.new / old.relative_to(path)] = tree.pop(old)
        elif not below(path):
            del tree[path]
    return tree


def put_on_disk(tree: Tree, old_root: Path, new_root: Path) -> None:
    """Make in the folder `new_root` what is in `old_root` of the tree."""
    for path, data in sorted(tree.items(), key=lambda item: item[0].parts):
        there = new_root / path.relative_to(old_root)
        if data is None:
            there.mkdir(exist_ok=True)
        else:
            there.write_bytes(data)
