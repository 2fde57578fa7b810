"""From run directories to a translator."""

import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from typer.testing import CliRunner

import nmt
from nmt.cli.main import app
from nmt.errors import CheckpointError, ConfigError
from nmt.experiment import experiment_bytes
from nmt.models.ensemble import Ensemble
from nmt.models.int8 import Int8Linear
from nmt.models.packed import PackedLinear
from nmt.search.config import SearchConfig
from nmt.storage.disk import Disk
from nmt.storage.folder import read_manifest, write_folder
from nmt.storage.seal import seal
from nmt.storage.steps import point, step_dir
from nmt.translation import load as load_module
from nmt.translation.load import find_steps
from nmt.translation.scoring import score_pairs
from tests.models.test_packed import packs
from tests.tiny import invented_pairs, make_experiment, run

LINES = [pair.source for pair in invented_pairs()]
QUICK = SearchConfig(beam=2, max_length_ratio=1.0, max_length_extra=2)  # an untrained model seldom stops by itself


def test_a_run_directory_can_be_moved(tiny_run: Path, tmp_path: Path) -> None:
    moved = shutil.copytree(tiny_run, tmp_path / "elsewhere")
    shutil.rmtree(moved / "state")  # translating never opens it
    here = nmt.load(tiny_run, search=QUICK)
    here.model.double()
    for checkpoint in ("best", "last", "step-2", "best:1"):
        loaded = nmt.load(moved, checkpoint, QUICK)
        loaded.model.double()
        assert [one.text for one in loaded.translate(LINES[:2])] == [one.text for one in here.translate(LINES[:2])]


