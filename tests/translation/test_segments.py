"""Segments: pieces fit, nothing is lost, cuts fall at the best places, and long lines take linear time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmt.tokenizer.pair import TokenizerPair
from nmt.translation.glossary import Glossary
from nmt.translation.segmenter import Segmenter
from nmt.translation.segments import Fits, deal_out, is_taken_whole, split_long

TEXT = st.text(
    st.characters() | st.sampled_from('ab .,!?;:"\u3002\uff0c\n\u0301\u200d\ud83d\ude00😀🏽🇩🇪각'), max_size=200
)


def up_to(limit: int) -> Fits:
    return lambda text: len(text) <= limit


def visible(text: str) -> str:
    return "".join(text.split())


@given(TEXT, st.integers(1, 40))
def test_pieces_fit_and_hold_all_text_in_order(text: str, limit: int) -> None:
    pieces = split_long(text, up_to(limit))
    assert all(len(piece) <= limit for piece in pieces)
    assert visible("".join(pieces)) == visible(text)
    assert pieces == [text] or all(piece == piece.strip() and piece for piece in pieces) or pieces == [""]


@given(TEXT, st.integers(0, 12))
def test_a_predicate_that_is_not_monotonic_loses_nothing(text: str, seed: int) -> None:
    pieces = split_long(text, lambda piece: hash((piece, seed)) % 3 == 0)
    assert visible("".join(pieces)) == visible(text)


@pytest.mark.parametrize(
    ("text", "limit", "pieces"),
    [
        ("wir mögen Yahoo! Japan sehr. Ja!", 28, ["wir mögen Yahoo! Japan sehr.", "Ja!"]),
        ("wir mögen Yahoo! Japan sehr.", 22, ["wir mögen", "Yahoo! Japan sehr."]),
        ("eins Yahoo! Japan", 12, ["eins", "Yahoo! Japan"]),
        ("eins Yahoo! Japan.", 12, ["eins", "Yahoo!", "Japan."]),  # too long as it is
        ("Yahoo! Japan", 8, ["Yahoo!", "Japan"]),
        ("Yahoo! Japan", 3, ["Yah", "oo!", "Ja", "pan"]),
    ],
)
def test_a_term_is_cut_only_where_it_does_not_fit_by_itself(text: str, limit: int, pieces: list[str]) -> None:
    start = text.index("Yahoo!")
    assert split_long(text, up_to(limit), [(start, start + len("Yahoo! Japan"))]) == pieces


def test_no_sentence_ends_within_a_term() -> None:
    text = "Ja! Wir mögen Yahoo! Japan und Aha! Eis. Gut."
    spans = [(text.index(term), text.index(term) + len(term)) for term in ("Yahoo! Japan", "Aha! Eis.")]
    sentences = [number for number in range(1, 8) if is_taken_whole(text, 1, 1, number, spans)]
    assert sentences[0] == 3
    assert not is_taken_whole(text, 1, 1, 4)


@given(TEXT, st.integers(1, 40), st.lists(st.integers(0, 200), max_size=8))
def test_pieces_fit_and_hold_all_text_whatever_the_terms_are(text: str, limit: int, places: list[int]) -> None:
    borders = sorted({min(place, len(text)) for place in places})
    pieces = split_long(text, up_to(limit), list(zip(borders[::2], borders[1::2], strict=False)))
    assert all(len(piece) <= limit for piece in pieces)
    assert visible("".join(pieces)) == visible(text)


def test_what_fits_is_returned_as_it_is() -> None:
    assert split_long("  a b. c ", up_to(9)) == ["  a b. c "]
    assert split_long("", up_to(1)) == [""]


def test_sentence_ends_come_first() -> None:
    text = 'Er kommt, sagt er. "Kommt sie auch?" Ja, sie kommt! Gut.'
    assert split_long(text, up_to(36)) == ['Er kommt, sagt er. "Kommt sie auch?"', "Ja, sie kommt! Gut."]


def test_a_full_stop_inside_a_sentence_is_no_sentence_end() -> None:
    assert split_long("It costs 3.50 euros, i.e.  too much. We left.", up_to(36)) == [
        "It costs 3.50 euros, i.e.  too much.",
        "We left.",
    ]


@pytest.mark.parametrize(("word", "ends"), [("г.", False), ("Г.", True), ("č.", False), ("δ", False), ("字", True)])
def test_a_sentence_goes_on_with_a_lower_case_letter_of_any_script(word: str, ends: bool) -> None:
    first, second = split_long(f"aaaa. {word} bb cccc", up_to(12))
    assert (first == "aaaa.") == ends
    assert f"{first} {second}" == f"aaaa. {word} bb cccc"


def test_clauses_come_next_then_words_then_characters() -> None:
    assert split_long("wenn er kommt, gehe ich", up_to(16)) == ["wenn er kommt,", "gehe ich"]
    assert split_long("eins zwei drei vier", up_to(10)) == ["eins zwei", "drei vier"]
    assert split_long("abcdefgh", up_to(4)) == ["abcd", "efgh"]


def test_only_what_is_too_long_is_split_below_sentences() -> None:
    text = "Kurz. Ein sehr langer Satz, der nicht passt. Auch kurz."
    assert split_long(text, up_to(30)) == ["Kurz.", "Ein sehr langer Satz,", "der nicht passt.", "Auch kurz."]


def test_chinese_and_japanese_sentences_need_no_space() -> None:
    assert split_long("今日は雨です。明日は晴れです。", up_to(8)) == ["今日は雨です。", "明日は晴れです。"]
    assert split_long("他说,“你好。”然后走了。", up_to(9)) == ["他说,“你好。”", "然后走了。"]


def test_the_last_two_pieces_are_evened_out() -> None:
    assert split_long("a b c d e f g", up_to(11)) == ["a b c", "d e f g"]  # not "a b c d e f" and "g"


@pytest.mark.parametrize(
    "unit",
    ["e\u0301", "e\u0301\u0302\u0303", "👍🏽", "👩\u200d👧", "🇩🇪", "한", "\ud83d\ude00"],
)
def test_a_visible_character_is_not_cut(unit: str) -> None:
    pieces = split_long(unit * 20, up_to(7))
    assert "".join(pieces) == unit * 20
    assert all(piece == unit * (len(piece) // len(unit)) for piece in pieces)


def test_a_visible_character_longer_than_the_limit_is_cut_rather_than_lost() -> None:
    zalgo = "e" + "\u0301" * 200
    pieces = split_long(zalgo, up_to(50))
    assert "".join(pieces) == zalgo
    assert max(map(len, pieces)) <= 50


def test_a_character_that_never_fits_is_returned() -> None:
    assert split_long("ab", lambda text: False) == ["a", "b"]


def test_white_space_alone_is_one_empty_piece() -> None:
    assert split_long(" \n " * 50, lambda text: text == "") == [""]


@pytest.mark.parametrize(
    "pattern",
    [
        "a",
        "ab ",
        "Ein Satz mit ein paar Worten. ",
        "word, ",
        ". ",
        ".",
        '."',
        "。",
        " ",
        "e\u0301",
        "🇩🇪",
        "x. " + "y" * 600,
    ],
)
def test_a_very_long_line_takes_linear_work(pattern: str) -> None:
    text = (pattern * (300_000 // len(pattern) + 1))[:300_000]
    work = calls = 0

    def fits(piece: str) -> bool:
        nonlocal work, calls
        work, calls = work + len(piece), calls + 1
        return len(piece) <= 250

    began = time.process_time()
    pieces = split_long(text, fits)
    assert time.process_time() - began < 10  # about 0.3 s; quadratic work would take hours
    assert work <= 20 * len(text)
    assert calls <= len(text)
    assert visible("".join(pieces)) == visible(text)
    assert all(len(piece) <= 250 for piece in pieces)


@pytest.mark.parametrize(
    ("pieces", "prefix", "dealt"),
    [
        (["Eins.", "Zwei!", "Drei."], "", ["", "", ""]),
        (["Eins.", "Zwei!", "Drei."], "On", ["On", "", ""]),
        (["Eins.", "Zwei!", "Drei."], "One. Tw", ["One. ", "Tw", ""]),
        (["Eins.", "Zwei!", "Drei."], "One. Two. Three. And", ["One. ", "Two. ", "Three. And"]),
        (["Eins. Zwei!", "Drei."], "One. Two. Th", ["One. Two. ", "Th"]),
        (["Eins. Zwei!", "Drei."], "One. Tw", ["One. Tw", ""]),
        (["Eins,", "zwei. Drei.", "Vier."], "One, two. Three. Fo", ["One, two. ", "Three. ", "Fo"]),
        (["Eins,", "zwei."], "One, two. Three.", ["One, two. ", "Three."]),
        (["Eins."], "One. Two.", ["One. Two."]),
    ],
)
def test_a_piece_gets_as_many_sentences_of_a_beginning_as_begin_in_it(
    pieces: list[str], prefix: str, dealt: list[str]
) -> None:
    assert deal_out(prefix, "  ".join(pieces), pieces) == dealt


def test_within_terms_no_sentence_of_a_beginning_ends() -> None:
    text, prefix, name = "Yahoo! Japan kommt. Gut.", "Yahoo! Japan comes. Go", (0, len("Yahoo! Japan"))
    pieces = ["Yahoo! Japan kommt.", "Gut."]
    assert deal_out(prefix, text, pieces, [name], [name]) == ["Yahoo! Japan comes. ", "Go"]
    text, pieces = "Der Verein kommt. Gut.", ["Der Verein kommt.", "Gut."]
    assert deal_out(prefix, text, pieces, [name]) == ["Yahoo! Japan comes. ", "Go"]
    assert deal_out(prefix, text, pieces) == ["Yahoo! ", "Japan comes. Go"]


@pytest.mark.parametrize(
    ("source", "target"), [("Hund", "dog! Cat"), ("Hund! Katze", "dog"), ("Hund! Katze", "dog! Cat")]
)
def test_a_sentence_of_a_beginning_ends_within_no_term_of_the_glossary(
    tiny_tokenizers: TokenizerPair, source: str, target: str
) -> None:
    glossary = Glossary.of([(source, target)], tiny_tokenizers.target)
    segmenter = Segmenter(tiny_tokenizers, max_length=100, max_sentences=1, glossary=glossary)
    segments = segmenter.segments(0, f"der {source} da. Das Haus.", f"the {target} there. The house")
    prefixes = [tiny_tokenizers.target.decode(one.prefix) for one in segments]
    assert prefixes == [f"the {target} there.", "The house"]


@given(TEXT, TEXT, st.integers(1, 40))
def test_every_character_of_a_beginning_is_dealt_out_in_order(text: str, prefix: str, limit: int) -> None:
    pieces = split_long(text, up_to(limit))
    dealt = deal_out(prefix, text, pieces)
    assert "".join(dealt) == prefix
    assert len(dealt) == len(pieces)
