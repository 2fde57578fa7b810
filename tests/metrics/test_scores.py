"""Scores against sacreBLEU's own calls and against arithmetic."""

import random
import unicodedata

import pytest
import sacrebleu
from sacrebleu.metrics import BLEU, CHRF, TER

from nmt.errors import ConfigError, DataError
from nmt.metrics import METRICS, doubt_about, mean_score_of, score, segment_statistics, takes_long
from nmt.metrics.scores import bleu_tokenizer
from nmt.reports.sentence_groups import length_unit

WORDS = [
    "the",
    "a",
    "small",
    "large",
    "train",
    "leaves",
    "at",
    "noon",
    "tomorrow",
    "we",
    "buy",
    "two",
    "tickets",
    "and",
    "some",
    "bread",
    "Please",
]


def corpus(seed, num_sentences, num_changes):
    """References, and hypotheses made from them by changing words."""
    rng = random.Random(seed)
    references, hypotheses = [], []
    for _ in range(num_sentences):
        words = [rng.choice(WORDS) for _ in range(rng.randint(4, 14))]
        references.append(" ".join(words) + ".")
        for _ in range(num_changes):
            words[rng.randrange(len(words))] = rng.choice(WORDS)
        hypotheses.append(" ".join(words) + ".")
    return hypotheses, references


def test_values_equal_those_of_sacrebleu():
    hypotheses, references = corpus(seed=1, num_sentences=60, num_changes=2)
    values = {s.name: s.value for s in score(list(METRICS), hypotheses, references, intervals=False)}
    assert values["BLEU"] == pytest.approx(sacrebleu.corpus_bleu(hypotheses, [references]).score)
    assert values["chrF"] == pytest.approx(sacrebleu.corpus_chrf(hypotheses, [references]).score)
    assert values["TER"] == pytest.approx(TER(case_sensitive=True).corpus_score(hypotheses, [references]).score)
    assert values["BLEU-lc"] == pytest.approx(sacrebleu.corpus_bleu(hypotheses, [references], lowercase=True).score)


@pytest.mark.parametrize(("name", "metric"), [("BLEU", BLEU()), ("chrF", CHRF()), ("TER", TER(case_sensitive=True))])
def test_the_interval_and_signature_equal_those_of_sacrebleu(name, metric):
    hypotheses, references = corpus(seed=2, num_sentences=80, num_changes=3)
    [ours] = score([name], hypotheses, references)
    theirs = metric.corpus_score(hypotheses, [references], n_bootstrap=1000)
    assert (ours.high - ours.low) / 2 == pytest.approx(theirs._ci, rel=1e-4)
    assert ours.low < ours.value < ours.high
    assert ours.signature == str(metric.get_signature())
    assert "bs:1000|seed:12345" in ours.signature


def test_scores_come_in_the_order_asked_for():
    assert [s.name for s in score(["TER", "BLEU"], ["a b"], ["a b"], intervals=False)] == ["TER", "BLEU"]


def test_a_perfect_translation_has_the_best_score_and_no_spread():
    references = ["We leave at noon tomorrow.", "Two tickets to the coast, please."]
    for result in score(list(METRICS), references, references):
        assert result.value == pytest.approx(0.0 if result.name == "TER" else 100.0)
        assert result.low == pytest.approx(result.value)
        assert result.high == pytest.approx(result.value)


def test_translation_edit_rate_is_edits_per_reference_word():
    [result] = score(["TER"], ["a b c x", "d e"], ["a b c d", "d e f"], intervals=False)
    assert result.value == pytest.approx(100 * 2 / 7)  # one substitution, one insertion, seven reference words


def test_case_counts_except_in_the_score_that_says_lower_case():
    results = {s.name: s for s in score(list(METRICS), ["THE TRAIN LEAVES NOW"], ["the train leaves now"], False)}
    assert results["BLEU"].value < 1
    assert results["TER"].value == pytest.approx(100)
    assert results["BLEU-lc"].value == pytest.approx(100)
    assert "case:mixed" in results["BLEU"].signature
    assert "case:lc" in results["BLEU-lc"].signature
    assert "case:mixed" in results["TER"].signature


def test_the_target_language_chooses_the_tokenizer_and_the_signature_says_so():
    [chinese] = score(["BLEU"], ["我们明天中午出发"], ["我们明天中午离开"], intervals=False, target_language="zh-CN")
    assert "tok:zh" in chinese.signature
    [german] = score(["BLEU"], ["Wir gehen"], ["Wir gehen"], intervals=False, target_language="de")
    assert "tok:13a" in german.signature


@pytest.mark.parametrize(("language", "segmenter"), [("ja", "ja-mecab"), ("ko", "ko-mecab")])
def test_without_a_word_segmenter_characters_are_the_tokens(language, segmenter, monkeypatch):
    monkeypatch.setattr("nmt.metrics.scores.find_spec", lambda module: None)
    [result] = score(["BLEU"], ["abcde"], ["abcde"], intervals=False, target_language=language)
    assert "tok:char" in result.signature
    monkeypatch.setattr("nmt.metrics.scores.find_spec", lambda module: object())
    assert bleu_tokenizer(language) == segmenter


