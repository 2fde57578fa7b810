"""A model on disk: what was saved is what loads, and anything else is refused."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

import nmt
from nmt.config import parse_config
from nmt.errors import CheckpointError
from nmt.models.build import EncoderDecoder, ModelConfig, build_model, count_parameters
from nmt.models.saved import (
    SavedModel,
    fill_parameters,
    load_model,
    model_files,
    read_folder,
    save_model,
    write_folder,
)
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
    return build_model(config, 11, 11), SavedModel(config, 11, 11, 30, {"tokenizer.model": "abc"}, ("de", "en"))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    save_model(tmp_path / "best", *make())
    return tmp_path / "best"


def refusal(directory: Path) -> str:
    with pytest.raises(CheckpointError) as failure:
        load_model(directory)
    return str(failure.value)


@pytest.mark.parametrize("sharing", ["all", "target", "none"])
@pytest.mark.parametrize("stack", STACKS)
def test_a_loaded_model_is_the_saved_one_bit_for_bit(tmp_path: Path, stack: str, sharing: str) -> None:
    model, about = make(stack, sharing)
    save_model(tmp_path / "best", model, about)
    loaded, loaded_about = load_model(tmp_path / "best")
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


def test_saving_again_replaces_the_folder_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    for seed in (1, 2):
        torch.manual_seed(seed)
        model, about = make()
        save_model(tmp_path / "best", model, about)
    assert [path.name for path in tmp_path.iterdir()] == ["best"]
    loaded, _ = load_model(tmp_path / "best")
    assert torch.equal(loaded.target_embedding.weight, model.target_embedding.weight)


def test_no_flipped_bit_is_ever_loaded(saved: Path) -> None:
    for name in ("model.safetensors", "model.json"):
        content = (saved / name).read_bytes()
        for position in range(0, len(content), max(1, len(content) // 30)):
            flipped = bytes([content[position] ^ (1 << position % 8)])
            (saved / name).write_bytes(content[:position] + flipped + content[position + 1 :])
            message = f"{saved / name} was changed after training: its checksum differs."
            assert refusal(saved).startswith(message)
        (saved / name).write_bytes(content)
    load_model(saved)


def test_a_damaged_manifest_is_refused_or_does_no_harm(saved: Path) -> None:
    expected = read_folder(saved)
    content = (saved / "manifest.json").read_bytes()
    refused = 0
    for position in range(len(content)):
        flipped = bytes([content[position] ^ (1 << position % 8)])
        (saved / "manifest.json").write_bytes(content[:position] + flipped + content[position + 1 :])
        try:
            assert read_folder(saved) == expected  # white space, or the size, which nothing relies on
        except CheckpointError:
            refused += 1
    assert refused > 0.8 * len(content)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format_version": 1}', '{"format_version": 1, "files": {"a": {}}}'])
def test_a_manifest_of_another_shape_is_refused(saved: Path, text: str) -> None:
    (saved / "manifest.json").write_text(text, encoding="utf-8")
    assert refusal(saved) == f"{saved}/manifest.json is not readable. Copy the run again, or train again."


@pytest.mark.parametrize("name", ["model.safetensors", "model.json"])
def test_a_missing_file_is_named(saved: Path, name: str) -> None:
    (saved / name).unlink()
    assert refusal(saved) == f"{saved / name} is missing. Copy the whole run directory, or train again."


def test_a_folder_without_a_manifest_is_not_complete(saved: Path) -> None:
    (saved / "manifest.json").unlink()
    assert refusal(saved).startswith(f"{saved} has no manifest.json: it is not complete.")


def test_a_missing_folder_is_named_with_its_run(tmp_path: Path) -> None:
    message = f"{tmp_path / 'best'} is missing. Is {tmp_path} the directory of a run that has trained?"
    assert refusal(tmp_path / "best") == message


def test_a_newer_format_is_refused_by_its_number(saved: Path) -> None:
    manifest = json.loads((saved / "manifest.json").read_text(encoding="utf-8"))
    (saved / "manifest.json").write_text(json.dumps(manifest | {"format_version": 2}), encoding="utf-8")
    assert refusal(saved).startswith(f"{saved} has format 2; this nmt reads format 1.")


def rewrite(directory: Path, name: str, content: bytes) -> None:
    """Change a file and its checksum with it, as someone who edits a model by hand may do."""
    manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"][name]["sha256"] = hashlib.sha256(content).hexdigest()
    (directory / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (directory / name).write_bytes(content)


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
    files = read_folder(saved)
    write_folder(saved, {"model.json": files["model.json"]})
    assert refusal(saved).startswith(f"{saved} has no model.safetensors: it is not complete.")


def test_after_a_crash_between_two_renames_the_old_folder_is_read(saved: Path) -> None:
    expected = load_model(saved)[0]
    shutil.copytree(saved, saved.with_name("best.tmp"))
    saved.rename(saved.with_name("best.old"))
    loaded, _ = load_model(saved)
    assert torch.equal(loaded.target_embedding.weight, expected.target_embedding.weight)
    save_model(saved, *make())  # and the next save tidies up
    assert [path.name for path in saved.parent.iterdir()] == ["best"]


def test_a_crash_while_writing_leaves_the_folder_as_it_was(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read_folder(saved)

    def no_space(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(OSError, match="No space left"):
        save_model(saved, *make("transformer"))
    assert read_folder(saved) == expected


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
    fill_parameters(model, weights | {"output.bias": bias + 1}, "here")
    assert torch.equal(model.output.bias, bias + 1)


def test_a_saved_model_is_json_and_safetensors_only() -> None:
    files = model_files(*make())
    assert set(files) == {"model.json", "model.safetensors"}
    assert json.loads(files["model.json"])["tokenizers"] == {"tokenizer.model": "abc"}


def test_a_run_with_another_tokenizer_is_refused(tiny_run: Path, tmp_path: Path) -> None:
    run = shutil.copytree(tiny_run, tmp_path / "run")
    nmt.load(run)
    other = train_sentencepiece(["an other text"] * 9, TokenizerConfig(vocab_size=300), 1, lambda message: None)
    other.save(run / "tokenizer.model")
    with pytest.raises(CheckpointError) as failure:
        nmt.load(run)
    assert str(failure.value).startswith(f"{run}: tokenizer.model is not the tokenizer that best/ was trained with.")
