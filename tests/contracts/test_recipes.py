"""Every recipe in the repository loads, and its two models can be built."""

from pathlib import Path

import pytest
import torch

from nmt.experiment import load_experiment
from nmt.models.build import build_model, count_parameters

ROOT = Path(__file__).parents[2]
RECIPES = sorted((ROOT / "recipes").rglob("*.toml"))


def test_there_are_recipes_for_both_models_on_both_corpora() -> None:
    names = {path.relative_to(ROOT / "recipes").as_posix() for path in RECIPES}
    assert {
        f"{corpus}/{model}.toml" for corpus in ("phrasebook", "multi30k") for model in ("rnn", "transformer")
    } <= names


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_recipe_loads_and_its_model_can_be_built(path: Path) -> None:
    experiment = load_experiment(path)
    with torch.device("meta"):
        model = build_model(experiment.model, experiment.tokenizer.vocab_size, experiment.tokenizer.vocab_size)
    assert count_parameters(model) > 0
    assert experiment.corpus.test is not None, "the report needs a test set"
