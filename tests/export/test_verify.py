"""How much an exported model may differ."""

import pytest

from nmt.errors import DataError, ExportError
from nmt.export.verify import Agreement, verify

TEXTS = [f"the {number} dogs see a green house in the village" for number in range(200)]


def changed(count: int) -> list[str]:
    return ["no"] * count + TEXTS[count:]


def test_the_same_translations_agree() -> None:
    found = verify(TEXTS, TEXTS, TEXTS, "en", "float32")
    assert (found.sentences, found.same) == (200, 200)
    assert (found.bleu, found.exported_bleu) == pytest.approx((100.0, 100.0))


def test_as_float32_one_sentence_in_a_hundred_may_differ_and_not_one_more() -> None:
    spaced = [f"{text} " for text in TEXTS]  # another text, but as good for BLEU
    assert verify(TEXTS, spaced[:2] + TEXTS[2:], TEXTS, "en", "float32").same == 198
    with pytest.raises(ExportError, match=r"197 of 200 sentences have the same text.* 99% must be the same"):
        verify(TEXTS, spaced[:3] + TEXTS[3:], TEXTS, "en", "float32")


def test_as_float32_bleu_may_not_differ_though_most_of_the_text_is_the_same() -> None:
    with pytest.raises(ExportError, match=r"BLEU may differ by 0\.1"):
        verify(TEXTS, changed(1), TEXTS, "en", "float32")


def test_8_bits_may_change_a_quarter_of_the_sentences_but_bleu_by_a_point_at_most() -> None:
    spaced = [f"{text} " for text in TEXTS]
    assert verify(TEXTS, [*spaced[:50], *TEXTS[50:]], TEXTS, "en", "int8").same == 150
    with pytest.raises(ExportError, match="149 of 200"):
        verify(TEXTS, [*spaced[:51], *TEXTS[51:]], TEXTS, "en", "int8")
    with pytest.raises(ExportError, match=r"BLEU may differ by 1\.0"):
        verify(TEXTS, changed(20), TEXTS, "en", "int8")


def test_8_bits_and_few_sentences_are_remarked_on() -> None:
    found = Agreement(sentences=200, same=185, bleu=40.0, exported_bleu=39.875)
    assert found.describe() == "185 of 200 sentences have the same text, BLEU 39.88 instead of 40.00 (-0.12)"
    assert found.remarks("float32") == []
    (other_model,) = found.remarks("int8")
    assert "another model than the run's: 7.5% of these sentences have another text" in other_model
    (few,) = Agreement(sentences=199, same=199, bleu=40.0, exported_bleu=40.0).remarks("float32")
    assert few.startswith("only 199 sentences could be compared")


def test_nothing_to_verify_on_is_an_error() -> None:
    with pytest.raises(DataError, match="no line to verify the exported model on that need not be split"):
        verify([], [], [], "en", "float32")
