"""The counters of a run."""

import pytest

from nmt.training.progress import Progress, ScoredModel, Window


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
        best_steps=[(-3.5, 6), (-3.75, 2)],
        models=[2, 6],
        states=[4, 6],
        left_out=[17, 3],
        skipped=1,
        skipped_in_a_row=1,
        rollbacks=2,
        changes=["at update 4: threads 1, now 2"],
        split_above=900,
        log_bytes=123,
        log_sha256="def",
        window=Window(nll=0.1, norm=0.2, seconds=0.3, tokens=4, updates=5, clipped=6, learning_rate=0.7),
        validated_at=6,
        corpus="abc",
        finish_reason="patience",
    )
    assert Progress.from_json(progress.to_json()) == progress
    assert Progress.from_json(progress.to_json().encode()) == progress
    assert Progress.from_json(Progress().to_json()) == Progress()


def test_throughput_is_tokens_over_training_time() -> None:
    assert Progress(target_tokens=500, train_seconds=2.0).tokens_per_second == 250.0
    assert Progress().tokens_per_second == 0.0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"update":', '"updates":'),
        ('"nll":', '"nil":'),
        ('"update": 0', '"update": "0"'),
        ('"update": 0', '"update": 0.5'),
        ('"update": 0', '"update": null'),
        ('"models": []', '"models": ["a"]'),
        ("{", "[" * 100_000),
    ],
)
def test_an_unknown_counter_is_not_swallowed_and_a_known_one_is_of_its_type(before: str, after: str) -> None:
    text = Progress().to_json()
    assert before in text
    with pytest.raises(ValueError):
        Progress.from_json(text.replace(before, after))


def test_validations_are_noted_and_of_the_states_the_newest() -> None:
    progress = Progress()
    for progress.update in (2, 4, 4, 6):
        progress.note_state(keep=2)
        progress.note_score(1.0, keep=1)
    assert (progress.states, progress.models) == ([4, 6], [2, 4, 6])
    progress.update = 5  # went back
    progress.note_state(keep=2)
    progress.note_score(1.0, keep=1)
    assert (progress.states, progress.models) == ([4, 5], [2, 4, 5])


def test_the_best_scores_are_remembered_and_of_equal_ones_the_earlier_is_the_better() -> None:
    progress = Progress()
    found = []
    for progress.update, score in ((1, 5.0), (2, 7.0), (3, 7.0), (4, 6.0)):
        found.append(progress.note_score(score, keep=3))
    assert found == [True, True, False, False]
    assert progress.best_steps == [(7.0, 2), (7.0, 3), (6.0, 4)]
    assert (progress.best_score, progress.best_update, progress.validations_without_best) == (7.0, 2, 2)


def test_where_the_best_model_is_gone_the_best_of_the_others_takes_its_place() -> None:
    progress = Progress(update=6, best_score=9.0, best_update=2, best_bleu=9.0, best_steps=[(9.0, 2)], validated_at=6)
    others = [ScoredModel(3, None, None), ScoredModel(6, 5.0, 0.5), ScoredModel(5, 5.0, 0.4), ScoredModel(4, 1.0, 0.1)]
    progress.lose_best(others, keep=2)
    assert (progress.best_score, progress.best_update, progress.best_bleu) == (5.0, 5, 0.4)
    assert (progress.best_steps, progress.validated_at) == ([(5.0, 5), (5.0, 6)], 6)
    progress.lose_best(others[:1], keep=2)
    assert (progress.best_score, progress.best_update, progress.best_bleu) == (None, 0, None)
    assert (progress.best_steps, progress.validated_at) == ([], -1)


def test_a_window_gives_means() -> None:
    window = Window()
    window.add(nll=6.0, norm=1.0, clipped=True, rate=0.2, tokens=4, seconds=0.5)
    window.add(nll=2.0, norm=2.0, clipped=False, rate=0.1, tokens=12, seconds=1.5)
    figures = {"nll": 0.5, "learning_rate": 0.1, "gradient_norm": 1.5, "clipped": 0.5, "tokens_per_second": 8.0}
    assert window.figures() == figures
    assert Window().figures()["nll"] == 0.0
