"""The training loop: why it stops, what it leaves, and what an update is."""

import dataclasses
import math
import os
import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from nmt.corpus.batching import make_batch
from nmt.errors import NMTError
from nmt.models.saved import load_model
from nmt.storage.steps import follow, list_steps
from nmt.training import loop, updater, validate
from nmt.training.checkpoint import Checkpoints
from nmt.training.job import Job
from nmt.training.loop import MOST_SKIPPED_IN_A_ROW
from nmt.training.schedule import learning_rate
from nmt.training.validate import Validation
from tests.tiny import invented_pairs
from tests.training.jobs import SilentLog, tiny_job, trainer_on, with_config


def start(folder: Path, **training: Any) -> tuple[Any, SilentLog]:
    """A trainer that has not done anything yet."""
    log = SilentLog()
    return trainer_on(tiny_job(folder, **{f"training__{key}": value for key, value in training.items()}), log), log


def begun_job(folder: Path, **training: Any) -> Job:
    """A job as of a run that begins with the weights of another one."""
    changes = {f"training__{key}": value for key, value in training.items()}
    return dataclasses.replace(tiny_job(folder, **changes), validates_first=True)


@pytest.fixture
def steady_dev_score(monkeypatch: pytest.MonkeyPatch) -> None:
    """Validation that costs nothing and always finds the same."""
    monkeypatch.setattr(loop, "validate", lambda *_: Validation(loss=3.0, bleu=1.0))


def test_a_run_ends_at_its_last_update_and_leaves_everything(tmp_path: Path) -> None:
    trainer, log = start(tmp_path, max_updates=3, validate_every=2)
    progress = trainer.run()
    assert (progress.finish_reason, progress.update) == ("max_updates", 3)
    assert [line["update"] for line in log.validated] == [2, 3]
    run = tmp_path / "run"
    assert {path.name for path in run.iterdir()} == {"models", "state"}
    assert {path.name for path in (run / "models").iterdir()} == {"step-2", "step-3", "best", "last"}
    assert {path.name for path in (run / "state").iterdir()} == {"step-2", "step-3", "latest"}
    assert progress.best_update in (2, 3)
    assert follow(run / "models", "best") == progress.best_update
    assert follow(run / "models", "last") == follow(run / "state", "latest") == 3
    assert 0 < progress.train_seconds < progress.wall_seconds
    load_model(run / "models" / "step-3")


def test_training_time_is_that_of_batches_and_updates_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0

    def taking(seconds: float, function: Any) -> Any:
        def slow(*given: Any, **named: Any) -> Any:
            nonlocal now
            now += seconds
            return function(*given, **named)

        return slow

    monkeypatch.setattr(loop, "time", SimpleNamespace(perf_counter=lambda: now))
    monkeypatch.setattr(loop, "validate", taking(100.0, lambda *_: Validation(3.0, 1.0)))
    monkeypatch.setattr(Checkpoints, "save_state", taking(1000.0, Checkpoints.save_state))
    trainer, _ = start(tmp_path, max_updates=4, validate_every=2)
    trainer.updater.update = taking(1.0, trainer.updater.update)
    trainer._own_batches = taking(0.25, trainer._own_batches)
    assert trainer.run().train_seconds == 4 * 1.25


@pytest.mark.usefixtures("steady_dev_score")
def test_the_last_and_the_best_checkpoints_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scores = iter([3.0, 9.0, 5.0, 8.0, 1.0, 2.0])
    monkeypatch.setattr(loop, "validate", lambda *_: Validation(1.0, next(scores)))
    trainer, _ = start(tmp_path, max_updates=6, validate_every=1, keep_last=1, keep_best=3)
    trainer.run()
    assert list_steps(tmp_path / "run" / "models") == [2, 3, 4, 6]
    assert list_steps(tmp_path / "run" / "state") == [6]
    assert follow(tmp_path / "run" / "models", "best") == 2


@pytest.mark.usefixtures("steady_dev_score")
def test_states_can_be_saved_more_often_than_models_are_validated(tmp_path: Path) -> None:
    trainer, log = start(tmp_path, max_updates=5, validate_every=4, save_every=1, keep_last=9)
    trainer.run()
    assert list_steps(tmp_path / "run" / "state") == [1, 2, 3, 4, 5]
    assert list_steps(tmp_path / "run" / "models") == [line["update"] for line in log.validated] == [4, 5]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.usefixtures("steady_dev_score")
