"""A Transformer in CTranslate2's own format: every weight of ours set in its TransformerSpec.

CTranslate2 adds end-of-sentence to the source and begins the target with begin-of-sentence by itself, as its
config.json says. What our search never writes (padding, begin-of-sentence, unknown) has a bias that makes it impossible
there too.
"""

import tempfile
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from nmt.export.packages import package
from nmt.models.build import EncoderDecoder, ModelConfig
from nmt.models.embedding import Embedding
from nmt.models.transformer.decoder import DecoderLayer, TransformerDecoder
from nmt.models.transformer.encoder import EncoderLayer, TransformerEncoder
from nmt.models.transformer.layers import FeedForward, SelfAttention, TransformerConfig
from nmt.models.transformer.positions import PositionalEncoding, sinusoids
from nmt.search.constraints import NEVER_WRITTEN
from nmt.tokenizer.base import BOS_ID, EOS_ID, UNK_ID
from nmt.tokenizer.pair import TokenizerPair

IMPOSSIBLE = -1e4  # a logit whose probability is 0, and which no arithmetic turns into NaN
ACTIVATIONS = {"relu": "RELU", "gelu": "GELU"}


def num_positions(max_length: int) -> int:
    """How many positions an exported model has: their vectors are a table, which must end somewhere."""
    return max(1024, 8 * (max_length + 1))


@torch.no_grad()
def ctranslate2_files(
    model: EncoderDecoder, tokenizers: TokenizerPair, config: ModelConfig, quantization: str, positions: int
) -> dict[str, bytes]:
    """The files of a CTranslate2 model: name -> bytes. `model` stays as it is."""
    assert isinstance(config.encoder, TransformerConfig)
    assert isinstance(config.decoder, TransformerConfig)
    specs: Any = package("ctranslate2.specs", "--format ctranslate2")
    encoder, decoder = cast(TransformerEncoder, model.encoder), cast(TransformerDecoder, model.decoder)
    spec = specs.TransformerSpec(
        _stack(specs.TransformerEncoderSpec, config.encoder), _stack(specs.TransformerDecoderSpec, config.decoder)
    )
    _embed(spec.encoder, spec.encoder.embeddings[0], model.source_embedding, encoder.adapt)
    _embed(spec.decoder, spec.decoder.embeddings, model.target_embedding, decoder.adapt)
    for part, stack, width in (
        (spec.encoder, encoder, config.encoder.dim),
        (spec.decoder, decoder, config.decoder.dim),
    ):
        if hasattr(part, "position_encodings"):
            part.position_encodings.encodings = _array(_position_table(stack.positions, positions, width))
        if isinstance(stack.norm, nn.LayerNorm):
            _norm(part.layer_norm, stack.norm)
    for target, module in zip(spec.encoder.layer, encoder.layers, strict=True):
        layer = cast(EncoderLayer, module)
        _self_attention(target.self_attention, layer.attention, layer.around_attention.norm)
        _feed_forward(target.ffn, layer.feed_forward, layer.around_feed_forward.norm)
    for target, module in zip(spec.decoder.layer, decoder.layers, strict=True):
        _decoder_layer(target, cast(DecoderLayer, module))
    _project(spec.decoder.projection, model, decoder.read)
    sides = (tokenizers.source, spec.register_source_vocabulary), (tokenizers.target, spec.register_target_vocabulary)
    for tokenizer, register in sides:
        register(list(tokenizer.pieces(list(range(tokenizer.vocab_size)))))
    unknown, begin, end = tokenizers.target.pieces([UNK_ID, BOS_ID, EOS_ID])
    spec.config.unk_token, spec.config.bos_token, spec.config.eos_token = unknown, begin, end
    spec.config.add_source_eos, spec.config.decoder_start_token = True, begin
    spec.config.layer_norm_epsilon = nn.LayerNorm(1).eps
    spec.validate()
    spec.optimize(None if quantization == "float32" else quantization)
    with tempfile.TemporaryDirectory() as folder:
        spec.save(folder)
        return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


def _stack(kind: Any, config: TransformerConfig) -> Any:
    activation = getattr(
        package("ctranslate2.specs", "--format ctranslate2").Activation, ACTIVATIONS[config.activation]
    )
    rotary = {"rotary_dim": config.dim // config.heads, "rotary_interleave": False}
    turned = rotary if config.positions == "rotary" else {}
    return kind(config.layers, config.heads, pre_norm=config.norm == "pre", activation=activation, **turned)


def _array(values: Tensor) -> Any:
    """A copy: quantising works in place."""
    return np.array(values.detach().float().cpu().numpy(), copy=True)


def _linear(spec: Any, weight: Tensor, bias: Tensor) -> None:
    spec.weight, spec.bias = _array(weight), _array(bias)


def _norm(spec: Any, norm: nn.LayerNorm) -> None:
    spec.gamma, spec.beta = _array(norm.weight), _array(norm.bias)


def _embed(stack: Any, spec: Any, embedding: Embedding, adapt: nn.Module) -> None:
    """The table of a stack. Where a linear map adapts its width, the table holds what comes out of that."""
    table = embedding.weight
    if isinstance(adapt, nn.Linear):
        table = adapt(table * embedding.scale)
        stack.scale_embeddings = False
    spec.weight = _array(table)


def _project(spec: Any, model: EncoderDecoder, read: nn.Module) -> None:
    """The output layer, with the map before it that adapts the width, where there is one."""
    weight: Tensor = model.output.weight
    bias = model.output.bias.clone()
    if isinstance(read, nn.Linear):
        weight, bias = weight @ read.weight, bias + weight @ read.bias
    bias[list(NEVER_WRITTEN)] = IMPOSSIBLE
    _linear(spec, weight, bias)


def _position_table(positions: PositionalEncoding, count: int, dim: int) -> Tensor:
    """[count, dim]; zeros for rotary ones, beside which CTranslate2's encoder has a table all the same."""
    if positions.rotary:
        return torch.zeros(count, dim)
    if positions.table is None:
        return sinusoids(0, count, dim, torch.device("cpu"))
    return positions.table[torch.arange(count).clamp(max=len(positions.table) - 1)]


def _self_attention(spec: Any, attention: SelfAttention, norm: nn.LayerNorm) -> None:
    _linear(spec.linear[0], attention.project.weight, attention.project.bias)
    _linear(spec.linear[1], attention.out.weight, attention.out.bias)
    _norm(spec.layer_norm, norm)


def _decoder_layer(spec: Any, layer: DecoderLayer) -> None:
    _self_attention(spec.self_attention, layer.own, layer.around_own.norm)
    cross, across = layer.cross, spec.attention
    _linear(across.linear[0], cross.query.weight, cross.query.bias)
    keys_and_values = torch.cat([cross.key.weight, cross.value.weight]), torch.cat([cross.key.bias, cross.value.bias])
    _linear(across.linear[1], *keys_and_values)
    _linear(across.linear[2], cross.out.weight, cross.out.bias)
    _norm(across.layer_norm, layer.around_cross.norm)
    _feed_forward(spec.ffn, layer.feed_forward, layer.around_feed_forward.norm)


def _feed_forward(spec: Any, feed_forward: FeedForward, norm: nn.LayerNorm) -> None:
    _linear(spec.linear_0, feed_forward.expand.weight, feed_forward.expand.bias)
    _linear(spec.linear_1, feed_forward.contract.weight, feed_forward.contract.bias)
    _norm(spec.layer_norm, norm)
