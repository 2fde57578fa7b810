"""Phrases as a graph that says, token by token, where what is written begins, goes on with and completes one.

What tokens write is compared, not tokens, so any segmentation is followed, also one in which a token writes the end of
a phrase and the beginning of something else, as is common where a language has no spaces.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from nmt.search.boundaries import is_boundary, part_of_word
from nmt.tokenizer.base import EOS_ID

EMPTY, SPACE = 0, 1  # nodes

Completions = dict[int, dict[int, frozenset[tuple[int, int]]]]  # node -> token -> (where in the token, phrase)


@dataclass(frozen=True)
class Phrases:
    """All phrases: nodes are beginnings of phrases, edges the tokens between them.

    Node 0 is the empty beginning; node 1 is a space, with which every phrase begins unless it follows a word boundary,
    or begins with what is no part of a word, such as a bracket or a Chinese character.
    A phrase whose last word may still go on is whole at its node, until a token joins; any other is completed.
    """

    edges: tuple[dict[int, int], ...]  # node -> token -> node
    begun: dict[int, frozenset[int]]  # token -> the nodes at its end, of phrases that begin in its middle
    whole: dict[int, int]  # node -> the phrase that is whole there unless the next token joins its last word
    completed: Completions  # what a token completes for good after a node
    ways: tuple[tuple[tuple[int, int], ...], ...]  # phrase -> its own tokens, each after the node it leaves from
    inside: tuple[frozenset[int], ...]  # phrase -> the nodes where something of it is written
    opening: frozenset[int]  # tokens after which a word may begin without a space, such as brackets
    joining: frozenset[int]  # tokens that go on with the word before them
    silent: frozenset[int]  # tokens that write nothing and end nothing

    @classmethod
    def build(cls, spellings: Sequence[bytes], phrases: Sequence[tuple[bytes, Sequence[int]]]) -> "Phrases":
        """`spellings`: what each token writes, with the space before a word; control tokens write nothing.

        A phrase, none given twice, is what is written (a space first) and the tokens that write it where it is forced,
        with that space or, where it begins with what is no part of a word, perhaps without.
        """
        nodes = {b"": EMPTY, b" ": SPACE}
        for text, _ in phrases:
            for end in range(1, len(text) + 1):
                nodes.setdefault(text[:end], len(nodes))
        edge = [tuple(not part_of_word(text.decode()[place]) for place in (1, -1)) for text, _ in phrases]
        tokens_for: defaultdict[bytes, list[int]] = defaultdict(list)
        for token, spelling in enumerate(spellings):
            if spelling:
                tokens_for[spelling].append(token)
        longest = max(map(len, spellings), default=0)
        edges: list[dict[int, int]] = [{} for _ in nodes]
        begun, completed = _within(spellings, [text for text, _ in phrases], nodes)
        for phrase, ((text, _), (free, final)) in enumerate(zip(phrases, edge, strict=True)):
            for start in range(len(text)):
                leaves = {nodes[text[:start]], *([EMPTY] if free and start == 1 else [])}
                for end in range(start + 1, min(start + longest, len(text)) + 1):
                    for token in tokens_for.get(text[start:end], ()):
                        for node in leaves:
                            edges[node][token] = nodes[text[:end]]
                            if final and end == len(text):
                                completed[node][token].add((end - start, phrase))
        shown = [spelling.decode("utf-8", errors="replace") for spelling in spellings]
        return cls(
            tuple(edges),
            begun,
            {nodes[text]: phrase for phrase, (text, _) in enumerate(phrases) if not edge[phrase][1]},
            {node: {token: frozenset(ends) for token, ends in found.items()} for node, found in completed.items()},
            tuple(_way(text, tokens, spellings, nodes) for text, tokens in phrases),
            tuple(frozenset(nodes[text[:end]] for end in range(2, len(text) + 1)) for text, _ in phrases),
            opening=frozenset(token for token, text in enumerate(shown) if text and not part_of_word(text[-1])),
            joining=frozenset(token for token, text in enumerate(shown) if text and part_of_word(text[0])),
            silent=frozenset(token for token, text in enumerate(shown) if not text and token != EOS_ID),
        )

    def after(self, nodes: Sequence[int], token: int) -> set[int]:
        """The beginnings of phrases that the end of the text is, one token after those in `nodes`."""
        found = {self.edges[node][token] for node in (EMPTY, *nodes) if token in self.edges[node]}
        return found.union(self.begun.get(token, ()), (SPACE,) if token in self.opening else ())

    def completes(self, nodes: Sequence[int], token: int) -> frozenset[tuple[int, int]]:
        """What the token completes for good: where in it, and which phrase."""
        nothing: Mapping[int, frozenset[tuple[int, int]]] = {}
        ended = [self.completed.get(node, nothing).get(token) for node in (EMPTY, *nodes)]
        return frozenset().union(*(found for found in ended if found))


def _way(
    text: bytes, tokens: Sequence[int], spellings: Sequence[bytes], nodes: Mapping[bytes, int]
) -> tuple[tuple[int, int], ...]:
    """The tokens of a phrase, each after the node it leaves from."""
    written = b"".join(spellings[token] for token in tokens)
    assert written in (text, text[1:])
    skipped = len(text) - len(written)  # the space, or nothing
    starts = list(accumulate((len(spellings[token]) for token in tokens), initial=skipped))[:-1]
    return tuple(
        (nodes[text[:start]] if place else EMPTY, token)
        for place, (start, token) in enumerate(zip(starts, tokens, strict=True))
    )


def _within(
    spellings: Sequence[bytes], phrases: Sequence[bytes], nodes: Mapping[bytes, int]
) -> tuple[dict[int, frozenset[int]], defaultdict[int, defaultdict[int, set[tuple[int, int]]]]]:
    """`begun` of Phrases, and of `completed` all that does not end with a token that it began with or before."""
    numbers = {text: number for number, text in enumerate(phrases)}
    begun: dict[int, frozenset[int]] = {}
    completed: defaultdict[int, defaultdict[int, set[tuple[int, int]]]] = defaultdict(lambda: defaultdict(set))
    going_on: defaultdict[bytes, list[tuple[int, int]]] = defaultdict(list)  # end of a phrase -> tokens that begin so
    for token, spelling in enumerate(spellings):
        text = _decoded(spelling)
        places = list(accumulate((len(character.encode()) for character in text), initial=0))
        ends = [places[end] for end in range(1, len(text)) if is_boundary(text, end)]
        for end in ends:
            going_on[spelling[:end]].append((token, end))
        if text and not part_of_word(text[-1]):
            ends.append(len(spelling))
        starts = [start for start in range(1, len(text)) if is_boundary(text, start)]
        found = {
            nodes[b" " + spelling[places[start] :]] for start in starts if b" " + spelling[places[start] :] in nodes
        }
        if found:
            begun[token] = frozenset(found)
        for start in ([0] if text and not part_of_word(text[0]) else []) + starts:
            for end in ends:
                if (number := numbers.get(b" " + spelling[places[start] : end])) is not None:
                    completed[EMPTY][token].add((end, number))
    for number, phrase in enumerate(phrases):
        for start in range(1, len(phrase)):
            for token, place in going_on.get(phrase[start:], ()):
                completed[nodes[phrase[:start]]][token].add((place, number))
    return begun, completed


def _decoded(spelling: bytes) -> str:
    """What a token writes; empty where it is a part of a character."""
    try:
        return spelling.decode()
    except UnicodeDecodeError:
        return ""