def test_a_signal_lets_the_update_finish_saves_and_ends_the_run(tmp_path: Path, number: signal.Signals) -> None:
    trainer, log = start(tmp_path, max_updates=50)
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    update = trainer.updater.update

    def interrupted(progress: Any, batches: list[Any]) -> Any:
        if trainer.progress.update == 2:
            os.kill(os.getpid(), number)
        return update(progress, batches)

    trainer.updater.update = interrupted
    progress = trainer.run()
    assert (progress.finish_reason, progress.update) == ("interrupted", 3)
    assert log.validated == []  # whoever stops a run does not want to wait
    assert {one: signal.getsignal(one) for one in before} == before
    job = with_config(trainer.job, max_updates=4)
    assert trainer_on(job, log).progress.update == 3


def test_a_run_interrupted_in_its_last_update_is_validated_when_it_goes_on(tmp_path: Path) -> None:
    trainer, log = start(tmp_path, max_updates=2)
    signal_in_update(trainer, 2)
    assert trainer.run().finish_reason == "interrupted"
    assert not (tmp_path / "run" / "models").exists()
    progress = trainer_on(trainer.job, log).run()
    assert (progress.finish_reason, progress.update) == ("max_updates", 2)
    assert follow(tmp_path / "run" / "models", "best") == 2
    assert len(log.validated) == 1


@pytest.mark.parametrize("moment", ["in the update before", "in the dev loss", "in the translation"])
def test_a_validation_is_not_waited_for_when_a_signal_comes_and_is_made_first_when_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    ends, real = [], validate.dev_loss
    for name, signalled in (("whole", False), ("parts", True)):
        (tmp_path / name).mkdir()
        trainer, log = start(tmp_path / name, max_updates=6, validate_every=4)
        if signalled:
            if moment == "in the update before":
                signal_in_update(trainer, 4)
            else:

                def dev_loss(*arguments: Any) -> float:
                    if moment == "in the dev loss":
                        os.kill(os.getpid(), signal.SIGTERM)
                    loss = real(*arguments)
                    assert moment == "in the translation", "the dev loss was computed to its end"
                    os.kill(os.getpid(), signal.SIGTERM)
                    return loss

                monkeypatch.setattr(validate, "dev_loss", dev_loss)
            assert trainer.run().finish_reason == "interrupted"
            monkeypatch.setattr(validate, "dev_loss", real)
            assert (trainer.progress.update, log.validated) == (4, [])
            assert trainer.updater.model.training
            trainer = trainer_on(trainer.job, log)
        progress = trainer.run()
        assert [line["update"] for line in log.validated] == [4, 6]
        ends.append((progress.best_score, progress.models, [p.tolist() for p in trainer.updater.parameters]))
    assert ends[0] == ends[1]


