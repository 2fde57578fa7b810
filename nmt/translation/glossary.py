"""A glossary: terms of the source and what they must be called in the translation.

One term a line, source and target with a TAB between them; blank lines and lines that begin with # are comments. Lines
with the same source are alternatives: any of their targets will do.

A source term is looked for in whole words, in any case unless it has an upper-case letter itself, and with any of the
apostrophes, quotation marks and hyphens that stand for one another; of terms that overlap the longest counts. A kana or
a Chinese character is a word by itself. As often as it is there, its target must be in the translation, in whole words
and just as it is written in the glossary. A target none of whose sources is there must not be.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from nmt.corpus.lines import clean, is_blank, one_line, read_lines
from nmt.errors import DataError
from nmt.search.boundaries import ALONE, begins_word, ends_word, stands_alone
from nmt.search.phrases import Phrases
from nmt.search.terms import Required, Terms
from nmt.tokenizer.sentencepiece import SentencePieceTokenizer
from nmt.tokenizer.stand_ins import ALIKE
from nmt.translation.result import Term

# Letters and digits in a row, or one other character; a kana or a Chinese character is such.
_WORD = re.compile(rf"(?:(?![{ALONE}])[^\W_])+|\S")


@dataclass(frozen=True)
class Entry:
    """A source term and its targets, as their places in the glossary's list of them."""

    source: str
    targets: tuple[int, ...]
    pattern: re.Pattern[str]

    @classmethod
    def build(cls, source: str, targets: Iterable[int]) -> "Entry":
        exact_case = any(character.isupper() for character in source)
        pattern = " +".join("".join(map(_pattern, word)) for word in source.split(" "))
        if not exact_case:  # the one letter that capitals write as two
            pattern = pattern.replace("ß", "ss").replace("ss", "(?:ß|ss)")
        return cls(source, tuple(sorted(targets)), re.compile(pattern, 0 if exact_case else re.IGNORECASE))


@dataclass(frozen=True)
class Match:
    """A source term in a line, from character `start` to before `end`."""

    start: int
    end: int
    entry: Entry


@dataclass(frozen=True)
class Glossary:
    """The terms of a glossary, ready for the translators whose target tokenizer this is."""

    tokenizer: SentencePieceTokenizer
    targets: tuple[str, ...]
    phrases: Phrases  # of the targets
    entries: dict[str, tuple[Entry, ...]]  # by the `_key` of the source's first word
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
        terms: defaultdict[str, set[int]] = defaultdict(set)
        for source, target in pairs:
            terms[_term(source)].add(places.setdefault(_term(target), len(places)))
        # Control characters, which a model may write in bytes, do not get into the text.
        spellings = [
            one if one_line(one.decode("utf-8", errors="replace")) else b""
            for one in tokenizer.spellings(range(tokenizer.vocab_size))
        ]
        written = [(f" {target}".encode(), _written(target, tokenizer, spellings)) for target in places]
        entries: defaultdict[str, list[Entry]] = defaultdict(list)
        for source, targets in terms.items():
            entries[_key(_first_word(source))].append(Entry.build(source, targets))
        by_word: defaultdict[str, list[int]] = defaultdict(list)
        for target, place in places.items():
            by_word[_first_word(target)].append(place)
        return cls(
            tokenizer,
            tuple(places),
            Phrases.build(spellings, written),
            {word: tuple(found) for word, found in entries.items()},
            {word: tuple(found) for word, found in by_word.items()},
        )

    def matches(self, line: str) -> list[Match]:
        """Every source term in a clean line, also those that overlap."""
        found = []
        for word in _WORD.finditer(line):
            for entry in self.entries.get(_key(word[0]), ()):
                match = entry.pattern.match(line, word.start())
                if match and _is_whole(line, match.start(), match.end()):
                    found.append(Match(match.start(), match.end(), entry))
        return found

    def allowed(self, line: str, prefix: str = "") -> frozenset[int]:
        """The targets that a translation of a clean line may have, because of its terms or of what it begins with."""
        wanted = [self.targets[target] for match in self.matches(line) for target in match.entry.targets]
        return frozenset().union(*map(self.written, {prefix, *wanted}))

    def written(self, text: str) -> frozenset[int]:
        """The targets that are in a text, as their places."""
        return frozenset(
            place
            for word in _WORD.finditer(text)
            for place in self.by_word.get(word[0], ())
            if text.startswith(self.targets[place], word.start())
            and _is_whole(text, word.start(), word.start() + len(self.targets[place]))
        )

    def terms(
        self, text: str, tokens: Sequence[bytes], allowed: frozenset[int], read: Callable[[str], str] = str
    ) -> Terms:
        """What the search is told of a clean line, or of a part of it, whose source tokens write `tokens`.

        They write what `read` makes of the text, character by character.
        """
        text = " ".join(text.split())
        times: Counter[tuple[int, ...]] = Counter()
        places: defaultdict[tuple[int, ...], set[int]] = defaultdict(set)
        for match in longest_first(self.matches(text)):
            times[match.entry.targets] += 1
            places[match.entry.targets] |= _places(match, text, tokens, read)
        required = (
            Required(
                frozenset(own),
                sum(number for other, number in times.items() if self._each_has_one_of(other, own)),
                frozenset(places[own]),
            )
            for own in times
        )
        return Terms(self.phrases, tuple(required), allowed)

    def _each_has_one_of(self, targets: tuple[int, ...], others: tuple[int, ...]) -> bool:
        """Whether each of the targets is one of the others or has one in it, so that writing it writes that, too."""
        return all(any(_ends(self.targets[target], self.targets[other]) for other in others) for target in targets)

    def check(self, line: str, prefix: str, translation: str) -> tuple[Term, ...]:
        """The terms of a clean line, in order, and whether the translation has them; then what it should not have.

        What is written once stands for one term: for the longest that it is, and for one that has no alternative first.
        """
        matches = longest_first(self.matches(line))
        free = self._occurrences(translation, {target for match in matches for target in match.entry.targets})
        named: dict[int, str] = {}  # by which match
        for number, match in sorted(enumerate(matches), key=lambda one: len(one[1].entry.targets)):
            left = [target for target in match.entry.targets if free[target]]
            if left:
                first = min(left, key=lambda target: free[target][0])
                free[first].popleft()
                named[number] = self.targets[first]
        found = [
            Term(
                match.entry.source,
                named.get(number, " | ".join(map(self.targets.__getitem__, match.entry.targets))),
                number in named,
            )
            for number, match in enumerate(matches)
        ]
        against = self.written(translation) - self.allowed(line, prefix)
        return (*found, *(Term(None, self.targets[place], False) for place in sorted(against)))

    def _occurrences(self, text: str, targets: Iterable[int]) -> dict[int, deque[int]]:
        """Where each of the targets begins in a text, in order; of those that overlap the longest counts."""
        spans = [
            (end - len(self.targets[target]), end, target)
            for target in targets
            for end in _ends(text, self.targets[target])
        ]
        found: dict[int, deque[int]] = {target: deque() for target in targets}
        for start, _, target in sorted(_apart(sorted(spans, key=lambda span: (span[0] - span[1], span[0])))):
            found[target].append(start)
        return found


