"""What has changed since a resumed run last trained: said, and noted for its record."""

from collections.abc import Callable

from nmt.experiment import Experiment
from nmt.reports.record import END_OF_SCHEDULE
from nmt.storage.folder import Folder
from nmt.training.checkpoint import Checkpoints
from nmt.training.progress import Progress
from nmt.training.schedule import learning_rate


def note_changes(
    progress: Progress,
    folder: Folder,
    checkpoints: Checkpoints,
    before: Experiment,
    now: Experiment,
    say: Callable[[str], None],
) -> None:
    """Compare what the state in `folder` was written under, and the recipe `before`, with what holds now."""
    differences = checkpoints.different_conditions(folder)
    for difference in differences:
        say(f"It last ran with {difference}: it goes on, but not with the very bits it would have had.")
    for noted in (differences, _other_ends(before, now)):
        if noted:
            progress.changes.append(f"at update {progress.update}: {', '.join(noted)}")
    old, new = (learning_rate(one.training, progress) for one in (before, now))
    if new > 1.5 * old:  # a later end of the schedule, which undoes much
        say(
            f"The learning rate goes back up to {new:.1e}, where the longer schedule has it. To train on gently, begin "
            f"a new run with init_from = '{checkpoints.directory}' and a small training.learning_rate."
        )


def _other_ends(before: Experiment, now: Experiment) -> list[str]:
    """Ends of the schedule that are others now: with them the learning rates are not those that the recipe tells."""
    if now.training.schedule != "cosine":  # the only one whose rates depend on its end
        return []
    ends = [(key, getattr(before.training, key), getattr(now.training, key)) for key in ("max_updates", "time_limit")]
    return [f"{END_OF_SCHEDULE}{key} {old or 'none'}, now {new or 'none'}" for key, old, new in ends if old != new]
