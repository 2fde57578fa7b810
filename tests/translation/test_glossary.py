"""Glossaries: files, whole words, what a line needs and what its translation has."""

import dataclasses
import re
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt.errors import DataError
from nmt.search.terms import Terms
from nmt.tokenizer.pair import TokenizerPair
from nmt.tokenizer.sentencepiece import SentencePieceTokenizer
from nmt.translation.glossary import Glossary
from nmt.translation.result import Term
from nmt.translation.source_terms import longest_first


@pytest.fixture(scope="module")
def tokenizer(tiny_tokenizers: TokenizerPair) -> SentencePieceTokenizer:
    return tiny_tokenizers.target


def matched(glossary: Glossary, line: str) -> list[str]:
    """The source terms that count."""
    return [match.entry.source for match in longest_first(glossary.matches(line))]


def terms_of(glossary: Glossary, line: str) -> Terms:
    tokens = glossary.tokenizer.spellings(glossary.tokenizer.encode(line))
    return glossary.terms(line, tokens, glossary.allowed(line))


def agreed(glossary: Glossary, line: str, translation: str) -> tuple[Term, ...]:
    """What the check says of the terms of a line, which the search must say, too."""
    found = tuple(one for one in glossary.check(line, "", translation) if one.source is not None)
    unmet = terms_of(glossary, line).unmet(glossary.tokenizer.encode(translation))
    assert (unmet == 0) == all(one.met for one in found)
    return found


def targets(glossary: Glossary, source: str) -> set[str]:
    (match,) = glossary.matches(source)
    return {glossary.targets[place] for place in match.entry.targets}


def test_of_target_terms_that_overlap_in_a_text_the_longest_is_where_it_is(tokenizer: SentencePieceTokenizer) -> None:
    pairs = [("a", "Yahoo!"), ("b", "Yahoo! Japan"), ("c", "Japan Airlines"), ("d", "pan")]
    glossary = Glossary.of(pairs, tokenizer)
    assert glossary.target_spans("Yahoo! Japan, Japan Airlines Yahoo!") == [(0, 12), (14, 28), (29, 35)]
    assert glossary.target_spans("Japans Yahoo") == []


def test_a_file_has_comments_blank_lines_and_alternatives(tokenizer: SentencePieceTokenizer, tmp_path: Path) -> None:
    lines = "\ufeff# German\tEnglish\n\nHund\tdog\r\n \nHund\thound\nkleine  Katze\t little cat\nHund\tdog\n#x\n"
    (tmp_path / "terms.tsv").write_bytes(lines.encode("utf-8"))
    glossary = Glossary.read(tmp_path / "terms.tsv", tokenizer)
    assert glossary.targets == ("dog", "hound", "little cat")
    assert targets(glossary, "Hund") == {"dog", "hound"}
    assert targets(glossary, "kleine   Katze") == {"little cat"}


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("Hund dog", "no TAB"),
        ("Hund\tdog\tnoun", "2 TABs"),
        ("\tdog", "a blank source term"),
        ("Hund\t \u200b", "a blank target term"),
    ],
)
def test_a_line_that_is_no_pair_is_named(
    tokenizer: SentencePieceTokenizer, tmp_path: Path, line: str, what: str
) -> None:
    path = tmp_path / "terms.tsv"
    path.write_text(f"# terms\nKatze\tcat\n{line}\n", encoding="utf-8")
    with pytest.raises(DataError) as failure:
        Glossary.read(path, tokenizer)
    assert str(failure.value) == (
        f"{path}: line 3 has {what}. A line of a glossary is a source term, one TAB and a target term; a line that "
        "begins with # is a comment."
    )


def test_a_file_that_is_not_there_or_not_text_is_named(tokenizer: SentencePieceTokenizer, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"terms\.tsv: no such file"):
        Glossary.read(tmp_path / "terms.tsv", tokenizer)
    (tmp_path / "terms.tsv").write_bytes(b"Stra\xdfe\tstreet\n")
    with pytest.raises(DataError, match=r"terms\.tsv: line 1, byte 5"):
        Glossary.read(tmp_path / "terms.tsv", tokenizer)


