"""nmt push"""

from pathlib import Path
from typing import Annotated

import typer

from nmt.cli.streams import writing_to

Run = Annotated[Path, typer.Argument(metavar="RUN", help="Run directory whose training has ended.")]
Repository = Annotated[
    str, typer.Argument(metavar="USER/NAME", help="Repository of the Hugging Face hub; created if it does not exist.")
]
Private = Annotated[bool, typer.Option("--private", help="Only you, or your organisation, can see it.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only list the files, with their sizes; nothing is sent.")]


def push(run: Run, repository: Repository, private: Private = False, dry_run: DryRun = False) -> None:
    """Publish a run on the Hugging Face Hub.

    Weights, tokenizer, recipe and card, not the training state.
    """
    from nmt import publish

    publish.check_name(repository)  # before a token is asked for
    if dry_run:
        files = publish.published_files(run)
        with writing_to():
            for name, data in files.items():
                print(f"{len(data):>12,}  {name}")
        return
    print(publish.publish(run, repository, private, publish.connect()))
