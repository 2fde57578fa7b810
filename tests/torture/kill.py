"""Killed at random instants again and again, a run loses nothing it has saved and ends with the very same bits."""

import shutil
from pathlib import Path
from typing import Any

from nmt.storage.steps import list_steps, newest_whole
from tests.torture.work import differences, doomed, in_process, uninterrupted


def run(folder: Path, model: str, kills: int, seed: int = 1) -> dict[str, Any]:
    """Kill at least `kills` times, over as many runs as that takes; each is compared with an uninterrupted one."""
    training: dict[str, Any] = {}
    whole = folder / f"whole-{model}"
    assert in_process(uninterrupted, folder / "text", model, whole, training) == 0
    done, in_save, lost, different, runs = 0, 0, 0, 0, 0
    attempt = seed * 100_000
    while done < kills or runs == 0:
        directory = folder / f"killed-{model}"
        marker = directory.with_suffix(".in-a-save")
        shutil.rmtree(directory, ignore_errors=True)
        newest = 0
        while not (directory / "record.json").exists():
            attempt += 1
            code = in_process(doomed, folder / "text", model, directory, attempt, training)
            assert code == -9 or (code == 0 and (directory / "record.json").exists()), code
            if code == -9:
                done += 1
                in_save += marker.exists()
                marker.unlink(missing_ok=True)
            found = newest_whole(directory / "state", lambda message: None) if list_steps(directory / "state") else None
            now = found[0] if found else 0
            lost += now < newest
            newest = max(newest, now)
        runs += 1
        different += bool(differences(whole, directory))
    return {"kills": done, "in_a_save": in_save, "runs": runs, "lost": lost, "different": different}
