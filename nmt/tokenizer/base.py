"""What the rest of the package asks of a tokenizer."""

from typing import Protocol

PAD_ID, UNK_ID, BOS_ID, EOS_ID = 0, 1, 2, 3


class Tokenizer(Protocol):
    """Raw text to ids and back. It is the vocabulary: there is no other."""

    @property
    def vocab_size(self) -> int:
        """How many ids there are, special ones included."""
        ...

    def encode(self, text: str) -> list[int]:
        """Ids of the pieces of `text`, without begin- and end-of-sentence; none for blank text."""
        ...

    def sample(self, text: str, seed: int) -> list[int]:
        """As encode, but one of many segmentations, chosen by `seed` alone."""
        ...

    def decode(self, ids: list[int]) -> str:
        """Text of ids; special ids give nothing."""
        ...

    def pieces(self, ids: list[int]) -> tuple[str, ...]:
        """The piece of each id, special ones by name."""
        ...
