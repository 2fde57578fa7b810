"""What languages are called, and text that has no spaces between its words."""

import pytest

from nmt.corpus.languages import bcp47, doubt_about_codes, fit, has_spaces, looks_like_a_code, primary, surely_differ


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("zh", "zh-CN", "zho_Hans", "chi", "cmn", "Chinese", "yue"), "zh"),
        (("ja", "ja_JP", "jpn", "jpn_Jpan", "Japanese", "jp"), "ja"),
        (("ko", "kor_Hang", "Korean"), "ko"),
        (("de", "de-AT", "DE"), "de"),
        (("",), ""),
    ],
)
def test_a_language_is_known_by_its_codes_and_its_name(names: tuple[str, ...], code: str) -> None:
    assert {primary(name) for name in names} == {code}


@pytest.mark.parametrize(
    ("text", "spaced"),
    [
        (["Zwei Hunde.", "", "Hund"], True),
        (["Donaudampfschifffahrtsgesellschaft"], True),
        (["Hôm nay trời đẹp."], True),
        (["나는 학교에 간다."], True),
        (["Мы едем завтра"], True),
        (["घर जाओ"], True),
        (["我们明天出发。"], False),
        (["我们 明天 出发 。"], True),
        (["彼は行った。", "雨だ。"], False),  # short lines, too, are no single words
        (["彼女 は 大学 で 英語 を 勉強 した 。", "雨 だ 。"], True),
        (["ฉันรักคุณ"], False),
        (["วันนี้อากาศดี มากจริงๆ"], False),  # a space between phrases
        (["วันนี้ อากาศ ดี มาก"], True),
        (["ຂ້ອຍຮັກເຈົ້າ"], False),
        (["ខ្ញុំស្រឡាញ់អ្នក"], False),
        (["We eat 寿司 today"], True),
        (["去年の夏に新しい car を買いました"], False),  # its spaces are only beside the Latin word
        (["去年 の 夏 に 新しい car を 買い まし た"], True),
        (["彼女はニューヨーク大学で英語 (TOEFL) を勉強した。", "雨だ。"], False),
        (["我。", "Ja."], True),
        (["我!!!"], False),
        (["123 !"], True),
        ([], True),
        (["", " "], True),
    ],
)
def test_text_in_a_script_without_spaces_has_none_unless_it_is_tokenised(text: list[str], spaced: bool) -> None:
    assert has_spaces(text) == spaced


def test_languages_fit_where_one_says_less() -> None:
    assert all(fit(*both) for both in ((("de", "en"), ("de-AT", "EN")), (("", "en"), ("de", "en"))))
    assert not any(fit(*both) for both in ((("de", "en"), ("en", "de")), (("de", "en"), ("de", "fr"))))


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("de", "fr", True),
        ("deu_Latn", "fra", True),
        ("de-AT", "de", False),
        ("zh", "cmn", False),
        ("de", "fra", False),  # nobody knows
        ("German", "French", False),
        ("", "", False),
        ("", "de", False),
    ],
)
def test_only_codes_of_one_length_surely_differ(one: str, other: str, differ: bool) -> None:
    assert surely_differ(one, other) == surely_differ(other, one) == differ


def test_two_letters_that_are_no_language_are_doubted() -> None:
    assert doubt_about_codes(("ed", "en")) == "ed: not among the two-letter codes of languages (ISO 639-1). A typo?"
    for known in (("de", "EN"), ("deu", "zh-Hans"), ("", "German"), ("source", "target")):
        assert doubt_about_codes(known) == ""


def test_a_code_is_written_as_the_web_has_it_and_a_name_is_none() -> None:
    assert [bcp47(code) for code in ("de", "pt_BR", "zh-Hans-CN", "deu")] == ["de", "pt-BR", "zh-Hans-CN", "deu"]
    assert [bcp47(name) for name in ("", "German", "column 1", 'de"><script>', "d", "de-")] == [""] * 6


def test_the_ending_of_a_file_may_be_a_code() -> None:
    assert all(map(looks_like_a_code, ("de", "deu", "pt-BR", "zh_Hans")))
    assert not any(map(looks_like_a_code, ("", "txt", "tok", "DE", "german", "d")))