def test_a_signal_in_the_last_validation_does_not_make_the_run_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The validation after the last update is no multiple of validate_every."""
    trainer, log = start(tmp_path, max_updates=6, validate_every=4)
    heed = validate.dev_loss

    def dev_loss(*arguments: Any) -> float:
        if trainer.progress.update == 6:
            os.kill(os.getpid(), signal.SIGTERM)
        return heed(*arguments)

    monkeypatch.setattr(validate, "dev_loss", dev_loss)
    assert trainer.run().finish_reason == "interrupted"
    assert (trainer.progress.update, list_steps(tmp_path / "run" / "state")[-1]) == (6, 6)
    monkeypatch.setattr(validate, "dev_loss", heed)
    progress = trainer_on(trainer.job, log).run()
    assert (progress.update, progress.models, progress.finish_reason) == (6, [4, 6], "max_updates")


@pytest.mark.parametrize("moment", ["before it", "in it", "after it"])
def test_a_model_that_a_run_begins_with_is_validated_first_and_after_a_stop_there_the_run_has_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    ends, heed = [], loop.validate

    def stopped(*arguments: Any) -> Validation:
        if moment == "in it":
            os.kill(os.getpid(), signal.SIGTERM)
        found = heed(*arguments)
        os.kill(os.getpid(), signal.SIGTERM)
        return found

    for name in ("whole", "parts"):
        (tmp_path / name).mkdir()
        log = SilentLog()
        trainer = trainer_on(begun_job(tmp_path / name, max_updates=4, validate_every=2), log)
        if name == "parts":
            monkeypatch.setattr(loop, "validate", stopped)
            if moment == "before it":
                trainer._reason_to_stop = lambda: "interrupted"
            assert trainer.run().finish_reason == "interrupted"
            monkeypatch.setattr(loop, "validate", heed)
            assert (trainer.progress.update, list_steps(tmp_path / name / "run" / "state")) == (0, [0])
            assert trainer.progress.models == ([0] if moment == "after it" else [])
            trainer = trainer_on(begun_job(tmp_path / name, max_updates=4, validate_every=2), log)
        progress = trainer.run()
        assert [line["update"] for line in log.validated] == progress.models == [0, 2, 4]
        ends.append((progress.best_steps, progress.states, [p.tolist() for p in trainer.updater.parameters]))
    assert ends[0] == ends[1]


def test_where_every_update_makes_it_worse_what_a_run_began_with_stays_the_best(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = iter([9.0, 5.0, 8.0])
    monkeypatch.setattr(loop, "validate", lambda *_: Validation(1.0, next(scores)))
    progress = trainer_on(begun_job(tmp_path, max_updates=9, validate_every=2, patience=2), SilentLog()).run()
    assert (progress.finish_reason, progress.update, progress.best_update) == ("patience", 4, 0)
    models = tmp_path / "run" / "models"
    assert (follow(models, "best"), follow(models, "last"), list_steps(models)) == (0, 4, [0, 2, 4])


def test_a_run_is_rolled_back_to_what_it_began_with(tmp_path: Path) -> None:
    log = SilentLog()
    trainer = trainer_on(begun_job(tmp_path, max_updates=8), log)

    def spoil(gradient: Tensor) -> Tensor:
        return gradient * (1.0 if trainer.progress.rollbacks else float("nan"))

    trainer.updater.parameters[0].register_hook(spoil)
    progress = trainer.run()
    assert (progress.update, progress.rollbacks, progress.finish_reason) == (8, 1, "max_updates")
    assert [line["update"] for line in log.faults if line["what"] == "rolled_back"] == [0]
    assert progress.models == [0, 8]


def test_of_a_language_model_the_loss_decides_which_is_best(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = iter([Validation(2.0, None), Validation(1.0, None), Validation(3.0, None)])
    monkeypatch.setattr(loop, "validate", lambda *_: next(found))
    model = {"encoder": {"type": "none"}, "decoder": {"type": "rnn", "dim": 8, "attention": "none"}}
    job = tiny_job(
        tmp_path,
        model__encoder=model["encoder"],
        model__decoder=model["decoder"],
        training__max_updates=3,
        training__validate_every=1,
    )
    progress = trainer_on(job, SilentLog()).run()
    assert (progress.best_update, progress.best_bleu) == (2, None)


def test_the_log_has_no_line_of_updates_that_were_all_left_out_and_the_rate_that_was_used(tmp_path: Path) -> None:
    trainer, log = start(tmp_path, max_updates=4, log_every=1, schedule="inverse_sqrt", warmup=4, learning_rate=0.01)
    spoil_gradients(trainer, {1})
    trainer.run()
    assert [line["update"] for line in log.trained] == [1, 3, 4]
    assert [line["learning_rate"] for line in log.trained] == pytest.approx([0.0025, 0.0075, 0.01])


def signal_in_update(trainer: Any, number: int) -> None:
    """SIGTERM comes in that update, counted from 1."""
    update = trainer.updater.update

    def interrupted(progress: Any, batches: list[Any]) -> Any:
        if progress.update == number - 1:
            os.kill(os.getpid(), signal.SIGTERM)
        return update(progress, batches)

    trainer.updater.update = interrupted


@pytest.mark.usefixtures("steady_dev_score")
def test_going_on_with_a_finished_run_does_not_validate_again(tmp_path: Path) -> None:
    trainer, log = start(tmp_path, max_updates=2)
    trainer.run()
    progress = trainer_on(trainer.job, log).run()
    assert (progress.finish_reason, len(log.validated)) == ("max_updates", 1)


@pytest.mark.usefixtures("steady_dev_score")
def test_the_time_limit_ends_a_run_after_the_update_that_exceeds_it(tmp_path: Path) -> None:
    trainer, log = start(tmp_path, max_updates=50, time_limit=1e-6)
    progress = trainer.run()
    assert (progress.finish_reason, progress.update) == ("time_limit", 1)
    assert len(log.validated) == 1


@pytest.mark.usefixtures("steady_dev_score")
def test_the_time_limit_counts_what_was_trained_before_a_restart(tmp_path: Path) -> None:
    trainer, log = start(tmp_path, max_updates=2)
    trainer.progress.train_seconds = 1000.0  # no second run of 48 updates comes near that by itself
    before = trainer.run().train_seconds
    for limit, last in ((before, 2), (before + 1e-6, 3)):  # no time is left, or time for the beginning of an update
        progress = trainer_on(with_config(trainer.job, max_updates=50, time_limit=limit), log).run()
        assert (progress.finish_reason, progress.update) == ("time_limit", last)


@pytest.mark.usefixtures("steady_dev_score")
def test_patience_counts_validations_without_a_better_score(tmp_path: Path) -> None:
    trainer, log = start(tmp_path, max_updates=50, validate_every=1, patience=2)
    progress = trainer.run()
    assert (progress.finish_reason, progress.update, progress.best_update) == ("patience", 3, 1)
    assert [line["best"] for line in log.validated] == [True, False, False]


def test_patience_that_is_lowered_when_a_run_goes_on_does_not_stop_it_after_a_new_best(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = iter([5.0, 4.0, 9.0, 3.0])
    monkeypatch.setattr(loop, "validate", lambda *_: Validation(1.0, next(scores)))
    trainer, log = start(tmp_path, max_updates=50, validate_every=1)
    signal_in_update(trainer, 3)
    assert (trainer.run().finish_reason, trainer.progress.validations_without_best) == ("interrupted", 1)
    progress = trainer_on(with_config(trainer.job, patience=1), log).run()
    assert (progress.finish_reason, progress.update, progress.best_update) == ("patience", 4, 3)
    assert list_steps(tmp_path / "run" / "state") == [3, 4]


@pytest.mark.parametrize(("best_by", "best"), [("bleu", 2), ("loss", 3)])
def test_the_best_is_the_one_with_the_highest_bleu_or_the_lowest_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, best_by: str, best: int
) -> None:
    results = iter([Validation(3.0, 5.0), Validation(2.5, 9.0), Validation(2.0, 7.0)])
    monkeypatch.setattr(loop, "validate", lambda *_: next(results))
    trainer, _ = start(tmp_path, max_updates=3, validate_every=1, best_by=best_by)
    progress = trainer.run()
    assert progress.best_update == best
    assert progress.best_bleu == {2: 9.0, 3: 7.0}[best]


def double_trainer(folder: Path, seen: list[list[Tensor]], monkeypatch: pytest.MonkeyPatch, **training: Any) -> Any:
    """A trainer in float64 without dropout whose gradients are kept in `seen`."""
    job = tiny_job(folder, model__dropout=0.0, **{f"training__{key}": value for key, value in training.items()})
    trainer = trainer_on(dataclasses.replace(job, model=job.model.double()), SilentLog())
    clip = updater.clip_gradients

    def keep(gradients: list[Tensor], limit: float, *rest: Any) -> tuple[float, bool]:
        seen.append([gradient.clone() for gradient in gradients])
        return clip(gradients, limit, *rest)

    monkeypatch.setattr(updater, "clip_gradients", keep)
    return trainer


def test_accumulating_two_batches_gives_the_gradient_of_one_big_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[Tensor]] = []
    trainer = double_trainer(tmp_path, seen, monkeypatch, learning_rate=1e-12)
    job = trainer.job
    parts = [np.arange(0, 5), np.arange(5, 18)]
    examples = job.corpus.pool(1, 0, 0)
    small = [make_batch(examples, part, job.tokenizers, 1, 0) for part in parts]
    big = make_batch(examples, np.concatenate(parts), job.tokenizers, 1, 0)
    weights = [parameter.detach().clone() for parameter in trainer.updater.parameters]
    tokens, nll, norm, _, _ = trainer.updater.update(trainer.progress, small)
    rate = learning_rate(job.config, trainer.progress)
    for parameter, weight in zip(trainer.updater.parameters, weights, strict=True):
        parameter.data.copy_(weight)
    assert trainer.updater.update(trainer.progress, [big]) == pytest.approx((tokens, nll, norm, False, rate), rel=1e-10)
    assert tokens == big.num_target_tokens == sum(batch.num_target_tokens for batch in small)
    for apart, together in zip(*seen, strict=True):
        torch.testing.assert_close(apart, together, rtol=1e-10, atol=1e-10)


def test_the_gradient_is_that_of_the_mean_loss_of_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[Tensor]] = []
    trainer = double_trainer(tmp_path, seen, monkeypatch, label_smoothing=0.1)
    job = trainer.job
    batch = make_batch(job.corpus.pool(1, 0, 0), np.arange(8), job.tokenizers, 1, 0)
    logits = job.model.logits(job.model(batch.source, batch.source_mask, batch.target_in))[batch.target_mask]
    targets = batch.target_out[batch.target_mask]
    loss = torch.nn.functional.cross_entropy(logits, targets, label_smoothing=0.1)
    expected = torch.autograd.grad(loss, trainer.updater.parameters)
    trainer.updater.update(trainer.progress, [batch])
    for ours, theirs in zip(seen[0], expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-12)


def spoil_gradients(trainer: Any, updates: set[int]) -> None:
    """One gradient is not a number in the given updates (from 0)."""

    def spoil(gradient: Tensor) -> Tensor:
        return gradient * float("nan") if trainer.progress.update in updates else gradient

    trainer.updater.parameters[0].register_hook(spoil)


def values(trainer: Any) -> list[Tensor]:
    """Copies of the weights, their average, and the optimizer's moments."""
    moments = [tensor for state in trainer.updater.optimizer.state.values() for tensor in state.values()]
    kept = *trainer.updater.parameters, *trainer.updater.average.weights.values(), *moments
    return [tensor.detach().clone() for tensor in kept]


