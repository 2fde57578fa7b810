"""The counters of a run."""

import pytest

from nmt.training.progress import Progress


def test_every_counter_survives_being_written_and_read() -> None:
    progress = Progress(
        update=7,
        epoch=1,
        pool=2,
        position=3,
        target_tokens=700,
        train_seconds=1.25,
        wall_seconds=2.5,
        best_score=-3.5,
        best_update=6,
        best_bleu=12.5,
        validations_without_best=2,
        clipped=4,
        skipped=1,
        validated_at=6,
        corpus="abc",
        finish_reason="patience",
    )
    assert Progress.from_json(progress.to_json()) == progress
    assert Progress.from_json(progress.to_json().encode()) == progress
    assert Progress.from_json("{}") == Progress()


def test_throughput_is_tokens_over_training_time() -> None:
    assert Progress(target_tokens=500, train_seconds=2.0).tokens_per_second == 250.0
    assert Progress().tokens_per_second == 0.0


def test_an_unknown_counter_is_not_swallowed() -> None:
    with pytest.raises(TypeError, match="updates"):
        Progress.from_json('{"updates": 3}')
