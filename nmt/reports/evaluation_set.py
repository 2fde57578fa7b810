"""The sentences that systems are compared on."""

from dataclasses import dataclass
from pathlib import Path

from nmt.corpus.lines import hash_text
from nmt.corpus.readers import Text
from nmt.errors import DataError
from nmt.metrics.languages import has_spaces


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
