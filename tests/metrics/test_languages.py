"""Which language a name means, and text that cannot be scored by words."""

import pytest

from nmt.metrics.languages import doubt, has_spaces, primary
from nmt.metrics.scores import bleu_tokenizer
from nmt.reports.sentence_groups import length_unit


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
    assert len({bleu_tokenizer(name) for name in names}) == 1


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


@pytest.mark.parametrize("letters", [2, 6, 12, 30])
def test_references_are_doubted_only_where_a_report_finds_no_spaces_in_them(letters: int) -> None:
    thai = (" ".join(["กขคงจฉชซญฎฏฐฑฒณดตถทธนบปผฝพฟภมย"[:letters]] * 10),) * 5
    assert length_unit(thai) == ("words" if doubt("th", "13a", thai) is None else "characters")


def test_text_that_would_be_scored_as_one_word_a_sentence_is_doubted() -> None:
    chinese = ["我们明天中午出发"]
    assert "no target language is given: BLEU and TER take whole sentences for words" in str(doubt("", "13a", chinese))
    assert "the target language is 'xx'" in str(doubt("xx", "13a", chinese))
    assert doubt("zh", bleu_tokenizer("zh"), chinese) is None
    assert doubt("en", bleu_tokenizer("en"), ["Wir reisen morgen ab"]) is None
