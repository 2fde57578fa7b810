"""Validation: the loss by arithmetic, the score by the translate path."""

from pathlib import Path

import numpy as np
import pytest
import sacrebleu
import torch

from nmt.search.config import SearchConfig
from nmt.tokenizer.base import BOS_ID, EOS_ID
from nmt.training import validate as validate_module
from nmt.training.validate import Validation, dev_loss, validate
from nmt.translation.translator import Translator
from tests.training.jobs import tiny_job


def test_the_dev_loss_is_the_mean_over_all_tokens(tmp_path: Path) -> None:
    job = tiny_job(tmp_path)
    model, examples = job.model.eval(), job.dev.examples
    total, tokens = 0.0, 0
    for index in range(len(examples)):
        source = torch.tensor([[*examples.source[index].tolist(), EOS_ID]])
        target = [*examples.target[index].tolist(), EOS_ID]
        with torch.no_grad():
            features = model(source, torch.ones_like(source, dtype=torch.bool), torch.tensor([[BOS_ID, *target[:-1]]]))
            log_probs = torch.log_softmax(model.logits(features[0]), dim=-1)
        total -= sum(float(log_probs[position, token]) for position, token in enumerate(target))
        tokens += len(target)
    assert dev_loss(model, examples, job.tokenizers, job.machine) == pytest.approx(total / tokens, rel=1e-5)


def test_validation_scores_what_greedy_translation_writes_and_goes_back_to_training(tmp_path: Path) -> None:
    job = tiny_job(tmp_path)
    job.model.train()
    found = validate(job.model, job.dev, job.tokenizers, job.machine, job.about)
    assert job.model.training
    translator = Translator(job.model.eval(), job.tokenizers, SearchConfig(beam=1), job.about.max_length)
    texts = [translation.text for translation in translator.translate([pair.source for pair in job.dev.pairs])]
    expected = sacrebleu.corpus_bleu(texts, [[pair.target for pair in job.dev.pairs]])
    assert found.bleu == pytest.approx(expected.score)
    assert found.loss == dev_loss(job.model, job.dev.examples, job.tokenizers, job.machine)


def test_where_bleu_says_nothing_the_loss_decides_which_model_is_better() -> None:
    worse, better, good = Validation(5.0, 0.3), Validation(4.4, 0.0), Validation(6.0, 1.0)
    ranks = [one.goodness("bleu") for one in (worse, better, good, Validation(3.0, 20.0))]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == 4
    assert better.goodness("loss") > worse.goodness("loss") > good.goodness("loss")


def test_a_language_model_translates_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decoder = {"type": "rnn", "dim": 8, "attention": "none"}
    job = tiny_job(tmp_path, model__encoder={"type": "none"}, model__decoder=decoder)
    monkeypatch.setattr(Translator, "translate", lambda *_: pytest.fail("translated"))
    found = validate(job.model, job.dev, job.tokenizers, job.machine, job.about)
    assert found == Validation(dev_loss(job.model.eval(), job.dev.examples, job.tokenizers, job.machine), None)
    assert found.goodness("bleu") == -found.loss


def test_the_dev_loss_weighs_every_token_alike_in_whatever_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = tiny_job(tmp_path)
    job.model.eval()
    whole = dev_loss(job.model, job.dev.examples, job.tokenizers, job.machine)
    rows = np.arange(len(job.dev.examples))
    monkeypatch.setattr(validate_module, "plan_epoch", lambda *_, **__: [rows[:1], rows[1:]])
    assert dev_loss(job.model, job.dev.examples, job.tokenizers, job.machine) == pytest.approx(whole, rel=1e-6)
