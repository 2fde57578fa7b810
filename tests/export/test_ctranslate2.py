"""A Transformer for CTranslate2: the same probabilities, the same translations, the same options."""

import math
import sys
from typing import Any

import pytest
import torch

from nmt.config import apply_override, dump_config, parse_config
from nmt.corpus.batching import pad
from nmt.errors import ConfigError
from nmt.export.backend import ExportedTranslator
from nmt.export.ctranslate2 import ctranslate2_files
from nmt.export.ctranslate2_search import CTranslate2Search
from nmt.export.keys import HONOURED
from nmt.models.build import EncoderDecoder, ModelConfig, build_model
from nmt.search.config import SearchConfig
from nmt.search.length import length_limits
from nmt.search.run import search
from nmt.tokenizer.base import BOS_ID, EOS_ID, PAD_ID
from nmt.tokenizer.pair import TokenizerPair
from nmt.translation.translator import Translator
from tests.export.test_keys import asking
from tests.tiny import VOCAB_SIZE, invented_pairs

library = pytest.importorskip("ctranslate2", reason="the extra `export` is not installed")
LINES = [pair.source for pair in invented_pairs()][:20]
POSITIONS = 64
SMALL = {"type": "transformer", "dim": 16, "heads": 2, "layers": 2, "feed_forward_dim": 24}
LEARNED = {"positions": "learned", "max_positions": 5}
STACKS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "pre": ({}, {}),
    "post": ({"norm": "post"}, {"norm": "post"}),
    "mixed": ({"norm": "post", "layers": 1, "heads": 4}, {"activation": "gelu", "layers": 3}),
    "learned positions": (LEARNED, LEARNED),
    "rotary positions": ({"positions": "rotary"}, {"positions": "rotary", "heads": 1}),
    "rotary positions in one of them": ({}, {"positions": "rotary"}),
    "other widths than the embedding": ({"dim": 12, "heads": 3}, {"dim": 20, "heads": 5}),
}


def make(stacks: str = "pre", share: str = "all") -> tuple[EncoderDecoder, ModelConfig]:
    """A random model whose every weight is some number, so that none can be left out unnoticed."""
    encoder, decoder = STACKS[stacks]
    tree = {"embedding_dim": 16, "share_embeddings": share, "encoder": SMALL | encoder, "decoder": SMALL | decoder}
    config = parse_config(ModelConfig, tree, "test")
    torch.manual_seed(0)
    model = build_model(config, VOCAB_SIZE, VOCAB_SIZE).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return model, config


def load(model: EncoderDecoder, config: ModelConfig, tokenizers: TokenizerPair, kind: str) -> CTranslate2Search:
    files = ctranslate2_files(model, tokenizers, config, kind, POSITIONS)
    return CTranslate2Search(files, kind, tokenizers, POSITIONS)


@pytest.mark.parametrize("share", ["all", "none"])
@pytest.mark.parametrize("stacks", STACKS)
def test_every_token_has_the_probability_that_it_has_here(
    stacks: str, share: str, tiny_tokenizers: TokenizerPair
) -> None:
    model, config = make(stacks, share)
    engine = load(model, config, tiny_tokenizers, "float32").engine
    source, target = (tiny_tokenizers.source.encode(line) for line in (LINES[0], LINES[7]))
    pieces = [list(tiny_tokenizers.source.pieces(ids)) for ids in (source, target)]
    (answer,) = engine.score_batch([pieces[0]], [pieces[1]])
    with torch.no_grad():
        ids, mask = pad([[*source, EOS_ID]])
        logits = model.logits(model(ids, mask, torch.tensor([[BOS_ID, *target]])))[0]
    logits[:, :3] = -math.inf  # padding, unknown and begin-of-sentence are impossible there
    expected = torch.log_softmax(logits, dim=-1)[range(len(target) + 1), [*target, EOS_ID]]
    assert answer.log_probs == pytest.approx(expected.tolist(), abs=1e-4)


@pytest.mark.parametrize("quantization", ["float32", "int8"])
def test_exporting_leaves_the_model_as_it_was(quantization: str, tiny_tokenizers: TokenizerPair) -> None:
    model, config = make(share="none")
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    ctranslate2_files(model, tiny_tokenizers, config, quantization, POSITIONS)
    assert all(torch.equal(parameter, before[name]) for name, parameter in model.named_parameters())


def test_weights_of_8_bits_take_less_than_half_the_room(tiny_tokenizers: TokenizerPair) -> None:
    model, config = make()
    sizes = [
        len(ctranslate2_files(model, tiny_tokenizers, config, kind, 1)["model.bin"]) for kind in ("int8", "float32")
    ]
    assert sizes[0] < sizes[1] / 2


