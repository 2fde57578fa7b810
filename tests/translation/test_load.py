"""From run directories to a translator."""

import shutil
from pathlib import Path

import pytest
import torch

import nmt
from nmt.errors import CheckpointError, ConfigError
from nmt.models.ensemble import Ensemble
from nmt.search.hypothesis import SearchConfig
from nmt.translation.scoring import score_pairs
from tests.tiny import invented_pairs, make_experiment, run

LINES = [pair.source for pair in invented_pairs()]
QUICK = SearchConfig(beam=2, max_length_ratio=1.0, max_length_extra=2)  # an untrained model seldom stops by itself


def test_a_run_directory_can_be_moved(tiny_run: Path, tmp_path: Path) -> None:
    moved = shutil.copytree(tiny_run, tmp_path / "elsewhere")
    shutil.rmtree(moved / "state")  # translating never opens it
    here = nmt.load(tiny_run, search=QUICK)
    here.model.double()
    for checkpoint in ("best", "last"):
        loaded = nmt.load(moved, checkpoint, QUICK)
        loaded.model.double()
        assert [one.text for one in loaded.translate(LINES[:2])] == [one.text for one in here.translate(LINES[:2])]


def test_what_is_no_run_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        CheckpointError, match=r"missing: no such run directory\. `nmt train RECIPE --out .*` makes one\."
    ):
        nmt.load(tmp_path / "missing")
    with pytest.raises(CheckpointError, match=r"best is missing\. Is .* the directory of a run that has trained\?"):
        nmt.load(tmp_path)


def test_a_run_without_its_tokenizer_is_refused(tiny_run: Path, tmp_path: Path) -> None:
    run = shutil.copytree(tiny_run, tmp_path / "run")
    (run / "tokenizer.model").unlink()
    with pytest.raises(CheckpointError, match=r"tokenizer\.model is missing"):
        nmt.load(run)


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


def test_an_ensemble_of_different_tokenizers_or_languages_is_refused(tiny_run: Path, tmp_path: Path) -> None:
    run(make_experiment(tmp_path / "text", tokenizer__vocab_size=300), tmp_path / "runs" / "pieces")
    with pytest.raises(CheckpointError, match="have different tokenizers"):
        nmt.load([tiny_run, tmp_path / "runs" / "pieces"])
    run(make_experiment(tmp_path / "text", corpus__target_language="nl"), tmp_path / "runs" / "dutch")
    with pytest.raises(CheckpointError, match=r"have different languages\. The models of an ensemble must share them"):
        nmt.load([tiny_run, tmp_path / "runs" / "dutch"])
    with pytest.raises(ConfigError, match="No run directory was given"):
        nmt.load([])
