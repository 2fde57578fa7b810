"""nmt translate refuses what cannot go together before it opens the output, whatever the input is."""

import shutil
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from nmt.cli import shortlist as learning
from nmt.cli import translate as translating
from nmt.errors import ConfigError

app = typer.Typer()
app.command("shortlist")(learning.shortlist)
app.command("translate")(translating.translate)


@pytest.fixture(scope="module")
def listed(tiny_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a shortlist. Read only."""
    run = Path(shutil.copytree(tiny_run, tmp_path_factory.mktemp("listed") / "run"))
    assert CliRunner().invoke(app, ["shortlist", str(run)]).exit_code == 0
    return run


@pytest.mark.parametrize("text", ["", "der Hund\n"])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--shortlist", "--exact"], "With a shortlist, search.exact = true cannot be kept to"),
        (
            ["--shortlist", "--set", "method=sample"],
            "With a shortlist, search.method = 'sample' cannot be kept to",
        ),
        (["--shortlist", "--glossary", "TERMS"], "A shortlist may lack the terms of a glossary"),
        (["--glossary", "TERMS", "--set", "mbr=chrf"], "A glossary needs beam search"),
        (["--alignment"], "no alignment can be given"),
        (["--set", "coverage=0.2"], "search.coverage has nothing to go by"),
    ],
)
def test_an_earlier_translation_is_still_there(
    listed: Path, tmp_path: Path, options: list[str], message: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "terms.tsv").write_text("hund\tdog\n", encoding="utf-8")
    (tmp_path / "out").write_text("as it was\n", encoding="utf-8")
    monkeypatch.setattr("nmt.translation.translator._looks", lambda model: False)  # as without attention
    given = [str(tmp_path / "terms.tsv") if option == "TERMS" else option for option in options]
    done = CliRunner().invoke(app, ["translate", str(listed), "-o", str(tmp_path / "out"), *given], input=text)
    assert isinstance(done.exception, ConfigError)
    assert message in str(done.exception)
    assert (tmp_path / "out").read_text(encoding="utf-8") == "as it was\n"