def test_an_update_whose_gradient_is_not_finite_is_left_out_whole(tmp_path: Path) -> None:
    trainer, log = start(tmp_path)
    spoil_gradients(trainer, {1})
    trainer.updater.update(trainer.progress, trainer._own_batches())
    before = values(trainer)
    batches = trainer._own_batches()
    trainer.updater.update(trainer.progress, batches)
    for now, then in zip(values(trainer), before, strict=True):
        assert torch.equal(now, then)
    assert (trainer.progress.update, trainer.progress.skipped) == (2, 1)
    pairs = batches[0].indices.tolist()
    assert log.faults == [{"update": 1, "what": "not_finite", "position": 2, "pairs": pairs}]
    shown = ", ".join(map(str, pairs[:8])) + (" ..." if len(pairs) > 8 else "")
    first = invented_pairs()[pairs[0]]
    assert log.said == [
        f"loss or gradient is not finite; this update is left out (pairs {shown}, counted from 0 after filtering; "
        f"the first is '{first.source}' with '{first.target}')."
    ]
    trainer.updater.update(trainer.progress, trainer._own_batches())
    assert not torch.equal(values(trainer)[0], before[0])
    assert trainer.progress.skipped_in_a_row == 0


def test_a_run_that_only_leaves_updates_out_gives_up_with_advice(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)  # ignored where the tests run in the background of a script
    trainer, _ = start(tmp_path, max_updates=99)
    spoil_gradients(trainer, set(range(99)))
    with pytest.raises(
        NMTError,
        match=rf"^{MOST_SKIPPED_IN_A_ROW} updates in a row had no finite gradient\. Begin anew, .*: lower training",
    ):
        trainer.run()
    assert signal.getsignal(signal.SIGINT) is before


