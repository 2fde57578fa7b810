"""Text in, text out: as many lines, in order, whatever they hold."""

import re
import threading
from pathlib import Path
from typing import Any

import pytest
import torch

import nmt
from nmt.corpus.lines import is_blank
from nmt.errors import ConfigError
from nmt.search.config import MAX_ROWS, SearchConfig
from nmt.tokenizer.pair import TokenizerPair
from nmt.tokenizer.sentencepiece import TokenizerConfig, train_sentencepiece
from nmt.translation import parallel
from nmt.translation.glossary import Glossary
from nmt.translation.mbr import expected_utilities
from nmt.translation.scoring import score_pairs
from nmt.translation.translator import Translator
from tests.tiny import invented_pairs, make_experiment, run

LINES = [pair.source for pair in invented_pairs()]
QUICK = SearchConfig(beam=2, max_length_ratio=1.0, max_length_extra=2)  # an untrained model seldom stops by itself


@pytest.fixture(scope="module")
def translator(tiny_run: Path) -> Translator:
    loaded = nmt.load(tiny_run, search=QUICK)
    loaded.model.double()  # so that rounding never decides between two tokens that are about as probable
    return loaded


@pytest.fixture(scope="module")
def narrow(translator: Translator) -> Translator:
    """The same model, which takes sentences of up to 12 tokens."""
    return Translator(translator.model, translator.tokenizers, QUICK, max_length=12)


def test_as_many_translations_as_lines_in_their_order(translator: Translator) -> None:
    lines = [*sorted(LINES, key=len)[:-8:-1], "", *LINES[:5]]
    together = translator.translate(lines, SearchConfig(beam=1, batch_sentences=4))
    assert len(together) == len(lines)
    for line, translation in zip(lines, together, strict=True):
        (alone,) = translator.translate([line], SearchConfig(beam=1))
        assert (translation.text, translation.source_tokens) == (alone.text, alone.source_tokens)
        if line:
            assert translator.tokenizers.source.processor.decode(list(translation.source_tokens[:-1])) == line


@pytest.mark.parametrize("line", ["", " ", "\t", "\u200b", "\u3000\x00", "\n"])
def test_a_blank_line_stays_blank(translator: Translator, line: str) -> None:
    first, blank, last = translator.translate([LINES[0], line, LINES[1]])
    assert first.text == translator.translate([LINES[0]])[0].text
    assert last.text == translator.translate([LINES[1]])[0].text
    assert (blank.text, blank.hypotheses, blank.source_tokens, blank.finish_reason) == ("", (), (), "blank")
    assert (blank.target_tokens, blank.attention, blank.num_tokens) == ((), None, 0)


def test_no_lines_give_no_translations(translator: Translator) -> None:
    assert translator.translate([]) == []