def longest_first(matches: Sequence[Match]) -> list[Match]:
    """Those that count, in order: the longest, then the longest that does not overlap it, and so on."""
    # Of two terms in the same place, that which has an upper-case letter says more.
    order = sorted(matches, key=lambda one: (one.start - one.end, one.start, one.entry.pattern.flags))
    chosen = _apart((one.start, one.end, number) for number, one in enumerate(order))
    return [order[number] for _, _, number in chosen]


def _apart(spans: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Of spans (start, end, what it is) those that overlap none that came before, by where they are."""
    chosen: list[tuple[int, int, int]] = []
    for span in spans:
        place = bisect_left(chosen, span)
        if (place == 0 or chosen[place - 1][1] <= span[0]) and (place == len(chosen) or span[1] <= chosen[place][0]):
            chosen.insert(place, span)
    return chosen


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


def _first_word(source: str) -> str:
    word = _WORD.match(source)
    assert word is not None  # a term is not blank
    return word[0]


def _pattern(character: str) -> str:
    """What finds a character, or another one that is read as it."""
    alike = next((group for group in ALIKE if character in group), "")
    return f"[{re.escape(alike)}]" if alike else re.escape(character)


def _key(word: str) -> str:
    """The same for all that a pattern takes for one word: to `re.IGNORECASE` i, ı, I and İ are the same letter.

    Of a word with an apostrophe that counts as a letter, what another apostrophe would leave of it.
    """
    word = next((group[0] for group in ALIKE if word in group), word.partition("\u02bc")[0] or word)
    return word.casefold().replace("i\u0307", "i").replace("ı", "i")


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] begins and ends at a word boundary."""
    return begins_word(text, start) and ends_word(text, end)


def _ends(text: str, term: str) -> list[int]:
    """Where `term` ends in `text`, in whole words."""
    found = []
    start = text.find(term)
    while start >= 0:
        if _is_whole(text, start, start + len(term)):
            found.append(start + len(term))
        start = text.find(term, start + 1)
    return found


def _places(match: Match, text: str, tokens: Sequence[bytes], read: Callable[[str], str]) -> set[int]:
    """Which tokens write a match; none where together they do not write the text as it is read."""
    if b"".join(tokens) != f" {read(text)}".encode():
        return set()
    start, end = (1 + len(read(text[:place]).encode()) for place in (match.start, match.end))
    ends = list(accumulate(len(token) for token in tokens))
    return {place for place, last in enumerate(ends) if last > start and last - len(tokens[place]) < end}


def _count(columns: Sequence[str]) -> str:
    if len(columns) == 1:
        return "no TAB"
    if len(columns) > 2:
        return f"{len(columns) - 1} TABs"
    return "a blank source term" if is_blank(columns[0]) else "a blank target term"
