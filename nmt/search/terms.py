"""Phrases that a hypothesis must write and phrases that it must not: where they stand, and how far a hypothesis is.

A phrase counts at word boundaries and in any segmentation: what tokens write is compared, not tokens. It is known to be
whole only when the next token comes, which may go on with its last word (`Haus` in `Haustür`).
"""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from nmt.tokenizer.base import EOS_ID

EMPTY, SPACE = 0, 1  # nodes


def part_of_word(character: str) -> bool:
    """Whether it is a letter, a digit or a mark on one: between others there is a word boundary."""
    return character.isalnum() or unicodedata.category(character).startswith("M")


@dataclass(frozen=True)
class Phrases:
    """All phrases as a graph, in any segmentation: nodes are beginnings of phrases, edges the tokens between them.

    Node 0 is the empty beginning; node 1 is a space, with which every phrase begins.
    """

    edges: tuple[dict[int, int], ...]  # node -> token -> node
    whole: dict[int, int]  # node -> the phrase that is whole there
    ways: tuple[tuple[tuple[int, int], ...], ...]  # phrase -> its own tokens, each after the node it leaves from
    inside: tuple[frozenset[int], ...]  # phrase -> the nodes where something of it is written
    opening: frozenset[int]  # tokens after which a word may begin without a space, such as brackets
    joining: frozenset[int]  # tokens that go on with the word before them
    silent: frozenset[int]  # tokens that write nothing and end nothing

    @classmethod
    def build(cls, spellings: Sequence[bytes], phrases: Sequence[tuple[bytes, Sequence[int]]]) -> "Phrases":
        """`spellings`: what each token writes, with the space before a word; control tokens write nothing.

        A phrase, none given twice, is what is written (a space first) and the tokens that write it where it is forced.
        """
        nodes = {b"": EMPTY, b" ": SPACE}
        for text, _ in phrases:
            for end in range(1, len(text) + 1):
                nodes.setdefault(text[:end], len(nodes))
        tokens_for: defaultdict[bytes, list[int]] = defaultdict(list)
        for token, spelling in enumerate(spellings):
            if spelling:
                tokens_for[spelling].append(token)
        longest = max(map(len, spellings), default=0)
        edges: list[dict[int, int]] = [{} for _ in nodes]
        for text, _ in phrases:
            for start in range(len(text)):
                for end in range(start + 1, min(start + longest, len(text)) + 1):
                    for token in tokens_for.get(text[start:end], ()):
                        edges[nodes[text[:start]]][token] = nodes[text[:end]]
        ways = []
        for text, tokens in phrases:
            ends = [0, *accumulate(len(spellings[token]) for token in tokens)]
            assert b"".join(spellings[token] for token in tokens) == text
            ways.append(tuple((nodes[text[:end]], token) for end, token in zip(ends[:-1], tokens, strict=True)))
        whole = {nodes[text]: phrase for phrase, (text, _) in enumerate(phrases)}
        inside = tuple(frozenset(nodes[text[:end]] for end in range(2, len(text) + 1)) for text, _ in phrases)
        shown = [spelling.decode("utf-8", errors="replace") for spelling in spellings]
        opening = frozenset(token for token, text in enumerate(shown) if text and not part_of_word(text[-1]))
        joining = frozenset(token for token, text in enumerate(shown) if text and part_of_word(text[0]))
        silent = frozenset(token for token, text in enumerate(shown) if not text and token != EOS_ID)
        return cls(tuple(edges), whole, tuple(ways), inside, opening, joining, silent)


@dataclass(frozen=True)
class Required:
    """Any of `phrases`, so many times in all."""

    phrases: frozenset[int]
    times: int = 1
    places: frozenset[int] = frozenset()  # of the source tokens that ask for it; none: not known


@dataclass(frozen=True)
class Progress:
    """How far one hypothesis is."""

    nodes: tuple[int, ...]  # the beginnings of phrases that its end is
    met: tuple[int, ...]  # how many times it has what is required, each


