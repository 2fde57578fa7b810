"""Every counter that must survive a restart."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import ClassVar, NamedTuple, Self

from pydantic import ConfigDict, TypeAdapter

_STRICT = ConfigDict(extra="forbid")  # an unknown counter is not swallowed


@dataclass
class Window:
    """Sums over the updates since the last line of the log."""

    __pydantic_config__: ClassVar = _STRICT

    nll: float = 0.0
    norm: float = 0.0
    seconds: float = 0.0
    tokens: int = 0
    updates: int = 0
    clipped: int = 0
    learning_rate: float = 0.0  # of the last of them

    def add(self, nll: float, norm: float, clipped: bool, rate: float, tokens: int, seconds: float) -> None:
        self.nll, self.norm, self.seconds = self.nll + nll, self.norm + norm, self.seconds + seconds
        self.tokens, self.updates, self.clipped = self.tokens + tokens, self.updates + 1, self.clipped + clipped
        self.learning_rate = rate

    def figures(self) -> dict[str, float]:
        """Means: a token's, an update's, a second's; the learning rate of the last update."""
        return {
            "nll": self.nll / max(self.tokens, 1),
            "learning_rate": self.learning_rate,
            "gradient_norm": self.norm / max(self.updates, 1),
            "clipped": self.clipped / max(self.updates, 1),
            "tokens_per_second": self.tokens / max(self.seconds, 1e-9),
        }


class ScoredModel(NamedTuple):
    """A model that is kept, by its update."""

    update: int
    score: float | None  # None: of a version that did not note it
    bleu: float | None


@dataclass
class Progress:
    """Where a run stands. The one mutable value of training: the loop advances it, checkpoints store it."""

    __pydantic_config__: ClassVar = _STRICT

    update: int = 0
    epoch: int = 0
    pool: int = 0  # pools of this epoch already used up
    position: int = 0  # batches of this pool already used, by all processes together
    target_tokens: int = 0  # real ones, end-of-sentence included
    pairs: int = 0  # as often as they were trained on
    train_seconds: float = 0.0  # seconds spent in updates, data included; validation and checkpoints not
    wall_seconds: float = 0.0
    best_score: float | None = None  # larger is better, whatever it measures
    best_update: int = 0
    best_bleu: float | None = None
    best_steps: list[tuple[float, int]] = field(default_factory=list)  # score and update of each, best first
    models: list[int] = field(default_factory=list)  # updates of all validations, each of which left a model
    states: list[int] = field(default_factory=list)  # updates of the newest states that no interruption made
    validations_without_best: int = 0
    clipped: int = 0  # updates whose gradient was cut
    skipped: int = 0  # updates left out because loss or gradient were not finite
    skipped_in_a_row: int = 0
    left_out: list[int] = field(default_factory=list)  # pairs of those since the newest state
    rollbacks: int = 0  # returns to a checkpoint because too many were; each halves the learning rate
    changes: list[str] = field(default_factory=list)  # when it went on under other conditions, and which
    split_above: int = 0  # batches of more padded tokens are split: more ran out of memory (0: none did)
    validated_at: int = -1  # update of the last validation
    corpus: str = ""  # fingerprint of the text and of all that made examples of it
    log_bytes: int = 0  # length of metrics.jsonl
    log_sha256: str = ""  # and its checksum
    window: Window = field(default_factory=Window)
    finish_reason: str = ""  # empty while there is more to do

    @property
    def tokens_per_second(self) -> float:
        return self.target_tokens / self.train_seconds if self.train_seconds else 0.0

    def note_score(self, score: float, keep: int) -> bool:
        """Take in the score of a validation at this update; whether it is the best so far. Remembers `keep` scores."""
        is_best = self.best_score is None or score > self.best_score
        if is_best:
            self.best_score, self.best_update, self.validations_without_best = score, self.update, 0
        else:
            self.validations_without_best += 1
        # The earlier of two equal ones is the better: it took less time.
        self.models = [*(update for update in self.models if update < self.update), self.update]
        self.best_steps = sorted([*self.best_steps, (score, self.update)], key=lambda step: (-step[0], step[1]))[:keep]
        return is_best

    def lose_best(self, others: Iterable[ScoredModel], keep: int) -> None:
        """Take in that the best model is gone; the best of the others takes its place."""
        scored = [(one.score, one.update, one.bleu) for one in others if one.score is not None]
        ranked = sorted(scored, key=lambda one: (-one[0], one[1]))
        self.best_steps = [(score, update) for score, update, _ in ranked[:keep]]
        self.best_score, self.best_update, self.best_bleu = ranked[0] if ranked else (None, 0, None)
        if not ranked:
            self.validated_at = -1  # else a run that has reached its limit would end without a model

    def note_state(self, keep: int) -> None:
        """Take in that this update's state is saved. Remembers `keep` of them."""
        self.states = [*(update for update in self.states if update < self.update), self.update][-keep:]

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Raises ValueError where it is not what to_json wrote."""
        return TypeAdapter(cls).validate_json(text, strict=True)