@pytest.fixture(scope="module")
def long_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that has kept three models."""
    folder = tmp_path_factory.mktemp("long")
    changes = {"training__max_updates": 6, "training__validate_every": 2, "training__learning_rate": 0.02}
    run(make_experiment(folder / "text", **changes, training__keep_last=3, training__keep_best=2), folder / "run")
    return folder / "run"


def test_the_mean_of_checkpoints_is_the_mean_of_their_weights(long_run: Path) -> None:
    models = [nmt.load(long_run, f"step-{update}").model for update in (4, 6)]
    mean = nmt.load(long_run, "last:2").model
    for name, weight in mean.named_parameters():
        if ".product." in name:
            continue  # made of the others when a model is loaded
        parts = torch.stack([dict(model.named_parameters())[name].double() for model in models])
        torch.testing.assert_close(weight, parts.mean(dim=0).float(), rtol=0, atol=1e-7)
        assert name.endswith("bias") or not torch.equal(parts[0], parts[1])


def test_the_best_checkpoints_are_those_with_the_highest_scores(long_run: Path) -> None:
    scores = {u: read_manifest(long_run / "models" / f"step-{u}")["about"]["score"] for u in (2, 4, 6)}
    ranked = sorted(scores, key=lambda update: (-scores[update], update))
    for count in (1, 2):
        assert find_steps(long_run, f"best:{count}") == ranked[:count]
    assert find_steps(long_run, "best") == ranked[:1]
    assert find_steps(long_run, "last:3") == [2, 4, 6]


def kept_run(run: Path, models: dict[int, float], keep_last: int, keep_best: int) -> Path:
    """A run that holds models of these updates and scores, none of which can translate."""
    for update, score in models.items():
        about = {"score": score, "validation": update // 10}
        write_folder(step_dir(run / "models", update), {}, about, Disk())
    point(run / "models", "best", max(models, key=lambda update: models[update]), Disk())
    changes = {"training__keep_last": keep_last, "training__keep_best": keep_best}
    (run / "experiment.toml").write_bytes(experiment_bytes(make_experiment(run / "text", **changes)))
    seal(run, ["experiment.toml"], Disk())
    return run


def test_an_old_best_model_is_none_of_the_last_and_a_recent_one_none_of_the_best(tmp_path: Path) -> None:
    run = kept_run(tmp_path, {10: 30.0, 90: 20.0, 100: 19.0}, keep_last=2, keep_best=1)
    point(run / "models", "last", 100, Disk())
    assert find_steps(run, "last:2") == [90, 100]
    assert find_steps(run, "best:1") == [10]
    with pytest.raises(
        ConfigError, match=r"last:3': as its last, .* keeps only step-90, step-100\. Set .*keep_last = 3"
    ):
        find_steps(run, "last:3")
    with pytest.raises(ConfigError, match=r"best:2': as its best, .* keeps only step-10\. Set training\.keep_best = 2"):
        find_steps(run, "best:2")
    point(run / "models", "last", 90, Disk())  # a crash came before the state of 100 was written
    with pytest.raises(ConfigError, match=r"checkpoint 'step-7': .* keeps only step-10, step-90, step-100\.$"):
        find_steps(run, "step-7")
    with pytest.raises(ConfigError, match=r"last:2': as its last, .* keeps only step-90\."):
        find_steps(run, "last:2")


def test_to_keep_more_models_from_now_on_makes_an_old_best_one_none_of_the_last(tmp_path: Path) -> None:
    run = kept_run(tmp_path, {10: 30.0, 90: 20.0, 100: 19.0}, keep_last=3, keep_best=3)
    point(run / "models", "last", 100, Disk())
    assert find_steps(run, "last:2") == [90, 100]
    with pytest.raises(ConfigError, match=r"last:3': as its last, .* keeps only step-90, step-100\."):
        find_steps(run, "last:3")


def test_a_run_of_which_only_the_best_model_was_published_has_a_best_and_no_last(tmp_path: Path) -> None:
    run = kept_run(tmp_path, {10: 30.0}, keep_last=2, keep_best=2)
    assert find_steps(run, "best") == find_steps(run, "best:1") == [10]
    with pytest.raises(ConfigError, match=r"best:2': as its best, .* keeps only step-10\."):
        find_steps(run, "best:2")
    with pytest.raises(CheckpointError, match=r"last is missing\. Whole are: step-10\."):
        find_steps(run, "last:1")


@pytest.mark.parametrize("reads", ["pointer", "model"])
def test_a_run_that_is_trained_may_move_on_while_it_is_loaded(
    long_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reads: str
) -> None:
    moving = Path(shutil.copytree(long_run, tmp_path / "run"))
    point(moving / "models", "best", 4, Disk())
    real = {"pointer": load_module.follow, "model": load_module.load_model}[reads]

    def moved(*arguments: Any) -> Any:
        monkeypatch.undo()
        (moving / "models" / "step-4").rename(moving / "models" / "step-4.removed.tmp")
        with suppress(CheckpointError):
            return real(*arguments)
        point(moving / "models", "best", 6, Disk())
        raise CheckpointError("step-4 is missing")

    monkeypatch.setattr(load_module, real.__name__, moved)
    weights = dict(nmt.load(moving).model.named_parameters())
    expected = dict(nmt.load(long_run, "step-6").model.named_parameters())
    assert all(torch.equal(weight, expected[name]) for name, weight in weights.items())
    shutil.rmtree(moving / "models" / "step-6")
    with pytest.raises(CheckpointError, match="names step-6, which is missing"):
        nmt.load(moving)


@pytest.mark.parametrize("checkpoint", ["worst", "best:0", "best:", "step-", "step-x", "../best", "last:-1"])
def test_a_checkpoint_that_has_no_meaning_is_refused(long_run: Path, checkpoint: str) -> None:
    with pytest.raises(ConfigError, match="must be best, last, step-N"):
        nmt.load(long_run, checkpoint)


def test_more_checkpoints_than_were_kept_are_refused_with_those_there_are(long_run: Path) -> None:
    with pytest.raises(ConfigError, match=r"keeps only step-2, step-4, step-6\. Set training\.keep_last = 4"):
        nmt.load(long_run, "last:4")
    with pytest.raises(ConfigError, match="keeps only step-2, step-4, step-6"):
        nmt.load(long_run, "step-5")


def test_a_recipe_changed_by_hand_is_refused(run_copy: Path) -> None:
    recipe = run_copy / "experiment.toml"
    recipe.write_text(recipe.read_text(encoding="utf-8").replace("beam = 5", "beam = 4"), encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"experiment\.toml was changed after it was written"):
        nmt.load(run_copy)


def test_what_is_no_run_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        CheckpointError, match=r"missing: no such run directory\. `nmt train RECIPE --out .*` makes one\."
    ):
        nmt.load(tmp_path / "missing")
    with pytest.raises(CheckpointError, match=r"best is missing\. Is .* the directory of a run that has trained\?"):
        nmt.load(tmp_path)


def test_a_run_without_its_tokenizer_is_refused(run_copy: Path) -> None:
    (run_copy / "tokenizer.model").unlink()
    with pytest.raises(CheckpointError, match=r"tokenizer\.model is missing"):
        nmt.load(run_copy)


def test_no_changed_tokenizer_reaches_its_parser(run_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = run_copy / "tokenizer.model"
    content = path.read_bytes()
    monkeypatch.setattr("nmt.tokenizer.sentencepiece.sentencepiece", None)  # using it would be an AttributeError
    for position in range(0, len(content), len(content) // 40):
        path.write_bytes(content[:position] + bytes([content[position] ^ 0x80]) + content[position + 1 :])
        with pytest.raises(CheckpointError, match=r"tokenizer\.model is not the tokenizer that .* was trained with"):
            nmt.load(run_copy)


@packs
def test_weights_of_8_bits_and_a_shortlist_are_there_where_they_are_asked_for(
    run_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_vnni": True})
    assert CliRunner().invoke(app, ["shortlist", str(run_copy)]).exit_code == 0
    for int8 in (False, True):
        for shortlist in (False, True):
            loaded = nmt.load([run_copy, run_copy], int8=int8, shortlist=shortlist)
            assert isinstance(loaded.model, Ensemble)
            for member in loaded.model.members:
                assert any(isinstance(layer, Int8Linear) for layer in member.modules()) is int8
                assert any(isinstance(layer, PackedLinear) for layer in member.modules()) is not int8
            assert (loaded.shortlist is not None) is shortlist


@packs
@pytest.mark.parametrize("capabilities", [{"avx512_vnni": False, "avx2": True}, {"sve": True}], ids=["x86", "ARM"])
def test_on_a_cpu_without_products_of_integers_weights_stay_in_fp32_and_that_is_said(
    tiny_run: Path, monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool]
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    layers = list(nmt.load(tiny_run, int8=True).model.modules())
    assert any(isinstance(layer, PackedLinear) for layer in layers)
    assert not any(isinstance(layer, Int8Linear) for layer in layers)
    done = CliRunner().invoke(app, ["translate", str(tiny_run), "--int8"], input="")
    assert (done.exit_code, done.stderr) == (
        0,
        "nmt: --int8: this CPU has no AVX-512 VNNI, so the weights stay in fp32, which is quicker here.\n",
    )


def test_several_runs_translate_as_an_ensemble(tiny_run: Path, tmp_path: Path) -> None:
    other = tmp_path / "runs" / "other"
    run(make_experiment(tmp_path / "text", training__max_updates=9, training__learning_rate=0.01), other)
    directories = [tiny_run, other, tiny_run]
    both = nmt.load(directories, search=QUICK)
    assert isinstance(both.model, Ensemble)
    pairs = LINES[:3], ["the dog", "a bird sees", "the"]
    members = [score_pairs(nmt.load(directory), *pairs) for directory in directories]
    for place, joined in enumerate(score_pairs(both, *pairs)):
        own = torch.tensor([member[place].token_log_probs for member in members])
        assert joined.token_log_probs == pytest.approx(own.exp().mean(dim=0).log().tolist(), abs=1e-5)
    assert members[0][0] != members[1][0]
    assert all(translation.hypotheses for translation in both.translate(LINES[:5], attention=True))


@pytest.mark.parametrize(("known", "expected"), [((0, 1), 1), ((3, 2), 2), ((0, 0), 0), ((2, 0), 2)])
def test_of_an_ensemble_the_least_number_of_sentences_counts_that_is_known(
    tiny_run: Path, monkeypatch: pytest.MonkeyPatch, known: tuple[int, int], expected: int
) -> None:
    numbers = iter(known)
    member = load_module.load_member

    def with_number(*given: Any) -> Any:
        model, about, tokenizers = member(*given)
        return model, replace(about, max_sentences=next(numbers)), tokenizers

    monkeypatch.setattr(load_module, "load_member", with_number)
    assert nmt.load([tiny_run, tiny_run]).max_sentences == expected


def test_an_ensemble_of_different_tokenizers_or_languages_is_refused(tiny_run: Path, tmp_path: Path) -> None:
    run(make_experiment(tmp_path / "text", tokenizer__vocab_size=300), tmp_path / "runs" / "pieces")
    with pytest.raises(CheckpointError, match="have different tokenizers"):
        nmt.load([tiny_run, tmp_path / "runs" / "pieces"])
    run(make_experiment(tmp_path / "text", corpus__target_language="nl"), tmp_path / "runs" / "dutch")
    with pytest.raises(CheckpointError, match=r"have different languages\. The models of an ensemble must share them"):
        nmt.load([tiny_run, tmp_path / "runs" / "dutch"])
    with pytest.raises(ConfigError, match="No run directory was given"):
        nmt.load([])


@pytest.mark.parametrize(
    ("gpu", "int8", "quick", "expected"),
    [
        (False, False, True, "cpu"),
        (True, False, True, "cuda"),
        (True, True, True, "cpu"),
        (True, True, False, "cuda"),
    ],
)
def test_weights_of_8_bits_take_the_cpu_only_where_it_can_compute_with_them(
    monkeypatch: pytest.MonkeyPatch, gpu: bool, int8: bool, quick: bool, expected: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    monkeypatch.setattr(load_module, "is_quick", lambda: quick)
    assert load_module.device_for(int8).type == expected
