"""How far a hypothesis is with phrases, against a regular expression on what it has written."""

from hypothesis import given
from hypothesis import strategies as st

from nmt.search.boundaries import part_of_word
from nmt.search.phrases import Phrases
from nmt.search.terms import Progress, Required, Terms
from nmt.tokenizer.base import EOS_ID
from tests.search.spelling import ends, phrases_of, tokens_of, written

PHRASES = ["a", "a b", "ab", "a a b", "b-a", "a a", "-b"]
GRAPH = phrases_of(*PHRASES)
SPACE_A, SPACE_B, A, B, DASH, SPACE = range(4, 10)
TOKENS = st.lists(st.integers(SPACE_A, SPACE), max_size=12)


def follow(terms: Terms, tokens: list[int]) -> Progress:
    progress = terms.start()
    for token in tokens:
        progress = terms.after(progress, token)
    return progress


@given(TOKENS, st.integers(0, len(PHRASES) - 1))
def test_a_phrase_counts_as_often_as_it_stands_in_the_text(tokens: list[int], phrase: int) -> None:
    terms = Terms(GRAPH, (Required(frozenset({phrase}), times=99),), frozenset(range(len(PHRASES))))
    assert follow(terms, [*tokens, EOS_ID]).met == (len(ends(written(tokens), PHRASES[phrase])),)


@given(TOKENS, st.sets(st.integers(0, len(PHRASES) - 1)))
def test_of_alternatives_any_counts_but_only_once_in_a_place(tokens: list[int], phrases: set[int]) -> None:
    terms = Terms(GRAPH, (Required(frozenset(phrases), times=99),), frozenset())
    places = set().union(*(ends(written(tokens), PHRASES[phrase]) for phrase in phrases))
    assert follow(terms, [*tokens, EOS_ID]).met == (len(places),)


@given(TOKENS, st.sets(st.integers(0, len(PHRASES) - 1)), st.booleans())
def test_what_is_not_allowed_is_counted_too(tokens: list[int], allowed: set[int], ended: bool) -> None:
    terms = Terms(GRAPH, (), frozenset(allowed))
    forbidden = set(range(len(PHRASES))) - allowed
    places = set().union(*(ends(written(tokens), PHRASES[phrase]) for phrase in forbidden))
    assert terms.unmet([*tokens, *([EOS_ID] if ended else [])]) == len(places)


@given(TOKENS, st.integers(0, len(PHRASES) - 1), st.integers(1, 3))
def test_nothing_is_lacking_exactly_when_the_text_has_it(tokens: list[int], phrase: int, times: int) -> None:
    terms = Terms(GRAPH, (Required(frozenset({phrase}), times),), frozenset(range(len(PHRASES))))
    assert (terms.lacking(follow(terms, tokens)) == 0) == (len(ends(written(tokens), PHRASES[phrase])) >= times)


@given(TOKENS, st.integers(0, len(PHRASES) - 1))
def test_a_proposed_token_brings_a_hypothesis_nearer(tokens: list[int], phrase: int) -> None:
    terms = Terms(GRAPH, (Required(frozenset({phrase})),), frozenset(range(len(PHRASES))))
    progress = follow(terms, tokens)
    lacking, proposed = terms.lacking(progress), terms.next_tokens(progress)
    assert bool(proposed) == (lacking > 0)
    if proposed:
        assert min(terms.lacking(terms.after(progress, token)) for token in proposed) < lacking


def test_a_phrase_abandoned_in_its_middle_goes_on_from_what_of_it_is_still_there() -> None:
    terms = Terms(GRAPH, (Required(frozenset({PHRASES.index("a a b")})),), frozenset(range(len(PHRASES))))
    lacking = [terms.lacking(follow(terms, [SPACE_A, SPACE_A, SPACE_A, SPACE_B][:length])) for length in range(5)]
    assert lacking == [3, 2, 1, 1, 0]
    assert terms.lacking(follow(terms, [SPACE_A, SPACE_A, DASH])) == 3
    assert terms.lacking(follow(terms, [SPACE_A, SPACE_A, SPACE_B, A])) == 3  # "a a ba"


