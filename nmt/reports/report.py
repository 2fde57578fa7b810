"""A report as values: all that its renderings show."""

from collections.abc import Mapping
from dataclasses import dataclass

from nmt.metrics import Score
from nmt.reports.buckets import Bucket
from nmt.reports.differences import Example, Lead
from nmt.reports.evaluation_set import EvaluationSet
from nmt.reports.pairings import Pairing, SeedScores
from nmt.reports.pareto import Front
from nmt.reports.run_results import RunResult
from nmt.reports.seeds import System
from nmt.reports.signs import RunSigns
from nmt.reports.times import Level
from nmt.reports.word_matches import WordMatches


@dataclass(frozen=True)
class ScoredRun:
    """A run with its scores: METRICS in their order, then what else was asked for."""

    result: RunResult
    scores: tuple[Score, ...]

    @property
    def name(self) -> str:
        return self.result.name

    @property
    def sentences_per_second(self) -> float:
        return len(self.result.outputs) / max(self.result.translate_seconds, 1e-9)

    def score(self, metric: str) -> Score:
        return next(score for score in self.scores if score.name == metric)


@dataclass(frozen=True)
class Report:
    """All that a report says.

    Attributes:
        runs: every run, as given.
        systems: which of them form one system; of one run where no other differs only in its seed.
        seed_scores: for each system of several seeds its mean of each metric compared.
        pairings: systems other than the first against the first, for each metric compared.
        fronts: BLEU against costs; empty for one run.
        buckets: test sentences by length of the source; `length_unit` says of what, "words" or "characters".
        rarity: test sentences by their rarest word in training; empty where `rarity_note` says why.
        signs: for each run, of outputs that leave something out or say something twice.
        words: for each pairing of systems, whose words are those of the references.
        leads: for each system where it is furthest ahead; empty without text.
        sentences: to search through, largest difference first; empty without text and for one system.
        ratios: test sentences by the length of the reference for its source.
        repetition: test sentences by how the reference repeats words.
        sample_indices: of the sentences whose translations and attention are shown; empty without text.
        differing_indices: of those among `sentences` whose attention is shown; the samples of the runs are
            those of `sample_indices`, then these.
        warnings: what makes the figures less comparable or less complete than they look.
        with_text: whether sentences and words of the test set may be shown.
        created: date of the report, such as "2026-01-31".
        hardware: of the machine that translated; empty where that is not known.
    """

    evaluation_set: EvaluationSet
    runs: tuple[ScoredRun, ...]
    systems: tuple[System, ...]
    seed_scores: tuple[SeedScores, ...]
    pairings: tuple[Pairing, ...]
    levels: tuple[Level, ...]
    fronts: tuple[Front, ...]
    length_unit: str
    buckets: tuple[Bucket, ...]
    rarity: tuple[Bucket, ...]
    rarity_note: str
    ratios: tuple[Bucket, ...]
    repetition: tuple[Bucket, ...]
    signs: tuple[RunSigns, ...]
    words: tuple[WordMatches, ...]
    leads: tuple[Lead, ...]
    sentences: tuple[Example, ...]
    sample_indices: tuple[int, ...]
    differing_indices: tuple[int, ...]
    warnings: tuple[str, ...]
    with_text: bool
    created: str
    hardware: Mapping[str, str | int]

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of the scores that each run has."""
        return tuple(score.name for score in self.runs[0].scores)

    def system_of(self, run: int) -> int:
        """The index of the system that has this run."""
        return next(number for number, system in enumerate(self.systems) if run in system.members)