@pytest.mark.parametrize("length_penalty", ["none", "average", "gnmt"])
@pytest.mark.parametrize("beam", [1, 4])
def test_hypotheses_have_our_score_and_keep_to_their_own_length_limit(
    beam: int, length_penalty: str, tiny_tokenizers: TokenizerPair
) -> None:
    model, config = make()
    engine = load(model, config, tiny_tokenizers, "float32")
    asked = SearchConfig.model_validate(
        {"beam": beam, "length_penalty": length_penalty, "max_length_ratio": 0.5, "max_length_extra": 1}
        | ({"alpha": 0.7} if length_penalty == "gnmt" else {})
    )
    sources = [[*tiny_tokenizers.source.encode(line), EOS_ID] for line in LINES]
    found = engine.find(sources, asked)
    limits = length_limits(asked, [len(source) for source in sources])
    assert len(set(limits)) > 1
    for (best,), limit in zip(found, limits, strict=True):
        assert len(best.tokens) <= limit
        assert best.finish_reason == ("eos" if best.tokens[-1] == EOS_ID else "length")
        penalty = {"none": 1, "average": len(best.tokens), "gnmt": ((5 + len(best.tokens)) / 6) ** 0.7}[length_penalty]
        assert best.score == pytest.approx(best.log_prob / penalty)
    alone = [engine.find([source], asked)[0][0].tokens for source in sources]
    assert alone == [best.tokens for (best,) in found]


@pytest.mark.parametrize("no_repeat_ngram", [0, 1, 2, 3])
def test_greedy_search_writes_what_ours_writes(no_repeat_ngram: int, tiny_tokenizers: TokenizerPair) -> None:
    model, config = make()
    asked = SearchConfig(beam=1, max_length_ratio=1.0, no_repeat_ngram=no_repeat_ngram)
    engine = load(model, config, tiny_tokenizers, "float32")
    sources = [[*tiny_tokenizers.source.encode(line), EOS_ID] for line in LINES]
    ours = search(model, *pad(sources), asked)
    for (one,), (other,) in zip(engine.find(sources, asked), ours, strict=True):
        assert one.tokens == other.tokens
        assert one.finish_reason == other.finish_reason


@pytest.fixture(scope="module")
def decided(tiny_tokenizers: TokenizerPair) -> tuple[EncoderDecoder, ModelConfig]:
    """A model that has learnt the pairs, so that one hypothesis is clearly better than the next. Read only."""
    tree = {"embedding_dim": 16, "encoder": SMALL | {"layers": 1}, "decoder": SMALL | {"layers": 1}}
    config = parse_config(ModelConfig, tree, "test")
    torch.manual_seed(0)
    model = build_model(config, VOCAB_SIZE, VOCAB_SIZE).eval()
    pairs = invented_pairs()[: len(LINES)]
    source = pad([[*tiny_tokenizers.source.encode(pair.source), EOS_ID] for pair in pairs])
    target, _ = pad([[BOS_ID, *tiny_tokenizers.target.encode(pair.target), EOS_ID] for pair in pairs])
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(60):
        logits = model.logits(model(*source, target[:, :-1]))
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), target[:, 1:].flatten(), ignore_index=PAD_ID)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model, config


@pytest.mark.parametrize("length_penalty", ["none", "average", "gnmt"])
def test_a_beam_finds_the_hypotheses_that_ours_finds_in_the_same_order(
    length_penalty: str, decided: tuple[EncoderDecoder, ModelConfig], tiny_tokenizers: TokenizerPair
) -> None:
    model, config = decided
    fields = {"beam": 4, "n_best": 4, "length_penalty": length_penalty, "max_length_ratio": 1.0}
    asked = SearchConfig.model_validate(fields)
    sources = [[*tiny_tokenizers.source.encode(line), EOS_ID] for line in LINES]
    theirs = load(model, config, tiny_tokenizers, "float32").find(sources, asked)
    same_best = shared = 0
    for found, expected in zip(theirs, search(model, *pad(sources), asked), strict=True):
        same_best += found[0].tokens == expected[0].tokens
        scores, ours = ({one.tokens: one.score for one in hypotheses} for hypotheses in (found, expected))
        assert list(scores.values()) == sorted(scores.values(), reverse=True)
        both = scores.keys() & ours.keys()
        assert {one: scores[one] for one in both} == pytest.approx({one: ours[one] for one in both}, abs=0.005)
        shared += len(both)
    # What a beam loses sight of early may differ: CTranslate2 lets only the best `beam` candidates of a step end.
    assert same_best >= 0.9 * len(LINES)
    assert shared >= 0.8 * 4 * len(LINES)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_no_so_many_tokens_occur_twice_in_a_hypothesis_of_a_beam(size: int, tiny_tokenizers: TokenizerPair) -> None:
    model, config = make()
    engine = load(model, config, tiny_tokenizers, "float32")
    sources = [[*tiny_tokenizers.source.encode(line), EOS_ID] for line in LINES]

    def repeating(no_repeat_ngram: int) -> int:
        asked = SearchConfig(beam=4, n_best=4, max_length_ratio=1.0, no_repeat_ngram=no_repeat_ngram)
        tokens = [one.tokens for hypotheses in engine.find(sources, asked) for one in hypotheses]
        ngrams = [[one[at : at + size] for at in range(len(one) - size + 1)] for one in tokens]
        return sum(len(set(some)) < len(some) for some in ngrams)

    assert repeating(size) == 0 < repeating(0)


