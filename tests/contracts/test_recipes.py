"""Every recipe in the repository loads, and its two models can be built."""

from pathlib import Path

import pytest
import torch

from nmt.config import dump_config, parse_config
from nmt.experiment import Experiment, load_experiment
from nmt.models.build import build_model, count_parameters
from tests.tiny import VOCAB_SIZE, make_experiment, run

ROOT = Path(__file__).parents[2]
MODELS = ("rnn", "transformer")
RECIPES = sorted((ROOT / "recipes").rglob("*.toml"))


def test_there_are_recipes_for_both_models_on_every_corpus() -> None:
    names = {path.relative_to(ROOT / "recipes").as_posix() for path in RECIPES}
    plain = {f"{corpus}/{model}" for corpus in ("phrasebook", "multi30k", "iwslt14", "wmt14") for model in MODELS}
    tanaka = {f"tanaka/{direction}-{model}" for direction in ("ja-en", "en-ja") for model in MODELS}
    assert {f"{name}.toml" for name in plain | tanaka} <= names


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("direction", ["de-en", "en-fr"])
def test_the_directions_of_multi30k_differ_in_text_alone(model: str, direction: str) -> None:
    first = load_experiment(ROOT / "recipes" / "multi30k" / f"{model}.toml")
    other = load_experiment(ROOT / "recipes" / "multi30k" / f"{direction}-{model}.toml")
    for part in set(type(first).model_fields) - {"corpus", "card"}:
        assert getattr(first, part) == getattr(other, part), part
    source, target = direction.split("-")
    assert (other.corpus.source_language, other.corpus.target_language) == (source, target)
    for split in ("train", "dev", "test"):
        files = getattr(other.corpus, split)
        assert (files.source, files.target) == tuple(f"data/multi30k/{split}.{code}" for code in (source, target))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_recipe_loads_and_its_model_can_be_built(path: Path) -> None:
    experiment = load_experiment(path)
    with torch.device("meta"):
        model = build_model(experiment.model, experiment.tokenizer.vocab_size, experiment.tokenizer.vocab_size)
    assert count_parameters(model) > 0
    assert experiment.corpus.test is not None, "the report needs a test set"


@pytest.mark.parametrize("corpus", ["iwslt14", "wmt14", "tanaka"])
@pytest.mark.parametrize("model", MODELS)
def test_recipes_that_are_too_large_to_run_here_train_in_small(tmp_path: Path, corpus: str, model: str) -> None:
    name = f"ja-en-{model}" if corpus == "tanaka" else model
    tree = dump_config(load_experiment(ROOT / "recipes" / corpus / f"{name}.toml"))
    tiny = dump_config(make_experiment(tmp_path / "text"))
    tree["corpus"] = tiny["corpus"]
    tree["tokenizer"] |= {"vocab_size": VOCAB_SIZE}
    tree["training"] |= {"max_updates": 2, "batch_tokens": 120, "warmup": 2, "precision": "fp32", "threads": 1}
    tree["model"]["embedding_dim"] //= 16
    for side in ("encoder", "decoder"):
        for width in {"dim", "feed_forward_dim"} & tree["model"][side].keys():
            tree["model"][side][width] //= 16
    reason, _ = run(parse_config(Experiment, tree, "small"), tmp_path / "run")
    assert reason == "max_updates"
