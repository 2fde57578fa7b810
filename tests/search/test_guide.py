"""Beam search with terms: the best of what has them, by brute force, and nothing that should not be there."""

import itertools
import random

import pytest
import torch

from nmt.search import config as search_config
from nmt.search import run
from nmt.search.beam import beam_search
from nmt.search.config import SearchConfig
from nmt.search.guide import Guide, allot
from nmt.search.hypothesis import Hypothesis
from nmt.search.placement import Course
from nmt.search.run import search
from nmt.search.terms import Required, Terms
from nmt.tokenizer.base import EOS_ID
from tests.fakes import ScriptedModel, TableModel, brute_force
from tests.search.spelling import SPELLINGS, VOCAB, ends, phrases_of, tokens_of, written

FIRST = 4  # the first source token, on which a TableModel depends
SOURCE, MASK = torch.tensor([[FIRST, 5, 6, 3]]), torch.ones(1, 4, dtype=torch.bool)
LIMIT = 4
WIDE = 800  # more than there are beginnings of four tokens
PHRASES = ["a", "b", "a b", "ab", "a a", "b-a", "a a b", "ba"]
GRAPH = phrases_of(*PHRASES)

Asked = dict[tuple[str, ...], int]  # alternatives -> how many times


def terms_of(required: Asked, forbidden: tuple[str, ...] = ()) -> Terms:
    asked = tuple(
        Required(frozenset(map(PHRASES.index, alternatives)), times) for alternatives, times in required.items()
    )
    return Terms(GRAPH, asked, frozenset(range(len(PHRASES))) - frozenset(map(PHRASES.index, forbidden)))


def fits(text: str, required: Asked, forbidden: tuple[str, ...] = ()) -> bool:
    def number(alternatives: tuple[str, ...]) -> int:
        return len(set().union(*(ends(text, phrase) for phrase in alternatives)))

    enough = all(number(alternatives) >= times for alternatives, times in required.items())
    return enough and not any(ends(text, phrase) for phrase in forbidden)


def limited(beam: int, limit: int = LIMIT, **fields: object) -> SearchConfig:
    """A search that may write `limit` tokens after the source of four."""
    return SearchConfig.model_validate(
        {"beam": beam, "max_length_ratio": (limit - 1) / 4, "max_length_extra": 1, **fields}
    )


CASES: list[tuple[Asked, tuple[str, ...]]] = [
    ({("a",): 1}, ()),
    ({("a b",): 1}, ("ab",)),
    ({("ab",): 1, ("b",): 1}, ()),
    ({("a",): 2}, ("a a",)),
    ({("b-a",): 1}, ()),
    ({("a a b",): 1}, ("ab",)),
    ({("ab", "b"): 2}, ()),
    ({("a", "ba"): 1}, ("b",)),
    ({}, ("a", "b")),
    ({}, ("ab", "ba", "b-a")),
]


