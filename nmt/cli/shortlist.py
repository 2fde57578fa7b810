"""nmt shortlist"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nmt.corpus.readers import Text
    from nmt.tokenizer.pair import TokenizerPair

Run = Annotated[Path, typer.Argument(help="Run directory that `nmt train` made.")]


def shortlist(run: Run) -> None:
    """Learn which words translate which from a run's training text, for `nmt translate --shortlist`."""
    from rich.console import Console

    from nmt.experiment import load_experiment
    from nmt.training.device import keep_freed_memory
    from nmt.translation.load import load
    from nmt.translation.shortlist import SHORTLIST_FILE, learn

    keep_freed_memory()
    console = Console(stderr=True)
    tokenizers = load(run).tokenizers  # checks the run
    text = load_experiment(run / "experiment.toml").corpus.text("train")
    console.print(f"nmt: reading {text.describe()} ...", highlight=False, markup=False, soft_wrap=True)
    vocabularies = tokenizers.source.vocab_size, tokenizers.target.vocab_size
    learn(_encoded(text, tokenizers), *vocabularies, copy=tokenizers.joint).write(run, tokenizers.fingerprint())
    print(run / SHORTLIST_FILE)


def _encoded(text: "Text", tokenizers: "TokenizerPair") -> "Iterator[tuple[list[int], list[int]]]":
    from nmt.corpus.encode import read_pairs

    return ((tokenizers.source.encode(pair.source), tokenizers.target.encode(pair.target)) for pair in read_pairs(text))
