"""Scores as sums over segments.

Every metric here is a formula over counts that add up over segments (n-gram matches, edits, lengths). sacreBLEU
extracts the counts and owns the formula. Keeping the counts makes everything else an addition of rows: the score of a
part of the corpus, of one sentence, or of a thousand bootstrap resamples (Koehn, 2004, "Statistical significance tests
for machine translation evaluation"). sacreBLEU has no public call for these counts, so its inner methods are called
here, and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import is_normalized, normalize

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics.base import Metric

from nmt.errors import DataError

NUM_RESAMPLES = 1000
SEED = 12345  # sacreBLEU's default, so that the resamples are the ones its command line draws
_MAX_DRAWS = 4_000_000  # indices held at once while resampling


@dataclass(frozen=True)
class SegmentStatistics:
    """The counts of one system's output, one row per segment.

    Attributes:
        name: the metric's key in `METRICS`.
        metric: the sacreBLEU metric that extracted the counts and turns their sums into a score.
        counts: [segments, counts per segment].
        composed: whether some text was not in composed form (NFC) and was brought into it first.
    """

    name: str
    metric: Metric
    counts: NDArray[np.float64]
    composed: bool = False

    def score(self, segments: Sequence[int] | None = None) -> float:
        """The corpus score, of all segments or only of those named by index."""
        rows = self.counts if segments is None else self.counts[np.asarray(segments, dtype=np.int64)]
        return self.score_of_sums(rows.sum(axis=0))

    def sentence_scores(self) -> NDArray[np.float64]:
        """The score of each segment by itself, [segments]."""
        return np.array([self.score_of_sums(row) for row in self.counts])

    def resampled_scores(
        self, segments: Sequence[int] | None = None, samples: int = NUM_RESAMPLES
    ) -> NDArray[np.float64]:
        """The corpus score of `samples` bootstrap resamples, [samples].

        Two systems' statistics of equally many segments get the same resamples, which is what pairs them.
        """
        rows = self.counts if segments is None else self.counts[np.asarray(segments, dtype=np.int64)]
        return np.array([self.score_of_sums(sums) for sums in resampled_sums(rows, samples, SEED)])

    def signature(self, samples: int | None = None) -> str:
        """sacreBLEU's signature; with `samples`, it also says how the interval was made.

        `unicode:nfc` is ours: sacreBLEU gives this number for text in that form.
        """
        signature = self.metric.get_signature()
        if self.composed:
            signature.update("unicode", "nfc")
        if samples is not None:
            signature.update("bs", samples)
            signature.update("seed", SEED)
        return str(signature)

    def score_of_sums(self, sums: NDArray[np.float64]) -> float:
        """The score that follows from counts added up over segments, [counts per segment]."""
        return float(self.metric._compute_score_from_stats(sums.tolist()).score)


def extract(name: str, metric: Metric, hypotheses: Sequence[str], references: Sequence[str]) -> SegmentStatistics:
    """Counts of every segment. Raises DataError unless there are as many hypotheses as references, and some.

    Both are compared in composed form (NFC), which is what models learn and write: an accent that a reference has as a
    character of its own is no error. sacreBLEU's command line leaves them as they are; for composed text that is the
    same, and for other text the signature says so.
    """
    if len(hypotheses) != len(references):
        raise DataError(
            f"Hypotheses: {len(hypotheses):,}, references: {len(references):,}. A score needs one reference for each "
            "hypothesis, in the same order."
        )
    if not hypotheses:
        raise DataError("There is nothing to score: the hypotheses and references are empty.")
    composed = any(not is_normalized("NFC", text) for texts in (hypotheses, references) for text in texts)
    hypotheses, references = ([normalize("NFC", text) for text in texts] for texts in (hypotheses, references))
    rows = metric._extract_corpus_statistics(hypotheses, [references])
    return SegmentStatistics(name, metric, np.asarray(rows, dtype=np.float64), composed)


def resampled_sums(counts: NDArray[np.float64], samples: int, seed: int) -> NDArray[np.float64]:
    """Column sums of `samples` resamples with replacement of the rows, [samples, columns].

    Each resample is first reduced to how often it holds each row, so that one matrix product replaces the copying of
    samples x rows x columns numbers.
    """
    num_rows = len(counts)
    rng = np.random.default_rng(seed)
    chunk = max(1, _MAX_DRAWS // num_rows)
    sums = []
    for start in range(0, samples, chunk):
        size = min(chunk, samples - start)
        drawn = rng.choice(num_rows, size=(size, num_rows), replace=True)  # [size, num_rows]
        flat = (drawn + num_rows * np.arange(size)[:, None]).ravel()
        times = np.bincount(flat, minlength=size * num_rows).reshape(size, num_rows)
        sums.append(times @ counts)  # [size, columns]
    return np.concatenate(sums)


def interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """The middle 95 % of the values, cut where sacreBLEU cuts: 1/40 of them from either end."""
    ordered = np.sort(values)
    cut = len(ordered) // 40
    return float(ordered[cut]), float(ordered[-1 - cut])
