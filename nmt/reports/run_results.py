"""What a report needs of a run: values only, so that computing and drawing a report need no torch."""

from dataclasses import dataclass
from typing import Any

from nmt.reports.record import RunRecord


@dataclass(frozen=True)
class Validation:
    """One point of the learning curve.

    Attributes:
        update: optimizer steps done.
        train_seconds: training time so far (updates only), over all restarts.
        bleu: on the dev set by greedy search; None when only the loss was measured.
    """

    update: int
    train_seconds: float
    bleu: float | None


@dataclass(frozen=True)
class Alignment:
    """Attention weights of one translation: weights[target position][source position], rows sum to 1."""

    source_tokens: tuple[str, ...]
    target_tokens: tuple[str, ...]
    weights: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Sample:
    """A translation to show, with the attention it was made with, if the model has any."""

    text: str
    alignment: Alignment | None


@dataclass(frozen=True)
class RunResult:
    """One run: how it was trained, and what it made of the test set.

    Attributes:
        name: unique within a report.
        outputs: one translation per test sentence.
        translate_seconds: for all of them, model loading and warm-up excluded.
        search: how it translated: beam, length penalty and the rest of the search's configuration.
        finish_reasons: how many translations ended for which reason.
        num_split: test sentences longer than the model allows, translated in parts and joined.
        samples: translations of the sample sentences, empty in a report without text.
    """

    name: str
    record: RunRecord
    validations: tuple[Validation, ...]
    outputs: tuple[str, ...]
    translate_seconds: float
    search: dict[str, Any]
    finish_reasons: dict[str, int]
    num_split: int
    samples: tuple[Sample, ...] = ()
