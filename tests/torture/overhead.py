"""What saving costs: seconds of a checkpoint against the seconds of training between two of them."""

import time
from pathlib import Path
from typing import Any

from rich.console import Console

from nmt.experiment import load_experiment
from nmt.reports.record import RunRecord
from nmt.run import train as run_module
from nmt.training.loop import _Trainer

SAVES = 5


def run(folder: Path, recipe: Path, updates: int) -> dict[str, Any]:
    """The recipe's model for some updates, then several checkpoints, each timed."""
    experiment = load_experiment(recipe, [f"training.max_updates={updates}", "training.time_limit=600"])
    seconds: list[float] = []
    save = _Trainer._save

    def timed(trainer: Any, **_: Any) -> None:
        for number in range(SAVES):
            trainer.progress.update += number > 0  # each a step of its own
            trainer.progress.note_score(float(number), keep=1)
            job, before = trainer.job, time.perf_counter()
            job.checkpoints.save_model(job.model, job.about, trainer.progress, float(number))
            save(trainer)
            seconds.append(time.perf_counter() - before)

    _Trainer._save = timed  # type: ignore[method-assign]
    try:
        run_module.train_run(experiment, folder / "overhead", Console(quiet=True))
    finally:
        _Trainer._save = save  # type: ignore[method-assign]
    record = RunRecord.load(folder / "overhead" / "record.json")
    update_seconds = record.train_seconds / updates
    between = load_experiment(recipe).training.validate_every * update_seconds
    middle = sorted(seconds)[len(seconds) // 2]
    return {
        "recipe": f"{recipe.parent.name}/{recipe.name}",
        "parameters": record.parameters,
        "seconds_an_update": round(update_seconds, 4),
        "updates_between_saves": load_experiment(recipe).training.validate_every,
        "seconds_a_save": round(middle, 4),
        "slowest_save": round(max(seconds), 4),
        "share_of_training": round(middle / between, 5),
    }
