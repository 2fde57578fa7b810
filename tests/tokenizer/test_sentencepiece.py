"""SentencePiece as this package uses it: lossless, seeded, deaf to control tokens in text."""

import math
from pathlib import Path

import pytest
import sentencepiece
from hypothesis import given
from hypothesis import strategies as st

from nmt.config import parse_config
from nmt.corpus.lines import clean
from nmt.errors import CheckpointError, ConfigError, DataError
from nmt.tokenizer.base import BOS_ID, EOS_ID, PAD_ID, UNK_ID
from nmt.tokenizer.pair import TokenizerPair
from nmt.tokenizer.sentencepiece import SentencePieceTokenizer, TokenizerConfig, train_sentencepiece
from tests.tiny import VOCAB_SIZE, invented_pairs

SPECIAL = {PAD_ID, UNK_ID, BOS_ID, EOS_ID}
TEXTS = [text for pair in invented_pairs() for text in (pair.source, pair.target)]


@pytest.fixture(scope="module")
def tokenizer(tiny_tokenizers: TokenizerPair) -> SentencePieceTokenizer:
    return tiny_tokenizers.source


def train(texts: list[str], **fields: object) -> tuple[SentencePieceTokenizer, list[str]]:
    """A tokenizer, and what was said while it was trained."""
    said: list[str] = []
    config = parse_config(TokenizerConfig, {"vocab_size": VOCAB_SIZE, **fields}, "test")
    return train_sentencepiece(texts, config, said.append), said


def test_text_it_was_trained_on_comes_back_as_it_was(tokenizer: SentencePieceTokenizer) -> None:
    assert [tokenizer.decode(tokenizer.encode(text)) for text in TEXTS] == TEXTS
    assert not SPECIAL & {token for text in TEXTS for token in tokenizer.encode(text)}


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(ANY_TEXT.map(clean))
def test_any_clean_text_comes_back_but_for_runs_of_white_space(tiny_tokenizers: TokenizerPair, text: str) -> None:
    tokenizer = tiny_tokenizers.source
    assert tokenizer.decode(tokenizer.encode(text)).split() == text.split()


@given(ANY_TEXT)
def test_decoded_text_is_encoded_and_decoded_to_itself(tiny_tokenizers: TokenizerPair, text: str) -> None:
    tokenizer = tiny_tokenizers.source
    once = tokenizer.decode(tokenizer.encode(clean(text)))
    assert tokenizer.decode(tokenizer.encode(once)) == once


@given(ANY_TEXT)
def test_no_text_ever_becomes_a_special_id(tiny_tokenizers: TokenizerPair, text: str) -> None:
    tokenizer = tiny_tokenizers.source
    assert not SPECIAL & set(tokenizer.encode(text))
    assert not SPECIAL & set(tokenizer.sample(text, seed=1))


@pytest.mark.parametrize("text", ["</s>", "<unk>", "<s>", "<pad>", "<0x41>", "the dog </s> sees <unk><unk>"])
def test_the_text_of_a_control_token_is_ordinary_text(tokenizer: SentencePieceTokenizer, text: str) -> None:
    ids = tokenizer.encode(text)
    assert not SPECIAL & set(ids)
    assert tokenizer.decode(ids) == text


def test_a_tokenizer_trained_on_the_text_of_control_tokens_still_tells_them_apart() -> None:
    trained, _ = train([*TEXTS, *["a </s> b <unk> c <s> d <pad>"] * 30])
    ids = trained.encode("a </s> b <unk> c <s> d <pad>")
    assert not SPECIAL & set(ids)
    assert trained.decode(ids) == "a </s> b <unk> c <s> d <pad>"


def test_characters_never_seen_are_spelt_in_bytes(tokenizer: SentencePieceTokenizer) -> None:
    ids = tokenizer.encode("🐈")
    assert tokenizer.pieces(ids)[1:] == tuple(f"<0x{byte:02X}>" for byte in "🐈".encode())
    assert tokenizer.decode(ids) == "🐈"


@pytest.mark.parametrize("text", ["", " ", clean("\u3000 ")])
def test_blank_text_has_no_ids(tokenizer: SentencePieceTokenizer, text: str) -> None:
    assert tokenizer.encode(text) == []
    assert tokenizer.sample(text, seed=3) == []


def test_special_ids_are_where_the_package_expects_them(tokenizer: SentencePieceTokenizer) -> None:
    assert tokenizer.pieces([PAD_ID, UNK_ID, BOS_ID, EOS_ID]) == ("<pad>", "<unk>", "<s>", "</s>")
    ids = tokenizer.encode("the dog")
    assert tokenizer.decode([BOS_ID, *ids, UNK_ID, EOS_ID, PAD_ID]) == "the dog"


def test_encoding_many_texts_equals_encoding_each(tokenizer: SentencePieceTokenizer) -> None:
    assert tokenizer.encode_all(TEXTS) == [tokenizer.encode(text) for text in TEXTS]


@pytest.mark.parametrize("kind", ["unigram", "bpe"])
def test_a_small_corpus_gets_the_vocabulary_it_can_fill_and_a_message(kind: str) -> None:
    trained, said = train(TEXTS, kind=kind, vocab_size=8000)
    assert 256 + 4 < trained.vocab_size < 8000
    filled = f"The corpus fills only {trained.vocab_size} of 8000 tokenizer pieces"
    assert said == [f"{filled}: vocab_size is now {trained.vocab_size}."]


