"""Run directories as a shell's `runs/*` gives them."""

import os
from collections.abc import Sequence
from pathlib import Path

from nmt.cli.messages import say


def without_our_own(paths: Sequence[Path]) -> list[Path]:
    """Leaves out, with a sentence on stderr, the folders that nmt itself puts beside runs.

    Given alone they stay, for the command to refuse.
    """
    kinds = {path: kind for path in paths if (kind := _kind(path))}
    if len(kinds) == len(paths):
        return list(paths)
    for path, kind in kinds.items():
        say(f"{path} is left out: it is {kind}, not a run.")
    return [path for path in paths if path not in kinds]


def with_record(runs: Sequence[Path]) -> list[Path]:
    """Leaves out, with a sentence on stderr, the folders that have no record of a training.

    Where there would be none left to compare with, all stay, for the command to refuse.
    """
    from nmt.run.resume import is_run

    without = [run for run in runs if run.is_dir() and not (run / "record.json").exists()]
    if len(runs) - len(without) < 2:
        return list(runs)
    kept = [run for run in runs if run not in without]
    for run in without:
        reason = "its training has not stopped yet" if is_run(run) else "it is not the directory of a run"
        instead = f" The others are compared with {kept[0]} in its place." if run == runs[0] else ""
        say(f"{run} is left out: {reason}.{instead}")
    return kept


def _kind(path: Path) -> str:
    """What a folder is that is no run but plainly ours; empty for any other."""
    from nmt.run.resume import PREPARED

    if not path.is_dir() or (path / "experiment.toml").exists():
        return ""
    if os.path.basename(os.path.abspath(path)) == PREPARED:
        return "text that was prepared for training"
    if (path / "results.json").is_file():
        from nmt.reports.write import is_report  # which loads what draws

        return "a report" if is_report(path) else ""
    return ""
