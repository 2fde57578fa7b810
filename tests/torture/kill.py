"""Killed at random instants again and again, a run loses nothing it has saved and ends with the very same bits."""

import shutil
from pathlib import Path
from typing import Any

from nmt.storage.disk import Disk
from nmt.storage.steps import newest_whole, recover
from tests.torture.work import differences, doomed, in_process, uninterrupted

# Of 24 updates, the last is saved with every third and again when it is validated: one state takes another's place.
TRAINING: dict[str, Any] = {"validate_every": 9}


def run(folder: Path, model: str, kills: int, seed: int = 1) -> dict[str, Any]:
    """Kill at least `kills` times, over as many runs as that takes; each is compared with an uninterrupted one."""
    whole = folder / f"whole-kill-{model}"
    assert in_process(uninterrupted, folder / "text", model, whole, TRAINING) == 0
    done, in_save, lost, different, runs = 0, 0, 0, 0, 0
    attempt = seed * 100_000
    while done < kills or runs == 0:
        directory = folder / f"killed-{model}"
        marker, saved = (directory.with_suffix(end) for end in (".in-a-save", ".saved"))
        shutil.rmtree(directory, ignore_errors=True)
        saved.write_text("0\n", encoding="utf-8")
        while not (directory / "record.json").exists():
            attempt += 1
            code = in_process(doomed, folder / "text", model, directory, attempt, TRAINING)
            assert code == -9 or (code == 0 and (directory / "record.json").exists()), code
            if code == -9:
                done += 1
                in_save += marker.exists()
                marker.unlink(missing_ok=True)
            recover(directory / "state", Disk())  # as the next start does
            found = newest_whole(directory / "state", lambda message: None)
            lost += (found[0] if found else 0) < int(saved.read_text(encoding="utf-8").split()[-1])
        runs += 1
        different += bool(differences(whole, directory))
    assert kills < 100 or in_save >= 0.3 * done, f"only {in_save} of {done} kills were during a save"
    return {"kills": done, "in_a_save": in_save, "runs": runs, "lost": lost, "different": different}
