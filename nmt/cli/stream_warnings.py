"""Warnings about a translated stream: for each kind how many lines it concerns, and the first few."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nmt.search.config import SearchConfig
    from nmt.translation.formats import Record
    from nmt.translation.result import Term, Translation

EXAMPLES = 5


@dataclass
class Tally:
    """How many there were, and the first few of them."""

    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, example: str) -> None:
        self.count += 1
        if self.count <= EXAMPLES:
            self.examples.append(example)

    def __str__(self) -> str:
        more = f" and {self.count - EXAMPLES} more" if self.count > EXAMPLES else ""
        return f"{', '.join(self.examples)}{more}"

    def lines(self) -> str:
        """The examples as numbers of lines."""
        return f"{'line' if self.count == 1 else 'lines'} {self}"


class Terms:
    """Terms of a glossary: how many there were, and which were not as they should be."""

    def __init__(self) -> None:
        self.asked = self.lines = 0
        self.unmet, self.against = Tally(), Tally()

    def add(self, line: int, terms: "tuple[Term, ...]") -> None:
        asked = [term for term in terms if term.source is not None]
        self.asked += len(asked)
        self.lines += bool(asked)
        for term in asked:
            if not term.met:
                self.unmet.add(f'line {line} "{term.source}" -> "{term.target}"')
        for term in terms:
            if term.source is None:
                self.against.add(f'line {line} "{term.target}"')

    def __str__(self) -> str:
        counts = f"{self.asked} term{'s' * (self.asked != 1)} in {self.lines} line{'s' * (self.lines != 1)}"
        summary = f"glossary: {counts}, {self.asked - self.unmet.count} met"
        if self.unmet.count:
            summary += f", {self.unmet.count} not: {self.unmet}"
        if self.against.count:
            summary += f"; {self.against.count} written without a source: {self.against}"
        return f"{summary}."


class Oddities:
    """Counts and the first few examples; takes no more memory for a million lines than for a thousand."""

    def __init__(self) -> None:
        self.replaced = 0
        self.split, self.looping, self.cut, self.unknown, self.capitals = (Tally() for _ in range(5))
        self.objects = self.lines = 0
        self.terms = Terms()

    def add(self, record: "Record", translation: "Translation") -> None:
        line = record.index + 1
        self.replaced += record.num_replaced
        self.lines += bool(record.text.strip())
        self.objects += record.fields is None and record.text.startswith('{"')
        if translation.unknown:
            more = "…" if len(translation.unknown) > EXAMPLES else ""
            self.unknown.add(f"{line} ({translation.unknown[:EXAMPLES]}{more})")
        if translation.capitals:
            self.capitals.add(str(line))
        if translation.num_segments > 1:
            self.split.add(str(line))
        if translation.finish_reason == "length" and not translation.repeats:  # more room would not help a loop
            self.cut.add(str(line))
        if translation.repeats:
            self.looping.add(str(line))
        self.terms.add(line, translation.terms)

    def describe(self, glossary: bool, search: "SearchConfig", ngrams: bool = True) -> list[str]:
        """A sentence for each kind that occurred, with what would help `search`; of terms, where there is a
        glossary, in any case.

        `ngrams`: whether the search can keep n-grams from being repeated.
        """
        from nmt.search.config import LONGEST

        said = []
        if self.objects and self.objects == self.lines:
            said.append("Every line looks like a JSON object, and was translated as it is. Was --format jsonl meant?")
        if self.replaced:
            said.append(replaced(self.replaced))
        if self.unknown.count:
            said.append(f"Characters that the vocabulary does not have, so perhaps wrong: {self.unknown.lines()}.")
        if self.capitals.count:
            what = "All in capitals, which the model has hardly learnt, so perhaps wrong"
            said.append(f"{what}: {self.capitals.lines()}. Try them in lower case.")
        if self.split.count:
            what = "Longer than the lines of training, or of more sentences"
            said.append(f"{what}, so split and joined again: {self.split.lines()}.")
        if self.looping.count:
            loops = f"Says the same again and again: {self.looping.lines()}."
            if not ngrams:
                loops += " Try --set no_repeat_ngram=4 without this backend."
            elif search.no_repeat_ngram not in range(1, 5):
                loops += " Try --set no_repeat_ngram=4."
            said.append(loops)
        if glossary:
            said.append(str(self.terms))
        if self.cut.count:
            ratio = min(2 * search.max_length_ratio, LONGEST["ratio"])
            more = f" Raise it with --set max_length_ratio={ratio:g}." if ratio > search.max_length_ratio else ""
            said.append(f"Ended at the length limit, so perhaps incomplete: {self.cut.lines()}.{more}")
        return said


def unlearnt(targets: Sequence[str]) -> str:
    """That a glossary has these targets, which the model cannot be expected to handle."""
    tally = Tally()
    for target in targets:
        tally.add(f'"{target}"')
    what = "Terms of the glossary with characters that the vocabulary does not have"
    return f"{what}, beside which the translation is perhaps wrong: {tally}."


def replaced(count: int) -> str:
    """That invalid UTF-8 was replaced in so many places."""
    places = f"Invalid UTF-8 was replaced in {count} place{'s' * (count != 1)}."
    return f"{places} If the text has another encoding, convert it first: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW"
