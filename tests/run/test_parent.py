"""A run that begins with the tokenizer and the weights of another."""

import gc
import os
import re
import shutil
import signal
import weakref
from pathlib import Path
from typing import Any

import pytest
import torch

import nmt
from nmt.errors import CheckpointError, ConfigError
from nmt.experiment import Experiment, load_experiment
from nmt.models.saved import load_model
from nmt.reports.card import card_of
from nmt.reports.collect import read_validations
from nmt.run.parent import doubts_about, load_parent
from nmt.storage.disk import Disk
from nmt.storage.steps import point
from nmt.training import loop
from nmt.training.loop import train
from nmt.training.updater import Updater
from nmt.training.validate import Validation
from nmt.translation.load import load_member
from tests.tiny import invented_pairs, make_experiment, run, write_lines


@pytest.fixture
def other_text(tmp_path: Path) -> Path:
    """Text with words that the parent has never seen."""
    folder = tmp_path / "other"
    folder.mkdir()
    for side, old, new in (("de", "Hund", "Dackel"), ("en", "dog", "dachshund")):
        lines = [getattr(pair, {"de": "source", "en": "target"}[side]).replace(old, new) for pair in invented_pairs()]
        write_lines(folder / f"train.{side}", lines[:30])
        write_lines(folder / f"dev.{side}", lines[30:33])
    return folder


@pytest.fixture
def child(tiny_run: Path, other_text: Path) -> Experiment:
    return make_experiment(other_text, init_from=str(tiny_run))


def weights(directory: Path) -> dict[str, torch.Tensor]:
    model, _, _ = load_member(directory, "last")
    return {name: parameter.detach() for name, parameter in model.named_parameters()}


def test_it_begins_where_the_other_run_was_best_and_keeps_its_tokenizer(
    tiny_run: Path, other_text: Path, tmp_path: Path
) -> None:
    still = {"training__learning_rate": 1e-12, "training__max_updates": 1, "seed": 7}
    experiment = make_experiment(other_text, init_from=str(tiny_run), **still)
    said = run(experiment, tmp_path / "child")[1]
    assert f"It begins with the tokenizer and the best model of {tiny_run}." in said
    assert "Training the tokenizer" not in said
    before, after = weights(tiny_run), weights(tmp_path / "child")
    assert before.keys() == after.keys()
    assert all(torch.allclose(after[name], value, rtol=0, atol=1e-9) for name, value in before.items())
    drawn = make_experiment(other_text, **still)
    run(drawn, tmp_path / "drawn")
    assert not any(
        torch.allclose(value, before[name], atol=1e-3)
        for name, value in weights(tmp_path / "drawn").items()
        if value.shape == before[name].shape and value.dim() > 1
    )
    assert (tmp_path / "child" / "tokenizer.model").read_bytes() == (tiny_run / "tokenizer.model").read_bytes()
    assert nmt.load(tmp_path / "child").translate(["der Dackel malt ein Haus."])[0].text is not None


def test_what_was_prepared_for_one_tokenizer_is_not_taken_for_another(
    child: Experiment, other_text: Path, tmp_path: Path
) -> None:
    run(make_experiment(other_text), tmp_path / "alone")
    run(child, tmp_path / "child")
    assert len([path for path in (tmp_path / "prepared").iterdir() if path.is_dir()]) == 2


def test_a_run_that_makes_its_model_worse_keeps_the_one_it_began_with_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(make_experiment(tmp_path / "text"), tmp_path / "parent")
    scores = iter([9.0, 5.0, 6.0])
    monkeypatch.setattr("nmt.training.loop.validate", lambda *_: Validation(1.0, next(scores)))
    changes = {"training__validate_every": 1, "init_from": str(tmp_path / "parent")}
    directory = tmp_path / "child"
    said = run(make_experiment(tmp_path / "text", **changes), directory)[1]
    assert "tiny · update 0 · epoch 1 · 0:00 trained · dev loss 1.000 · dev BLEU 9.00 (best)" in said
    assert "the model it began with is still the best, with 9.00 BLEU on the dev set: no later one was better." in said
    assert "with another --out and a lower training.learning_rate or more text" in said
    best, _, _ = load_member(directory, "best")
    before, _, _ = load_member(tmp_path / "parent", "best")
    pairs = zip(best.parameters(), before.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)
    curve = read_validations(directory / "metrics.jsonl")
    assert [(point.update, point.bleu) for point in curve] == [(0, 9.0), (1, 5.0), (2, 6.0)]
    card = card_of(directory).replace("\\", "")
    assert "| best update | 0, what it began with |" in card
    assert "It is the model that training began with: a part of 60 sentence pairs gave none that was better" in card
    assert "It has learned" not in card