def test_a_vocabulary_smaller_than_the_alphabet_is_refused_with_the_size_it_needs() -> None:
    alphabet = [chr(0x4E00 + offset) for offset in range(500)]
    with pytest.raises(ConfigError) as failure:
        train(alphabet)
    # 256 bytes, 4 special pieces, 500 characters and the sign for a space
    assert f"tokenizer.vocab_size = {VOCAB_SIZE} is too small: the characters of the text alone need 761." in str(
        failure.value
    )


def test_training_on_blank_lines_only_is_refused() -> None:
    with pytest.raises(DataError, match="every line is blank"):
        train(["", "  "])


@pytest.mark.parametrize("kind", ["unigram", "bpe"])
def test_the_same_text_gives_the_same_model_whatever_the_generators_of_random_numbers_say(kind: str) -> None:
    sentencepiece.set_random_generator_seed(1)
    first = train(TEXTS, kind=kind)[0]
    sentencepiece.set_random_generator_seed(2)
    assert train(TEXTS, kind=kind)[0].model == first.model


def test_a_line_longer_than_the_library_takes_by_default_is_trained_on() -> None:
    trained, _ = train([*TEXTS, "ž" * 5000])  # 10,000 bytes; the library's own limit is 4192
    assert not any(piece.startswith("<0x") for piece in trained.pieces(trained.encode("ž")))


def test_a_sample_depends_on_the_seed_alone(tokenizer: SentencePieceTokenizer) -> None:
    text = "the child looks for the bridge."
    first = [tokenizer.sample(text, seed) for seed in range(20)]
    tokenizer.sample("something else", 5)
    assert [tokenizer.sample(text, seed) for seed in reversed(range(20))] == first[::-1]
    assert len({tuple(ids) for ids in first}) > 3
    assert {tokenizer.decode(ids) for ids in first} == {text}


def test_as_many_candidates_as_may_be_asked_for_are_listed(tokenizer: SentencePieceTokenizer) -> None:
    config = TokenizerConfig(sampling=1.0, sampling_candidates=512)
    text = "the child looks for the bridge."
    assert tokenizer.decode(SentencePieceTokenizer(tokenizer.model, config).sample(text, 1)) == text
    with pytest.raises(ConfigError, match="sampling_candidates"):
        TokenizerConfig(sampling_candidates=513)


def test_samples_are_as_frequent_as_their_smoothed_probabilities(tokenizer: SentencePieceTokenizer) -> None:
    text, smoothing = "the bridge", 0.5
    config = TokenizerConfig(sampling=1.0, sampling_candidates=3, sampling_smoothing=smoothing)
    sampler = SentencePieceTokenizer(tokenizer.model, config)
    log_probs = {
        tuple(ids): sum(map(sampler.processor.get_score, ids))
        for ids in sampler.processor.nbest_encode(text, nbest_size=3)
    }
    likelihood = {ids: math.exp(smoothing * log_prob) for ids, log_prob in log_probs.items()}
    assert len(likelihood) == 3
    draws = [tuple(sampler.sample(text, seed)) for seed in range(2000)]
    assert set(draws) <= set(likelihood)
    for ids, weight in likelihood.items():
        expected = weight / sum(likelihood.values())
        assert draws.count(ids) / 2000 == pytest.approx(expected, abs=5 * (0.25 / 2000) ** 0.5)


def test_the_share_of_sampled_sentences_is_what_the_recipe_says(tokenizer: SentencePieceTokenizer) -> None:
    text = "the child looks for the bridge."
    never = SentencePieceTokenizer(tokenizer.model, TokenizerConfig(sampling=0.0))
    assert all(never.sample(text, seed) == never.encode(text) for seed in range(50))
    half = SentencePieceTokenizer(tokenizer.model, TokenizerConfig(sampling=0.5))
    changed = sum(half.sample(text, seed) != half.encode(text) for seed in range(400))
    always = sum(tokenizer.sample(text, seed) != tokenizer.encode(text) for seed in range(400))
    assert changed / 400 == pytest.approx(0.5 * always / 400, abs=5 * (0.25 / 400) ** 0.5)


def test_sampling_with_bpe_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^x: tokenizer\.sampling needs tokenizer\.kind = 'unigram'"):
        parse_config(TokenizerConfig, {"kind": "bpe", "sampling": 0.1}, "x")


def test_a_saved_tokenizer_loads_with_the_same_checksum(tokenizer: SentencePieceTokenizer, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.model").write_bytes(tokenizer.model)
    loaded = SentencePieceTokenizer.load(tmp_path / "tokenizer.model")
    assert loaded.sha256 == tokenizer.sha256
    assert loaded.encode("the dog") == tokenizer.encode("the dog")


@pytest.mark.parametrize("content", [None, b"", b"not a model"])
def test_what_is_no_tokenizer_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "tokenizer.model"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"tokenizer\.model is (missing|empty|not a SentencePiece model)"):
        SentencePieceTokenizer.load(path)


@given(ANY_TEXT)
def test_spellings_put_together_are_the_text_with_a_space_before_it(tiny_tokenizers: TokenizerPair, text: str) -> None:
    tokenizer = tiny_tokenizers.source
    text = " ".join(clean(text).split())
    assert b"".join(tokenizer.spellings(tokenizer.encode(text))) == (f" {text}" if text else "").encode("utf-8")
    assert set(tokenizer.spellings(SPECIAL)) == {b""}
