"""Transformer encoder: every position looks at every other, all at once."""

from torch import Tensor, nn

from nmt.models.base import EncoderOutput
from nmt.models.transformer.layers import FeedForward, Residual, SelfAttention, TransformerConfig
from nmt.models.transformer.positions import PositionalEncoding, Rotation


class TransformerEncoderConfig(TransformerConfig):
    """A Transformer encoder."""

    def describe(self) -> str:
        return f"{self.layers}-layer Transformer encoder"


class EncoderLayer(nn.Module):
    """Self-attention and feed-forward."""

    def __init__(self, config: TransformerConfig, dropout: float) -> None:
        super().__init__()
        self.attention = SelfAttention(config.dim, config.heads)
        self.feed_forward = FeedForward(config.dim, config.feed_forward_dim, config.activation)
        self.around_attention = Residual(config.dim, config.norm, dropout)
        self.around_feed_forward = Residual(config.dim, config.norm, dropout)

    def forward(self, values: Tensor, mask: Tensor, rotation: Rotation | None) -> Tensor:
        """values [batch, src_len, dim], mask bool [batch, src_len]"""

        def look(queries: Tensor) -> Tensor:
            return self.attention(*self.attention.split(queries, rotation), mask[:, None, None, :])

        return self.around_feed_forward(self.around_attention(values, look), self.feed_forward)


class TransformerEncoder(nn.Module):
    """Embeddings plus positions through a stack of layers; the summary is the mean over real tokens."""

    def __init__(self, config: TransformerEncoderConfig, input_dim: int, dropout: float) -> None:
        super().__init__()
        self.output_dim = config.dim
        self.adapt = nn.Linear(input_dim, config.dim) if input_dim != config.dim else nn.Identity()
        self.positions = PositionalEncoding(config.positions, config.dim, config.heads, config.max_positions)
        self.layers = nn.ModuleList(EncoderLayer(config, dropout) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.dim) if config.norm == "pre" else nn.Identity()

    def forward(self, embedded: Tensor, mask: Tensor) -> EncoderOutput:
        """embedded [batch, src_len, input_dim], mask bool [batch, src_len]"""
        values = self.positions(self.adapt(embedded))
        rotation = self.positions.rotation(values)
        for layer in self.layers:
            values = layer(values, mask, rotation)
        states = self.norm(values)
        real = mask.unsqueeze(-1).to(states.dtype)  # [batch, src_len, 1]
        return EncoderOutput(states, mask, (states * real).sum(dim=1) / real.sum(dim=1).clamp(min=1))
