"""A model on disk: what was saved is what loads, and anything else is refused."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load, save

import nmt
from nmt.config import parse_config
from nmt.errors import CheckpointError
from nmt.models.build import EncoderDecoder, ModelConfig, build_model, count_parameters
from nmt.models.saved import (
    SavedModel,
    fill_parameters,
    load_model,
    model_files,
    save_model,
)
from nmt.storage.disk import Disk
from nmt.storage.folder import read_folder, write_folder
from nmt.tokenizer.sentencepiece import TokenizerConfig, train_sentencepiece

STACKS: dict[str, dict[str, Any]] = {
    "rnn": {
        "encoder": {"type": "rnn", "cell": "lstm", "dim": 4},
        "decoder": {"type": "rnn", "cell": "gru", "dim": 6},
    },
    "transformer": {
        "encoder": {"type": "transformer", "dim": 8, "heads": 2, "layers": 1, "feed_forward_dim": 8},
        "decoder": {
            "type": "transformer",
            "dim": 8,
            "heads": 2,
            "layers": 1,
            "feed_forward_dim": 8,
            "positions": "learned",
            "max_positions": 9,
        },
    },
}


def make(stack: str = "rnn", sharing: str = "all") -> tuple[EncoderDecoder, SavedModel]:
    tree = {"embedding_dim": 6, "share_embeddings": sharing, **STACKS[stack]}
    config = parse_config(ModelConfig, tree, "test")
    return build_model(config, 11, 11), SavedModel(config, 11, 11, 30, 1, {"tokenizer.model": "abc"}, ("de", "en"))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    save_model(tmp_path / "step-1", *make())
    return tmp_path / "step-1"


def refusal(directory: Path) -> str:
    with pytest.raises(CheckpointError) as failure:
        load_model(directory)
    return str(failure.value)


@pytest.mark.parametrize("sharing", ["all", "target", "none"])
@pytest.mark.parametrize("stack", STACKS)
def test_a_loaded_model_is_the_saved_one_bit_for_bit(tmp_path: Path, stack: str, sharing: str) -> None:
    model, about = make(stack, sharing)
    save_model(tmp_path / "step-1", model, about)
    loaded, loaded_about = load_model(tmp_path / "step-1")
    assert loaded_about == about
    assert not loaded.training
    assert count_parameters(loaded) == count_parameters(model)  # shared tables are shared again
    source, mask = torch.tensor([[4, 5, 3]]), torch.ones(1, 3, dtype=torch.bool)
    with torch.no_grad():
        features = [one(source, mask, torch.tensor([[2, 6]])) for one in (model.eval(), loaded)]
        assert torch.equal(*features)
        assert torch.equal(*(one.logits(features[0]) for one in (model, loaded)))


def test_loading_a_model_leaves_the_random_generator_alone(saved: Path) -> None:
    before = torch.get_rng_state()
    load_model(saved)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path / "step-1").startswith(f"{tmp_path / 'step-1'} is missing.")


def rewrite(directory: Path, name: str, content: bytes) -> None:
    """Change a file and its checksum with it, as someone who edits a model by hand may do."""
    files = read_folder(directory).files
    shutil.rmtree(directory)
    write_folder(directory, files | {name: content}, {}, Disk())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"embedding_dim": 7}, "has shape"),
        ({"share_embeddings": "none"}, "the weights are not those of the described model"),
        ({"embeding_dim": 7}, "model.json does not describe a model"),
        ({"encoder": None}, "model.json does not describe a model"),
    ],
)
def test_a_description_that_does_not_fit_the_weights_is_refused(saved: Path, change: Any, message: str) -> None:
    tree = json.loads((saved / "model.json").read_text(encoding="utf-8"))
    tree["model"] |= change
    rewrite(saved, "model.json", json.dumps(tree).encode())
    assert message in refusal(saved)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"model": 1}'])
def test_a_description_of_another_shape_is_refused(saved: Path, text: str) -> None:
    rewrite(saved, "model.json", text.encode())
    assert refusal(saved).startswith(f"{saved}/model.json does not describe a model")


@pytest.mark.parametrize("content", [b"", b"\x80\x04K\x01.", b"\xff" * 64], ids=["empty", "pickle", "noise"])
def test_weights_in_another_format_are_refused(saved: Path, content: bytes) -> None:
    rewrite(saved, "model.safetensors", content)
    assert refusal(saved).startswith(f"{saved}/model.safetensors is not a safetensors file")


def test_a_manifest_that_does_not_list_the_weights_is_refused(saved: Path) -> None:
    files = read_folder(saved).files
    shutil.rmtree(saved)
    write_folder(saved, {"model.json": files["model.json"]}, {}, Disk())
    assert refusal(saved).startswith(f"{saved} has no model.safetensors: it is not complete.")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(saved: Path, value: float) -> None:
    model, about = make()
    with torch.no_grad():
        model.output.bias[3] = value
    shutil.rmtree(saved)
    save_model(saved, model, about)
    assert "output.bias holds NaN or infinity" in refusal(saved)


def test_weights_of_another_model_never_fill_this_one() -> None:
    model, _ = make()
    weights = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    bias = weights.pop("output.bias")
    with pytest.raises(
        CheckpointError, match=r"^here: the weights are not those of the described model \(output\.bias\)"
    ):
        fill_parameters(model, weights, "here")
    with pytest.raises(CheckpointError, match=r"^here: output\.bias has shape \[12\] instead of \[11\]"):
        fill_parameters(model, weights | {"output.bias": torch.zeros(12)}, "here")
    with pytest.raises(CheckpointError, match=r"^here: output\.bias is of type float64 instead of float32"):
        fill_parameters(model, weights | {"output.bias": bias.double()}, "here")
    fill_parameters(model, weights | {"output.bias": bias + 1}, "here")
    assert torch.equal(model.output.bias, bias + 1)


@pytest.mark.parametrize("kind", [torch.float8_e4m3fn, torch.int64, torch.float16], ids=str)
def test_weights_of_another_number_type_are_refused(saved: Path, kind: torch.dtype) -> None:
    weights = load(read_folder(saved).files["model.safetensors"])
    rewrite(saved, "model.safetensors", save(weights | {"output.bias": weights["output.bias"].to(kind)}))
    assert f"output.bias is of type {kind}".replace("torch.", "") in refusal(saved)


def test_a_saved_model_is_json_and_safetensors_only() -> None:
    files = model_files(*make())
    assert set(files) == {"model.json", "model.safetensors"}
    assert json.loads(files["model.json"])["tokenizers"] == {"tokenizer.model": "abc"}


def test_a_run_with_another_tokenizer_is_refused(run_copy: Path) -> None:
    nmt.load(run_copy)
    other = train_sentencepiece(["an other text"] * 9, TokenizerConfig(vocab_size=300), lambda message: None)
    (run_copy / "tokenizer.model").write_bytes(other.model)
    with pytest.raises(CheckpointError) as failure:
        nmt.load(run_copy)
    step = run_copy / "models" / "step-2"
    assert str(failure.value).startswith(
        f"{run_copy}: tokenizer.model is not the tokenizer that {step} was trained with."
    )


@pytest.mark.parametrize("stack", STACKS)
def test_describing_a_model_draws_no_normal_numbers_which_would_make_torch_import_its_compiler(
    stack: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.Tensor, "normal_", None)
    monkeypatch.setattr(torch, "randn", None)
    with pytest.raises(TypeError):
        make(stack)
    with torch.device("meta"):
        model, _ = make(stack)
    assert all(parameter.is_meta for parameter in model.parameters())
