"""nmt shortlist, and translating with it and in 8 bits"""

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import nmt
from nmt.cli import doctor as examining
from nmt.cli import shortlist as command
from nmt.cli import translate as translating
from nmt.errors import DataError
from nmt.search.config import SearchConfig
from nmt.translation import load as loads
from nmt.translation.shortlist import SHORTLIST_FILE
from nmt.translation.translator import Translator
from tests.tiny import invented_pairs, make_experiment
from tests.tiny import run as train

LINES = [pair.source for pair in invented_pairs()[:3]]
SEARCH = SearchConfig(max_length_ratio=1.0, max_length_extra=2)
SHORT = ["--set", "max_length_ratio=1.0", "--set", "max_length_extra=2"]

app = typer.Typer()
app.command("shortlist")(command.shortlist)
app.command("doctor")(examining.doctor)
app.command("translate")(translating.translate)


def test_a_shortlist_is_learnt_from_the_runs_own_text_and_used(run_copy: Path) -> None:
    done = CliRunner().invoke(app, ["shortlist", str(run_copy)])
    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == str(run_copy / SHORTLIST_FILE)
    assert re.search(r"read 60 of 60 pairs; \d+ of \d+ source pieces have translations", done.stderr)
    text = "".join(f"{line}\n" for line in LINES)
    done = CliRunner().invoke(app, ["translate", str(run_copy), "--shortlist", *SHORT], input=text)
    expected = nmt.load(run_copy, shortlist=True).translate(LINES, SEARCH)
    assert done.stdout.split("\n") == [*(one.text for one in expected), ""]


def test_only_what_was_trained_on_is_learnt_from(tmp_path: Path) -> None:
    train(make_experiment(tmp_path / "text"), tmp_path / "run")
    odd = [("ß" * 2100, "the" * 700), ("Hund " * 40, "dog " * 40), ("Hund", "dog")]  # too long; in tokens; neither
    for name, lines in zip(("train.de", "train.en"), zip(*odd, strict=True), strict=True):
        with (tmp_path / "text" / name).open("a", encoding="utf-8") as stream:
            stream.writelines(f"{line}\n" for line in lines)
    done = CliRunner().invoke(app, ["shortlist", str(tmp_path / "run")])
    assert done.exit_code == 0, done.output
    assert "Filters dropped 1 pair: too_long_characters 1." in done.stderr
    assert "read 61 of 62 pairs; " in done.stderr


def test_a_missing_training_text_is_said_to_be_named_by_the_run(tmp_path: Path) -> None:
    train(make_experiment(tmp_path / "text"), tmp_path / "run")
    path, recipe = tmp_path / "text" / "train.de", tmp_path / "run" / "experiment.toml"
    path.unlink()
    failure = CliRunner().invoke(app, ["shortlist", str(tmp_path / "run")]).exception
    assert str(failure) == (
        f"{path}: no such file. It is corpus.train of {recipe}. Run `nmt` where the run was trained."
    )


def test_text_that_was_not_trained_on_is_said_and_none_at_all_refused(tmp_path: Path) -> None:
    train(make_experiment(tmp_path / "text"), tmp_path / "run")
    files = [tmp_path / "text" / name for name in ("train.de", "train.en")]
    for path in files:
        path.write_text(path.read_text(encoding="utf-8") + "Nein.\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["shortlist", str(tmp_path / "run")])
    assert done.exit_code == 0, done.output
    assert f"is not the text that {tmp_path / 'run'} was trained on;" in done.stderr
    for path in files:
        path.write_text("", encoding="utf-8")
    done = CliRunner().invoke(app, ["shortlist", str(tmp_path / "run")])
    assert isinstance(done.exception, DataError)
    assert "none of 0 pairs is left to learn from." in str(done.exception)


def test_a_damaged_shortlist_is_seen_by_the_doctor(run_copy: Path) -> None:
    assert CliRunner().invoke(app, ["shortlist", str(run_copy)]).exit_code == 0
    assert CliRunner().invoke(app, ["doctor", str(run_copy)]).exit_code == 0
    path = run_copy / SHORTLIST_FILE
    path.write_bytes(path.read_bytes()[:-1] + b"\x7f")
    done = CliRunner().invoke(app, ["doctor", str(run_copy)])
    assert (done.exit_code, done.stdout) == (
        1,
        f"{path} was changed after it was written: its checksum differs. `nmt shortlist {run_copy}` makes a new one.\n",
    )


@pytest.mark.parametrize("flags", [[], ["--int8"], ["--shortlist"], ["--int8", "--shortlist"]], ids=" ".join)
def test_each_option_is_passed_on(tiny_run: Path, flags: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def loading(runs: list[Path], checkpoint: str, search: SearchConfig, int8: bool, shortlist: bool) -> Translator:
        asked.append((runs, checkpoint, int8, shortlist))
        return load(runs, checkpoint, search)

    load = loads.load
    monkeypatch.setattr(loads, "load", loading)
    given = ["translate", str(tiny_run), "--checkpoint", "last", *SHORT, *flags]
    assert CliRunner().invoke(app, given, input="").exit_code == 0
    assert asked == [([tiny_run], "last", "--int8" in flags, "--shortlist" in flags)]


def test_8_bits_are_what_the_python_interface_gives(tiny_run: Path) -> None:
    text = "".join(f"{line}\n" for line in LINES)
    done = CliRunner().invoke(app, ["translate", str(tiny_run), "--int8", *SHORT], input=text)
    expected = nmt.load(tiny_run, int8=True).translate(LINES, SEARCH)
    assert done.stdout.split("\n") == [*(one.text for one in expected), ""]