@dataclass(frozen=True)
class Terms:
    """What the hypotheses of one sentence must write, and what they must not: every phrase that is not allowed."""

    phrases: Phrases
    required: tuple[Required, ...]
    allowed: frozenset[int]  # those required among them

    @property
    def needed(self) -> int:
        """How many tokens what is required has."""
        return self.lacking(self.start())

    def start(self) -> Progress:
        """Before the first token, which may begin a word without a space."""
        return Progress((SPACE,), (0,) * len(self.required))

    def after(self, progress: Progress, token: int) -> Progress:
        """One token later. Beginnings that it does not go on with are left; each place may begin a phrase anew."""
        graph = self.phrases
        if token in graph.silent:
            return progress
        nodes = {graph.edges[node][token] for node in (EMPTY, *progress.nodes) if token in graph.edges[node]}
        if token in graph.opening:
            nodes.add(SPACE)
        met = progress.met if token in graph.joining else self._met_if_it_ended(progress)
        return Progress(tuple(sorted(nodes)), met)

    def is_at_risk(self, progress: Progress) -> bool:
        """Whether its end is a phrase that is not allowed, unless the next token joins that phrase's last word."""
        whole = self.phrases.whole
        return any(whole[node] not in self.allowed for node in progress.nodes if node in whole)

    def lacking(self, progress: Progress) -> int:
        """How many tokens of what is required are still to come: as many next tokens, well chosen, are enough."""
        joined = self._left(progress, progress.met, joins=True)
        if self.is_at_risk(progress):
            return joined
        return min(joined, self._left(progress, self._met_if_it_ended(progress), joins=False))

    def next_tokens(self, progress: Progress) -> list[int]:
        """Those that bring it nearer to what is required."""
        return [
            token
            for required, times in zip(self.required, self._met_if_it_ended(progress), strict=True)
            if times < required.times
            for phrase in sorted(required.phrases)
            for node, token in self.phrases.ways[phrase]
            if node == EMPTY or node in progress.nodes
        ]

    def touched(self, progress: Progress, token: int) -> list[tuple[Required, bool]]:
        """What is still required of which the token begins a phrase, in any segmentation; True: goes on with one."""
        edges = self.phrases.edges
        found: list[tuple[Required, bool]] = []
        goes_on = {edges[node][token] for node in progress.nodes if node != SPACE and token in edges[node]}
        begins = {edges[node][token] for node in (EMPTY, *progress.nodes) if token in edges[node]} - goes_on
        for required, times in zip(self.required, self._met_if_it_ended(progress), strict=True):
            if times < required.times:
                inside = {node for one in required.phrases for node in self.phrases.inside[one] & (goes_on | begins)}
                if inside:
                    found.append((required, bool(inside & goes_on)))
        return found

    def spoils(self, progress: Progress, token: int) -> bool:
        """Whether it undoes a required phrase by joining its last word, or makes one whole that is not allowed."""
        if token in self.phrases.joining and self._met_if_it_ended(progress) != progress.met:
            return True
        return self.is_at_risk(self.after(progress, token))

    def spoilers(self, progress: Progress) -> list[int]:
        """All tokens that do."""
        graph = self.phrases
        undo = graph.joining if self._met_if_it_ended(progress) != progress.met else ()
        complete = [
            token
            for node in (EMPTY, *progress.nodes)
            for token, end in graph.edges[node].items()
            if end in graph.whole and graph.whole[end] not in self.allowed
        ]
        return [*undo, *complete]

    def unmet(self, tokens: Sequence[int]) -> int:
        """What is wrong with a hypothesis: tokens of what is required that it lacks, phrases it should not have."""
        progress, written = self.start(), 0
        for token in tokens:
            ends = token not in self.phrases.joining and token not in self.phrases.silent
            written += ends and self.is_at_risk(progress)
            progress = self.after(progress, token)
        return self.lacking(progress) + written + self.is_at_risk(progress)

    def _left(self, progress: Progress, met: tuple[int, ...], joins: bool) -> int:
        """As `lacking`, if the next token joins the last word, or if it does not. One phrase at a time goes on."""
        total = begun = 0
        for required, times in zip(self.required, met, strict=True):
            if times < required.times:
                ways = [self.phrases.ways[phrase] for phrase in required.phrases]
                shortest = min(len(way) for way in ways)
                total += (required.times - times) * shortest
                for way in ways:
                    for done, (node, token) in enumerate(way):
                        if node in progress.nodes and (token in self.phrases.joining) == joins:
                            begun = max(begun, shortest - (len(way) - done))
        return total - begun

    def _met_if_it_ended(self, progress: Progress) -> tuple[int, ...]:
        whole = {self.phrases.whole[node] for node in progress.nodes if node in self.phrases.whole}
        if not whole:
            return progress.met
        return tuple(
            min(times + bool(whole & required.phrases), required.times)
            for required, times in zip(self.required, progress.met, strict=True)
        )
