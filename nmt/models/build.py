"""From a config to a model: any encoder with any decoder.

To add an architecture, extend the unions and the dicts here.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator
from torch import Tensor, nn

from nmt.config import Config
from nmt.models.base import EncoderOutput, Memory, Seq2Seq, State
from nmt.models.embedding import Embedding, OutputProjection
from nmt.models.no_encoder import NoEncoder, NoEncoderConfig
from nmt.models.rnn.decoder import RNNDecoder, RNNDecoderConfig
from nmt.models.rnn.encoder import RNNEncoder, RNNEncoderConfig
from nmt.models.transformer.decoder import TransformerDecoder, TransformerDecoderConfig
from nmt.models.transformer.encoder import TransformerEncoder, TransformerEncoderConfig
from nmt.models.transformer.layers import TransformerConfig

EncoderConfig = Annotated[RNNEncoderConfig | TransformerEncoderConfig | NoEncoderConfig, Field(discriminator="type")]
DecoderConfig = Annotated[RNNDecoderConfig | TransformerDecoderConfig, Field(discriminator="type")]
ENCODERS = {"rnn": RNNEncoder, "transformer": TransformerEncoder, "none": NoEncoder}
DECODERS = {"rnn": RNNDecoder, "transformer": TransformerDecoder}


class ModelConfig(Config):
    """`share_embeddings`: one table for source, target and output (all), for target and output (target), or none.

    `dropout` falls on embeddings and on the output of each sublayer (in a recurrent model: layer and readout);
    `word_dropout` on whole words of the input. On a CPU `dropout` is rounded to a multiple of 1/256 above 0.
    """

    embedding_dim: int = Field(256, ge=1)
    share_embeddings: Literal["all", "target", "none"] = "all"
    dropout: float = Field(0.1, ge=0.0, lt=1.0)
    word_dropout: float = Field(0.0, ge=0.0, lt=1.0)
    encoder: EncoderConfig = Field(
        description='It is a table with a type: { type = "rnn" }, "transformer", or "none" for a language model.'
    )
    decoder: DecoderConfig = Field(description='It is a table with a type: { type = "rnn" } or "transformer".')

    @model_validator(mode="after")
    def _heads_divide(self) -> "ModelConfig":
        for side, stack in (("encoder", self.encoder), ("decoder", self.decoder)):
            multihead = getattr(stack, "attention", "multihead") == "multihead"  # a Transformer has no other
            heads = getattr(stack, "heads", 1) if multihead else 1
            if not isinstance(stack, NoEncoderConfig) and stack.dim % heads:
                raise ValueError(f"model.{side}.dim = {stack.dim} must be a multiple of model.{side}.heads = {heads}.")
        return self

    @model_validator(mode="after")
    def _components_are_turned_in_pairs(self) -> "ModelConfig":
        for side, stack in (("encoder", self.encoder), ("decoder", self.decoder)):
            if isinstance(stack, TransformerConfig) and stack.positions == "rotary" and stack.dim // stack.heads % 2:
                raise ValueError(
                    f"model.{side}.positions = 'rotary' turns components in pairs: model.{side}.dim / "
                    f"model.{side}.heads = {stack.dim // stack.heads} must be even."
                )
        return self

    @model_validator(mode="after")
    def _attention_has_something_to_look_at(self) -> "ModelConfig":
        attention = getattr(self.decoder, "attention", "none")
        if self.encoder.type == "none" and attention != "none":
            raise ValueError(
                f"model.decoder.attention = '{attention}' looks at what an encoder has read, and model.encoder.type = "
                "'none' reads nothing: set it to 'none'."
            )
        return self


class EncoderDecoder(Seq2Seq):
    """Embeddings, an encoder, a decoder and the projection to the vocabulary."""

    def __init__(self, config: ModelConfig, source_vocab: int, target_vocab: int) -> None:
        super().__init__()
        dim, dropout, words = config.embedding_dim, config.dropout, config.word_dropout
        self.feature_dim = dim
        self.target_embedding = Embedding(target_vocab, dim, dropout, words)
        shared = config.share_embeddings == "all"
        self.source_embedding = self.target_embedding if shared else Embedding(source_vocab, dim, dropout, words)
        self.encoder = ENCODERS[config.encoder.type](config.encoder, dim, dropout)
        self.decoder = DECODERS[config.decoder.type](config.decoder, dim, self.encoder.output_dim, dim, dropout)
        tied = None if config.share_embeddings == "none" else self.target_embedding
        self.output = OutputProjection(target_vocab, dim, tied)

    def encode(self, source: Tensor, source_mask: Tensor) -> Memory:
        encoded: EncoderOutput = self.encoder(self.source_embedding(source), source_mask)
        return self.decoder.prepare(encoded)

    def start(self, memory: Memory) -> State:
        return self.decoder.start(memory)

    def step(self, tokens: Tensor, state: State, memory: Memory) -> tuple[Tensor, State]:
        return self.decoder.step(self.target_embedding(tokens), state, memory)

    def decode(self, target_in: Tensor, memory: Memory) -> Tensor:
        return self.decoder.decode(self.target_embedding(target_in), memory)

    def logits(self, features: Tensor) -> Tensor:
        return self.output(features)


def build_model(config: ModelConfig, source_vocab: int, target_vocab: int) -> EncoderDecoder:
    """A freshly initialised model; torch's random generator decides its weights."""
    return EncoderDecoder(config, source_vocab, target_vocab)


def count_parameters(model: nn.Module) -> int:
    """Trainable numbers, shared tables counted once."""
    return sum(parameter.numel() for parameter in model.parameters())


def describe(config: ModelConfig) -> str:
    """In words: '1-layer bidirectional GRU encoder, 2-layer LSTM decoder, dot attention between the layers'."""
    return f"{config.encoder.describe()}, {config.decoder.describe()}"