@pytest.mark.parametrize(
    ("term", "line", "times"),
    [
        ("Hund", "Der Hund, ein Hund!", 2),
        ("Hund", "Hunde und Schoßhund", 0),
        ("Hund", "(Hund)-Hund_Hund", 3),
        ("Hund", "Hund2 2Hund", 0),
        ("Hund", "der hund", 0),
        ("hund", "der Hund, DER HUND", 2),
        ("straße", "Straße und STRAßE", 2),
        ("kleiner hund", "ein kleiner   Hund", 1),
        ("kleiner hund", "ein kleiner, Hund", 0),
        ("z. B.", "wie z. B. hier, z. Bahn", 1),
        ("§ 5", "nach § 5, § 51, a§ 5", 2),
        ("C++", "C++ und C++, C++x, xC++", 3),
        ("<b>", "Ein <b>rotes</b> Auto, <b>x", 2),
        ("{0}", "in{0}Tagen", 1),
        ("l'eau", "l’eau, L'EAU, l eau, leau", 2),
        ("комп'ютер", "комп\u02bcютер, комп’ютер, комп", 2),
        ("комп\u02bcютер", "комп\u02bcютер, комп'ютер, ютер", 2),
        ("E‑Mail", "E-Mail, E–Mail, E−Mail, e-Mail, E Mail", 3),
        ("„a“", '"a" »a«', 2),
        ("-s", "x –s x-s -sx", 2),
        ("'tis", "\u02bctis so, ’tis, 'tis", 3),
        ("\u02bctis", "\u02bctis so, ’tis, 'tis", 3),
        ("rock 'n' roll", "Rock \u02bcn\u02bc Roll", 1),
        ("naïve", "nai\u0308ve", 1),
        ("café", "cafés café", 1),
        ("iş", "İş, iş ve İŞ", 3),
        ("ışık", "Işık ve ışık ve IŞIK", 3),
        ("İş", "İş ve iş", 1),
        ("a.b", "axb a.b", 1),
        ("東京", "私は東京駅と東京に行く。", 2),
        ("東京", "東京Tower、Tokyo東京", 2),
        ("シャツ", "Tシャツとシャツ", 2),
        ("Tシャツ", "Tシャツ、XLTシャツ", 1),
        ("学校", "学 校の学校", 1),
        ("猫", "가猫", 1),
    ],
)
def test_a_source_term_is_found_in_whole_words(
    tokenizer: SentencePieceTokenizer, term: str, line: str, times: int
) -> None:
    glossary = Glossary.of([(term, "x")], tokenizer)
    assert matched(glossary, unicodedata.normalize("NFC", line)) == [term] * times


def test_of_terms_that_overlap_the_longest_counts(tokenizer: SentencePieceTokenizer) -> None:
    pairs = [("rotes haus", "a"), ("haus", "b"), ("haus am see", "c"), ("see", "d"), ("Haus", "e")]
    glossary = Glossary.of(pairs, tokenizer)
    assert matched(glossary, "ein rotes Haus am See und ein Haus und ein haus") == [
        "haus am see",
        "Haus",
        "haus",
    ]
    assert matched(glossary, "ein rotes Haus") == ["rotes haus"]


def test_what_a_line_requires_is_counted_by_its_targets(tokenizer: SentencePieceTokenizer) -> None:
    glossary = Glossary.of([("hund", "dog"), ("köter", "dog"), ("katze", "cat"), ("katze", "pussy")], tokenizer)
    line = "Hund und Köter und Hund und Katze"
    terms = terms_of(glossary, line)
    assert [(one.phrases, one.times) for one in terms.required] == [({0}, 3), ({1, 2}, 1)]
    assert terms.allowed == {0, 1, 2}
    assert terms_of(glossary, "Maus").required == ()


