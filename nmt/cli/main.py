"""The `nmt` command."""

import io
import sys
from typing import Annotated, NoReturn

import typer

from nmt import __version__
from nmt.cli import compare, doctor, evaluate, export, push, shortlist, split, train, translate
from nmt.cli.messages import say
from nmt.errors import NMTError

HELP = "Train a translator on two aligned text files, and translate with it: raw text in, raw text out."
SETTINGS = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings=SETTINGS,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"nmt {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """What goes before a command."""


app.command("split", context_settings=SETTINGS)(split.split)
app.command("train", context_settings=SETTINGS)(train.train)
app.command("translate", context_settings=SETTINGS)(translate.translate)
app.command("evaluate", context_settings=SETTINGS)(evaluate.evaluate)
app.command("compare", context_settings=SETTINGS)(compare.compare)
app.command("export", context_settings=SETTINGS)(export.export)
app.command("shortlist", context_settings=SETTINGS)(shortlist.shortlist)
app.command("push", context_settings=SETTINGS)(push.push)
app.command("doctor", context_settings=SETTINGS)(doctor.doctor)


def main() -> None:
    """Run a command; what people can cause is said in a sentence, with status 2 and no traceback."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # what the terminal's encoding lacks is shown as a question mark
        sys.stdout.reconfigure(errors="replace")
    try:
        app()
    except NMTError as error:
        _give_up(str(error))
    except OSError as error:  # wherever a path is only looked at
        if error.filename is None:
            raise
        owner = ", or ask its owner" * isinstance(error, PermissionError)
        _give_up(f"{error.filename}: {error.strerror}. Give another path{owner}.")


def _give_up(message: str) -> NoReturn:
    say(message, "red")
    sys.exit(2)
