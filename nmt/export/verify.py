"""Whether an exported model translates as ours does."""

from collections.abc import Sequence
from dataclasses import dataclass

from nmt.errors import DataError, ExportError
from nmt.metrics.scores import score

SENTENCES = 200


@dataclass(frozen=True)
class Rule:
    """How much may differ."""

    same: float  # share of the sentences that must have the same text, letter by letter
    bleu: float  # by which the scores may differ


# float32 differs in rounding only, which decides where two hypotheses are about as good. 8-bit weights are another,
# nearly equal model: on 1,000 sentences of Multi30k 92 % have the same text and BLEU differs by 0.05.
RULES = {"float32": Rule(0.99, 0.1), "int8": Rule(0.75, 1.0)}


@dataclass(frozen=True)
class Agreement:
    """Of the exported model with ours, on the same sentences."""

    sentences: int
    same: int
    bleu: float
    exported_bleu: float

    def describe(self) -> str:
        return (
            f"{self.same} of {self.sentences} sentences have the same text, "
            f"BLEU {self.exported_bleu:.2f} instead of {self.bleu:.2f}"
        )


def verify(
    ours: Sequence[str], exported: Sequence[str], references: Sequence[str], language: str, quantization: str
) -> Agreement:
    """Translations of the same sentences by both. Raises ExportError where they differ by more than the rule allows."""
    if not ours:
        raise DataError(
            "There is no sentence to verify the exported model on. Give some with --source and --reference."
        )
    (before,), (after,) = (
        score(["BLEU"], list(texts), list(references), intervals=False, target_language=language)
        for texts in (ours, exported)
    )
    different = [pair for pair in zip(ours, exported, strict=True) if pair[0] != pair[1]]
    found = Agreement(len(ours), len(ours) - len(different), before.value, after.value)
    rule = RULES[quantization]
    if found.same < rule.same * found.sentences or abs(found.exported_bleu - found.bleu) > rule.bleu:
        example = f', such as "{different[0][1]}" instead of "{different[0][0]}"' if different else ""
        raise ExportError(
            f"The exported model does not translate as ours does: {found.describe()}{example}. With {quantization}, "
            f"{rule.same:.0%} must be the same and BLEU may differ by {rule.bleu}. Nothing was written."
        )
    return found
