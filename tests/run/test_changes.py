"""What has changed since a run last trained."""

from pathlib import Path

import pytest

from nmt.reports.record import RunRecord
from tests.run.begun import same
from tests.tiny import run


def test_a_schedule_that_is_made_longer_says_where_the_learning_rate_goes_back_to(begun: Path) -> None:
    """A cosine: a hundredth of the peak at its end, and 0.01 + 0.99 (1 + cos 2/3 pi) / 2 of it at two thirds."""
    assert "learning rate" not in run(same(begun, training__max_updates=3), begun)[1]  # the third of three is the end
    _, said = run(same(begun, training__max_updates=6), begun)
    assert "The learning rate goes back up to 2.6e-04, where the longer schedule has it. To train on gently," in said
    assert f"init_from = '{begun}'" in said
    assert RunRecord.load(begun / "record.json").changes == [
        "at update 2: training.max_updates 2, now 3",
        "at update 3: training.max_updates 3, now 6",
    ]


def test_a_run_that_goes_on_under_other_conditions_says_so(begun: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nmt.training.device.available_cores", lambda: 2)
    assert RunRecord.load(begun / "record.json").changes == []
    at = RunRecord.load(begun / "record.json").updates
    _, said = run(same(begun, training__max_updates=at + 1, training__threads=2), begun)
    assert "It last ran with threads 1, now 2: it goes on, but not with the very bits it would have had." in said
    run(same(begun, training__max_updates=at + 2, training__threads=2), begun)  # as before: nothing to note
    run(same(begun, training__max_updates=at + 3, training__threads=1), begun)
    changes = RunRecord.load(begun / "record.json").changes
    assert [change for change in changes if "threads" in change] == [
        f"at update {at}: threads 1, now 2",
        f"at update {at + 2}: threads 2, now 1",
    ]
    assert f"at update {at}: threads 1, now 2" in (begun / "README.md").read_text(encoding="utf-8")
