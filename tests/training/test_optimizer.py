"""Clipping, weight decay and the moving average."""

import copy

import pytest
import torch
from torch import Tensor, nn

from nmt.training.config import TrainingConfig
from nmt.training.optimizer import MovingAverage, build_optimizer, clip_gradients


def model_with_gradients(scale: float = 1.0, seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(4, 5), nn.LayerNorm(5), nn.Linear(5, 3)).double()
    for parameter in model.parameters():
        parameter.grad = scale * torch.randn_like(parameter)
    return model


def gradients(model: nn.Module) -> list[Tensor]:
    return [parameter.grad for parameter in model.parameters() if parameter.grad is not None]


@pytest.mark.parametrize("limit", [0.1, 1.0, 5.0])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 100.0])
def test_clipping_equals_that_of_torch(limit: float, scale: float) -> None:
    ours, theirs = model_with_gradients(scale), model_with_gradients(scale)
    norm, clipped = clip_gradients(gradients(ours), limit)
    expected = float(nn.utils.clip_grad_norm_(theirs.parameters(), limit))
    assert norm == pytest.approx(expected, rel=1e-12)
    assert clipped == (expected > limit)
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=2e-5, atol=0)  # torch divides by norm + 1e-6
    if clipped:
        assert clip_gradients(gradients(ours), limit)[0] == pytest.approx(limit, rel=1e-12)


def test_a_limit_of_zero_only_measures() -> None:
    model, untouched = model_with_gradients(100.0), model_with_gradients(100.0)
    norm, clipped = clip_gradients(gradients(model), 0.0)
    assert norm > 100
    assert not clipped
    for one, other in zip(model.parameters(), untouched.parameters(), strict=True):
        assert one.grad is not None
        assert other.grad is not None
        assert torch.equal(one.grad, other.grad)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_gradient_that_is_not_finite_has_a_norm_that_is_not_finite(value: float) -> None:
    model = model_with_gradients()
    gradient = next(model.parameters()).grad
    assert gradient is not None
    gradient[0, 0] = value
    assert not clip_gradients(gradients(model), 1.0)[0] < float("inf")


def test_weight_decay_is_for_matrices_alone() -> None:
    model = model_with_gradients()
    config = TrainingConfig(optimizer="adamw", learning_rate=0.1, weight_decay=0.5)
    before = copy.deepcopy(model)
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    build_optimizer(model, config).step()
    for name, parameter in model.named_parameters():
        factor = 1 - 0.1 * 0.5 if parameter.dim() > 1 else 1.0
        torch.testing.assert_close(parameter, dict(before.named_parameters())[name] * factor)


@pytest.mark.parametrize(("name", "kind"), [("adam", torch.optim.Adam), ("adamw", torch.optim.AdamW)])
def test_the_optimizer_is_the_one_of_the_recipe(name: str, kind: type[torch.optim.Optimizer]) -> None:
    config = TrainingConfig.model_validate({"optimizer": name, "learning_rate": 0.01, "betas": (0.8, 0.95)})
    optimizer = build_optimizer(model_with_gradients(), config)
    assert type(optimizer) is kind
    assert {(group["lr"], group["betas"]) for group in optimizer.param_groups} == {(0.01, (0.8, 0.95))}


def test_the_first_step_of_adam_moves_every_weight_by_the_learning_rate() -> None:
    model = model_with_gradients()
    before = copy.deepcopy(model)
    build_optimizer(model, TrainingConfig(learning_rate=0.01, weight_decay=0.0)).step()
    for parameter, old in zip(model.parameters(), before.parameters(), strict=True):
        torch.testing.assert_close((parameter - old).abs(), torch.full_like(old, 0.01), rtol=1e-4, atol=0)


def test_the_moving_average_equals_a_loop_by_hand() -> None:
    model = nn.Linear(3, 2, bias=False).double()
    average = MovingAverage(model, 0.9)
    expected = model.weight.detach().clone()
    for update in range(200):
        with torch.no_grad():
            model.weight.add_(torch.randn(2, 3, dtype=torch.float64))
        average.update(model, update)
        decay = min(0.9, (1 + update) / (10 + update))
        expected = decay * expected + (1 - decay) * model.weight.detach()
        torch.testing.assert_close(average.weights["weight"], expected, rtol=1e-12, atol=1e-12)


def test_the_averaged_weights_are_in_the_model_only_within_the_context() -> None:
    model = nn.Linear(3, 2)
    average = MovingAverage(model, 0.9)
    with torch.no_grad():
        model.weight.add_(1.0)
    own, averaged = model.weight.detach().clone(), average.weights["weight"].clone()
    place = model.weight.data_ptr()
    with average.applied(model):
        assert torch.equal(model.weight, averaged)
        assert model.weight.data_ptr() == place  # a GPU's library wants all weights of a layer in one piece
    assert torch.equal(model.weight, own)
    assert torch.equal(average.weights["weight"], averaged)


def test_the_own_weights_come_back_even_after_an_exception() -> None:
    model = nn.Linear(3, 2)
    average = MovingAverage(model, 0.9)
    with torch.no_grad():
        model.weight.add_(1.0)
    own = model.weight.detach().clone()
    with pytest.raises(KeyboardInterrupt), average.applied(model):
        raise KeyboardInterrupt
    assert torch.equal(model.weight, own)


def test_a_shared_table_is_averaged_once_and_applied_everywhere() -> None:
    model = nn.Sequential(nn.Linear(3, 3, bias=False), nn.Linear(3, 3, bias=False))
    model[1].weight = model[0].weight
    average = MovingAverage(model, 0.5)
    assert len(average.weights) == 1
    with torch.no_grad():
        model[0].weight.add_(1.0)
    averaged = average.weights["0.weight"].clone()
    with average.applied(model):
        assert torch.equal(model[1].weight, averaged)
    assert model[1].weight is model[0].weight
    assert torch.equal(average.weights["0.weight"], averaged)


def test_without_a_decay_there_is_no_average_and_the_model_is_used_as_it_is() -> None:
    model = nn.Linear(3, 2)
    average = MovingAverage(model, 0.0)
    average.update(model, 1)
    assert average.weights == {}
    own = model.weight.detach().clone()
    with average.applied(model):
        assert torch.equal(model.weight, own)


def test_plain_adam_has_no_weight_decay_unless_it_is_asked_for() -> None:
    assert TrainingConfig.model_validate({"optimizer": "adam"}).weight_decay == 0.0
    assert TrainingConfig.model_validate({"optimizer": "adam", "weight_decay": 0.1}).weight_decay == 0.1
    assert TrainingConfig().weight_decay == TrainingConfig.model_validate({"optimizer": "adamw"}).weight_decay > 0