def test_what_is_needed_is_counted_in_tokens_of_the_shortest_alternative() -> None:
    both = frozenset(map(PHRASES.index, ("b-a", "a b")))
    terms = Terms(GRAPH, (Required(both, 2), Required(frozenset({PHRASES.index("a")}))), frozenset(range(7)))
    assert terms.needed == 2 * 2 + 1


def test_a_phrase_is_known_in_any_segmentation_even_in_bytes() -> None:
    spellings = (b"", b"", b"", b"", b" \xc3\xa4", b"\xc3", b"\xa4", b" ", b"b", b"\xc3\xa4b")
    graph = phrases_of("\u00e4b", spellings=spellings)
    terms = Terms(graph, (), frozenset())
    for tokens in ([4, 8], [7, 5, 6, 8], [7, 9], [9], [5, 6, 8], [8, 7, 9]):
        assert terms.unmet(tokens) == 1
    for tokens in ([4], [4, 8, 8], [8, 9], [4, 6, 8]):
        assert terms.unmet(tokens) == 0


def test_the_graph_has_the_ways_of_the_tokens_it_was_given() -> None:
    graph = Phrases.build((b"", b"", b"", b"", b" a", b"a", b"aa"), [(b" aaa", (4, 6))])
    (way,) = graph.ways
    assert [token for _, token in way] == [4, 6]
    node = 0
    for left, token in way:
        assert left == node
        node = graph.edges[node][token]
    assert graph.whole == {node: 0}
    assert set(graph.edges[way[1][0]]) == {5, 6}  # "a" may also be followed by one more "a" alone


def test_letters_digits_and_marks_are_parts_of_words() -> None:
    characters = "aß9अ\u0301_-. '\ufffd"
    assert [part_of_word(character) for character in characters] == [True] * 5 + [False] * 6


def test_tokens_of_the_tests_write_their_phrases() -> None:
    assert [written(tokens_of(phrase)) for phrase in PHRASES] == [f" {phrase}" for phrase in PHRASES]


@given(TOKENS, st.integers(0, len(PHRASES) - 1), st.sets(st.integers(0, len(PHRASES) - 1)))
def test_spoilers_are_all_tokens_that_spoil_something(tokens: list[int], phrase: int, allowed: set[int]) -> None:
    terms = Terms(GRAPH, (Required(frozenset({phrase})),), frozenset(allowed | {phrase}))
    progress = follow(terms, tokens)
    words = range(SPACE_A, SPACE + 1)
    assert {token for token in words if terms.spoils(progress, token)} == set(terms.spoilers(progress))


def test_a_token_that_writes_nothing_neither_ends_a_phrase_nor_breaks_it() -> None:
    graph = phrases_of("a b", spellings=(b"", b"", b"", b"", b" a", b" b", b"b", b""))
    required = Terms(graph, (Required(frozenset({0})),), frozenset({0}))
    assert [required.unmet(tokens) for tokens in ([4, 7, 5], [4, 5, 7], [4, 5, 7, 6], [4, 5, 6])] == [0, 0, 2, 2]
    refused = Terms(graph, (), frozenset())
    assert [refused.unmet(tokens) for tokens in ([4, 7, 5], [4, 5, 7], [4, 5, 7, 6], [4, 5, 7, EOS_ID])] == [1, 1, 0, 1]


def test_a_token_begins_a_required_phrase_or_goes_on_with_it_in_any_segmentation() -> None:
    (required,) = terms_required = (Required(frozenset({PHRASES.index("a a b")})),)
    terms = Terms(GRAPH, terms_required, frozenset(range(len(PHRASES))))

    def touched(*tokens: int) -> list[list[bool]]:
        found, progress = [], terms.start()
        for token in tokens:
            assert all(one is required for one, _ in terms.touched(progress, token))
            found.append([goes_on for _, goes_on in terms.touched(progress, token)])
            progress = terms.after(progress, token)
        return found

    assert touched(SPACE_A, SPACE_A, SPACE_B) == [[False], [True], [True]]
    assert touched(SPACE, A, SPACE, A, SPACE_B) == [[], [False], [True], [True], [True]]
    assert touched(A, SPACE_B, SPACE_A, SPACE_B) == [[False], [], [False], []]
    assert touched(SPACE_A, SPACE_A, SPACE_B, SPACE_A) == [[False], [True], [True], []]  # nothing is lacking any more