def test_what_is_written_once_stands_for_one_term(tokenizer: SentencePieceTokenizer) -> None:
    pairs = [("card", "carte"), ("credit card", "carte de crédit"), ("cat", "Katze"), ("kitty", "Katze")]
    glossary = Glossary.of([*pairs, ("kitty", "Kätzchen")], tokenizer)
    line = "a credit card and a card"
    assert {min(one.phrases): one.times for one in terms_of(glossary, line).required} == {0: 2, 1: 1}
    once, twice = "une carte de crédit", "une carte de crédit et une carte"
    credit, card = Term("credit card", "carte de crédit", True), Term("card", "carte", True)
    assert glossary.check(line, "", once) == (credit, dataclasses.replace(card, met=False))
    assert glossary.check(line, "", twice) == (credit, card)
    assert glossary.check("a card", "", "une carte") == (card,)
    line = "the kitty and the cat"
    assert {tuple(sorted(one.phrases)): one.times for one in terms_of(glossary, line).required} == {(2, 3): 2, (2,): 1}
    kitty, cat = Term("kitty", "Katze | Kätzchen", False), Term("cat", "Katze", True)
    assert glossary.check(line, "", "die Katze") == (kitty, cat)
    assert glossary.check(line, "", "das Kätzchen und die Katze") == (Term("kitty", "Kätzchen", True), cat)
    assert glossary.check(line, "", "die Katze und die Katze") == (Term("kitty", "Katze", True), cat)


def test_a_term_takes_a_place_in_a_longer_one_that_nothing_else_wants(tokenizer: SentencePieceTokenizer) -> None:
    pairs = [("card", "carte"), ("credit card", "carte de crédit"), ("x", "a b c"), ("y", "a"), ("z", "c")]
    glossary = Glossary.of(pairs, tokenizer)
    both = (Term("credit card", "carte de crédit", True), Term("card", "carte", True))
    assert agreed(glossary, "a credit card and a card", "une carte de crédit et une carte de crédit") == both
    assert all(one.met for one in agreed(glossary, "x y z", "a b c a b c"))
    assert [one.met for one in agreed(glossary, "x y z", "a b c a")] == [True, True, False]


def test_of_alternatives_the_longer_counts_once_though_the_shorter_is_in_it(tokenizer: SentencePieceTokenizer) -> None:
    glossary = Glossary.of([("card", "carte"), ("card", "carte bancaire"), ("x", "a b a"), ("y", "a")], tokenizer)
    assert [one.met for one in agreed(glossary, "a card, a card", "une carte bancaire")] == [True, False]
    assert [one.met for one in agreed(glossary, "a card, a card", "carte bancaire, carte")] == [True, True]
    assert [one.met for one in agreed(glossary, "x y", "a b a")] == [True, False]
    assert [one.met for one in agreed(glossary, "x y", "a b a, a")] == [True, True]


def test_terms_that_overlap_but_for_a_part_both_count(tokenizer: SentencePieceTokenizer) -> None:
    glossary = Glossary.of([("x", "rot Haus"), ("y", "Haus grau")], tokenizer)
    assert agreed(glossary, "x y", "rot Haus grau") == (Term("x", "rot Haus", True), Term("y", "Haus grau", True))


@pytest.mark.parametrize(
    ("pairs", "line", "translation", "named"),
    [
        ("car Auto|car Wagen|cart Wagen|cart Karren", "the car and the cart", "der Wagen und das Auto", "Auto Wagen"),
        ("car Auto|car Wagen|cart Wagen|cart Karren", "the cart, a car", "der Karren, der Wagen", "Karren Wagen"),
        ("car Auto|car Wagen|cart Wagen|cart Karren", "the car and the cart", "der Wagen", "Wagen -"),
        ("a A|a B|b B|b C|c C|c D", "a b c", "B C D", "B C D"),
        ("a A|a B|b B|b C|c C|c D", "a b c", "A B C", "A B C"),
        ("a A|a B|b B|b C|c C|c A", "a b c", "B B C", "B B C"),
        ("a A|a B|b B|b C|c C|c A", "a b c", "B B B", "B B -"),
        ("a P Q|a C|b P|c P", "a b c", "P Q, P Q, C", "C P P"),
    ],
)
def test_what_is_written_is_shared_out_so_that_as_many_terms_as_can_be_are_met(
    tokenizer: SentencePieceTokenizer, pairs: str, line: str, translation: str, named: str
) -> None:
    terms = [(source, target) for source, _, target in (pair.partition(" ") for pair in pairs.split("|"))]
    found = agreed(Glossary.of(terms, tokenizer), line, translation)
    assert [one.target if one.met else "-" for one in found] == named.split()


