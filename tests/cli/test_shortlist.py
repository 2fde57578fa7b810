"""nmt shortlist, and translating with it and in 8 bits"""

import re
import shutil
from pathlib import Path

import typer
from typer.testing import CliRunner

import nmt
from nmt.cli import shortlist as command
from nmt.cli import translate as translating
from nmt.search.hypothesis import SearchConfig
from nmt.translation.shortlist import SHORTLIST_FILE
from tests.tiny import invented_pairs

LINES = [pair.source for pair in invented_pairs()[:3]]
SEARCH = SearchConfig(max_length_ratio=1.0, max_length_extra=2)
SHORT = ["--set", "max_length_ratio=1.0", "--set", "max_length_extra=2"]

app = typer.Typer()
app.command("shortlist")(command.shortlist)
app.command("translate")(translating.translate)


def test_a_shortlist_is_learnt_from_the_runs_own_text_and_used(tiny_run: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(tiny_run, run)
    done = CliRunner().invoke(app, ["shortlist", str(run)])
    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == str(run / SHORTLIST_FILE)
    assert re.search(r"read 60 of 60 pairs; \d+ of \d+ source pieces have translations", done.stderr)
    text = "".join(f"{line}\n" for line in LINES)
    done = CliRunner().invoke(app, ["translate", str(run), "--shortlist", *SHORT], input=text)
    expected = nmt.load(run, shortlist=True).translate(LINES, SEARCH)
    assert done.stdout.split("\n") == [*(one.text for one in expected), ""]


def test_8_bits_are_what_the_python_interface_gives(tiny_run: Path) -> None:
    text = "".join(f"{line}\n" for line in LINES)
    done = CliRunner().invoke(app, ["translate", str(tiny_run), "--int8", *SHORT], input=text)
    expected = nmt.load(tiny_run, int8=True).translate(LINES, SEARCH)
    assert done.stdout.split("\n") == [*(one.text for one in expected), ""]
