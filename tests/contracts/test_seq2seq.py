"""What holds for EVERY architecture."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor

from nmt.models.attention import MultiHeadAttention
from nmt.models.base import Memory, Rows, State
from nmt.models.build import EncoderDecoder, describe
from nmt.models.dropout import Dropout, WordDropout
from nmt.search.config import SearchConfig
from nmt.search.run import search
from nmt.training.loss import cross_entropy
from tests.contracts.architectures import (
    ARCHITECTURES,
    DECODERS,
    SUBLAYERS,
    VOCAB,
    build,
    config_of,
    parts,
    sentences,
)

TARGET_LENGTH = 5


def step_through(model: EncoderDecoder, target: Tensor, memory: Memory, state: State) -> tuple[Tensor, list[State]]:
    """Features [rows, tgt_len, dim] of step after step, and every state."""
    features, states = [], []
    for position in range(target.shape[1]):
        read, state = model.step(target[:, position], state, memory)
        features.append(read)
        states.append(state)
    return torch.stack(features, dim=1), states


def targets(rows: int, seed: int = 1) -> Tensor:
    return torch.randint(4, VOCAB, (rows, TARGET_LENGTH), generator=torch.Generator().manual_seed(seed))


def flatten(value: object) -> list[Tensor]:
    """All tensors of a State or Memory."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, Rows):
        return [tensor for item in vars(value).values() for tensor in flatten(item)]
    if isinstance(value, tuple):
        return [tensor for item in value for tensor in flatten(item)]
    return []


