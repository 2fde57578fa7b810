"""Which models a format has."""

import pytest

from nmt.config import parse_config
from nmt.errors import ExportError
from nmt.export.backend import MODELS, check_expressible
from nmt.export.keys import HONOURED
from nmt.models.build import ModelConfig


def config(encoder: str, decoder: str) -> ModelConfig:
    tree = {"embedding_dim": 8, "encoder": {"type": encoder}, "decoder": {"type": decoder}}
    return parse_config(ModelConfig, tree, "test")


@pytest.mark.parametrize(
    ("format", "type", "said"),
    [
        (
            "ctranslate2",
            "rnn",
            "model.encoder.type = 'rnn': CTranslate2 runs Transformers only. "
            "Export a recurrent model with --format onnx.",
        ),
        (
            "onnx",
            "transformer",
            "model.encoder.type = 'transformer': only recurrent models are exported to ONNX. "
            "Export a Transformer with --format ctranslate2.",
        ),
    ],
)
def test_a_model_of_the_other_kind_is_refused_with_the_format_that_has_it(format: str, type: str, said: str) -> None:
    with pytest.raises(ExportError) as refusal:
        check_expressible(config(type, type), format)
    assert str(refusal.value) == said


@pytest.mark.parametrize("sides", [("transformer", "rnn"), ("rnn", "transformer"), ("none", "transformer")])
@pytest.mark.parametrize("format", sorted(HONOURED))
def test_a_mixed_model_is_refused_by_the_key_of_its_recipe_and_not_sent_to_another_format(
    format: str, sides: tuple[str, str]
) -> None:
    with pytest.raises(ExportError) as refusal:
        check_expressible(config(*sides), format)
    (expected, *_) = MODELS[format]
    side = "encoder" if sides[0] != expected else "decoder"
    assert str(refusal.value).startswith(f"model.{side}.type = ")
    assert "--format" not in str(refusal.value)


def test_every_format_has_the_models_of_its_kind() -> None:
    for format in HONOURED:
        type = MODELS[format][0]
        check_expressible(config(type, type), format)
