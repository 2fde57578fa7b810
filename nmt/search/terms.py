"""Phrases that a hypothesis must write and phrases that it must not: where they stand, and how far a hypothesis is.

A phrase counts at word boundaries and in any segmentation: what tokens write is compared, not tokens. It is known to be
whole only when the next token comes, which may go on with its last word (`Haus` in `Haustür`); but one that ends with
what is no part of a word, such as punctuation or a Chinese character, is so at once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from nmt.search.phrases import EMPTY, SPACE, Phrases


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
        met = progress.met if token in graph.joining else self._met_if_it_ended(progress)
        completed = graph.completes(progress.nodes, token)
        if completed:
            met = tuple(
                min(times + len({place for place, phrase in completed if phrase in required.phrases}), required.times)
                for required, times in zip(self.required, met, strict=True)
            )
        return Progress(tuple(sorted(graph.after(progress.nodes, token))), met)

    def is_at_risk(self, progress: Progress) -> bool:
        """Whether its end is a phrase that is not allowed, unless the next token joins that phrase's last word."""
        return any(map(self._is_refused, progress.nodes))

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
        begins = self.phrases.after(progress.nodes, token) - goes_on
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
        completed = self.phrases.completes(progress.nodes, token)
        return bool(self._refused(completed)) or self.is_at_risk(self.after(progress, token))

    def spoilers(self, progress: Progress) -> list[int]:
        """All tokens that do."""
        graph = self.phrases
        undo = graph.joining if self._met_if_it_ended(progress) != progress.met else ()
        complete = [
            token
            for node in (EMPTY, *progress.nodes)
            for token, end in graph.edges[node].items()
            if self._is_refused(end)
        ]
        begun = [token for token, nodes in graph.begun.items() if any(self._is_refused(node) for node in nodes)]
        return [*undo, *complete, *begun, *self.completers(progress)]

    def completers(self, progress: Progress) -> list[int]:
        """All tokens that complete for good a phrase that is not allowed."""
        return [*self._completers_anywhere, *(one for node in progress.nodes for one in self._completers(node))]

    @cached_property
    def _completers_anywhere(self) -> list[int]:
        return self._completers(EMPTY)

    def _completers(self, node: int) -> list[int]:
        completed = self.phrases.completed.get(node, {})
        return [token for token, ends in completed.items() if self._refused(ends)]

    def unmet(self, tokens: Sequence[int]) -> int:
        """What is wrong with a hypothesis: tokens of what is required that it lacks, phrases it should not have."""
        progress, written = self.start(), 0
        for token in tokens:
            ends = token not in self.phrases.joining and token not in self.phrases.silent
            written += ends and self.is_at_risk(progress)
            written += len(self._refused(self.phrases.completes(progress.nodes, token)))
            progress = self.after(progress, token)
        return self.lacking(progress) + written + self.is_at_risk(progress)

    def _is_refused(self, node: int) -> bool:
        """Whether a phrase that is not allowed is whole there."""
        return node in self.phrases.whole and self.phrases.whole[node] not in self.allowed

    def _refused(self, completed: Collection[tuple[int, int]]) -> set[int]:
        """Where in a token phrases end that are not allowed."""
        return {place for place, phrase in completed if phrase not in self.allowed}

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