def test_as_many_of_terms_that_share_a_target_are_required_as_all_of_them_need(
    tokenizer: SentencePieceTokenizer,
) -> None:
    pairs = [("car", "Auto"), ("car", "Wagen"), ("vehicle", "Wagen"), ("vehicle", "Fahrzeug"), ("dog", "Hund")]
    terms = terms_of(Glossary.of(pairs, tokenizer), "the car hit the vehicle and the dog")
    assert {(tuple(sorted(one.phrases)), one.times) for one in terms.required} == {
        ((0, 1), 1),
        ((1, 2), 1),
        ((3,), 1),
        ((0, 1, 2), 2),
    }


def test_repeated_spaces_do_not_change_which_term_is_the_longest(tokenizer: SentencePieceTokenizer) -> None:
    glossary = Glossary.of([("a b", "X"), ("b cde", "Y")], tokenizer)
    assert agreed(glossary, "a   b cde", "Y") == (Term("b cde", "Y", True),)


@pytest.mark.parametrize(
    "sources", [("e-mail", "e‑mail"), ("it's", "it’s"), ("straße", "strasse"), ("'tis", "\u02bctis")]
)
def test_sources_that_find_the_same_are_one_term_with_alternatives(
    tokenizer: SentencePieceTokenizer, sources: tuple[str, str]
) -> None:
    glossary = Glossary.of([(sources[0], "Mail"), (sources[1], "Post")], tokenizer)
    for line in sources:
        assert targets(glossary, line) == {"Mail", "Post"}
        for translation in ("Mail", "Post"):
            assert agreed(glossary, line, translation) == (Term(sources[0], translation, True),)


def test_targets_may_be_allowed_where_none_of_their_sources_is(tokenizer: SentencePieceTokenizer) -> None:
    glossary = Glossary.of([("play", "spielen"), ("dog", "Hund")], tokenizer)
    line, translation = "Two dogs are playing with a dog", "Zwei Hunde spielen mit einem Hund"
    assert glossary.allowed(line) == {1}
    assert glossary.allowed(line, elsewhere=True) == {0, 1}
    dog = Term("dog", "Hund", True)
    assert glossary.check(line, "", translation) == (dog, Term(None, "spielen", False))
    assert glossary.check(line, "", translation, elsewhere=True) == (dog,)


def test_a_line_of_very_many_terms_is_checked_in_time(tokenizer: SentencePieceTokenizer) -> None:
    glossary, number = Glossary.of([("cat", "Katze")], tokenizer), 20_000
    begun = time.process_time()
    found = glossary.check("cat " * number, "", "Katze " * (number - 1))
    assert [term.met for term in found] == [True] * (number - 1) + [False]
    assert time.process_time() - begun < 5  # with all pairs of matches it would be minutes


def test_a_sharp_s_is_found_in_capitals(tokenizer: SentencePieceTokenizer) -> None:
    glossary = Glossary.of([("straße", "street"), ("Maß", "measure"), ("fass", "barrel")], tokenizer)
    assert matched(glossary, "Straße STRASSE strasse Faß FASS MASS Maß") == [*["straße"] * 3, "fass", "fass", "Maß"]


