"""How a model is trained."""

import math
import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from nmt.config import Config


def parse_duration(text: str) -> float:
    """'90', '90s', '30m' or '2h' as seconds. Raises ValueError."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([smh]?)", text.strip())
    seconds = float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[match[2]] if match else 0.0
    if not 0.0 < seconds < math.inf:
        raise ValueError("give a number above zero and s, m or h, such as 90s, 30m or 2h.")
    return seconds


def _time_limit(value: object) -> object:
    """A duration in words becomes seconds; 'none' takes the limit of a recipe away."""
    if not isinstance(value, str):
        return value
    try:
        return None if value == "none" else parse_duration(value)
    except ValueError as error:
        raise ValueError(f"training.time_limit = '{value}': {error}") from None


def _two_numbers(value: Any) -> Any:
    is_pair = isinstance(value, list | tuple) and len(value) == 2
    if not is_pair or not all(type(beta) in (int, float) for beta in value):
        raise ValueError(f"training.betas = {value!r} must be two numbers, as in [0.9, 0.98].")
    return value


class TrainingConfig(Config):
    """An update is one step of the optimizer over `accumulate` batches of at most `batch_tokens` target tokens, padding
    included, and at most twice as many source tokens (more with `tokenizer.sampling`: what is drawn is longer than the
    usual segmentation, by which batches are made). `warmup`, `validate_every`, `save_every` and `log_every` count
    updates. `time_limit` is of training, summed over restarts, in seconds or as "30m" or "2h"; "none" takes that of a
    recipe away. A cosine schedule ends at whichever of `time_limit` and `max_updates` comes first (so that the result
    depends on the speed of the machine), and its warm-up takes a tenth of that at most.

    A checkpoint is saved at each validation, and after every `save_every` updates where that is not 0. The last
    `keep_last` and the best `keep_best` models are kept, and the last `keep_last` states to resume from; `best_by` says
    what best is: BLEU of greedy translations of the dev set (below 1, the loss decides), or the loss on it; of a
    language model always the loss.

    `patience` counts validations without a better dev score; 0 turns early stopping off. `ema` is the decay of the
    moving average of the weights, which is what validates and translates; 0 turns it off. `clip_norm` is the largest
    norm of the gradient, which a larger one is scaled down to; 0 turns it off. `weight_decay` shrinks the weights apart
    from the gradient (adamw), or is an L2 penalty in it (adam, where it is 0 unless it is given).

    `precision` auto is bf16 where the device has instructions for it, else fp32. `threads` 0 is what
    OMP_NUM_THREADS says, or all cores that it may use; there are never more.

    `shard` spreads weights, optimizer and average over the processes that torchrun started (see recipes/README.md);
    of one process there is nothing to spread.

    `r_drop` is the alpha of R-Drop (Liang et al., 2021): a second pass over each batch, whose distributions must agree
    with those of the first in spite of dropout. It makes an update twice as long; 0 turns it off, and 5 is the paper's.
    """

    max_updates: int = Field(2000, ge=1)
    time_limit: Annotated[float | None, BeforeValidator(_time_limit)] = Field(None, gt=0.0)
    patience: int = Field(0, ge=0)
    batch_tokens: int = Field(4096, ge=1)
    accumulate: int = Field(1, ge=1)
    optimizer: Literal["adamw", "adam"] = "adamw"
    learning_rate: float = Field(1e-3, gt=0.0)
    betas: Annotated[tuple[float, float], BeforeValidator(_two_numbers)] = Field((0.9, 0.98), strict=False)
    weight_decay: float = Field(0.01, ge=0.0)
    schedule: Literal["constant", "inverse_sqrt", "cosine"] = "cosine"
    warmup: int = Field(200, ge=0)
    clip_norm: float = Field(1.0, ge=0.0)
    label_smoothing: float = Field(0.1, ge=0.0, lt=1.0)
    r_drop: float = Field(0.0, ge=0.0)
    ema: float = Field(0.999, ge=0.0, lt=1.0)
    validate_every: int = Field(250, ge=1)
    save_every: int = Field(0, ge=0)
    keep_last: int = Field(2, ge=1)
    keep_best: int = Field(1, ge=1)
    log_every: int = Field(10, ge=1)
    best_by: Literal["bleu", "loss"] = "bleu"
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    threads: int = Field(0, ge=0)
    shard: bool = False

    @model_validator(mode="before")
    @classmethod
    def _plain_adam_does_not_decay(cls, tree: Any) -> Any:
        if isinstance(tree, dict) and tree.get("optimizer") == "adam":
            return {"weight_decay": 0.0, **tree}
        return tree

    @model_validator(mode="after")
    def _betas_below_one(self) -> "TrainingConfig":
        if not all(0.0 <= beta < 1.0 for beta in self.betas):
            raise ValueError(f"training.betas = {list(self.betas)} must be at least 0 and below 1.")
        return self
