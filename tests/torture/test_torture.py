"""A little of what `recipes/torture.sh` does at length."""

from pathlib import Path

import pytest

from tests.torture import full, hostile, kill, ranks, resume, rot, syscalls
from tests.torture.work import MODELS

CASES = [("rnn", places) for places in resume.PLACES]
CASES += [
    (model, places) for model in MODELS if model != "rnn" for places in (["accumulation"], ["update 4", "update 5"])
]


@pytest.mark.parametrize(("model", "places"), CASES, ids=lambda case: case if isinstance(case, str) else " ".join(case))
def test_a_run_that_was_stopped_ends_with_the_bits_of_one_that_was_not(
    shared: Path, model: str, places: list[str]
) -> None:
    assert resume.check(shared, model, places) == []


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for the module: the uninterrupted runs are trained once."""
    return tmp_path_factory.mktemp("torture")


def test_killed_at_random_instants_a_run_loses_nothing(shared: Path) -> None:
    result = kill.run(shared, "rnn", kills=10)
    assert result["kills"] >= 10
    assert result["in_a_save"] >= 3
    assert (result["lost"], result["different"]) == (0, 0)


def test_whichever_system_call_of_a_save_fails_there_is_a_whole_checkpoint(tmp_path: Path) -> None:
    if not syscalls.available(tmp_path):
        pytest.skip("strace is not here or may not trace")
    result = syscalls.run(tmp_path, [syscalls.Case(1), syscalls.Case(2), syscalls.Case(2, again=True)], every=15)
    assert result["trials"] >= 50
    assert result["fired"] == result["trials"]
    assert (result["torn"], result["tracebacks"]) == ([], [])
    assert (result["not_repaired"], result["not_killed"]) == ([], [])


def test_changed_bytes_are_found_and_never_used(shared: Path) -> None:
    for kind, result in rot.run(shared, {"flip": 40, "cut": 10, "swap": 5}).items():
        assert (kind, result["missed"], result["silently_used"]) == (kind, [], [])


def test_a_full_disk_is_said_clearly_and_costs_nothing(shared: Path) -> None:
    result = full.run(shared, sizes=3)
    if "skipped" in result:
        pytest.skip(result["skipped"])
    assert result["problems"] == []
    assert result["clear"] == result["exact"] == result["intact"] == 3
    assert result["enough_room"] < 3


def test_hostile_checkpoints_are_refused_before_any_code_runs(shared: Path) -> None:
    result = hostile.run(shared)
    assert result["problems"] == []
    assert result["refused"] == result["trials"] >= 100


def test_a_killed_process_under_torchrun_starts_again_and_ends_with_the_same_bits(tmp_path: Path) -> None:
    result = ranks.run(tmp_path, runs=1, kills=3)
    assert (result["failed"], result["hangs"], result["different"]) == ([], 0, 0)
    assert result["kills"] == 3
