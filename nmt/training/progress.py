"""Every counter that must survive a restart."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass
class Progress:
    """Where a run stands. The one mutable value of training: the loop advances it, checkpoints store it."""

    update: int = 0
    epoch: int = 0
    pool: int = 0  # pools of this epoch already used up
    position: int = 0  # batches of this pool already used
    target_tokens: int = 0  # real ones, end-of-sentence included
    train_seconds: float = 0.0  # seconds spent in updates, data included; validation and checkpoints not
    wall_seconds: float = 0.0
    best_score: float | None = None  # larger is better, whatever it measures
    best_update: int = 0
    best_bleu: float | None = None
    validations_without_best: int = 0
    clipped: int = 0  # updates whose gradient was cut
    skipped: int = 0  # updates left out because a gradient was not finite
    validated_at: int = -1  # update of the last validation
    corpus: str = ""  # fingerprint of the text and of all that made examples of it
    finish_reason: str = ""  # empty while there is more to do

    @property
    def tokens_per_second(self) -> float:
        return self.target_tokens / self.train_seconds if self.train_seconds else 0.0

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        tree: dict[str, Any] = json.loads(text)
        return cls(**tree)
