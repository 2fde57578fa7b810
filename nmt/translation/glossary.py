"""A glossary: terms of the source and what they must be called in the translation.

One term a line, source and target with a TAB between them; blank lines and lines that begin with # are comments. Lines
with the same source are alternatives: any of their targets will do.

A source term is looked for in whole words, in any case unless it has an upper-case letter itself, and with any of the
apostrophes, quotation marks and hyphens that stand for one another; of terms that overlap the longest counts. A kana or
a Chinese character is a word by itself, and beside punctuation of the term anything may stand. As often as it is there,
its target must be in the translation, in whole words and just as it is written in the glossary; what stands within a
longer target that counts does not count. A target none of whose sources is there must not be.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from nmt.corpus.lines import clean, is_blank, one_line, read_lines
from nmt.errors import DataError
from nmt.search.boundaries import is_whole, stands_alone
from nmt.search.phrases import Phrases
from nmt.search.terms import Required, Terms
from nmt.tokenizer.sentencepiece import SentencePieceTokenizer
from nmt.translation.occurrences import Choice, Span, apart, assigned, ends_of, overlap
from nmt.translation.result import Term
from nmt.translation.source_terms import WORD, Entry, Match, first_word, key_of, longest_first, pattern_of, places_of


@dataclass(frozen=True)
class Glossary:
    """The terms of a glossary, ready for the translators whose target tokenizer this is."""

    tokenizer: SentencePieceTokenizer
    targets: tuple[str, ...]
    phrases: Phrases  # of the targets
    entries: dict[str, tuple[Entry, ...]]  # by the `key_of` of the source's first word
    by_word: dict[str, tuple[int, ...]]  # places of targets, by their first word

    @classmethod
    def read(cls, path: str | Path, tokenizer: SentencePieceTokenizer) -> "Glossary":
        """Read a TSV file. Raises DataError naming the line that is no pair of terms."""
        pairs = []
        for number, line in enumerate(read_lines(Path(path)), start=1):
            if is_blank(line) or line.startswith("#"):
                continue
            columns = line.split("\t")
            if len(columns) != 2 or any(is_blank(column) for column in columns):
                raise DataError(
                    f"{path}: line {number} has {_count(columns)}. A line of a glossary is a source term, one TAB and "
                    "a target term; a line that begins with # is a comment."
                )
            pairs.append((columns[0], columns[1]))
        return cls.of(pairs, tokenizer)

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]], tokenizer: SentencePieceTokenizer) -> "Glossary":
        """From pairs of a source and a target term, neither blank."""
        places: dict[str, int] = {}
        sources: dict[re.Pattern[str], str] = {}
        terms: defaultdict[re.Pattern[str], set[int]] = defaultdict(set)
        for source, target in pairs:
            pattern = pattern_of(_term(source))
            sources.setdefault(pattern, _term(source))
            terms[pattern].add(places.setdefault(_term(target), len(places)))
        # Control characters, which a model may write in bytes, do not get into the text.
        spellings = [
            one if one_line(one.decode("utf-8", errors="replace")) else b""
            for one in tokenizer.spellings(range(tokenizer.vocab_size))
        ]
        written = [(f" {target}".encode(), _written(target, tokenizer, spellings)) for target in places]
        entries: defaultdict[str, list[Entry]] = defaultdict(list)
        for pattern, source in sources.items():
            entries[key_of(first_word(source))].append(Entry(source, tuple(sorted(terms[pattern])), pattern))
        by_word: defaultdict[str, list[int]] = defaultdict(list)
        for target, place in places.items():
            by_word[first_word(target)].append(place)
        return cls(
            tokenizer,
            tuple(places),
            Phrases.build(spellings, written),
            {word: tuple(found) for word, found in entries.items()},
            {word: tuple(found) for word, found in by_word.items()},
        )

    @property
    def unlearnt(self) -> tuple[str, ...]:
        """The targets with characters that the vocabulary has only as bytes: beside them a model writes nonsense."""
        return tuple(target for target in self.targets if not self.tokenizer.alphabet.issuperset(target))

    def matches(self, line: str) -> list[Match]:
        """Every source term in a clean line, also those that overlap."""
        found = []
        for word in WORD.finditer(line):
            for entry in self.entries.get(key_of(word[0]), ()):
                match = entry.pattern.match(line, word.start())
                if match and is_whole(line, match.start(), match.end()):
                    found.append(Match(match.start(), match.end(), entry))
        return found

    def spans(self, line: str) -> list[tuple[int, int]]:
        """Where in a clean line the source terms that count begin and end, in order."""
        return [(match.start, match.end) for match in longest_first(self.matches(line))]

    def allowed(self, line: str, prefix: str = "", elsewhere: bool = False) -> frozenset[int]:
        """The targets that a translation of a clean line may have, because of its terms or of what it begins with.

        `elsewhere`: all of them, also where none of their sources is.
        """
        if elsewhere:
            return frozenset(range(len(self.targets)))
        wanted = [self.targets[target] for match in self.matches(line) for target in match.entry.targets]
        return frozenset().union(*map(self.written, {" ".join(prefix.split()), *wanted}))

    def written(self, text: str) -> frozenset[int]:
        """The targets that are in a text, as their places."""
        return frozenset(place for _, _, place in self._written(text))

    def target_spans(self, text: str) -> list[tuple[int, int]]:
        """Where in a text targets begin and end, in order; of those that overlap the longest."""
        longest = sorted(self._written(text), key=lambda span: (span[0] - span[1], span[0]))
        return [(start, end) for start, end, _ in apart(longest, overlap)]

    def _written(self, text: str) -> Iterator[Span]:
        for word in WORD.finditer(text):
            for place in self.by_word.get(word[0], ()):
                start, end = word.start(), word.start() + len(self.targets[place])
                if text.startswith(self.targets[place], start) and is_whole(text, start, end):
                    yield start, end, place

    def terms(
        self, text: str, tokens: Sequence[bytes], allowed: frozenset[int], read: Callable[[str], str] = str
    ) -> Terms:
        """The constraints for a cleaned line, or a part of one. `tokens`: the bytes that each source token spells.

        Together they spell what `read` makes of the text, character by character.
        """
        text = " ".join(text.split())
        times: Counter[Choice] = Counter()
        places: defaultdict[Choice, set[int]] = defaultdict(set)
        for match in longest_first(self.matches(text)):
            times[match.entry.targets] += 1
            places[match.entry.targets] |= places_of(match, text, tokens, read)
        looked: defaultdict[frozenset[int], set[int]] = defaultdict(set)
        for group in [*([own] for own in times), *self._sharing(times)]:
            looked[self._counted(frozenset(chain(*group)))].update(*(places[own] for own in group))
        required = (
            Required(
                phrases,
                sum(number * min(self._number(phrases, target) for target in own) for own, number in times.items()),
                frozenset(at),
            )
            for phrases, at in looked.items()
        )
        return Terms(self.phrases, tuple(required), allowed)

    def _sharing(self, choices: Collection[Choice]) -> list[list[Choice]]:
        """Groups of those that one place in a text can meet: of a group together, as many are needed as of each.

        Where a target holds two that would do (`Tag für Tag`) that is one too few; `check` tells.
        """
        groups: list[list[Choice]] = []
        for own in choices if any(len(choice) > 1 for choice in choices) else ():
            near = [group for group in groups if any(self._share(own, other) for other in group)]
            groups = [*(group for group in groups if group not in near), [*chain(*near), own]]
        return [group for group in groups if len(group) > 1]

    def _share(self, some: Choice, others: Choice) -> bool:
        """Whether one of some targets is one of the others, or is written with it."""
        return any(self._number([one], other) or self._number([other], one) for one in some for other in others)

    def _counted(self, targets: frozenset[int]) -> frozenset[int]:
        """Those that have others of them at their end at most: one that has another before it would count twice."""
        return frozenset(target for target in targets if self._number(targets, target) == 1)

    def _number(self, targets: Collection[int], target: int) -> int:
        """How many of some targets are written with that target."""
        return len({end for one in targets for end in ends_of(self.targets[target], self.targets[one])})

    def check(self, line: str, prefix: str, translation: str, elsewhere: bool = False) -> tuple[Term, ...]:
        """The terms of a clean line, in order, and whether the translation has them; then what it should not have.

        What is written once stands for one term: for the longest that it is, and for one that has no alternative first.
        """
        matches = longest_first(self.matches(" ".join(line.split())))
        # The short ones first: there may be others in a long one.
        wanted = [tuple(sorted(one.entry.targets, key=lambda target: len(self.targets[target]))) for one in matches]
        spans = [
            (end - len(self.targets[target]), end, target)
            for target in set(chain(*wanted))
            for end in ends_of(translation, self.targets[target])
        ]
        named = assigned(wanted, spans)
        found = [
            Term(
                match.entry.source,
                " | ".join(
                    self.targets[target] for target in ([named[number]] if number in named else match.entry.targets)
                ),
                number in named,
            )
            for number, match in enumerate(matches)
        ]
        against = self.written(translation) - self.allowed(line, prefix, elsewhere)
        return (*found, *(Term(None, self.targets[place], False) for place in sorted(against)))


def _term(text: str) -> str:
    """As `clean` and without superfluous spaces: what the tokenizer gives back."""
    return " ".join(clean(text).split())


def _written(target: str, tokenizer: SentencePieceTokenizer, spellings: Sequence[bytes]) -> list[int]:
    """The tokens of a target; where it needs no space before it, without one, as far as the vocabulary allows."""
    tokens = tokenizer.encode(target)
    if not stands_alone(target[0]):
        return tokens
    if spellings[tokens[0]] == b" ":
        return tokens[1:]
    known = {spelling: token for token, spelling in enumerate(spellings) if spelling}
    rest, found = target.encode(), list[int]()
    while rest:
        longest = next((end for end in range(len(rest), 0, -1) if rest[:end] in known), 0)
        if not longest:
            return tokens
        found.append(known[rest[:longest]])
        rest = rest[longest:]
    return found


def _count(columns: Sequence[str]) -> str:
    if len(columns) == 1:
        return "no TAB"
    if len(columns) > 2:
        return f"{len(columns) - 1} TABs"
    return "a blank source term" if is_blank(columns[0]) else "a blank target term"
