"""nmt shortlist"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nmt.cli.messages import say

if TYPE_CHECKING:
    from nmt.corpus.readers import Pair

Run = Annotated[Path, typer.Argument(metavar="RUN", help="Run directory that `nmt train` made.")]


def shortlist(run: Run) -> None:
    """Prepare `translate --shortlist` for a run.

    Learns from its training text which words translate which.
    """
    from nmt.corpus.checks import check_there_of_run
    from nmt.corpus.encode import read_pairs
    from nmt.corpus.filters import Filters, describe_drops
    from nmt.counted import counted
    from nmt.errors import DataError
    from nmt.experiment import load_experiment
    from nmt.reports.record import RunRecord
    from nmt.training.device import prepare_memory
    from nmt.translation.load import load
    from nmt.translation.shortlist import SHORTLIST_FILE, even_share, learn

    prepare_memory()
    tokenizers = load(run).tokenizers  # checks the run
    corpus = load_experiment(run / "experiment.toml").corpus
    text, filters = corpus.text("train"), Filters(corpus.filters)
    check_there_of_run(text, "train", run)

    def encode(pair: "Pair") -> tuple[list[int], list[int]]:
        """Nothing of a pair that is too long to train on."""
        source, target = tokenizers.source.encode(pair.source), tokenizers.target.encode(pair.target)
        return ([], []) if max(len(source), len(target)) > corpus.max_length else (source, target)

    path = run / "record.json"
    trained_on = RunRecord.load(path).hashes("train") if path.exists() else []
    if trained_on and trained_on != text.hashes():
        say(f"{text.describe()} is not the text that {run} was trained on; the shortlist will be of what it is now.")
    say(f"reading {text.describe()} ...")
    share, num_pairs = even_share(filters.passing(read_pairs(text)), encode)
    if sum(filters.counts.values()):
        say(describe_drops(filters.counts))
    num_read = sum(bool(source and target) for source, target in share)
    if not num_read:
        raise DataError(
            f"{text.describe()}: none of {counted(num_pairs, 'pair')} is left to learn from. The recipe names it."
        )
    vocabularies = tokenizers.source.vocab_size, tokenizers.target.vocab_size
    made = learn(share, *vocabularies, copy=tokenizers.joint)
    made.write(run, tokenizers.fingerprint())
    found = f"{made.num_translated:,} of {vocabularies[0]:,} source pieces have translations"
    say(f"read {num_read:,} of {counted(num_pairs, 'pair')}; {found}")
    print(run / SHORTLIST_FILE)