def test_codes_and_names_of_a_language_choose_the_same_tokenizer() -> None:
    for names in (("zh", "zh-CN", "Chinese"), ("ja", "jpn_Jpan", "jp"), ("ko", "Korean"), ("de", "de-AT", "")):
        assert len({bleu_tokenizer(name) for name in names}) == 1


@pytest.mark.parametrize("letters", [2, 6, 12, 30])
def test_references_are_doubted_only_where_a_report_finds_no_spaces_in_them(letters: int) -> None:
    thai = (" ".join(["กขคงจฉชซญฎฏฐฑฒณดตถทธนบปผฝพฟภมย"[:letters]] * 10),) * 5
    assert length_unit(thai) == ("words" if doubt_about(thai, "th") is None else "characters")


def test_text_that_would_be_scored_as_one_word_a_sentence_is_doubted() -> None:
    chinese = ["我们明天中午出发"]
    assert "no target language is given: BLEU and TER take whole sentences for words" in str(doubt_about(chinese, ""))
    assert "the target language is 'xx'" in str(doubt_about(chinese, "xx"))
    assert doubt_about(chinese, "zh") is None
    assert doubt_about(["Wir reisen morgen ab"], "en") is None


def test_text_without_spaces_is_edited_by_character():
    [result] = score(["TER"], ["我们明天走"], ["我们明天来"], intervals=False, target_language="zh")
    assert result.value == pytest.approx(100 / 5)


def test_the_score_of_some_segments_is_that_of_the_smaller_corpus():
    hypotheses, references = corpus(seed=3, num_sentences=30, num_changes=2)
    chosen = [3, 4, 11, 25]
    for name in METRICS:
        [expected] = score([name], [hypotheses[i] for i in chosen], [references[i] for i in chosen])
        assert mean_score_of([segment_statistics(name, hypotheses, references)], chosen) == expected


def test_sentence_scores_equal_those_of_sacrebleu():
    hypotheses, references = corpus(seed=4, num_sentences=20, num_changes=2)
    expected = [sacrebleu.sentence_chrf(h, [r]).score for h, r in zip(hypotheses, references, strict=True)]
    assert segment_statistics("chrF", hypotheses, references).sentence_scores().tolist() == pytest.approx(expected)


def test_an_empty_translation_scores_zero_without_failing():
    results = {s.name: s.value for s in score(list(METRICS), ["", ""], ["the train", "a ticket"])}
    assert results == {"BLEU": 0.0, "chrF": 0.0, "TER": 100.0, "BLEU-lc": 0.0}


def test_unequal_numbers_of_lines_are_an_error_that_names_both():
    with pytest.raises(DataError, match=r"^Hypotheses: 2, references: 1"):
        score(["BLEU"], ["a", "b"], ["a"])


def test_nothing_to_score_is_an_error():
    with pytest.raises(DataError, match="nothing to score"):
        score(["BLEU"], [], [])


@pytest.mark.parametrize(("given", "known"), [("bleu", "BLEU"), ("CHRF", "chrF"), ("bleu-MOSES", "BLEU-moses")])
def test_the_name_of_a_metric_may_be_in_capitals_or_small_letters(given, known):
    assert score([given], ["a b"], ["a b"]) == score([known], ["a b"], ["a b"])


def test_an_unknown_metric_is_an_error_that_lists_the_known_ones():
    with pytest.raises(ConfigError, match=r"'METEOR' is not a metric\. Known metrics: BLEU, chrF"):
        score(["METEOR"], ["a"], ["a"])


@pytest.mark.parametrize(
    ("line", "number", "language", "long"),
    [
        ("word " * 30, 3000, "en", False),
        ("word " * 100, 1000, "en", True),
        ("word " * 400, 20, "en", False),
        ("\u6211\u4eec" * 50, 1000, "", False),
        ("\u6211\u4eec" * 50, 1000, "zh", True),
    ],
)
def test_ter_of_paragraphs_takes_long(line: str, number: int, language: str, long: bool) -> None:
    assert takes_long("TER", [line] * number, language) == long
    assert not takes_long("chrF", [line] * number, language)


def test_an_accent_is_no_error_however_the_reference_spells_it() -> None:
    texts = ["Ein Café in Örebro.", "Ça va très bien, merci."]
    apart = [unicodedata.normalize("NFD", text) for text in texts]
    assert apart != texts
    for hypotheses, references in ((texts, apart), (apart, texts)):
        found = score(["BLEU", "chrF"], hypotheses, references, intervals=False, target_language="fr")
        assert [one.value for one in found] == pytest.approx([100.0, 100.0])
        assert ["unicode:nfc" in one.signature for one in found] == [True, True]
    assert "unicode" not in score(["chrF"], texts, texts)[0].signature