def test_a_run_that_was_stopped_before_it_was_validated_claims_nothing_of_what_it_began_with(
    child: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heed = loop.validate

    def stopped(*arguments: Any) -> Validation:
        os.kill(os.getpid(), signal.SIGTERM)
        return heed(*arguments)

    monkeypatch.setattr(loop, "validate", stopped)
    assert run(child, tmp_path / "child")[0] == "interrupted"
    card = card_of(tmp_path / "child").replace("\\", "")
    assert "what it began with |" not in card
    assert "It is the model that training began with" not in card


@pytest.mark.parametrize("rate", [1e-4, 1e-3])
def test_a_learning_rate_as_high_as_that_of_the_other_run_is_doubted(tmp_path: Path, rate: float) -> None:
    run(make_experiment(tmp_path / "text"), tmp_path / "parent")  # with 1e-3
    child = make_experiment(tmp_path / "text", init_from=str(tmp_path / "parent"), training__learning_rate=rate)
    doubt = f"training.learning_rate = 0.001 is not below that of {tmp_path / 'parent'} (0.001): fine-tuning usually"
    assert (f"{doubt} wants a lower one, such as 0.0001." in run(child, tmp_path / "child")[1]) == (rate == 1e-3)


def test_its_card_says_what_it_began_with(child: Experiment, tiny_run: Path, tmp_path: Path) -> None:
    run(child, tmp_path / "child")
    card = card_of(tmp_path / "child").replace("\\", "")
    assert f"| begun with | tokenizer and model of {tiny_run.name} |" in card
    assert re.search(r"It has learned from a part of \d+ sentence pairs after what it began with\.", card)
    assert "begun with" not in card_of(tiny_run)


def test_it_goes_on_without_the_run_that_it_began_with(
    tiny_run: Path, other_text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent, directory, update = tmp_path / "parent", tmp_path / "child", Updater.update
    shutil.copytree(tiny_run, parent)
    experiment = make_experiment(other_text, init_from=str(parent), training__max_updates=4)
    run(experiment, tmp_path / "whole")

    def interrupted(self: Any, progress: Any, batches: list[Any]) -> Any:
        if progress.update == 1:
            os.kill(os.getpid(), signal.SIGTERM)
        return update(self, progress, batches)

    with monkeypatch.context() as patch:
        patch.setattr(Updater, "update", interrupted)
        assert run(experiment, directory)[0] == "interrupted"
    shutil.rmtree(parent)
    shutil.rmtree(tmp_path / "prepared")
    reason, said = run(experiment, directory)
    assert (reason, "It begins with" in said) == ("max_updates", False)
    whole, parts = weights(tmp_path / "whole"), weights(directory)
    assert all(torch.equal(parts[name], value) for name, value in whole.items())


@pytest.mark.parametrize("joint", [True, False])
@pytest.mark.parametrize("damage", ["change", "remove"])
def test_a_damaged_tokenizer_is_taken_from_the_other_run_again_and_nothing_else(
    joint: bool, damage: str, other_text: Path, tmp_path: Path
) -> None:
    changes = {} if joint else {"tokenizer__joint": False, "model__share_embeddings": "target"}
    parent, directory = tmp_path / "parent", tmp_path / "child"
    run(make_experiment(tmp_path / "text", **changes), parent)
    run(make_experiment(other_text, init_from=str(parent), **changes), directory)
    name = "tokenizer.model" if joint else "tokenizer.target.model"
    (directory / name).write_bytes(b"damaged")
    if damage == "remove":
        (directory / name).unlink()
    more = make_experiment(other_text, init_from=str(parent), training__max_updates=3, **changes)
    reason, said = run(more, directory)
    assert (reason, "It begins with" in said) == ("max_updates", False)
    assert "Going on from update 2" in said
    assert (directory / name).read_bytes() == (parent / name).read_bytes()


def test_a_run_without_a_state_begins_again_with_the_other_one(
    child: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "child"

    def fail(*_: Any) -> None:
        raise ConfigError("before the first update")

    with monkeypatch.context() as patch:
        patch.setattr("nmt.run.train.train", fail)
        with pytest.raises(ConfigError, match="before the first update"):
            run(child, directory)
    assert (directory / "tokenizer.model").exists()
    assert "It begins with the tokenizer and the best model" in run(child, directory)[1]


def test_the_best_model_is_taken_and_not_the_last(tiny_run: Path, other_text: Path, tmp_path: Path) -> None:
    parent = tmp_path / "parent"
    run(make_experiment(tmp_path / "text", training__max_updates=3, training__validate_every=1), parent)
    point(parent / "models", "best", 2, Disk())
    loaded = load_parent(make_experiment(other_text, init_from=str(parent)), tmp_path / "child", begun=False)
    assert loaded is not None
    assert loaded.weights is not None
    second, _ = load_model(parent / "models" / "step-2")
    assert all(torch.equal(loaded.weights[name], value) for name, value in second.named_parameters())


def test_its_model_is_read_once_and_let_go_when_training_begins(
    child: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[weakref.ref[torch.nn.Parameter]] = []

    def member(directory: Path, checkpoint: str) -> Any:
        loaded = load_member(directory, checkpoint)
        read.append(weakref.ref(next(loaded[0].parameters())))
        return loaded

    def begun(*given: Any) -> Any:
        gc.collect()
        assert [one() for one in read] == [None]
        return train(*given)

    monkeypatch.setattr("nmt.run.parent.load_member", member)
    monkeypatch.setattr("nmt.run.train.train", begun)
    assert run(child, tmp_path / "child")[0] == "max_updates"
    assert len(read) == 1


def test_a_run_goes_on_under_whatever_name_the_other_one_has_now(
    tiny_run: Path, other_text: Path, tmp_path: Path
) -> None:
    parent, directory = tmp_path / "parent", tmp_path / "child"
    shutil.copytree(tiny_run, parent)
    run(make_experiment(other_text, init_from=str(parent)), directory)
    parent.rename(tmp_path / "moved")
    said = run(make_experiment(other_text, init_from=f"{tmp_path}/moved/", training__max_updates=3), directory)[1]
    assert load_experiment(directory / "experiment.toml").init_from == str(parent)
    assert f"It began with {parent}. init_from = '{tmp_path}/moved' is not looked at: to begin with that, use" in said
    said = run(make_experiment(other_text, init_from=str(parent), training__max_updates=4), directory)[1]
    assert "It began with" not in said


def test_a_run_that_began_with_another_one_than_the_recipe_names_now_is_refused(
    child: Experiment, tiny_run: Path, other_text: Path, tmp_path: Path
) -> None:
    directory, second = tmp_path / "child", tmp_path / "second"
    run(child, directory)
    shutil.copytree(tiny_run, second)
    message = f"init_from = '{tiny_run}', and the recipe has '{second}'. Use another --out, or delete"
    for updates in (2, 3):  # finished, going on
        with pytest.raises(ConfigError, match=re.escape(message)):
            run(make_experiment(other_text, init_from=str(second), training__max_updates=updates), directory)
    same = os.path.relpath(tiny_run)
    assert (
        "It began with" not in run(make_experiment(other_text, init_from=same, training__max_updates=3), directory)[1]
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"model__embedding_dim": 16},
            "was trained with model.embedding_dim = 8, and the recipe has 16. With init_from,",
        ),
        ({"model__decoder": {"type": "rnn", "cell": "gru", "layers": 2, "dim": 12}}, "model.decoder.cell = 'lstm'"),
        ({"model__decoder": {"type": "transformer", "dim": 12}}, "model.decoder.type = 'rnn', and the recipe has"),
        ({"tokenizer__vocab_size": 310}, "tokenizer.vocab_size = 305, and the recipe has 310"),
    ],
)
def test_another_model_or_vocabulary_is_refused_by_its_key(
    changes: dict[str, Any], said: str, tiny_run: Path, other_text: Path, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as failure:
        run(make_experiment(other_text, init_from=str(tiny_run), **changes), tmp_path / "child")
    assert str(failure.value).startswith(f"{tiny_run} ")
    assert said in str(failure.value)


def test_dropout_and_sampling_may_be_others(tiny_run: Path, other_text: Path, tmp_path: Path) -> None:
    changes = {"model__dropout": 0.3, "model__word_dropout": 0.1, "tokenizer__sampling": 0.5}
    changes["tokenizer__training_pairs"] = 50
    assert run(make_experiment(other_text, init_from=str(tiny_run), **changes), tmp_path / "child")[0] == "max_updates"
    assert load_experiment(tmp_path / "child" / "experiment.toml").init_from == str(tiny_run)


def test_a_card_that_was_taken_over_with_other_text_is_doubted(
    tiny_run: Path, other_text: Path, tmp_path: Path
) -> None:
    card, parent = {"corpus": "Invented pairs"}, tmp_path / "parent"
    run(make_experiment(tmp_path / "text", card=card), parent)
    doubt = f"card.corpus is that of {parent}, but the training text is another: name this one there."
    assert doubt in run(make_experiment(other_text, init_from=str(parent), card=card), tmp_path / "child")[1]
    for text, its_card in ((other_text, {"corpus": "Dachshunds"}), (tmp_path / "text", card), (other_text, {})):
        doubts = doubts_about(make_experiment(text, init_from=str(parent), card=its_card))
        assert not any("card." in doubt for doubt in doubts)


def test_another_pair_of_languages_than_before_is_said(tiny_run: Path, other_text: Path, tmp_path: Path) -> None:
    changes = {"corpus__source_language": "nl", "corpus__target_language": "en"}
    doubt = f"{tiny_run} was trained from de into en, and this run goes from nl into en, with the same tokenizer."
    assert doubt in run(make_experiment(other_text, init_from=str(tiny_run), **changes), tmp_path / "child")[1]
    for source, target in (("de-AT", "en"), ("", "")):
        changes = {"corpus__source_language": source, "corpus__target_language": target}
        doubts = doubts_about(make_experiment(other_text, init_from=str(tiny_run), **changes))
        assert not any("trained from" in doubt for doubt in doubts)


def test_a_run_cannot_begin_with_itself_or_with_nothing(other_text: Path, tmp_path: Path) -> None:
    (tmp_path / "child").mkdir()
    with pytest.raises(ConfigError, match="is the run itself"):
        run(make_experiment(other_text, init_from=str(tmp_path / "child")), tmp_path / "child")
    with pytest.raises(CheckpointError, match=r"^init_from = '.*none': no such run directory\.$"):
        run(make_experiment(other_text, init_from=str(tmp_path / "none")), tmp_path / "child")