def test_what_a_line_requires_says_which_source_tokens_ask_for_it(tokenizer: SentencePieceTokenizer) -> None:
    glossary = Glossary.of([("großer hund", "big dog"), ("katze", "cat"), ("maus", "mouse")], tokenizer)
    line = "Ein  großer Hund, eine Katze und ein großer hund"
    tokens = [b" Ein", b" gro\xc3", b"\x9f", b"er", b" H", b"und", b",", b" eine", b" ", b"Kat", b"ze und", b" ein"]
    tokens += [b" gro\xc3\x9fer hund"]
    dog, cat = glossary.terms(line, tokens, frozenset()).required
    assert (dog.places, dog.times) == ({1, 2, 3, 4, 5, 12}, 2)
    assert cat.places == {9, 10}
    assert [one.places for one in glossary.terms(line, tokens[1:], frozenset()).required] == [set(), set()]
    encoded = tokenizer.spellings(tokenizer.encode(line))
    for one, word in zip(glossary.terms(line, encoded, frozenset()).required, (b"gro", b"Katze"), strict=True):
        assert word in b"".join(encoded[place] for place in sorted(one.places))


def test_a_term_has_its_place_where_a_character_before_it_is_read_as_another(tiny_tokenizers: TokenizerPair) -> None:
    glossary = Glossary.of([("Hund", "dog")], tiny_tokenizers.target)
    line = "ein Ｂaum… und der Hund"
    tokens = tiny_tokenizers.source.spellings(tiny_tokenizers.encode_source(line))
    assert b"..." in b"".join(tokens).replace(b". ", b".")
    (dog,) = glossary.terms(line, tokens, frozenset(), tiny_tokenizers.read).required
    assert b"".join(tokens[place] for place in sorted(dog.places)).strip() == b"Hund"


def test_a_target_may_be_written_because_of_any_of_its_sources_or_of_what_contains_it(
    tokenizer: SentencePieceTokenizer,
) -> None:
    pairs = [("bank", "bank"), ("ufer", "bank"), ("stuhl", "chair"), ("liege", "deck chair"), ("rad", "wheel")]
    glossary = Glossary.of(pairs, tokenizer)

    def allowed(line: str, prefix: str = "") -> set[str]:
        return {glossary.targets[place] for place in glossary.allowed(line, prefix)}

    assert allowed("am Ufer") == {"bank"}
    assert allowed("die Liege") == {"deck chair", "chair"}
    assert allowed("der Stuhl") == {"chair"}
    assert allowed("der Tisch") == set()
    assert allowed("der Tisch", "the wheels of a wheel") == {"wheel"}
    assert allowed("der Tisch", "a deck  chair") == {"deck chair", "chair"}  # a space too many


def test_a_translation_is_checked_in_whole_words(tokenizer: SentencePieceTokenizer) -> None:
    glossary = Glossary.of([("hund", "dog"), ("katze", "cat"), ("katze", "puss"), ("maus", "mouse")], tokenizer)
    line = "Hund, Katze, Hund, Katze"
    assert glossary.check(line, "", "A dog, hot-dog, cats, puss.") == (
        Term("hund", "dog", True),
        Term("katze", "puss", True),
        Term("hund", "dog", True),
        Term("katze", "cat | puss", False),
    )
    assert glossary.check("Hund", "", "The dogs and a mouse, and a cat") == (
        Term("hund", "dog", False),
        Term(None, "cat", False),
        Term(None, "mouse", False),
    )
    assert glossary.check("Hund", "A mouse", "A mouse, a dog") == (Term("hund", "dog", True),)
    assert glossary.check("Vogel", "", "mousetrap catalogue") == ()


def test_terms_are_compared_as_they_are_cleaned(tokenizer: SentencePieceTokenizer) -> None:
    glossary = Glossary.of([("Cafe\u0301\u00a0Haus", "cafe\u0301")], tokenizer)
    assert glossary.targets == ("caf\u00e9",)
    assert matched(glossary, "Caf\u00e9 Haus") == ["Caf\u00e9 Haus"]


SENTENCES = ["the dog sees the tree.", "a (dog)", "dog-house", "dog dog", "the dogs", "hot dog stand", "Wörter dog"]


@given(st.sampled_from(SENTENCES), st.integers(0, 200))
def test_a_target_is_known_in_whatever_way_a_sentence_is_segmented(
    tiny_tokenizers: TokenizerPair, sentence: str, seed: int
) -> None:
    tokenizer = tiny_tokenizers.target
    glossary = Glossary.of([("hund", "dog")], tokenizer)
    tokens = tokenizer.sample(sentence, seed)
    wanted = [term.met for term in glossary.check("hund", "", sentence)]
    terms = terms_of(glossary, "hund")
    assert (terms.unmet(tokens) == 0) == wanted[0]
    refused = dataclasses.replace(terms, required=(), allowed=frozenset())
    assert (refused.unmet(tokens) > 0) == wanted[0]


