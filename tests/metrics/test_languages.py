"""Which language a name means, and text that cannot be scored by words."""

import pytest

from nmt.metrics.languages import doubt, is_unspaced, primary
from nmt.metrics.scores import bleu_tokenizer


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
    "line", ["我们明天出发。", "去年の夏に新しい car を買いました", "ฉันรักคุณ", "ຂ້ອຍຮັກເຈົ້າ", "ខ្ញុំស្រឡាញ់អ្នក"]
)
def test_scripts_without_spaces_are_known(line: str) -> None:
    assert is_unspaced([line])


@pytest.mark.parametrize(
    "line",
    ["", "123 !", "We eat 寿司 today", "나는 너를 사랑해", "Мы едем завтра", "घर जाओ", "新しい 車 を 買い まし た 。"],
)
def test_other_text_has_words(line: str) -> None:
    assert not is_unspaced([line])


def test_text_that_would_be_scored_as_one_word_a_sentence_is_doubted() -> None:
    chinese = ["我们明天中午出发"]
    assert "no target language is given: BLEU and TER take whole sentences for words" in str(doubt("", "13a", chinese))
    assert "the target language is 'xx'" in str(doubt("xx", "13a", chinese))
    assert doubt("zh", bleu_tokenizer("zh"), chinese) is None
    assert doubt("en", bleu_tokenizer("en"), ["Wir reisen morgen ab"]) is None
