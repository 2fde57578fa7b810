"""The disk is full: one clear sentence, the old checkpoint intact, and with room made the run ends as ever."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from nmt.errors import DiskError
from nmt.storage.steps import list_steps, newest_whole
from tests.torture.work import differences, in_process, make_experiment, train, uninterrupted

TRAINING: dict[str, Any] = {"max_updates": 12, "validate_every": 4, "keep_last": 2}


def mount(where: Path, size: int) -> bool:
    """A file system of that many bytes; False where this user may not make one."""
    where.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(where)]
    return (
        shutil.which("mount") is not None and subprocess.run(command, capture_output=True, check=False).returncode == 0
    )


def resize(where: Path, size: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(where)], check=True, capture_output=True)


def unmount(where: Path) -> None:
    subprocess.run(["umount", "-l", str(where)], check=False, capture_output=True)


def on_a_full_disk(folder: Path, directory: Path, answer: Path) -> None:
    """Train; what is said goes to a file on another disk."""
    try:
        train(make_experiment(folder, "rnn", **TRAINING), directory)
    except DiskError as error:
        answer.write_text(str(error), encoding="utf-8")
        sys.exit(2)
    os._exit(0)


def run(folder: Path, sizes: int) -> dict[str, Any]:
    """Disks of so many sizes, from one that holds hardly anything to one that is nearly large enough."""
    whole = folder / "whole-full"
    assert in_process(uninterrupted, folder / "text", "rnn", whole, TRAINING) == 0
    needed = sum(path.stat().st_size for path in whole.rglob("*") if path.is_file())
    results: dict[str, Any] = {"trials": 0, "clear": 0, "intact": 0, "exact": 0, "enough_room": 0, "problems": []}
    for number in range(sizes):
        disk, answer = folder / "disk", folder / "answer"
        answer.unlink(missing_ok=True)
        size = int(needed * (0.12 + 0.9 * number / sizes)) // 4096 * 4096
        if not mount(disk, size):
            return {"skipped": "mounting a small file system is not allowed here"}
        try:
            # What is prepared of the text is another matter: it is there already, on another disk.
            shutil.copytree(folder / "prepared", folder / "elsewhere", dirs_exist_ok=True)
            (disk / "prepared").symlink_to(folder / "elsewhere")
            code = in_process(on_a_full_disk, folder / "text", disk / "run", answer)
            results["trials"] += 1
            if code == 0:
                results["enough_room"] += 1
            said = answer.read_text(encoding="utf-8") if answer.exists() else ""
            clear = code == 0 or (code == 2 and "the disk is full" in said and str(disk) in said)
            results["clear"] += clear
            fell_back: list[str] = []
            if list_steps(disk / "run" / "state"):
                newest_whole(disk / "run" / "state", fell_back.append)
            results["intact"] += not fell_back
            resize(disk, 4 * needed)
            exact = in_process(uninterrupted, folder / "text", "rnn", disk / "run", TRAINING) == 0
            exact = exact and differences(whole, disk / "run") == []
            results["exact"] += exact
            if not (clear and exact and not fell_back):
                results["problems"].append(f"{size} bytes: exit {code}, {said!r}, {fell_back}, exact {exact}")
        finally:
            unmount(disk)
    return results
