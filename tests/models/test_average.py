"""The mean of several models."""

import copy

import torch

from nmt.config import parse_config
from nmt.models.average import average_models
from nmt.models.build import ModelConfig, build_model


def test_every_weight_is_the_mean_and_shared_tables_stay_shared() -> None:
    tree = {"embedding_dim": 6, "share_embeddings": "all", "encoder": {"type": "rnn", "dim": 4}}
    config = parse_config(ModelConfig, {**tree, "decoder": {"type": "rnn", "dim": 6}}, "test")
    models = [build_model(config, 11, 11) for _ in range(3)]
    expected = {
        name: torch.stack([dict(model.named_parameters())[name] for model in copy.deepcopy(models)]).mean(dim=0)
        for name, _ in models[0].named_parameters()
    }
    mean = average_models(models)
    for name, weight in mean.named_parameters():
        torch.testing.assert_close(weight, expected[name], rtol=0, atol=1e-6)
    assert mean.source_embedding.weight is mean.target_embedding.weight


def test_the_mean_of_one_model_is_itself() -> None:
    config = parse_config(ModelConfig, {"encoder": {"type": "rnn"}, "decoder": {"type": "rnn"}}, "test")
    model = build_model(config, 11, 11)
    before = {name: weight.clone() for name, weight in model.named_parameters()}
    assert all(torch.equal(weight, before[name]) for name, weight in average_models([model]).named_parameters())