@pytest.mark.parametrize("line", ["\ud800", "\ufffd \ufffd", "a\u2028b\x1b[0m", "</s>", "🐈" * 3, "x" * 200])
def test_hostile_lines_give_one_line_each(translator: Translator, line: str) -> None:
    (translation,) = translator.translate([line])
    assert not set(translation.text) & set("\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
    translation.text.encode("utf-8")


def test_tokens_and_attention_belong_together(translator: Translator) -> None:
    for translation in translator.translate(LINES[:4], attention=True):
        assert translation.source_tokens[-1] == "</s>"
        assert translation.attention is not None
        assert translation.attention.shape == (len(translation.target_tokens), len(translation.source_tokens))
        torch.testing.assert_close(
            translation.attention.sum(dim=1), torch.ones(len(translation.target_tokens)).double()
        )
        assert (translation.target_tokens[-1] == "</s>") == (translation.finish_reason == "eos")
        assert translation.num_tokens == len(translation.target_tokens)
    assert translator.translate(LINES[:1])[0].attention is None


def test_the_n_best_come_best_first_and_the_first_is_the_translation(translator: Translator) -> None:
    (translation,) = translator.translate(LINES[:1], SearchConfig(beam=4, n_best=4))
    scores = [hypothesis.score for hypothesis in translation.hypotheses]
    assert len(scores) == 4
    assert scores == sorted(scores, reverse=True)
    assert (translation.text, translation.score) == (translation.hypotheses[0].text, scores[0])


def test_a_long_line_is_split_at_sentence_ends_and_joined_again(narrow: Translator) -> None:
    sentences = ["Der Hund.", "Die Katze!", "Das Haus?"]
    assert all(len(narrow.tokenizers.source.encode(sentence)) <= 12 for sentence in sentences)
    long = " ".join(sentences)
    search = SearchConfig(beam=3, n_best=2, max_length_ratio=1.0, max_length_extra=2)
    before, whole, after = narrow.translate(["Hund", long, "Katze"], search)
    pieces = [narrow.translate([sentence], search)[0] for sentence in sentences]
    assert whole.num_segments == 3
    assert whole.text == " ".join(piece.text for piece in pieces)
    assert whole.score == pytest.approx(sum(piece.score for piece in pieces), abs=1e-4)
    assert [one.text for one in whole.hypotheses] == [
        " ".join(piece.hypotheses[rank].text for piece in pieces) for rank in range(2)
    ]
    assert whole.num_tokens == sum(piece.num_tokens for piece in pieces)
    assert whole.source_tokens.count("</s>") == 1
    assert whole.attention is None
    assert (before.num_segments, after.num_segments) == (1, 1)
    assert before.text == narrow.translate(["Hund"], search)[0].text


@pytest.mark.parametrize("max_sentences", [0, 1, 2, 3])
def test_a_line_of_more_sentences_than_lines_of_training_is_split_at_sentence_ends(
    translator: Translator, max_sentences: int
) -> None:
    model, tokenizers = translator.model, translator.tokenizers
    knowing = Translator(model, tokenizers, QUICK, max_length=90, max_sentences=max_sentences)
    sentences = ["Der Hund.", "Die Katze von Mr. Haus!", "Das Haus?", "Ein Hund."]
    assert len(tokenizers.source.encode(" ".join(sentences))) <= 90
    for number in range(1, 5):
        (whole,) = knowing.translate([" ".join(sentences[:number])])
        pieces = -(-number // (max_sentences or 4))
        assert whole.num_segments == pieces
        if max_sentences == 1:
            assert whole.text == " ".join(one.text for one in translator.translate(sentences[:number]))


def test_a_line_is_not_split_within_a_term_so_that_the_term_is_met(translator: Translator) -> None:
    knowing = Translator(translator.model, translator.tokenizers, QUICK, max_length=90, max_sentences=1)
    glossary = glossary_for(knowing, ("Hund! Katze", "dog! cat"))
    (whole,) = knowing.translate(["Das Haus. Der Hund! Katze mag das Haus."], glossary=glossary)
    assert whole.num_segments == 2
    assert [term.met for term in whole.terms] == [True]
    (other,) = knowing.translate(["Das Haus. Der Hund! Katze mag das Haus."])
    assert other.num_segments == 3


def test_a_run_knows_how_many_sentences_its_lines_had(tiny_run: Path) -> None:
    assert nmt.load(tiny_run).max_sentences == 1


def test_a_joined_line_says_where_a_part_of_it_was_cut(narrow: Translator) -> None:
    (cut,) = narrow.translate(["Der Hund. Die Katze!"], SearchConfig(beam=1, max_length_ratio=1e-9, max_length_extra=1))
    assert cut.num_segments == 2
    assert cut.finish_reason == "length"


@pytest.mark.parametrize("line", ["x" * 500, "🐈" * 50, "wort " * 200])
def test_lines_without_sentence_ends_are_translated_too(narrow: Translator, line: str) -> None:
    (translation,) = narrow.translate([line], SearchConfig(beam=1, max_length_ratio=1e-9, max_length_extra=1))
    assert translation.num_segments > 1
    ids = narrow.tokenizers.source.processor.piece_to_id(list(translation.source_tokens[:-1]))
    assert "".join(narrow.tokenizers.source.decode(ids).split()) == "".join(line.split())


def test_a_text_in_place_of_lines_is_refused(narrow: Translator) -> None:
    with pytest.raises(ConfigError, match="a list of lines"):
        narrow.translate("Der Hund.")
    with pytest.raises(ConfigError, match="a list of lines"):
        narrow.translate(["D", "H"], prefixes="ab")
    for prefixes in ([], ["a"]):
        with pytest.raises(ConfigError, match=rf"^Lines: 2, prefixes: {len(prefixes)}\."):
            narrow.translate(["D", "H"], prefixes=prefixes)


def test_the_tick_counts_every_segment_once(narrow: Translator) -> None:
    ticks: list[int] = []
    lines = ["Der Hund. Die Katze!", "", "Das Haus?"]
    narrow.translate(lines, SearchConfig(beam=1, batch_sentences=2), tick=ticks.append)
    assert sum(ticks) == 3
    assert max(ticks) <= 2
    assert sum(not is_blank(line) for line in lines) == 2


def test_translating_does_not_change_the_translator(translator: Translator) -> None:
    first = [translation.text for translation in translator.translate(LINES[:3])]
    translator.translate(LINES[3:9])
    assert [translation.text for translation in translator.translate(LINES[:3])] == first


def test_an_alignment_links_words_of_the_line_to_words_of_the_translation(translator: Translator) -> None:
    for line, translation in zip(LINES[:4], translator.translate(LINES[:4], alignment=True), strict=True):
        (best,) = translation.hypotheses
        assert best.alignment is not None
        assert best.attention is None
        assert [target for _, target in best.alignment] == list(range(len(best.word_confidences)))
        assert all(source < len(line.split()) for source, _ in best.alignment)
    assert translator.translate(LINES[:1])[0].hypotheses[0].alignment is None


@pytest.mark.parametrize("unseen", ["\x01", "\ufeff", "\x07\ufeff"])
def test_words_that_the_model_never_sees_are_counted_in_an_alignment(narrow: Translator, unseen: str) -> None:
    plain = "Der Hund. Die Katze! Das Haus?"  # it is split
    (expected,) = narrow.translate([plain], alignment=True)
    (found,) = narrow.translate([plain.replace(" Katze", f"  {unseen} Katze")], alignment=True)
    assert found.text == expected.text
    links = expected.hypotheses[0].alignment or ()
    assert max(source for source, _ in links) > 2
    moved = tuple((source + (source > 2), target) for source, target in links)
    assert found.hypotheses[0].alignment == moved


def test_an_alignment_of_a_split_line_counts_its_words_through(narrow: Translator) -> None:
    (whole,) = narrow.translate(["Der Hund. Die Katze! Das Haus?"], alignment=True)
    pieces = [narrow.translate([part], alignment=True)[0] for part in ("Der Hund.", "Die Katze!", "Das Haus?")]
    expected, words = [], 0
    for number, piece in enumerate(pieces):
        expected += [(source + 2 * number, target + words) for source, target in piece.hypotheses[0].alignment or ()]
        words += len(piece.hypotheses[0].word_confidences)
    assert whole.hypotheses[0].alignment == tuple(expected)


@pytest.mark.parametrize("line", ["x" * 100, "ab " + "y" * 100 + " cd"])
def test_a_word_that_was_cut_is_still_one_word_of_the_alignment(narrow: Translator, line: str) -> None:
    (translation,) = narrow.translate([line], alignment=True)
    assert translation.num_segments > 1
    links = translation.hypotheses[0].alignment
    assert links
    assert {source for source, _ in links} <= set(range(len(line.split())))


def test_a_translation_begins_with_its_prefix(translator: Translator, narrow: Translator) -> None:
    first, blank, free = translator.translate([LINES[0], "", LINES[1]], prefixes=["the dog", "the", ""])
    assert first.text.startswith("the dog")
    assert blank.text == ""
    assert free.text == translator.translate(LINES[1:2])[0].text
    (split,) = narrow.translate(["Der Hund. Die Katze!"], prefixes=["the dog"])
    (rest,) = narrow.translate(["Die Katze!"])
    assert split.text.startswith("the dog")
    assert split.text.endswith(rest.text)


def test_each_part_of_a_split_line_begins_with_its_own_sentences_of_the_prefix(narrow: Translator) -> None:
    parts = ["Der Hund.", "Die Katze!", "Das Haus?"]
    (whole,) = narrow.translate([" ".join(parts)], prefixes=["The dog. The cat"])
    assert whole.num_segments == 3
    each = narrow.translate(parts, prefixes=["The dog.", "The cat", ""])
    assert whole.text == " ".join(one.text for one in each)
    assert each[1].text.startswith("The cat")


def test_what_needs_attention_is_refused_without_it(tmp_path: Path) -> None:
    experiment = make_experiment(tmp_path / "text", model__decoder__attention="none", training__max_updates=1)
    run(experiment, tmp_path / "runs" / "blind")
    blind = nmt.load(tmp_path / "runs" / "blind")
    with pytest.raises(ConfigError, match="This model has no attention, so no alignment can be given"):
        blind.translate(LINES[:1], alignment=True)
    with pytest.raises(ConfigError, match=r"search\.coverage has nothing to go by"):
        blind.translate(LINES[:1], SearchConfig(coverage=0.1))


@pytest.mark.parametrize(
    "fields",
    [
        {"beam": 2},
        {"beam": 1},
        {"method": "sample"},
        {"method": "sample", "samples": 4, "n_best": 2, "top_k": 5},
        {"method": "sample", "samples": 4, "top_p": 0.9, "mbr": "chrf"},
    ],
    ids=str,
)
def test_a_model_whose_weights_are_not_numbers_says_so(tiny_run: Path, fields: dict[str, Any]) -> None:
    limits = {"max_length_ratio": 1.0, "max_length_extra": 2}
    broken = nmt.load(tiny_run, search=SearchConfig.model_validate(fields | limits))
    with torch.no_grad():
        broken.model.output.bias.fill_(float("nan"))  # type: ignore[union-attr, operator]
    with pytest.raises(nmt.NMTError, match="gives no probabilities"):
        broken.translate(LINES[:1])


def test_a_loop_is_flagged(translator: Translator) -> None:
    (loop,) = translator.translate(LINES[:1], prefixes=["the dog the dog the dog the dog the dog"])
    assert loop.repeats
    assert loop.hypotheses[0].repeats
    assert not translator.translate([""])[0].repeats


def test_minimum_bayes_risk_orders_by_agreement(translator: Translator) -> None:
    search = SearchConfig(beam=6, n_best=6, max_length_ratio=1.0, max_length_extra=2)
    (plain,) = translator.translate(LINES[:1], search)
    (agreed,) = translator.translate(LINES[:1], search.model_copy(update={"mbr": "chrf", "n_best": 3}))
    utilities = expected_utilities([one.text for one in plain.hypotheses], "chrf")
    assert [one.score for one in agreed.hypotheses] == pytest.approx(sorted(utilities, reverse=True)[:3])
    sampled = SearchConfig(method="sample", samples=5, n_best=2, mbr="bleu", max_length_ratio=1.0, max_length_extra=2)
    assert len(translator.translate(LINES[:1], sampled)[0].hypotheses) == 2
    assert agreed.text == max(zip(utilities, plain.hypotheses, strict=True), key=lambda pair: pair[0])[1].text


def test_a_text_that_is_drawn_several_times_is_one_of_the_n_best(translator: Translator) -> None:
    search = SearchConfig(method="sample", samples=6, n_best=4, mbr="chrf", top_k=1, max_length_ratio=1.0)
    (found,) = translator.translate(LINES[:1], search.model_copy(update={"max_length_extra": 2}))
    assert [one.score for one in found.hypotheses] == pytest.approx([100.0])  # all six agree


def test_of_a_split_line_the_utility_is_the_mean(translator: Translator) -> None:
    search = SearchConfig(beam=4, mbr="chrf", max_length_ratio=1.0, max_length_extra=2)
    short = Translator(translator.model, translator.tokenizers, search, max_length=8)
    (found,) = short.translate([". ".join(LINES[:3])])
    assert found.num_segments > 1
    assert 0 < found.score <= 100


def glossary_for(translator: Translator, *pairs: tuple[str, str]) -> Glossary:
    return Glossary.of(pairs, translator.tokenizers.target)


@pytest.mark.parametrize("beam", [1, 2, 5])
def test_terms_are_in_the_translation_where_they_are_in_the_line_and_nowhere_else(
    translator: Translator, beam: int
) -> None:
    pairs = [("hund", "dog"), ("Katze", "tabby cat"), ("sieht", "sees"), ("sieht", "watches"), ("das kind", "Käthe")]
    glossary = glossary_for(translator, *pairs)
    search = QUICK.model_copy(update={"beam": beam})
    asked = 0
    for line, translation in zip(LINES, translator.translate(LINES, search, glossary=glossary), strict=True):
        wanted = [target for source, target in pairs if source.lower() in line.lower() and source != "sieht"]
        assert [term.target for term in translation.terms if term.source != "sieht"] == wanted
        assert all(term.met for term in translation.terms)
        assert len(translation.terms) == len(wanted) + ("sieht" in line)
        words = set(re.findall(r"\w+", translation.text))
        assert ("dog" in words, "cat" in words, "Käthe" in words) == tuple(
            name in line for name in ("Hund", "Katze", "Kind")
        )
        assert bool(words & {"sees", "watches"}) == ("sieht" in line)
        asked += len(translation.terms)
    assert asked == 15 + 15 + 15 + 12  # 60 lines: 4 subjects, 5 verbs, 3 objects


def test_a_target_term_may_be_allowed_in_lines_without_its_source_term(translator: Translator) -> None:
    usual = [one.text for one in translator.translate(LINES[:9], QUICK)]
    word = re.findall(r"\w+", usual[0])[0]
    glossary = glossary_for(translator, ("zebra", word))
    forbidden, allowed = (
        translator.translate(LINES[:9], QUICK.model_copy(update={"terms_elsewhere": elsewhere}), glossary=glossary)
        for elsewhere in (False, True)
    )
    assert not any(re.search(rf"\b{word}\b", one.text) for one in forbidden)
    assert [one.text for one in allowed] == usual
    assert not any(one.terms for one in allowed)


def test_a_term_is_asked_for_as_often_as_it_is_there(translator: Translator) -> None:
    glossary = glossary_for(translator, ("hund", "dog"))
    (translation,) = translator.translate(["Der Hund mag den Hund"], QUICK, glossary=glossary)
    assert [term.met for term in translation.terms] == [True, True]
    assert len(re.findall(r"\bdog\b", translation.text)) >= 2


def test_a_glossary_without_a_word_of_the_line_or_of_the_translation_changes_nothing(translator: Translator) -> None:
    glossary = glossary_for(translator, ("zebra", "quagga"))
    plain = translator.translate(LINES[:9])
    kept = translator.translate(LINES[:9], glossary=glossary)
    assert [one.text for one in kept] == [one.text for one in plain]
    assert [one.score for one in kept] == pytest.approx([one.score for one in plain], abs=1e-9)
    assert {one.terms for one in kept} == {()}


def test_terms_do_not_depend_on_what_a_line_is_translated_with(translator: Translator) -> None:
    glossary = glossary_for(translator, ("hund", "dog"), ("sieht", "takes a look at"), ("baum", "tree"))
    together = translator.translate(LINES[::4], SearchConfig(beam=2, batch_sentences=5), glossary=glossary)
    for line, translation in zip(LINES[::4], together, strict=True):
        (alone,) = translator.translate([line], SearchConfig(beam=2), glossary=glossary)
        assert (alone.text, alone.terms) == (translation.text, translation.terms)


def test_a_split_line_has_the_terms_of_its_parts(narrow: Translator) -> None:
    glossary = glossary_for(narrow, ("hund", "dog"), ("katze", "cat"), ("vogel", "bird"))
    (whole,) = narrow.translate(["Der Hund. Die Katze! Der Hund?"], glossary=glossary)
    assert whole.num_segments == 3
    assert [(term.target, term.met) for term in whole.terms] == [("dog", True), ("cat", True), ("dog", True)]
    assert narrow.translate([""], glossary=glossary)[0].terms == ()


def test_a_prefix_counts_for_a_term_and_may_hold_a_forbidden_one(translator: Translator) -> None:
    glossary = glossary_for(translator, ("hund", "dog"), ("vogel", "bird"))
    (translation,) = translator.translate(["der Hund"], prefixes=["the bird, a dog,"], glossary=glossary)
    assert translation.text.startswith("the bird, a dog,")
    assert [(term.source, term.met) for term in translation.terms] == [("hund", True)]


def test_each_of_the_n_best_says_which_terms_it_has(translator: Translator) -> None:
    search = QUICK.model_copy(update={"beam": 4, "n_best": 4})
    (translation,) = translator.translate(["der Hund"], search, glossary=glossary_for(translator, ("hund", "dog")))
    for one in translation.hypotheses:
        assert [(term.target, term.met) for term in one.terms] == [("dog", "dog" in re.findall(r"\w+", one.text))]
    assert translation.terms[0].met


def test_a_glossary_is_refused_where_it_cannot_be_kept_to(translator: Translator) -> None:
    glossary = glossary_for(translator, ("hund", "dog"))
    for search, asked in [
        (SearchConfig(method="sample"), "search.method = 'sample'"),
        (SearchConfig(mbr="chrf"), "search.mbr = 'chrf'"),
    ]:
        with pytest.raises(ConfigError) as failure:
            translator.translate(LINES[:1], search, glossary=glossary)
        assert str(failure.value) == (
            f"A glossary needs beam search, and cannot be kept to with {asked}. Leave out one of them."
        )


def test_a_glossary_is_for_every_translator_with_its_tokenizer(translator: Translator, tiny_run: Path) -> None:
    glossary = glossary_for(translator, ("hund", "dog"))
    (translation,) = nmt.load(tiny_run, "last", QUICK).translate(LINES[:1], glossary=glossary)
    assert [term.target for term in translation.terms] == ["dog"]
    other = train_sentencepiece(["the dog sees"], TokenizerConfig(), say=lambda _: None)
    with pytest.raises(ConfigError, match="The glossary was read for another model"):
        translator.translate(LINES[:1], glossary=Glossary.of([("hund", "dog")], other))


def again(translator: Translator) -> Translator:
    """Another one, which has as many threads as PyTorch has now."""
    return Translator(translator.model, translator.tokenizers, QUICK, translator.max_length)


@pytest.mark.parametrize("number", [1, 4])
def test_a_search_that_begins_during_another_one_has_all_threads_and_leaves_them_there(
    translator: Translator, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    split = parallel.split_evenly

    def watched(items: Any, size: int, parts: int) -> Any:
        seen.append(parts)
        return split(items, size, parts)

    def work() -> None:
        seen.append(torch.get_num_threads())
        own.translate(LINES[:number])
        seen.append(torch.get_num_threads())

    monkeypatch.setattr("nmt.translation.translator.split_evenly", watched)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        own = again(translator)
        with parallel.torch_threads(1):  # as the other search has
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        assert seen == [1, 2, 2]
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_fewer_sentences_are_searched_together_where_each_has_many_hypotheses(
    translator: Translator, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert SearchConfig().sentences_at_once == SearchConfig().batch_sentences == 64
    assert SearchConfig(beam=1, batch_sentences=700).sentences_at_once == MAX_ROWS
    assert SearchConfig(method="sample", samples=3 * MAX_ROWS).sentences_at_once == 1
    sizes: list[int] = []
    find = Translator._find

    def watched(self: Translator, segments: Any, *arguments: Any) -> Any:
        sizes.append(len(segments))
        return find(self, segments, *arguments)

    monkeypatch.setattr(Translator, "_find", watched)
    monkeypatch.setattr(translator, "torch_threads", 1)
    wide = SearchConfig(method="sample", samples=MAX_ROWS // 3, max_length_ratio=1e-9, max_length_extra=1)
    translator.translate(LINES[:7], wide)
    assert sizes == [3, 3, 1]


def test_a_sentence_alone_is_searched_with_all_threads_unless_every_bit_counts(
    translator: Translator, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    find = Translator._find

    def watched(*arguments: Any) -> Any:
        seen.append(torch.get_num_threads())
        return find(*arguments)

    monkeypatch.setattr(Translator, "_find", watched)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        translator = again(translator)
        for lines, exact in ((LINES[:1], False), (LINES[:1], True), (LINES[:4], False)):
            translator.translate(lines, QUICK.model_copy(update={"exact": exact}))
    finally:
        torch.set_num_threads(before)
    assert seen == [2, 1, 1, 1]


def test_no_search_goes_on_once_the_caller_has_ended_it(translator: Translator) -> None:
    def stop(_: int) -> None:
        raise KeyboardInterrupt

    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        translator = again(translator)
        with pytest.raises(KeyboardInterrupt) as kept:  # its traceback keeps all that was at work
            translator.translate(LINES * 20, QUICK.model_copy(update={"batch_sentences": 4}), tick=stop)
        assert torch.get_num_threads() == 2
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("search")]
        assert kept
    finally:
        torch.set_num_threads(before)


def test_a_line_in_capitals_that_the_model_hardly_knows_is_noted(
    tiny_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TokenizerPair, "capitals", lambda self, text: text == "DER HUND")
    translations = nmt.load(tiny_run).translate(["DER HUND", "der Hund"])
    assert [translation.capitals for translation in translations] == [True, False]


def test_characters_without_a_piece_are_read_as_what_they_mean_or_named(tiny_run: Path) -> None:
    translator = nmt.load(tiny_run)
    usual, odd, strange = translator.translate(
        ["der Hund sieht den Baum.", "der Ｈund sieht den Baum．", "der 😀 Hund."]
    )
    assert (odd.text, odd.score, odd.source_tokens) == (usual.text, usual.score, usual.source_tokens)
    assert (usual.unknown, odd.unknown, strange.unknown) == ("", "", "😀")
    assert translator.translate(["\u200b", "der\u00ad Hund."])[0].unknown == ""  # nothing that could be shown
    one, other = score_pairs(translator, ["der Hund.", "der Ｈund．"], ["the dog."] * 2)
    assert one.log_prob == other.log_prob
