"""The tokens of papers on Multi30k, and BLEU of them, on lines written for it."""

import builtins
from typing import Any

import pytest
from sacrebleu.metrics.bleu import BLEU

from nmt.errors import ConfigError
from nmt.metrics import score
from nmt.metrics.moses import MosesTokens, moses_bleu


@pytest.mark.parametrize(
    ("language", "line", "tokens"),
    [
        ("de", "Ein Mann im T-Shirt, allein.", "Ein Mann im T @-@ Shirt , allein ."),
        ("de", "Die „blaue“ U-Bahn fährt z.B. um 9.30 Uhr.", 'Die " blaue " U @-@ Bahn fährt z.B. um 9.30 Uhr .'),
        ("en", "It's a dog's well-worn toy…", "It 's a dog 's well @-@ worn toy ..."),
        ("fr", "L'homme à l'école", "L' homme à l' école"),
        ("", "A & B <b>", "A & B < b >"),  # nothing is escaped
    ],
)
def test_lines_become_the_tokens_of_moses_with_hyphens_split(language: str, line: str, tokens: str) -> None:
    assert MosesTokens(language)(line) == tokens


def test_the_score_is_that_of_the_lower_cased_tokens() -> None:
    hypotheses = ["Ein Mann im t-shirt geht nach Hause.", "Der kleine Hund schläft."]
    references = ["ein Mann im T-Shirt geht heim.", "Der kleine Hund schläft dort."]
    tokens = [
        ["ein mann im t @-@ shirt geht nach hause .", "der kleine hund schläft ."],
        ["ein mann im t @-@ shirt geht heim .", "der kleine hund schläft dort ."],
    ]
    expected = BLEU(tokenize="none", force=True).corpus_score(tokens[0], [tokens[1]]).score
    (found,) = score(["BLEU-moses"], hypotheses, references, intervals=False, target_language="de-AT")
    assert found.value == pytest.approx(expected, abs=1e-9)
    assert found.signature.startswith("nrefs:1|case:lc|eff:no|tok:moses-de-dashes-sacremoses-")


def test_a_hyphen_counts_as_a_word_of_its_own() -> None:
    line, other = "Er trägt ein T-Shirt heute", "Er trägt ein T-Hemd heute"
    (moses,) = score(["BLEU-moses"], [line], [other], intervals=False, target_language="de")
    (plain,) = score(["BLEU-lc"], [line], [other], intervals=False, target_language="de")
    assert moses.value > plain.value  # five of seven tokens match in place of four of five... in longer n-grams


def test_text_that_is_tokenised_already_is_scored_as_it_is() -> None:
    hypothesis, reference = "彼 は 医者 で す 。", "彼 は 医者 だ 。"
    (found,) = score(["BLEU-words"], [hypothesis], [reference], target_language="ja")
    assert "tok:none" in found.signature
    assert found.value == pytest.approx(BLEU(tokenize="none").corpus_score([hypothesis], [[reference]]).score)


def test_without_sacremoses_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any, **choices: Any) -> Any:
        if name == "sacremoses":
            raise ImportError(name)
        return real(name, *arguments, **choices)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigError, match=r"BLEU-moses needs sacremoses: pip install -e '\.\[moses\]'"):
        moses_bleu("de")
