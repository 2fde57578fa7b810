"""What the torture says of what it found: a refusal is one, and the page hides nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nmt.errors import CheckpointError
from tests.torture import hostile
from tests.torture.report import markdown


def refuse() -> None:
    raise CheckpointError("damaged")


@pytest.mark.parametrize(
    ("act", "wrong"),
    [(refuse, []), (lambda: None, ["loaded"]), ({}.popitem, ["KeyError: 'popitem(): dictionary is empty'"])],
    ids=["refused", "loaded", "another error"],
)
def test_only_an_error_of_ours_is_a_refusal(tmp_path: Path, act: Callable[[], object], wrong: list[str]) -> None:
    assert hostile.attempt(act, [tmp_path / "canary"]) == wrong


def test_an_error_after_the_code_ran_is_no_refusal_and_the_next_kind_is_judged_by_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_and_refuse() -> None:
        (tmp_path / "canary").touch()
        (tmp_path / "outside").touch()
        refuse()

    monkeypatch.setattr(hostile, "in_process", lambda *_: 0)  # no model to spoil is trained
    monkeypatch.setattr(hostile, "hostile_models", lambda *_: [("a pickle", run_and_refuse), ("a script", refuse)])
    monkeypatch.setattr(hostile, "hostile_states", lambda *_: [("a state", refuse)])
    assert hostile.run(tmp_path) == {"trials": 3, "refused": 2, "problems": ["a pickle: its code ran"]}


def row(name: str, result: dict[str, Any], quick: bool) -> str:
    """The one row of a page."""
    machine = {"processor": "a CPU", "python": "3", "torch": "2"}
    about = {"seconds": 60.0, "machine": machine, "commit": "0123456789", "quick": quick}
    page = markdown({"results": {name: {"result": result, **about}}})
    return page.partition("|---|---|---|---|\n")[2].partition("\n")[0]


def test_problems_with_hostile_checkpoints_are_shown() -> None:
    found = {"trials": 2, "refused": 1, "problems": ["a pickle: loaded", "a pickle: its code ran"]}
    said = "1 refused before any code ran, 2 problems"
    assert row("hostile", found, False) == f"| hostile checkpoints | 2 kinds | {said} | 0123456 |"


def test_quick_is_said_of_what_it_cut_and_of_nothing_else() -> None:
    full = {"trials": 2, "clear": 2, "intact": 2, "exact": 2}
    assert "| 2 sizes, cut by --quick |" in row("full disk", full, True)
    assert "| 2 sizes |" in row("full disk", full, False)
    overhead = {"recipe": "a/b.toml", "parameters": 9, "share_of_training": 0.1, "seconds_a_save": 1.0}
    whole = {
        "resume": {"trials": 18, "equal": 18},
        "hostile": {"trials": 2, "refused": 2, "problems": []},
        "overhead, rnn": overhead | {"updates_between_saves": 10},
    }
    for name, result in whole.items():
        assert row(name, result, True) == row(name, result, False)
