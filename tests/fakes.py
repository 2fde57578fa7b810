"""A model whose probabilities are a table, so that what a search should find can be worked out by hand."""

import itertools
from dataclasses import dataclass

import torch
from torch import Tensor

from nmt.models.base import Memory, Seq2Seq, State
from nmt.search.config import SearchConfig
from nmt.search.constraints import NEVER_WRITTEN
from nmt.search.length import penalty
from nmt.tokenizer.base import BOS_ID, EOS_ID


@dataclass(frozen=True)
class TableMemory(Memory):
    source: Tensor  # int64 [sentences, src_len]


@dataclass(frozen=True)
class TableState(State):
    context: Tensor  # int64 [rows, context length], the tokens read so far


class TableModel(Seq2Seq):
    """The next token depends, at random but for good, on the first source token and all target tokens so far."""

    def __init__(self, vocab: int, seed: int, sharpness: float = 2.0) -> None:
        super().__init__()
        self.vocab, self.seed, self.sharpness = vocab, seed, sharpness
        self.anchor = torch.nn.Parameter(torch.zeros(1))  # tells which device the model is on

    def encode(self, source: Tensor, source_mask: Tensor) -> Memory:
        return TableMemory(source)

    def start(self, memory: Memory) -> State:
        assert isinstance(memory, TableMemory)
        sentences, length = memory.source.shape
        return TableState(torch.zeros(sentences, length), torch.zeros(sentences, 0, dtype=torch.int64))

    def step(self, tokens: Tensor, state: State, memory: Memory) -> tuple[Tensor, State]:
        assert isinstance(memory, TableMemory)
        assert isinstance(state, TableState)
        context = torch.cat([state.context, tokens.unsqueeze(1)], dim=1)
        beam = len(tokens) // len(memory.source)
        sentence = memory.source[:, 0].repeat_interleave(beam).tolist()
        rows = [self.row(first, tuple(read[1:])) for first, read in zip(sentence, context.tolist(), strict=True)]
        width = memory.source.shape[1]
        looks = [
            self.look(first, tuple(read[1:]), width) for first, read in zip(sentence, context.tolist(), strict=True)
        ]
        return torch.stack(rows), TableState(torch.stack(looks), context)

    def look(self, first: int, prefix: tuple[int, ...], width: int) -> Tensor:
        """Attention fp64 [width] while the token after `prefix` is written: along the source, a token a step."""
        return torch.nn.functional.one_hot(torch.tensor(min(len(prefix), width - 1)), width).double()

    def row(self, first: int, prefix: tuple[int, ...]) -> Tensor:
        """Logits fp64 [vocab] after a source that begins with `first` and the target tokens `prefix`."""
        key = hash((self.seed, first, prefix)) % (2**31)  # hash() of ints is the same in every process
        return self.sharpness * torch.randn(
            self.vocab, generator=torch.Generator().manual_seed(key), dtype=torch.float64
        )

    def logits(self, features: Tensor) -> Tensor:
        return features


def brute_force(model: TableModel, first: int, config: SearchConfig, limit: int) -> list[tuple[float, tuple[int, ...]]]:
    """Score of every possible hypothesis of at most `limit` tokens that ends, the best first; of it, its tokens."""
    words = [token for token in range(model.vocab) if token not in NEVER_WRITTEN and token != EOS_ID]
    found = []
    for length in range(limit):
        for body in itertools.product(words, repeat=length):
            tokens = (*body, EOS_ID)
            total = sum(
                float(torch.log_softmax(model.row(first, tokens[:place]), dim=-1)[token])
                for place, token in enumerate(tokens)
            )
            found.append((total / penalty(config, len(tokens)), tokens))
    return sorted(found, reverse=True)


class ScriptedModel(TableModel):
    """Logits are the logarithms of probabilities that the test writes down: prefix -> {token: probability}."""

    def __init__(self, vocab: int, script: dict[tuple[int, ...], dict[int, float]]) -> None:
        super().__init__(vocab, seed=0)
        self.script = script

    def row(self, first: int, prefix: tuple[int, ...]) -> Tensor:
        probabilities = torch.full((self.vocab,), 1e-30, dtype=torch.float64)
        for token, probability in self.script.get(prefix, {}).items():
            probabilities[token] = probability
        return probabilities.log()


assert BOS_ID == 2
