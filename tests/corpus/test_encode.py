"""Text set down on disk, a tokenizer of it, and ids: the same as if all were in memory."""

from pathlib import Path

import pytest

from nmt.corpus import encode as encode_module
from nmt.corpus.encode import encode, read_pairs, set_down, train_on
from nmt.corpus.examples import encode_pairs
from nmt.corpus.filters import FilterConfig, Filters
from nmt.corpus.readers import Pair, Text
from nmt.corpus.shards import Shards
from nmt.tokenizer.pair import TokenizerPair, train_tokenizers
from nmt.tokenizer.sentencepiece import TokenizerConfig
from tests.tiny import VOCAB_SIZE, invented_pairs, write_corpus, write_lines


def quiet(message: str) -> None:
    pass


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encode_module, "PIECE_PAIRS", 7)


@pytest.fixture
def text(tmp_path: Path) -> Shards:
    write_corpus(tmp_path)
    files = Text("parallel", str(tmp_path / "train.de"), str(tmp_path / "train.en"))
    return set_down(read_pairs(files), tmp_path / "text", quiet)


def test_text_is_cleaned_before_anything_else(tmp_path: Path) -> None:
    write_lines(tmp_path / "a", ["one\u2028two\x00"])
    write_lines(tmp_path / "b", ["eins\tzwei"])
    text = Text("parallel", str(tmp_path / "a"), str(tmp_path / "b"))
    assert list(read_pairs(text)) == [Pair("one two", "eins zwei")]


def test_what_is_set_down_is_the_text_that_passes_the_filters(tmp_path: Path) -> None:
    pairs = [("der Hund", "the dog"), ("", "nothing"), ("die Brücke", "the bridge"), ("x y z", "x"), ("好", "😀")]
    write_lines(tmp_path / "a.tsv", ["\t".join(pair) for pair in pairs])
    filters = Filters(FilterConfig(max_words=2))
    text = set_down(filters.passing(read_pairs(Text("tsv", str(tmp_path / "a.tsv")))), tmp_path / "text", quiet)
    assert text.read("source", [(0, 3)]).texts() == ["der Hund", "die Brücke", "好"]
    assert text.read("target", [(0, 3)]).texts() == ["the dog", "the bridge", "😀"]
    assert {name: count for name, count in filters.counts.items() if count} == {"empty": 1, "too_long_words": 1}


@pytest.mark.parametrize("joint", [True, False])
@pytest.mark.parametrize(("training_pairs", "step"), [(60, 1), (1000, 1), (59, 2), (25, 3), (20, 3), (12, 5)])
def test_the_tokenizer_is_that_of_every_so_many_pairs(
    text: Shards, joint: bool, training_pairs: int, step: int
) -> None:
    config = TokenizerConfig(vocab_size=VOCAB_SIZE, joint=joint, training_pairs=training_pairs)
    pairs = invented_pairs()[::step]
    assert len(pairs) <= training_pairs
    expected = train_tokenizers([p.source for p in pairs], [p.target for p in pairs], config, quiet)
    assert train_on(text, config, quiet).fingerprint() == expected.fingerprint()


@pytest.mark.parametrize("max_length", [6, 100])
def test_pieces_are_encoded_as_the_whole_is(
    text: Shards, tiny_tokenizers: TokenizerPair, tmp_path: Path, max_length: int
) -> None:
    writer, num_dropped, sentences = encode(text, tiny_tokenizers, max_length, True, tmp_path / "encoded", quiet)
    encoded = writer.close()
    expected, kept = encode_pairs(invented_pairs(), tiny_tokenizers, max_length, keep_texts=True)
    assert (len(encoded), num_dropped, sentences) == (len(kept), len(text) - len(kept), min(1, len(kept)))
    assert expected.texts is not None
    sides = {"source": expected.source, "target": expected.target}
    for name, side in (sides | {"source_text": expected.texts[0], "target_text": expected.texts[1]}).items():
        found = encoded.read(name, [(0, len(encoded))])
        assert found.ids.tolist() == side.ids.tolist()
        assert found.starts.tolist() == side.starts.tolist()


def test_a_vocabulary_of_more_than_two_bytes_gets_wider_ids(tiny_tokenizers: TokenizerPair) -> None:
    class Large:
        vocab_size = 2**16 + 1

    assert encode_module._type_of_ids(tiny_tokenizers.source) == "<u2"
    assert encode_module._type_of_ids(Large()) == "<i4"  # type: ignore[arg-type]
