"""Updates that are not finite: which pairs were in them."""

from dataclasses import dataclass

from torch import Tensor

from nmt.corpus.batching import Batch
from nmt.tokenizer.base import Tokenizer
from nmt.tokenizer.pair import TokenizerPair
from nmt.training.distributed import Workers

_SHOWN_PAIRS, _SHOWN_CHARACTERS = 8, 60


@dataclass(frozen=True)
class Guilty:
    """The pairs of the processes whose loss is not finite, or of all where each loss is and the gradient is not."""

    pairs: list[int]  # rows of the encoded corpus: from 0, without what filters dropped
    first: tuple[str, str]  # the text of the first of them, shortened

    def describe(self) -> str:
        """In words."""
        shown = ", ".join(map(str, self.pairs[:_SHOWN_PAIRS])) + (" ..." if len(self.pairs) > _SHOWN_PAIRS else "")
        return f"pairs {shown}, counted from 0 after filtering; the first is '{self.first[0]}' with '{self.first[1]}'"


def find_guilty(batches: list[Batch], nll: float, tokenizers: TokenizerPair, workers: Workers) -> Guilty:
    """The pairs to look at, from what each process has had in its batches and their summed loss."""
    pairs = [int(index) for batch in batches for index in batch.indices]
    texts = _text(tokenizers.source, batches[0].source[0]), _text(tokenizers.target, batches[0].target_out[0])
    everyone = workers.gather({"nll": str(nll), "pairs": pairs, "first": texts})
    guilty = [one for one in everyone if one["nll"] in ("nan", "inf")] or everyone
    source, target = guilty[0]["first"]
    return Guilty([index for one in guilty for index in one["pairs"]], (source, target))


def _text(tokenizer: Tokenizer, ids: Tensor) -> str:
    text = tokenizer.decode(ids.tolist())
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 3] + "..."