@pytest.mark.parametrize("length_penalty", ["none", "gnmt"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_wide_beam_finds_the_best_of_all_that_have_the_terms(
    case: tuple[Asked, tuple[str, ...]], length_penalty: str
) -> None:
    for seed in range(2):
        model, config = TableModel(VOCAB, seed), limited(WIDE, length_penalty=length_penalty)
        possible = [
            (score, tokens)
            for score, tokens in brute_force(model, FIRST, config, LIMIT)
            if fits(written(tokens), *case)
        ]
        (found,) = search(model, SOURCE, MASK, config, terms=[terms_of(*case)])
        best = found[0]
        assert (best.tokens, best.unmet, best.finish_reason) == (possible[0][1], 0, "eos")
        assert best.score == pytest.approx(possible[0][0], abs=1e-9)


def test_a_wide_beam_finds_the_best_two_hypotheses_that_have_a_term() -> None:
    model, config = TableModel(VOCAB, 5), limited(WIDE, n_best=2)
    possible = [
        tokens for _, tokens in brute_force(model, FIRST, config, LIMIT) if fits(written(tokens), {("a b",): 1})
    ]
    (found,) = search(model, SOURCE, MASK, config, terms=[terms_of({("a b",): 1})])
    assert [one.tokens for one in found] == possible[:2]


def random_case(generator: random.Random) -> tuple[Asked, tuple[str, ...]]:
    """Up to three requirements, and phrases that must not be there, none of which is in a required one."""
    required: Asked = {}
    for _ in range(generator.randint(0, 3)):
        alternatives = tuple(sorted(generator.sample(PHRASES, generator.choice([1, 1, 2]))))
        required[alternatives] = generator.choice([1, 1, 2])
    asked = {phrase for alternatives in required for phrase in alternatives}
    free = [phrase for phrase in PHRASES if not any(ends(one, phrase) for one in asked)]
    return required, tuple(generator.sample(free, generator.randint(0, len(free))))


@pytest.mark.parametrize("beam", [1, 2, 5])
@pytest.mark.parametrize("seed", range(40))
def test_a_narrow_beam_meets_every_term_in_no_more_tokens_than_they_have(beam: int, seed: int) -> None:
    generator = random.Random(seed)
    required, _ = random_case(generator)
    terms = terms_of(required)
    config = limited(beam, terms.needed + generator.randint(2, 4))
    (found,) = search(TableModel(VOCAB, seed), SOURCE, MASK, config, terms=[terms])
    assert found[0].unmet == 0
    assert fits(written(found[0].tokens), required)


@pytest.mark.parametrize("beam", [1, 2, 5])
@pytest.mark.parametrize("seed", range(40))
def test_a_narrow_beam_writes_nothing_that_is_forbidden_besides(beam: int, seed: int) -> None:
    generator = random.Random(seed)
    required, forbidden = random_case(generator)
    terms = terms_of(required, forbidden)
    config = limited(beam, 2 * terms.needed + generator.randint(4, 8), n_best=generator.randint(1, beam))
    (found,) = search(TableModel(VOCAB, seed), SOURCE, MASK, config, terms=[terms])
    assert found
    assert fits(written(found[0].tokens), required, forbidden)
    assert [one.unmet == 0 for one in found] == [fits(written(one.tokens), required, forbidden) for one in found]
    assert [one.unmet for one in found] == sorted(one.unmet for one in found)


@pytest.mark.parametrize("beam", [2, 4])
@pytest.mark.parametrize("seed", range(10))
def test_where_nothing_is_required_or_refused_it_is_plain_beam_search(beam: int, seed: int) -> None:
    config = SearchConfig(beam=beam, n_best=beam, max_length_ratio=1.0, max_length_extra=3)
    model = TableModel(VOCAB, seed)
    assert search(model, SOURCE, MASK, config, terms=[terms_of({})]) == search(model, SOURCE, MASK, config)


@pytest.mark.parametrize("beam", [1, 3])
def test_what_is_asked_of_a_sentence_does_not_concern_its_neighbours(beam: int) -> None:
    cases: list[tuple[Asked, tuple[str, ...]]] = [({("a b",): 1}, ()), ({}, ("a",)), ({("ab",): 2}, ("b",)), ({}, ())]
    source = torch.tensor([[4, 5, 6, 3], [5, 5, 3, 0], [6, 4, 4, 3], [4, 3, 0, 0]])
    model, mask, terms = TableModel(VOCAB, 7), source != 0, [terms_of(*case) for case in cases]
    together = search(model, source, mask, SearchConfig(beam=beam), terms=terms)
    for row, length in enumerate(mask.sum(dim=1).tolist()):
        one = slice(row, row + 1)
        (alone,) = search(model, source[one, :length], mask[one, :length], SearchConfig(beam=beam), terms=terms[one])
        assert [one.tokens for one in alone] == [one.tokens for one in together[row]]
        assert fits(written(alone[0].tokens), *cases[row])


def test_sentences_whose_terms_widen_the_beam_are_searched_in_smaller_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_config, "MAX_ROWS", 10)
    searched: list[tuple[int, int]] = []

    def watched(model: object, source: torch.Tensor, mask: object, config: SearchConfig, *rest: object) -> object:
        searched.append((len(source), config.beam))
        return beam_search(model, source, mask, config, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(run, "beam_search", watched)
    terms = [terms_of({("a a b",): 1}), terms_of({})] * 5
    source, mask = SOURCE.expand(10, -1), MASK.expand(10, -1)
    found = search(TableModel(VOCAB, 1), source, mask, SearchConfig(beam=2), terms=terms)
    assert searched == [(5, 2), (2, 5), (2, 5), (1, 5)]  # of three tokens; no more than ten hypotheses at once
    assert [fits(written(one[0].tokens), {("a a b",): 1}) for one in found] == [True, False] * 5


def test_a_forbidden_phrase_may_begin_a_longer_word_even_the_most_probable_one() -> None:
    space_a, b = SPELLINGS.index(b" a"), SPELLINGS.index(b"b")
    script = {(): {space_a: 0.9, b: 0.1}, (space_a,): {b: 0.9, EOS_ID: 0.1}, (space_a, b): {EOS_ID: 1.0}}

    def best(forbidden: str) -> Hypothesis:
        terms = terms_of({}, (forbidden,))
        (found,) = search(ScriptedModel(VOCAB, script), SOURCE, MASK, limited(2, 3), terms=[terms])
        return found[0]

    assert written(best("a").tokens) == " ab"
    assert written(best("ab").tokens) == " a"


def test_a_prefix_is_written_though_it_is_forbidden_and_counts_towards_the_terms() -> None:
    model, config, prefix = TableModel(VOCAB, 1), limited(2, 8), tokens_of("a b")
    (found,) = search(model, SOURCE, MASK, config, prefixes=[prefix], terms=[terms_of({}, ("a b",))])
    assert found[0].tokens[: len(prefix)] == prefix
    assert found[0].unmet <= 1
    (found,) = search(model, SOURCE, MASK, config, prefixes=[prefix], terms=[terms_of({("a b",): 2})])
    assert found[0].tokens[: len(prefix)] == prefix
    assert len(ends(written(found[0].tokens), "a b")) >= 2


@pytest.mark.parametrize("beam", [1, 3])
def test_what_cannot_be_met_is_said_and_a_hypothesis_is_found_all_the_same(beam: int) -> None:
    terms = [terms_of({("a",): 2}, ("a",))]  # what is required is forbidden, too
    (found,) = search(TableModel(VOCAB, 0), SOURCE, MASK, limited(beam, 12), terms=terms)
    assert found[0].unmet > 0
    assert found[0].finish_reason == "length"


@pytest.mark.parametrize("beam", [1, 3])
@pytest.mark.parametrize(("phrase", "times", "size"), [("a", 4, 1), ("a a b", 2, 3), ("b-a", 3, 2)])
def test_terms_may_repeat_an_ngram_and_what_else_is_written_may_not(
    beam: int, phrase: str, times: int, size: int
) -> None:
    terms = terms_of({(phrase,): times})
    config = limited(beam, 30, no_repeat_ngram=size)
    for seed in range(4):
        (found,) = search(TableModel(VOCAB, seed), SOURCE, MASK, config, terms=[terms])
        best = found[0]
        assert (best.unmet, best.finish_reason) == (0, "eos")
        assert len(ends(written(best.tokens), phrase)) >= times
        seen, progress = set[tuple[int, ...]](), terms.start()
        for place, token in enumerate(best.tokens):
            ngram = best.tokens[max(place - size + 1, 0) : place + 1]
            assert ngram not in seen or token in terms.next_tokens(progress)
            seen |= {ngram} if len(ngram) == size else set()
            progress = terms.after(progress, token)


def test_the_most_that_a_hypothesis_may_write_grows_with_what_it_must() -> None:
    terms = terms_of({("a a b",): 4})
    config = SearchConfig(beam=1, max_length_ratio=1e-9, max_length_extra=2)
    (found,) = search(TableModel(VOCAB, 0), SOURCE, MASK, config, terms=[terms])
    assert len(ends(written(found[0].tokens), "a a b")) >= 4
    assert len(found[0].tokens) <= terms.needed + 2


def test_places_of_the_beam_are_shared_out_over_what_is_lacking() -> None:
    # Best first: three that lack 2, two that lack 1, one that lacks nothing.
    lacking, safe = [2, 2, 1, 2, 0, 1], [False] * 6
    assert allot(lacking, safe, 1) == [4]
    assert allot(lacking, safe, 3) == [4, 2, 0]
    assert allot(lacking, safe, 4) == [4, 2, 5, 0]
    assert allot(lacking, safe, 5) == [4, 2, 5, 0, 1]
    assert allot(lacking, safe, 9) == [4, 2, 5, 0, 1, 3]


def test_those_at_risk_get_at_most_half_of_the_beam_while_there_are_others() -> None:
    assert allot([0, 0, 0, 0, 0], [True, True, True, False, False], 4) == [3, 4, 0, 1]
    assert allot([0, 0, 0], [True, True, False], 1) == [2]
    assert allot([0, 0, 0], [True, True, True], 2) == [0, 1]
    assert allot([1, 0, 0, 0], [False, True, True, False], 1) == [3]  # a safe one that lacks nothing is not lost
    assert allot([1, 0, 0, 0], [False, True, True, False], 2) == [3, 1]


def test_a_guide_blocks_the_end_before_all_is_written_and_what_leaves_a_forbidden_phrase_as_it_is() -> None:
    space_a, joining = SPELLINGS.index(b" a"), [SPELLINGS.index(b"a"), SPELLINGS.index(b"b")]
    lacks, refuses, free = terms_of({("b",): 1}), terms_of({}, ("a",)), terms_of({})
    courses = tuple((Course(one.after(one.start(), space_a)),) for one in (lacks, refuses, free, refuses))
    log_probs = torch.zeros(4, VOCAB)
    log_probs[3, joining] = float("-inf")  # nothing would be left
    Guide((lacks, refuses, free, refuses), courses, 0.0).block(log_probs)
    allowed = [torch.nonzero(row.isfinite()).flatten().tolist() for row in log_probs]
    assert allowed[0] == [token for token in range(VOCAB) if token != EOS_ID]
    assert allowed[1] == joining
    assert allowed[2] == list(range(VOCAB))
    assert allowed[3] == [token for token in range(VOCAB) if token not in joining]


def test_a_hypothesis_that_has_the_terms_ends_although_others_are_far_more_probable() -> None:
    space_a, space_b, b, dash, space = (SPELLINGS.index(spelling) for spelling in (b" a", b" b", b"b", b"-", b" "))
    busy = {space_b: 0.3, b: 0.3, dash: 0.2, space: 0.2}  # as many as continuations are looked at
    script = {(): {space_b: 1.0, space_a: 1e-6}, (space_a,): {dash: 1.0}, (space_a, dash): {EOS_ID: 1.0}}
    script |= {(space_b, *more): busy for length in range(5) for more in itertools.product(busy, repeat=length)}
    (found,) = search(ScriptedModel(VOCAB, script), SOURCE, MASK, limited(1, 6), terms=[terms_of({("a",): 1})])
    assert found[0].tokens == (space_a, dash, EOS_ID)