def test_text_goes_in_and_out_as_it_does_with_our_search(tiny_tokenizers: TokenizerPair) -> None:
    model, config = make()
    asked = SearchConfig(beam=1, max_length_ratio=1.0)
    engine = load(model, config, tiny_tokenizers, "float32")
    exported = ExportedTranslator(engine, tiny_tokenizers, asked, max_length=12)
    ours = Translator(model, tiny_tokenizers, asked, max_length=12)
    assert [one.honours("no_repeat_ngram") for one in (exported, ours)] == [True, True]
    assert [one.honours("coverage") for one in (exported, ours)] == [False, True]
    lines = [LINES[0], "", " ".join(LINES[:4]), LINES[1]]  # one blank, one longer than the model takes
    assert [(one.text, one.num_segments) for one in exported.translate(lines)] == [
        (one.text, one.num_segments) for one in ours.translate(lines)
    ]


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"alignment": True}, "alignment"),
        ({"attention": True}, "attention"),
        ({"prefixes": ["the"]}, "prefix"),
    ],
)
def test_what_it_does_not_do_is_an_error_that_names_it(
    options: dict[str, Any], name: str, tiny_tokenizers: TokenizerPair
) -> None:
    model, config = make()
    translator = ExportedTranslator(
        load(model, config, tiny_tokenizers, "float32"), tiny_tokenizers, SearchConfig(), 10
    )
    with pytest.raises(ConfigError, match=f"^The ctranslate2 backend has no {name}\\."):
        translator.translate(LINES[:1], **options)


@pytest.mark.parametrize(
    ("asked", "said", "remedy"),
    [
        ({"method": "sample"}, "search.method = 'sample'", "--set method=beam"),
        ({"stopping": "first"}, "search.stopping = 'first'", "--set stopping=exact"),
        ({"exact": True}, "search.exact = True", "--set exact=false"),
        (
            {"coverage": 0.1, "diversity": 0.2},
            "search.coverage = 0.1, search.diversity = 0.2",
            "--set coverage=0.0 --set diversity=0.0",
        ),
    ],
)
def test_a_key_of_the_recipe_that_it_does_not_honour_is_refused_with_what_to_give(
    asked: dict[str, Any], said: str, remedy: str, tiny_tokenizers: TokenizerPair
) -> None:
    model, config = make()
    search = SearchConfig.model_validate(asked)
    translator = ExportedTranslator(load(model, config, tiny_tokenizers, "float32"), tiny_tokenizers, search, 20)
    with pytest.raises(ConfigError) as failure:
        translator.translate(LINES[:1])
    message = f"The ctranslate2 backend has no {said}. Give {remedy}, or use our own search."
    assert str(failure.value) == message
    tree = dump_config(search)
    for override in remedy.removeprefix("--set ").split(" --set "):
        apply_override(tree, override)
    translator.check(parse_config(SearchConfig, tree, "search"))


@pytest.mark.parametrize("key", sorted(SearchConfig.model_fields.keys() - HONOURED["ctranslate2"]))
def test_every_other_key_is_refused(key: str, tiny_tokenizers: TokenizerPair) -> None:
    engine = object.__new__(CTranslate2Search)  # checking needs no model
    translator = ExportedTranslator(engine, tiny_tokenizers, asking(key), 30)
    with pytest.raises(ConfigError, match=rf"^The ctranslate2 backend has no .*\bsearch\.{key} = "):
        translator.check()


def test_it_has_as_many_workers_as_torch_has_threads(tiny_tokenizers: TokenizerPair) -> None:
    model, config = make()
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(3)
        engine = load(model, config, tiny_tokenizers, "float32")
    finally:
        torch.set_num_threads(before)
    assert engine.engine.num_translators == 3
    assert ExportedTranslator(engine, tiny_tokenizers, SearchConfig(), 30).threads == 3


def test_a_translation_longer_than_the_table_of_positions_is_refused(tiny_tokenizers: TokenizerPair) -> None:
    model, config = make()
    engine = load(model, config, tiny_tokenizers, "float32")
    said = r"^search\.max_length_ratio = 0\.5 and search\.max_length_extra = 70 allow translations of 71 tokens"
    with pytest.raises(ConfigError, match=said):
        engine.check(SearchConfig(max_length_ratio=0.5, max_length_extra=70), longest=2)
    engine.check(SearchConfig(max_length_ratio=0.5, max_length_extra=7), longest=2)


def test_without_the_package_the_command_to_type_is_said(
    monkeypatch: pytest.MonkeyPatch, tiny_tokenizers: TokenizerPair
) -> None:
    model, config = make()
    monkeypatch.setitem(sys.modules, "ctranslate2.specs", None)
    with pytest.raises(ConfigError, match=r"^--format ctranslate2 needs the package ctranslate2 .*: pip install ctr"):
        ctranslate2_files(model, tiny_tokenizers, config, "float32", 1)
