"""Where terms stand in a text, and which of those that are written stand for which that are wanted."""

from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from nmt.search.boundaries import is_whole

Span = tuple[int, int, int]  # where it begins, before which character it ends, which term it is
Choice = tuple[int, ...]  # terms any of which will do


def ends_of(text: str, term: str) -> list[int]:
    """Where `term` ends in `text`, in whole words."""
    found = []
    start = text.find(term)
    while start >= 0:
        if is_whole(text, start, start + len(term)):
            found.append(start + len(term))
        start = text.find(term, start + 1)
    return found


def overlap(one: Span, other: Span) -> bool:
    """Whether they have a character in common."""
    return one[0] < other[1] and other[0] < one[1]


def nested(one: Span, other: Span) -> bool:
    """Whether one of them is in the other."""
    return (one[0] <= other[0] and other[1] <= one[1]) or (other[0] <= one[0] and one[1] <= other[1])


def apart(spans: Iterable[Span], clash: Callable[[Span, Span], bool], chosen: Collection[Span] = ()) -> list[Span]:
    """`chosen`, and each of `spans` that clashes with none taken before it, in order; `clash` is one of the above."""
    found = sorted(chosen)
    for span in spans:
        place = bisect_left(found, span)  # as those there do not clash, none but its neighbours can
        if not any(clash(span, other) for other in found[max(place - 1, 0) : place + 1]):
            found.insert(place, span)
    return found


def assigned(wanted: Sequence[Choice], spans: Iterable[Span]) -> dict[int, int]:
    """Which written term meets which wanted one, by the number of the latter.

    What stands within another that counts does not count; so the longest do, unless nothing is left to want them.
    """
    longest = sorted(spans, key=lambda span: (span[0] - span[1], span[0]))
    taken: dict[int, Span] = {}
    while True:
        left = {number: choice for number, choice in enumerate(wanted) if number not in taken}
        terms = {term for choice in left.values() for term in choice}
        used = set(taken.values())
        free = apart((span for span in longest if span[2] in terms), nested, used)
        found = _matched(left, [span for span in free if span not in used])
        if not found:
            return {number: term for number, (_, _, term) in taken.items()}
        taken |= found


def _matched(wanted: Mapping[int, Choice], spans: Sequence[Span]) -> dict[int, Span]:
    """A span for as many as possible, first for those of the least choice, which then take the first of their terms.

    By augmenting paths: where none is left, one that has a span of a term passes it on and takes one of another.
    """
    free = Counter(term for _, _, term in spans)
    held: defaultdict[int, Counter[Choice]] = defaultdict(Counter)  # how many of a term each choice has
    choices = Counter(wanted.values())
    for choice in sorted(choices, key=len):
        for _ in range(choices[choice]):
            path: dict[int, tuple[int, Choice] | None] = dict.fromkeys(choice)  # term -> which was left for it, by whom
            reached = [*choice]
            for term in reached:
                if free[term]:
                    break
                for other in +held[term]:
                    for one in other:
                        if one not in path:
                            path[one] = (term, other)
                            reached.append(one)
            else:
                break
            free[term] -= 1
            while step := path[term]:
                before, other = step
                held[term][other] += 1
                held[before][other] -= 1
                term = before
            held[term][choice] += 1
    holders = {term: deque(counts.elements()) for term, counts in held.items()}
    own: defaultdict[Choice, deque[Span]] = defaultdict(deque)
    for span in sorted(spans):
        if waiting := holders.get(span[2]):
            own[waiting.popleft()].append(span)
    return {number: own[choice].popleft() for number, choice in wanted.items() if own[choice]}
