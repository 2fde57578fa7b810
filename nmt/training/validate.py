"""Validation: the translate path on the dev set, and the loss on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch

from nmt.corpus.batching import make_batch, plan_epoch
from nmt.corpus.examples import Examples
from nmt.corpus.readers import Pair
from nmt.metrics.scores import score
from nmt.models.build import EncoderDecoder
from nmt.models.saved import SavedModel
from nmt.search.config import SearchConfig
from nmt.tokenizer.pair import TokenizerPair
from nmt.training.device import Machine
from nmt.training.loss import cross_entropy
from nmt.translation.translator import Translator

GREEDY = SearchConfig(beam=1)


@dataclass(frozen=True)
class DevSet:
    """Text to translate and score, and the same encoded for the loss."""

    pairs: Sequence[Pair]
    examples: Examples
    target_language: str


@dataclass(frozen=True)
class Validation:
    loss: float  # nats a token, without smoothing
    bleu: float | None  # sacreBLEU, greedy search; of a language model, which translates nothing, there is none

    def goodness(self, best_by: Literal["bleu", "loss"]) -> float:
        """A number that is larger for the better of two. BLEU below 1 is chance: there the loss decides."""
        if best_by == "loss" or self.bleu is None:
            return -self.loss
        return self.bleu if self.bleu >= 1.0 else 1.0 / (1.0 + self.loss)


def validate(
    model: EncoderDecoder,
    dev: DevSet,
    tokenizers: TokenizerPair,
    machine: Machine,
    about: SavedModel,
    tick: Callable[[int], None] = lambda _: None,
) -> Validation:
    """Loss and BLEU of the model as it is now; leaves it in training mode.

    `tick` is told after each batch how many sentences it had, and may raise to end this early.
    """
    model.eval()
    try:
        with machine.autocast():
            loss = dev_loss(model, dev.examples, tokenizers, machine, tick)
        if about.model.encoder.type == "none":
            return Validation(loss, None)
        # In the precision of `nmt translate`.
        translator = Translator(model, tokenizers, GREEDY, about.max_length, max_sentences=about.max_sentences)
        translations = translator.translate([pair.source for pair in dev.pairs], tick=tick)
    finally:
        model.train()
    hypotheses, references = [translation.text for translation in translations], [pair.target for pair in dev.pairs]
    (bleu,) = score(["BLEU"], hypotheses, references, intervals=False, target_language=dev.target_language)
    return Validation(loss, bleu.value)


@torch.no_grad()
def dev_loss(
    model: EncoderDecoder,
    examples: Examples,
    tokenizers: TokenizerPair,
    machine: Machine,
    tick: Callable[[int], None] = lambda _: None,
) -> float:
    """Negative log-likelihood in nats a token, end-of-sentence included; `tick` as of `validate`."""
    total, tokens = 0.0, 0
    plain = Examples(examples.source, examples.target)
    for indices in plan_epoch(plain, batch_tokens=4096, seed=0, epoch=0):
        batch = make_batch(plain, indices, tokenizers, seed=0, epoch=0).to(machine.device)
        features = model(batch.source, batch.source_mask, batch.target_in)
        output = model.output
        loss = cross_entropy(features, output.weight, output.bias, batch.target_out, batch.real, 0.0)
        total, tokens = total + float(loss.nll), tokens + loss.num_tokens
        tick(len(indices))
    return total / tokens
