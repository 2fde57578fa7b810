"""Whether an exported model translates as ours does."""

from collections.abc import Sequence
from dataclasses import dataclass

from nmt.counted import counted
from nmt.errors import DataError, ExportError
from nmt.metrics.scores import score

SENTENCES = 200


@dataclass(frozen=True)
class Rule:
    """How much may differ."""

    same: float  # share of the sentences that must have the same text, letter by letter
    bleu: float  # by which the scores may differ


# float32 differs in rounding only, which decides where two hypotheses are about as good. 8-bit weights are another,
# nearly equal model, and each engine rounds in its own way: our own 8 bits are no nearer to theirs than our float32 is.
RULES = {"float32": Rule(0.99, 0.1), "int8": Rule(0.75, 1.0)}


@dataclass(frozen=True)
class Agreement:
    """Of the exported model with ours, on the same sentences."""

    sentences: int
    same: int
    bleu: float
    exported_bleu: float

    def describe(self) -> str:
        have = "has" if self.same == 1 else "have"
        return (
            f"{self.same} of {counted(self.sentences, 'sentence')} {have} the same text, "
            f"BLEU {self.exported_bleu:.2f} instead of {self.bleu:.2f} ({self.exported_bleu - self.bleu:+.2f})"
        )

    def remarks(self, quantization: str) -> list[str]:
        """What whoever uses the exported model should know."""
        found = []
        if quantization == "int8":
            share = 1 - self.same / self.sentences
            found.append(
                f"8-bit weights are another model than the run's: {share:.1%} of these sentences have another text. "
                "What the run scored is not its score; measure it with `nmt evaluate --hypotheses`."
            )
        if self.sentences < SENTENCES:
            found.append(
                f"only {counted(self.sentences, 'sentence')} could be compared, which proves little. Give {SENTENCES} "
                "or more with --source and --reference."
            )
        return found


def verify(
    ours: Sequence[str], exported: Sequence[str], references: Sequence[str], language: str, quantization: str
) -> Agreement:
    """Translations of the same sentences by both. Raises ExportError where they differ by more than the rule allows."""
    if not ours:
        raise DataError(
            "There is no line to verify the exported model on that need not be split: of no more tokens than "
            "corpus.max_length and no more sentences than lines have in training. Give some with --source and "
            "--reference."
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