def same(left: Rows, right: Rows) -> bool:
    pairs = list(zip(flatten(left), flatten(right), strict=True))
    return bool(pairs) and all(torch.equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@torch.no_grad()
def test_stepping_with_a_beam_equals_teacher_forcing(architecture: str) -> None:
    model, (source, mask), beam = build(architecture), sentences(), 2
    memory, target = model.encode(source, mask), targets(3)
    spread = torch.arange(3).repeat_interleave(beam)
    stepped, states = step_through(model, target[spread], memory, model.start(memory).select(spread))
    torch.testing.assert_close(stepped, model.decode(target, memory)[spread], atol=1e-10, rtol=0)
    for state in states:
        torch.testing.assert_close(state.attention.sum(dim=1), torch.ones(6, dtype=torch.float64))
        assert (state.attention[~mask[spread]] == 0).all()


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@torch.no_grad()
def test_padding_is_inert(architecture: str) -> None:
    model, (source, mask) = build(architecture), sentences()
    target = targets(3)
    padded = torch.cat([source, torch.full((3, 4), 7)], dim=1)  # padding that is not even the padding token
    padded_mask = torch.cat([mask, torch.zeros(3, 4, dtype=torch.bool)], dim=1)
    features = model(source, mask, target)
    torch.testing.assert_close(model(padded, padded_mask, target), features, atol=1e-10, rtol=0)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@torch.no_grad()
def test_a_batch_equals_single_sentences(architecture: str) -> None:
    model, (source, mask) = build(architecture), sentences()
    target = targets(3)
    features = model(source, mask, target)
    for row, length in enumerate(mask.sum(dim=1).tolist()):
        alone = model(source[row : row + 1, :length], mask[row : row + 1, :length], target[row : row + 1])
        torch.testing.assert_close(alone[0], features[row], atol=1e-10, rtol=0)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@torch.no_grad()
def test_a_later_target_token_changes_nothing_before_it(architecture: str) -> None:
    model, (source, mask) = build(architecture), sentences()
    target, changed = targets(3), targets(3)
    changed[:, 3] = (changed[:, 3] + 1) % VOCAB
    memory = model.encode(source, mask)
    before, after = model.decode(target, memory), model.decode(changed, memory)
    torch.testing.assert_close(after[:, :3], before[:, :3], atol=1e-12, rtol=0)
    assert not torch.allclose(after[:, 3:], before[:, 3:])


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@torch.no_grad()
def test_select_composes_and_moves_whole_hypotheses(architecture: str) -> None:
    model, (source, mask) = build(architecture), sentences()
    memory, target = model.encode(source, mask), targets(3)
    _, states = step_through(model, target, memory, model.start(memory))
    first, second = torch.tensor([2, 0, 0, 1]), torch.tensor([3, 0])
    for value in (states[-1], memory):
        assert same(value.select(first).select(second), value.select(first[second]))
        assert all(len(tensor) == 4 for tensor in flatten(value.select(first)))
    order = torch.tensor([1, 0])
    expected, _ = model.step(target[:, 0], states[-1], memory)
    moved, _ = model.step(target[order, 0], states[-1].select(order), memory.select(order))
    torch.testing.assert_close(moved, expected[order], atol=1e-10, rtol=0)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@torch.no_grad()
def test_step_is_pure_and_leaves_nothing_on_any_module(architecture: str) -> None:
    model, (source, mask) = build(architecture), sentences()
    attributes = {name: set(vars(module)) for name, module in model.named_modules()}
    memory, target = model.encode(source, mask), targets(3)
    _, states = step_through(model, target, memory, model.start(memory))
    copies = [tensor.clone() for tensor in flatten(states[1])]
    first, after_first = model.step(target[:, 2], states[1], memory)
    other_source, other_mask = sentences(seed=5)
    other = model.encode(other_source, other_mask)
    step_through(model, targets(3, seed=9), other, model.start(other))  # another translation in between
    second, after_second = model.step(target[:, 2], states[1], memory)
    assert torch.equal(first, second)
    assert same(after_first, after_second)
    assert all(torch.equal(before, now) for before, now in zip(copies, flatten(states[1]), strict=True))
    assert {name: set(vars(module)) for name, module in model.named_modules()} == attributes


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_architecture_says_what_it_is(architecture: str) -> None:
    encoder, _, decoder = describe(config_of(architecture)).partition(", ")
    assert encoder.endswith("encoder")
    assert " decoder" in decoder


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_gradients_reach_every_parameter(architecture: str) -> None:
    model, (source, mask) = build(architecture, share="none"), sentences()  # tables that share nothing
    weights = torch.randn(3, TARGET_LENGTH, VOCAB, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    (model.logits(model(source, mask, targets(3))) * weights).sum().backward()
    # A look-up table gets gradients only where it is looked up; elsewhere the whole tensor must be reached.
    for name, parameter in model.named_parameters():
        if name == "source_embedding.weight" and architecture.startswith("none/"):
            continue  # a language model reads no source
        assert parameter.grad is not None, name
        # Where nothing arrives, rounding leaves about 1e-16.
        reached = bool(parameter.grad.abs().sum() > 1e-9)
        assert reached or _softmax_ignores(name, model, architecture.startswith("none/")), name


def _softmax_ignores(name: str, model: EncoderDecoder, reads_nothing: bool) -> bool:
    """A bias added to every key alike changes no softmax of products, so its gradient is zero in exact arithmetic.

    Where there is nothing to read, all keys are alike: neither they nor queries, nor the norm before, decide anything.
    """
    if reads_nothing and any(part in name for part in (".cross.query.", ".cross.key.", ".around_cross.norm.")):
        return True
    owner = model.get_submodule(name.rpartition(".key.bias")[0])
    return name.endswith("key.bias") and isinstance(owner, MultiHeadAttention)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_dropout_falls_on_embeddings_and_on_the_output_of_every_sublayer(
    architecture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: Counter[str] = Counter()

    def counted(kind: type[Dropout] | type[WordDropout], method: str) -> None:
        real = getattr(kind, method)

        def call(*arguments: Any) -> Any:
            calls[kind.__name__] += 1
            return real(*arguments)

        monkeypatch.setattr(kind, method, call)

    for kind, method in ((Dropout, "forward"), (Dropout, "factors"), (WordDropout, "forward")):
        counted(kind, method)
    model, (source, mask) = build(architecture, dropout=0.4).train(), sentences()
    model(source, mask, targets(3))
    encoder, decoder = parts(architecture)
    of_encoder = SUBLAYERS[encoder["type"]] * encoder.get("layers", 1)
    if decoder["type"] == "transformer":
        of_decoder = 3 * decoder["layers"]
    else:  # its layers and its readout, at every position of its own where the output is fed back
        of_decoder = (decoder["layers"] + 1) * (TARGET_LENGTH if decoder.get("feed") == "input" else 1)
    if decoder in (DECODERS["lstm-1-dot-input"], DECODERS["lstm-1-general-input"]):
        of_decoder = 2  # drawn for all positions at once
    assert calls == {"Dropout": 2 + of_encoder + of_decoder, "WordDropout": 2}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_dropout_is_random_in_training_and_gone_in_evaluation(architecture: str) -> None:
    model, (source, mask) = build(architecture, dropout=0.4), sentences()
    target = targets(3)
    with torch.no_grad():
        assert torch.equal(model(source, mask, target), model(source, mask, target))
        model.train()
        assert not torch.equal(model(source, mask, target), model(source, mask, target))


@pytest.mark.parametrize(
    "architecture",
    [
        "bi-gru/lstm-2-multihead-layer",
        "bi-gru/lstm-1-general-input",
        "tanh/gru-1-additive-input",
        "transformer/transformer-pre",
    ],
)
def test_models_train_and_search_under_bf16_autocast(architecture: str) -> None:
    # What training.precision = "auto" does on machines with bf16 instructions; others compute the same, only slowly.
    model, (source, mask) = build(architecture).float(), sentences()
    target = targets(3)
    everywhere = torch.arange(target.numel())
    with torch.autocast("cpu", dtype=torch.bfloat16):
        features = model(source, mask, target)
        output = model.output
        loss = cross_entropy(features, output.weight, output.bias, target, everywhere, 0.1)
        found = search(model, source, mask, SearchConfig(beam=2))
    loss.smoothed.backward()  # type: ignore[no-untyped-call]
    assert all(parameter.grad is None or parameter.grad.isfinite().all() for parameter in model.parameters())
    exact = cross_entropy(model(source, mask, target), output.weight, output.bias, target, everywhere, 0.1)
    assert float(loss.nll) == pytest.approx(float(exact.nll), rel=0.05)
    assert [len(hypotheses) for hypotheses in found] == [1, 1, 1]


def test_a_state_of_what_cannot_be_reordered_is_refused() -> None:
    @dataclass(frozen=True)
    class Listed(Rows):
        layers: list[Tensor]

    with pytest.raises(TypeError, match=r"^A list in a state or memory would not be reordered"):
        Listed([torch.arange(3)]).select(torch.tensor([2, 0]))
