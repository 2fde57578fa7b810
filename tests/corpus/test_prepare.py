"""From text files to examples: once, reused, and made again where damaged."""

from pathlib import Path

import numpy as np
import pytest

from nmt.corpus.filters import FilterConfig
from nmt.corpus.prepare import PreparedCorpus, Sources, prepare_corpus, read_pairs
from nmt.corpus.readers import Pair
from nmt.errors import DataError
from nmt.tokenizer.sentencepiece import TokenizerConfig
from tests.tiny import VOCAB_SIZE, invented_pairs, write_corpus, write_lines


class Preparation:
    """prepare_corpus on the files of one folder; remembers what was said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        write_corpus(folder)

    def __call__(
        self, max_length: int = 30, seed: int = 1, filters: FilterConfig | None = None, **tokenizer: object
    ) -> PreparedCorpus:
        self.said = []
        train, dev = ([self.folder / f"{part}.de", self.folder / f"{part}.en"] for part in ("train", "dev"))
        sources = Sources("parallel", train, dev, max_length, filters or FilterConfig())
        config = TokenizerConfig.model_validate({"vocab_size": VOCAB_SIZE, **tokenizer})
        return prepare_corpus(sources, config, seed, self.folder / "prepared", self.said.append)

    @property
    def trained(self) -> bool:
        return any("Training the tokenizer" in message for message in self.said)

    def prepared(self, name: str) -> Path:
        (found,) = (self.folder / "prepared").glob(f"*/{name}")
        return found


@pytest.fixture
def prepare(tmp_path: Path) -> Preparation:
    return Preparation(tmp_path)


def ids(corpus: PreparedCorpus) -> list[list[int]]:
    return [[*corpus.train.source[index], -1, *corpus.train.target[index]] for index in range(len(corpus.train))]


def test_what_is_prepared_is_the_text(prepare: Preparation) -> None:
    corpus = prepare()
    pairs = invented_pairs()
    decoded = [corpus.tokenizers.source.decode(corpus.train.source[index].tolist()) for index in range(len(pairs))]
    assert decoded == [pair.source for pair in pairs]
    assert corpus.dev == pairs[::10]
    assert len(corpus.dev_examples) == 6


def test_a_second_call_takes_what_the_first_one_left(prepare: Preparation) -> None:
    first = prepare()
    assert prepare.trained
    second = prepare()
    assert prepare.said == []
    assert ids(second) == ids(first)
    assert second.tokenizers.fingerprint() == first.tokenizers.fingerprint()
    assert second.fingerprint == first.fingerprint


@pytest.mark.parametrize("name", ["train.safetensors", "train.json", "tokenizer.model", "tokenizer.json"])
@pytest.mark.parametrize("damage", ["flip", "cut", "remove"])
def test_a_damaged_prepared_file_is_made_again(prepare: Preparation, name: str, damage: str) -> None:
    before = ids(prepare())
    path = prepare.prepared(name)
    content = path.read_bytes()
    middle = len(content) // 2
    path.write_bytes(
        content[:middle] + (bytes([content[middle] ^ 1]) + content[middle + 1 :] if damage == "flip" else b"")
    )
    if damage == "remove":
        path.unlink()
    assert ids(prepare()) == before
    assert prepare.trained
    assert path.read_bytes() == content


def test_other_choices_are_prepared_beside_each_other(prepare: Preparation) -> None:
    made = [
        prepare(),
        prepare(max_length=29),
        prepare(seed=2),
        prepare(filters=FilterConfig(max_words=50)),
        prepare(kind="bpe"),
    ]
    assert len({corpus.fingerprint for corpus in made}) == len(made)
    assert len(list((prepare.folder / "prepared").iterdir())) == len(made)
    prepare()
    assert not prepare.trained


def test_changed_text_is_prepared_anew(prepare: Preparation) -> None:
    before = prepare().fingerprint
    lines = (prepare.folder / "train.en").read_text(encoding="utf-8").split("\n")[:-1]
    write_lines(prepare.folder / "train.en", [*lines[:-1], "something else."])
    assert prepare().fingerprint != before
    assert prepare.trained


def test_sampling_keeps_the_text_and_reuses_the_tokenizer(prepare: Preparation) -> None:
    assert prepare(sampling=0.5).train.texts == tuple(invented_pairs())
    again = prepare(sampling=0.5)
    assert not prepare.trained
    assert again.train.texts == tuple(invented_pairs())
    assert again.tokenizers.source.config.sampling == 0.5


def test_text_is_cleaned_before_anything_else(tmp_path: Path) -> None:
    write_lines(tmp_path / "a", ["one\u2028two\x00"])
    write_lines(tmp_path / "b", ["eins\tzwei"])
    assert read_pairs("parallel", [tmp_path / "a", tmp_path / "b"]) == [Pair("one two", "eins zwei")]


def test_dev_pairs_with_a_blank_side_are_left_out(prepare: Preparation) -> None:
    write_lines(prepare.folder / "dev.de", ["der Hund", "", "die Katze"])
    write_lines(prepare.folder / "dev.en", ["the dog", "the cat", " "])
    assert prepare().dev == [Pair("der Hund", "the dog")]


def test_a_dev_set_without_text_is_refused(prepare: Preparation) -> None:
    write_lines(prepare.folder / "dev.de", ["", ""])
    write_lines(prepare.folder / "dev.en", ["a", "b"])
    with pytest.raises(DataError, match=r"dev\.de holds no pair with text on both sides"):
        prepare()


def test_long_dev_sentences_count_although_training_ones_are_dropped(prepare: Preparation) -> None:
    pairs = invented_pairs()
    write_lines(prepare.folder / "dev.de", [f"{pairs[0].source} {pairs[1].source}"])
    write_lines(prepare.folder / "dev.en", [f"{pairs[0].target} {pairs[1].target}"])
    longest = int(np.max(prepare().train.source.lengths))
    assert len(prepare(max_length=longest).dev_examples) == 1


def test_filters_say_what_they_dropped(prepare: Preparation) -> None:
    write_lines(prepare.folder / "train.de", [pair.source for pair in invented_pairs()] + ["", "x"])
    write_lines(prepare.folder / "train.en", [pair.target for pair in invented_pairs()] + ["y", "z " * 300])
    assert len(prepare().train) == 60
    assert "Filters dropped 2 pairs: empty 1, too_long_words 1." in prepare.said


def test_nothing_is_written_where_filters_leave_nothing(prepare: Preparation) -> None:
    with pytest.raises(DataError) as failure:
        prepare(filters=FilterConfig(max_words=1))
    reason = "none of 60 pairs is left to train on. Filters dropped 60 pairs: too_long_words 60."
    assert str(failure.value) == f"{prepare.folder / 'train.de'}: {reason}"
    with pytest.raises(DataError, match=r"Filters dropped 60 pairs: longer than 1 tokens 60\."):
        prepare(max_length=1)
    assert not (prepare.folder / "prepared").exists()