def test_the_learning_rate_follows_the_schedule_from_the_first_update_to_the_last(tmp_path: Path) -> None:
    trainer, _ = start(tmp_path, max_updates=40, warmup=2, learning_rate=0.01, schedule="cosine")
    rates = []
    for _ in range(4):
        trainer.updater.update(trainer.progress, trainer._own_batches())
        rates.append(trainer.updater.optimizer.param_groups[0]["lr"])
    falls = [0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)) for done in (1 / 40, 2 / 40, 3 / 40, 4 / 40)]
    assert rates == pytest.approx([0.01 * warm * fall for warm, fall in zip([0.5, 1, 1, 1], falls, strict=True)])


def test_the_learning_rate_falls_with_the_time_limit_where_that_comes_first(tmp_path: Path) -> None:
    trainer, _ = start(tmp_path, max_updates=1000, time_limit=3600.0, warmup=0, learning_rate=0.01, schedule="cosine")
    rates = []
    for seconds in (0.0, 1800.0, 3600.0):
        trainer.progress.train_seconds = seconds
        trainer.updater.update(trainer.progress, trainer._own_batches())
        rates.append(trainer.updater.optimizer.param_groups[0]["lr"])
    by_updates = 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi / 1000))  # the first of a thousand
    assert rates == pytest.approx([0.01 * by_updates, 0.01 * (0.01 + 0.99 * 0.5), 0.01 * 0.01], rel=1e-12)


