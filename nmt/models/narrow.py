"""A model that can write only some pieces of its vocabulary, so that its softmax costs little."""

from collections.abc import Callable

from torch import Tensor

from nmt.models.base import Memory, Seq2Seq, State
from nmt.models.build import EncoderDecoder
from nmt.models.ensemble import Ensemble


class Narrow(Seq2Seq):
    """`model` restricted to the target pieces `ids` (int64 [n], ascending).

    To its callers a piece is its place in `ids`. Source ids stay as they are.
    """

    def __init__(self, model: EncoderDecoder, ids: Tensor) -> None:
        super().__init__()
        self.model, self.ids = model, ids
        self.feature_dim = model.feature_dim
        self.project: Callable[[Tensor], Tensor] = model.output.rows(ids)

    def encode(self, source: Tensor, source_mask: Tensor) -> Memory:
        return self.model.encode(source, source_mask)

    def start(self, memory: Memory) -> State:
        return self.model.start(memory)

    def step(self, tokens: Tensor, state: State, memory: Memory) -> tuple[Tensor, State]:
        return self.model.step(self.ids[tokens], state, memory)

    def decode(self, target_in: Tensor, memory: Memory) -> Tensor:
        return self.model.decode(self.ids[target_in], memory)

    def logits(self, features: Tensor) -> Tensor:
        """[..., dim] -> [..., n]"""
        return self.project(features)


def narrow(model: Seq2Seq, ids: Tensor) -> Seq2Seq:
    """A model, or each member of an ensemble, restricted to the target pieces `ids` (int64 [n], ascending)."""
    if isinstance(model, Ensemble):
        return Ensemble([narrow(member, ids) for member in model.models])
    assert isinstance(model, EncoderDecoder)
    return Narrow(model, ids)
