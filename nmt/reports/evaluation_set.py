"""The sentences that systems are scored and compared on, and whether they are those of all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from nmt.corpus.checks import check_there_of_run
from nmt.corpus.languages import has_spaces, surely_differ
from nmt.corpus.lines import hash_text
from nmt.corpus.readers import Text
from nmt.errors import ConfigError, DataError
from nmt.reports.record import RunRecord


@dataclass(frozen=True)
class EvaluationSet:
    """A test set: source sentences, one reference for each, and which files they were.

    The hashes identify the files where their text may not be shown; for a data set of the hub or a pipe,
    they are those of the sentences, one a line.
    """

    source_path: Path
    reference_path: Path
    source: tuple[str, ...]
    reference: tuple[str, ...]
    source_sha256: str
    reference_sha256: str

    def __len__(self) -> int:
        return len(self.source)


def recipe_test(run: Path, text: Text | None) -> Text:
    """The test set that the recipe of a run names. Raises ConfigError for None, DataError where it is not there."""
    if text is None:
        raise ConfigError(f"{run}: its recipe names no test set (corpus.test). Give one with --source, --reference.")
    check_there_of_run(text, "test", run, "or give another test set with --source and --reference")
    return text


def common_test(runs: Sequence[Path], records: Sequence[RunRecord]) -> Text:
    """The test set that the recipes of all runs name. Raises as `recipe_test`, and where they name different ones."""
    first = records[0].text("test")
    for run, record in zip(runs, records, strict=True):
        text = record.text("test")
        if text is None:
            return recipe_test(run, None)
        if first and text != first:
            raise ConfigError(
                f"{runs[0]} is tested on {first.describe()} but {run} on {text.describe()}. Scores on different test "
                "sets cannot be compared; choose one for all with --source and --reference."
            )
    return recipe_test(runs[0], first)


def check_languages(runs: Sequence[Path], records: Sequence[RunRecord]) -> None:
    """Raises ConfigError where runs surely translate from or into different languages: no test set is one of all."""
    for side, verb in (("source", "from"), ("target", "into")):
        named = [(run, record.language(side)) for run, record in zip(runs, records, strict=True)]
        for (first, expected), (run, code) in combinations(named, 2):
            if surely_differ(expected, code):
                raise ConfigError(
                    f"{first} translates {verb} {expected} but {run} {verb} {code}. Compare runs of one pair of "
                    "languages."
                )


def load_evaluation_set(text: Text) -> EvaluationSet:
    """Read a test set. Raises DataError when a file is missing, not UTF-8, empty or longer than the other."""
    paths = text.paths() or [Path(text.source)]
    pairs = list(text.pairs())
    if not pairs:
        raise DataError(f"{' and '.join(map(str, paths))}: empty. A test set needs at least one sentence.")
    source, reference = tuple(pair.source for pair in pairs), tuple(pair.target for pair in pairs)
    hashes = hash_text(paths[0], source), hash_text(paths[-1], reference)
    return EvaluationSet(paths[0], paths[-1], source, reference, *hashes)


def pick_samples(evaluation_set: EvaluationSet, number: int) -> tuple[int, ...]:
    """Indices of `number` sentences short enough to show in full, spread evenly over the set.

    Their choice depends on the source alone, so that no system is favoured.
    """
    spaced = has_spaces(evaluation_set.source)
    lengths = [len(line.split()) if spaced else len(line) for line in evaluation_set.source]
    fitting = [i for i, length in enumerate(lengths) if 6 <= length <= 12]
    fitting = fitting if len(fitting) >= number else [i for i, length in enumerate(lengths) if 1 <= length <= 25]
    number = min(number, len(fitting))
    return tuple(fitting[(2 * k + 1) * len(fitting) // (2 * number)] for k in range(number))