def test_batches_go_through_epoch_after_epoch_without_leaving_anything_out(tmp_path: Path) -> None:
    trainer, _ = start(tmp_path)
    seen: list[int] = []
    while trainer.progress.epoch < 2:
        seen.extend(index for batch in trainer._own_batches() for index in batch.indices.tolist())
    first, second, third = seen[:60], seen[60:120], seen[120:]
    assert sorted(first) == sorted(second) == list(range(60))
    assert first != second
    assert len(third) > 0


def test_in_pools_too_each_epoch_holds_every_pair_once_and_any_place_of_it_is_found_again(tmp_path: Path) -> None:
    trainer, _ = start(tmp_path)
    corpus = dataclasses.replace(trainer.job.corpus, pool_pairs=16, block_pairs=4)
    trainer.job = dataclasses.replace(trainer.job, corpus=corpus)
    assert corpus.num_pools == 4
    places, seen = [], []
    trainer.plan = trainer._plan()
    while trainer.progress.epoch < 2:
        places.append(dataclasses.replace(trainer.progress))
        seen.append(trainer._own_batches()[0].indices.tolist())
    flat = [index for batch in seen for index in batch]
    assert sorted(flat[:60]) == sorted(flat[60:120]) == list(range(60))
    assert flat[:60] != flat[60:120]
    assert max(place.pool for place in places) == 3
    for place, expected in zip(places, seen, strict=True):
        trainer.progress = place
        trainer.plan = trainer._plan()
        assert trainer._own_batches()[0].indices.tolist() == expected


@pytest.mark.usefixtures("steady_dev_score")
def test_the_log_has_the_mean_over_the_updates_since_its_last_line(tmp_path: Path) -> None:
    trainer, log = start(tmp_path, max_updates=4, log_every=2)
    update, made = trainer.updater.update, []

    def remember(progress: Any, batches: list[Any]) -> Any:
        made.append(update(progress, batches))
        return made[-1]

    trainer.updater.update = remember
    trainer.run()
    assert [line["update"] for line in log.trained] == [2, 4]
    for line, (one, two) in zip(log.trained, [made[:2], made[2:]], strict=True):
        assert line["nll"] == pytest.approx((one[1] + two[1]) / (one[0] + two[0]))
        assert line["gradient_norm"] == pytest.approx((one[2] + two[2]) / 2)
        assert line["clipped"] == (one[3] + two[3]) / 2


def test_what_validates_and_is_kept_is_the_moving_average(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[Tensor]] = []

    def look(model: Any, *_: Any) -> Validation:
        seen.append([parameter.detach().clone() for parameter in model.parameters()])
        return Validation(3.0, 1.0)

    monkeypatch.setattr(loop, "validate", look)
    trainer, _ = start(tmp_path, max_updates=3, learning_rate=0.01)
    trainer.run()
    average, own = list(trainer.updater.average.weights.values()), trainer.updater.parameters
    kept = list(load_model(tmp_path / "run" / "models" / "step-3")[0].parameters())
    for weights in (*seen, kept):
        assert all(torch.equal(one, mean) for one, mean in zip(weights, average, strict=True))
    assert len(seen) == 1
    assert not any(torch.equal(one, mean) for one, mean in zip(own, average, strict=True) if one.dim() > 1)
