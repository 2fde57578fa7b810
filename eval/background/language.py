"""Language models: how well each network guesses the next word of a sentence from the words before it.

On the English side of the embedded phrasebook. Perplexity is the exponential of the nats a token on sentences that
were not trained on. The bag of words is the mean of all words before, in no order: what a CBOW model would know.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from math import exp, log
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from learning import learn, mean_loss
from networks import WRITERS, language_model
from nmt.corpus.batching import Batch, pad, places_of
from nmt.models.build import count_parameters
from nmt.models.embedding import Embedding, OutputProjection
from nmt.tokenizer.base import BOS_ID, EOS_ID
from nmt.tokenizer.sentencepiece import TokenizerConfig, train_sentencepiece

TEXT = Path(__file__).resolve().parents[2] / "data" / "phrasebook"
VOCAB, WIDTH, ROWS, UPDATES = 1000, 128, 64, 500
FEW, FEW_UPDATES = 1000, 800  # sentences seen again and again, to see what overfits
Sentences = list[list[int]]


class BagOfWords(nn.Module):
    """The next word from the mean of the embeddings before it (CBOW: Mikolov et al., 2013); ids as any Seq2Seq."""

    def __init__(self, vocab: int, width: int) -> None:
        super().__init__()
        self.embedding = Embedding(vocab, width, 0.0, 0.0)
        self.hidden = nn.Linear(width, width)
        self.output = OutputProjection(vocab, width, self.embedding)

    def forward(self, source: Tensor, source_mask: Tensor, target_in: Tensor) -> Tensor:
        """Features [batch, tgt_len, width]; there is no source."""
        embedded = self.embedding(target_in)
        count = torch.arange(1, embedded.shape[1] + 1, device=embedded.device).unsqueeze(-1)
        return torch.tanh(self.hidden(embedded.cumsum(dim=1) / count))


def read_sentences() -> tuple[Sentences, Sentences]:
    """Ids of the English sentences to train on and of those to test on."""
    if not (TEXT / "train.en").exists():
        raise SystemExit("The phrasebook is missing: python data/phrasebook/prepare.py writes it.")
    files = [(TEXT / name).read_text(encoding="utf-8") for name in ("train.en", "dev.en")]
    texts = [content.removesuffix("\n").split("\n") for content in files]
    tokenizer = train_sentencepiece(texts[0], TokenizerConfig(vocab_size=VOCAB), print)
    train, dev = (tokenizer.encode_all(part) for part in texts)
    return train, dev


def batches(sentences: Sentences) -> Iterator[Batch]:
    """All of them once, in order, as targets of an empty source."""
    for start in range(0, len(sentences), ROWS):
        rows = sentences[start : start + ROWS]
        target_in, _ = pad([[BOS_ID, *row] for row in rows])
        target_out, mask = pad([[*row, EOS_ID] for row in rows])
        source = torch.full((len(rows), 1), EOS_ID)
        yield Batch(source, source > 0, target_in, target_out, mask, places_of(mask), torch.arange(len(rows)).numpy())


def endless(sentences: Sentences, seed: int) -> Iterator[Batch]:
    """The same epoch after epoch; batches of like lengths, in a random order."""
    shuffling = random.Random(seed)
    while True:
        order = sorted(sentences, key=lambda sentence: (len(sentence), shuffling.random()))
        epoch = list(batches(order))
        shuffling.shuffle(epoch)
        yield from epoch


def unigram(train: Sentences, dev: Sentences) -> float:
    """Perplexity of what looks at no word before: how often each piece occurs, plus one."""
    counts = Counter(token for sentence in train for token in [*sentence, EOS_ID])
    total = sum(counts.values()) + VOCAB
    tokens = [token for sentence in dev for token in [*sentence, EOS_ID]]
    return exp(-sum(log((counts[token] + 1) / total) for token in tokens) / len(tokens))


def networks(names: Sequence[str], seed: int, dropout: float = 0.0) -> Iterator[tuple[str, nn.Module]]:
    """A new model of each name."""
    for name in names:
        if name == "bag of words":
            torch.manual_seed(seed)
            yield name, BagOfWords(VOCAB, WIDTH)
        else:
            yield name, language_model(WRITERS[name], VOCAB, WIDTH, seed, dropout)


def measure(name: str, model: nn.Module, train: Sentences, dev: Sentences, updates: int, seed: int) -> dict[str, Any]:
    """Train for so many updates; perplexity on sentences of the training text and on others, and how fast it was."""
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    chosen = list(islice(endless(train, seed), updates))
    started = time.perf_counter()
    steps = list(learn(model, chosen, optimizer, clip_norm=1.0))
    seconds = time.perf_counter() - started
    return {
        "network": name,
        "parameters": count_parameters(model),
        "updates": len(steps),
        "train_perplexity": exp(mean_loss(model, batches(train[: len(dev)]))),
        "perplexity": exp(mean_loss(model, batches(dev))),
        "seconds": seconds,
        "tokens_per_second": sum(batch.num_target_tokens for batch in chosen) / seconds,
    }