def test_the_way_to_a_target_is_how_the_tokenizer_writes_it(tokenizer: SentencePieceTokenizer) -> None:
    glossary = Glossary.of([("a", "the dog"), ("b", "漢字"), ("c", "(x)")], tokenizer)
    ways = [tuple(token for _, token in way) for way in glossary.phrases.ways]
    dog, kanji, other = (tuple(tokenizer.encode(text)) for text in ("the dog", "漢字", "(x)"))
    assert ways == [dog, kanji[1:], other]  # without the space before it
    assert terms_of(glossary, "a").needed == len(ways[0])


def test_an_empty_glossary_asks_for_nothing(tokenizer: SentencePieceTokenizer) -> None:
    glossary = Glossary.of([], tokenizer)
    assert terms_of(glossary, "der Hund").needed == 0
    assert glossary.check("der Hund", "", "the dog") == ()


@given(st.text(alphabet="ab漢のー 。", max_size=12))
def test_terms_of_a_text_without_spaces_are_those_at_each_place(tiny_tokenizers: TokenizerPair, text: str) -> None:
    terms = ["漢", "の漢", "漢の", "a漢", "漢a", "ーー", "ab", "漢 の", "。漢"]
    glossary = Glossary.of([(term, term) for term in terms], tiny_tokenizers.target)

    def is_there(term: str, start: int) -> bool:
        before, after = text[max(0, start - 1) : start], text[start + len(term) :][:1]
        joins = (before in ("a", "b") and term[0] in "ab") or (after in ("a", "b") and term[-1] in "ab")
        return text.startswith(term, start) and not joins

    places = {(term, start) for term in terms for start in range(len(text)) if is_there(term, start)}
    assert {glossary.targets[place] for place in glossary.written(text)} == {term for term, _ in places}
    clean = " ".join(text.split())
    found = {(match.entry.source, match.start) for match in glossary.matches(clean)}
    if clean == text:
        assert found == places


def test_a_target_without_spaces_is_written_without_one(tokenizer: SentencePieceTokenizer) -> None:
    glossary = Glossary.of([("tower", "東京タワー"), ("shirt", "Tシャツ")], tokenizer)
    shown = tokenizer.spellings(range(tokenizer.vocab_size))
    ways = [b"".join(shown[token] for _, token in way).decode() for way in glossary.phrases.ways]
    assert ways == ["東京タワー", " Tシャツ"]
    line = "the tower"
    terms = terms_of(glossary, line)
    forced = [token for _, token in glossary.phrases.ways[0]]
    before, after = (tokenizer.encode(text) for text in ("私は", "に行く。"))
    assert terms.unmet([*before, *forced, *after]) == 0
    assert terms.unmet(before) == len(forced)
    assert terms.unmet(tokenizer.encode("私は東京タワーに行く。")) == 0
    assert glossary.check(line, "", "私は東京タワーに行く。") == (Term("tower", "東京タワー", True),)


@given(st.text(alphabet="ab_ -\u0301", max_size=12))
def test_the_targets_in_a_text_are_those_a_plain_search_finds(tiny_tokenizers: TokenizerPair, text: str) -> None:
    targets = ["a", "ab", "a b", "b_a", "-a", "a-", "b-a b", "_", "a_"]
    glossary = Glossary.of([(str(place), target) for place, target in enumerate(targets)], tiny_tokenizers.target)

    def pattern(target: str) -> str:
        before, after = (
            ("(?<![ab\u0301])" if target[0] in "ab" else ""),
            ("(?![ab\u0301])" if target[-1] in "ab" else ""),
        )
        return f"{before}{re.escape(target)}{after}"

    expected = {target for target in targets if re.search(pattern(target), text)}
    assert {glossary.targets[place] for place in glossary.written(text)} == expected
