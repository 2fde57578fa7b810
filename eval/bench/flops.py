"""How much arithmetic a model needs for a corpus: multiplications and additions of matrix products, real tokens only.

What padding costs is not counted, nor what a trainer does twice: it is the work that must be done, by which the speed
of trainers with different batches can be compared. A training update takes three times the forward pass.
"""

from dataclasses import dataclass

from corpus import Counts

GATES = {"gru": 3, "lstm": 4}
VOCABULARY = 8000


@dataclass(frozen=True)
class RNNShape:
    """A recurrent encoder of one layer, and a recurrent decoder of one layer with dot-product attention."""

    embedding: int = 256
    encoder: int = 256  # one direction
    directions: int = 2
    encoder_cell: str = "gru"
    decoder: int = 512
    readout: int = 256  # of tanh(W [hidden; context]), which input feeding feeds
    bottleneck: int = 0  # width of one more layer before the vocabulary; 0: none
    input_feeding: bool = False
    vocabulary: int = VOCABULARY

    def forward(self, counts: Counts) -> int:
        """FLOP of one forward pass over the corpus."""
        memory = self.directions * self.encoder
        fed = self.readout if self.input_feeding else 0
        per_source = self.directions * GATES[self.encoder_cell] * self.encoder * (self.embedding + self.encoder)
        per_source += memory * self.decoder  # the keys of the attention
        per_target = GATES["lstm"] * self.decoder * (self.embedding + fed + self.decoder)
        per_target += (self.decoder + memory) * self.readout + self.readout * self.bottleneck
        per_target += (self.bottleneck or self.readout) * self.vocabulary
        products = counts.source_tokens * per_source + counts.target_tokens * per_target
        products += counts.source_times_target * (self.decoder + memory)  # scores, and the mean of the states
        products += counts.pairs * memory * 2 * self.decoder  # the first state
        return 2 * products


@dataclass(frozen=True)
class TransformerShape:
    """As many layers in the decoder as in the encoder."""

    layers: int = 3
    dim: int = 256
    feed_forward: int = 1024
    vocabulary: int = VOCABULARY

    def forward(self, counts: Counts) -> int:
        """FLOP of one forward pass over the corpus. Self-attention of the decoder is counted as a full square."""
        square, inner = self.dim**2, 2 * self.dim * self.feed_forward
        per_source = self.layers * (4 * square + inner + 2 * square)  # the last: keys and values for the decoder
        per_target = self.layers * (4 * square + 2 * square + inner) + self.dim * self.vocabulary
        looked = counts.source_squared + counts.target_squared + counts.source_times_target
        products = counts.source_tokens * per_source + counts.target_tokens * per_target
        return 2 * (products + self.layers * 2 * self.dim * looked)


def training_flop_per_target_token(shape: RNNShape | TransformerShape, counts: Counts) -> float:
    """Forward and backward, averaged over the corpus."""
    return 3 * shape.forward(counts) / counts.target_tokens
