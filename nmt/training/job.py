"""What a call of `train` is given, and when it has nothing more to do."""

from dataclasses import dataclass

from nmt.corpus.pools import TrainingCorpus
from nmt.models.build import EncoderDecoder
from nmt.models.saved import SavedModel
from nmt.tokenizer.pair import TokenizerPair
from nmt.training.checkpoint import Checkpoints
from nmt.training.config import TrainingConfig
from nmt.training.device import Machine
from nmt.training.distributed import ALONE, Workers
from nmt.training.progress import Progress
from nmt.training.validate import DevSet


@dataclass(frozen=True)
class Job:
    """What to train, on what, and where the results go."""

    model: EncoderDecoder
    about: SavedModel
    corpus: TrainingCorpus
    tokenizers: TokenizerPair
    dev: DevSet
    config: TrainingConfig
    machine: Machine
    seed: int
    checkpoints: Checkpoints
    launched: float  # time.perf_counter() when the command began, where wall-clock time begins
    fingerprint: str  # of the corpus: a run goes on only with the same text
    workers: Workers = ALONE
    validates_first: bool = False  # before the first update: what a run begins with may stay the best

    @property
    def holders(self) -> Workers:
        """The processes over which the model is spread: this one alone unless it is sharded."""
        return self.workers if self.config.shard else ALONE


def reason_to_stop(progress: Progress, config: TrainingConfig) -> str:
    """The limit that leaves nothing to do, or ''."""
    if progress.update >= config.max_updates:
        return "max_updates"
    if config.time_limit is not None and progress.train_seconds >= config.time_limit:
        return "time_limit"
    if config.patience and progress.validations_without_best >= config.patience:
        return "patience"
    return ""
