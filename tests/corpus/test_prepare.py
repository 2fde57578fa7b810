"""From text files to an encoded corpus: once, reused, and made again where damaged."""

import dataclasses
import errno
import os
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from nmt.corpus import readers, shards
from nmt.corpus.examples import Examples
from nmt.corpus.filters import FilterConfig
from nmt.corpus.prepare import PreparedCorpus, Sources, prepare_corpus
from nmt.corpus.readers import Pair, Text
from nmt.errors import DataError
from nmt.reports.evaluation_set import load_evaluation_set
from nmt.tokenizer.sentencepiece import TokenizerConfig
from tests.tiny import VOCAB_SIZE, invented_pairs, write_corpus, write_lines


class Preparation:
    """prepare_corpus on the files of one folder; remembers what was said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.spoke = threading.Event()
        self.train: Text | None = None  # other than train.de, train.en
        self.dev: Text | None = None  # other than dev.de, dev.en
        write_corpus(folder)

    def __call__(
        self, max_length: int = 30, filters: FilterConfig | None = None, **tokenizer: object
    ) -> PreparedCorpus:
        self.said = []
        names = ([str(self.folder / f"{part}.{language}") for language in ("de", "en")] for part in ("train", "dev"))
        train, dev = (Text("parallel", *both) for both in names)
        sources = Sources(self.train or train, self.dev or dev, max_length, filters or FilterConfig())
        config = TokenizerConfig.model_validate({"vocab_size": VOCAB_SIZE, **tokenizer})
        return prepare_corpus(sources, config, self.folder / "prepared", self.say)

    def say(self, message: str) -> None:
        self.said.append(message)
        self.spoke.set()

    @property
    def trained(self) -> bool:
        return any("Training the tokenizer" in message for message in self.said)

    def prepared(self, name: str) -> Path:
        (found,) = (self.folder / "prepared").glob(f"*/{name}")
        return found


@pytest.fixture
def prepare(tmp_path: Path) -> Preparation:
    return Preparation(tmp_path)


SHARED = "6 of 6 dev pairs also occur in the training text: on these, scores measure memorisation."


def examples(corpus: PreparedCorpus) -> Examples:
    """All that is trained on."""
    assert corpus.train.num_pools == 1
    return corpus.train.pool(seed=1, epoch=0, number=0)


def ids(corpus: PreparedCorpus) -> list[list[int]]:
    all_pairs = examples(corpus)
    return [[*all_pairs.source[index], -1, *all_pairs.target[index]] for index in range(len(all_pairs))]


def texts(corpus: PreparedCorpus) -> list[Pair]:
    sides = examples(corpus).texts
    assert sides is not None
    return [Pair(*both) for both in zip(*(side.texts() for side in sides), strict=True)]


def test_what_is_prepared_is_the_text(prepare: Preparation) -> None:
    corpus = prepare()
    pairs = invented_pairs()
    encoded = examples(corpus).source
    decoded = [corpus.tokenizers.source.decode(encoded[index].tolist()) for index in range(len(pairs))]
    assert decoded == [pair.source for pair in pairs]
    assert corpus.dev == pairs[::10]
    assert len(corpus.dev_examples) == 6


def test_a_second_call_takes_what_the_first_one_left(prepare: Preparation) -> None:
    first = prepare()
    assert prepare.trained
    second = prepare()
    assert prepare.said == [SHARED]
    assert ids(second) == ids(first)
    assert second.tokenizers.fingerprint() == first.tokenizers.fingerprint()
    assert second.fingerprint == first.fingerprint


def test_dev_pairs_that_are_trained_on_are_counted_once_at_each_start(prepare: Preparation) -> None:
    for _ in ("prepared", "taken as it is"):
        prepare()
        assert [message for message in prepare.said if "dev pairs" in message] == [SHARED]
    write_lines(prepare.folder / "dev.de", ["der Hund malt ein Haus.", "der Hund malt kein Haus.", "ein Hund."])
    write_lines(prepare.folder / "dev.en", ["the dog paints a house.", "the dog paints a house.", "a dog."])
    one_of_three = "1 of 3 dev pairs also occurs in the training text: on it, scores measure memorisation."
    prepare()
    assert prepare.said == [one_of_three]  # of the text that is prepared, whatever dev set it was prepared with
    prepare(max_length=29)
    assert prepare.said[-1] == one_of_three
    pairs = sorted(invented_pairs(), key=lambda pair: len(pair.source + pair.target))
    write_lines(prepare.folder / "dev.de", [pairs[-1].source, "ein Hund."])
    write_lines(prepare.folder / "dev.en", [pairs[-1].target, "a dog."])
    longest = max(len(prepare().tokenizers.source.encode(text)) for text in (pairs[-1].source, pairs[-1].target))
    prepare(max_length=longest)
    assert prepare.said[-1] == one_of_three.replace("1 of 3", "1 of 2")
    prepare(max_length=longest - 1)  # it is in the text, and too long to be trained on
    assert prepare.said
    assert not [message for message in prepare.said if "dev pairs" in message]


@pytest.mark.parametrize(
    "name", ["manifest.json", "tokenizer.model", "00000.source.values", "00000.target.starts", "00000.target.values"]
)
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
        prepare(sampling=0.1),
        prepare(filters=FilterConfig(max_words=50)),
        prepare(kind="bpe"),
    ]
    assert len({corpus.fingerprint for corpus in made}) == len(made)
    assert len(list((prepare.folder / "prepared").glob("*/manifest.json"))) == len(made)
    prepare()
    assert not prepare.trained
    prepare(sampling=0.2, sampling_candidates=8)  # of the same text, drawn otherwise
    assert not prepare.trained


def test_how_many_sentences_are_usual_in_a_line_is_known_of_the_text(prepare: Preparation) -> None:
    assert prepare().max_sentences == 1
    lines = (prepare.folder / "train.de").read_text(encoding="utf-8").split("\n")[:-1]
    write_lines(prepare.folder / "train.de", [f"{line} Ja. Nein." for line in lines])
    assert [prepare(max_length=90).max_sentences for _ in range(2)] == [3, 3]
    assert not prepare.trained


def test_lines_that_are_not_trained_on_do_not_say_how_many_sentences_are_usual(prepare: Preparation) -> None:
    lines = (prepare.folder / "train.de").read_text(encoding="utf-8").split("\n")[:-1]
    write_lines(prepare.folder / "train.de", [*lines[:-9], *(line + " Ja." * 30 for line in lines[-9:])])
    assert prepare(max_length=30).max_sentences == 1
    assert prepare(max_length=900).max_sentences > 1


def test_of_a_large_text_the_sentences_of_a_share_are_counted(
    prepare: Preparation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nmt.corpus.encode.COUNTED_LINES", 30)
    lines = (prepare.folder / "train.de").read_text(encoding="utf-8").split("\n")[:-1]
    marked = [f"{line} Ja." if number % 2 else line for number, line in enumerate(lines)]
    write_lines(prepare.folder / "train.de", marked)
    assert len(lines) == 60  # every other line is looked at, none of which was marked
    assert prepare(max_length=90).max_sentences == 1


def test_changed_text_is_prepared_anew(prepare: Preparation) -> None:
    before = prepare().fingerprint
    lines = (prepare.folder / "train.en").read_text(encoding="utf-8").split("\n")[:-1]
    write_lines(prepare.folder / "train.en", [*lines[:-1], "something else."])
    assert prepare().fingerprint != before
    assert prepare.trained


def test_where_subwords_are_sampled_the_text_is_kept_and_reused(prepare: Preparation) -> None:
    assert texts(prepare(sampling=0.5)) == invented_pairs()
    again = prepare(sampling=0.5)
    assert prepare.said == [SHARED]
    assert texts(again) == invented_pairs()
    assert again.tokenizers.source.config.sampling == 0.5
    assert examples(prepare()).texts is None


def test_ids_take_two_bytes_and_no_text_or_temporary_folder_is_left(prepare: Preparation) -> None:
    corpus = prepare()
    num_ids = sum(len(row) - 1 for row in ids(corpus))
    (folder,) = (path for path in (prepare.folder / "prepared").iterdir() if path.is_dir())
    names = {f"00000.{side}.{part}" for side in ("source", "target") for part in ("values", "starts")}
    assert {path.name for path in folder.iterdir()} == names | {"manifest.json", "corpus.json", "tokenizer.model"}
    assert sum((folder / f"00000.{side}.values").stat().st_size for side in ("source", "target")) == 2 * num_ids


def test_who_prepares_the_same_text_at_the_same_time_waits_and_takes_it(prepare: Preparation) -> None:
    (prepare.folder / "prepared").mkdir()
    corpora = []
    with FileLock(prepare.folder / "prepared" / ".lock"):
        other = threading.Thread(target=lambda: corpora.append(prepare()))
        other.start()
        assert prepare.spoke.wait(timeout=60)
        assert "prepares text in" in prepare.said[0]
        assert corpora == []
    other.join(timeout=60)
    assert not other.is_alive()
    assert len(corpora[0].train) == 60


def test_who_finds_the_text_ready_does_not_wait_for_another_s(prepare: Preparation) -> None:
    before = ids(prepare())
    with FileLock(prepare.folder / "prepared" / ".lock"):
        assert ids(prepare()) == before
    assert prepare.said == [SHARED]


def test_text_that_changes_while_another_s_is_prepared_is_not_taken_for_what_it_was(prepare: Preparation) -> None:
    (prepare.folder / "prepared").mkdir()
    errors: list[BaseException] = []

    def try_it() -> None:
        with pytest.raises(DataError, match=r"train\.de, .*train\.en was changed before it was read\.") as failure:
            prepare()
        errors.append(failure.value)

    with FileLock(prepare.folder / "prepared" / ".lock"):
        other = threading.Thread(target=try_it)
        other.start()
        assert prepare.spoke.wait(timeout=60)
        for language in ("de", "en"):
            with (prepare.folder / f"train.{language}").open("a", encoding="utf-8") as file:
                file.write("Nein.\n")
    other.join(timeout=60)
    assert errors
    assert not list((prepare.folder / "prepared").glob("*/manifest.json"))
    assert len(prepare().train) == 61


def test_a_dev_set_of_the_hub_is_kept_for_when_it_cannot_be_reached(
    prepare: Preparation, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Text] = []

    def reached(text: Text) -> Iterator[Pair]:
        asked.append(text)
        return iter([Pair("der Hund", "the dog"), Pair("", "nothing")])

    monkeypatch.setitem(readers.READERS, "datasets", reached)
    prepare.dev = Text("datasets", "some/where", columns=("de", "en"), split="validation")
    first = prepare()
    again = prepare()
    assert (len(asked), again.dev, again.fingerprint) == (1, first.dev, first.fingerprint)
    assert first.dev == [Pair("der Hund", "the dog")]
    (kept,) = (prepare.folder / "prepared").glob("dev-*.json")
    whole = kept.read_bytes()
    flipped = whole.replace(b"the dog", b"the fog")  # by one bit
    for number, damaged in enumerate([whole[:-1], flipped, b"[1]", b"{}"], start=2):
        kept.write_bytes(damaged)
        assert (prepare().dev, len(asked)) == (first.dev, number)
    assert kept.read_bytes() == whole
    prepare.dev = dataclasses.replace(prepare.dev, revision="v2")  # other text
    prepare()
    assert len(asked) == 6
    monkeypatch.setattr("nmt.corpus.prepare.LAYOUT_VERSION", -1)  # text is read otherwise
    prepare()
    assert len(asked) == 7


def test_a_dev_set_of_the_hub_is_known_by_its_lines_as_a_test_set_is(
    prepare: Preparation, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [Pair("der\u00a0Hund", "the dog"), Pair("", "nothing"), Pair("Bru\u0308cke", "bridge")]
    monkeypatch.setitem(readers.READERS, "datasets", lambda _: iter(lines))
    prepare.dev = Text("datasets", "some/where", columns=("de", "en"), split="validation")
    tested = load_evaluation_set(prepare.dev)
    for _ in range(2):  # read, kept
        corpus = prepare()
        assert corpus.hashes["dev"] == [tested.source_sha256, tested.reference_sha256]
        assert corpus.dev == [Pair("der Hund", "the dog"), Pair("Br\u00fccke", "bridge")]


def test_what_a_killed_process_left_is_no_obstacle(prepare: Preparation) -> None:
    before = ids(prepare())
    path = prepare.prepared("manifest.json")
    for name in (path.parent.name, "0123456789abcdef.host.example.17"):  # of this text, and of another
        (path.parent.with_name(f"{name}.tmp") / "text").mkdir(parents=True)
    others = {"notes.tmp", "0123456789abcdef-old.tmp", "0123456789abcdefs.tmp"}  # not of such names
    for name in others:
        (path.parent.with_name(name)).mkdir()
    path.unlink()
    assert ids(prepare()) == before
    assert {left.name for left in (prepare.folder / "prepared").glob("*.tmp")} == others


@pytest.mark.skipif(sys.platform == "win32", reason="has locks of another kind")
def test_on_a_file_system_without_locks_processes_that_prepare_one_text_leave_each_other_alone(
    prepare: Preparation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    def meanwhile(message: str) -> None:
        """While the tokenizer is trained another process prepares the same text, and is done with it."""
        if "Training the tokenizer" in message and not made:
            with monkeypatch.context() as patch:
                patch.setattr(os, "getpid", lambda: 0)
                made.extend(ids(other()))
            inodes.append(other.prepared("manifest.json").stat().st_ino)

    monkeypatch.setattr("fcntl.flock", missing)
    other, made, inodes = Preparation(prepare.folder), list[list[int]](), list[int]()
    at_work = prepare.folder / "prepared" / "0123456789abcdef.elsewhere.17.tmp"
    at_work.mkdir(parents=True)
    monkeypatch.setattr(prepare, "say", meanwhile)
    assert ids(prepare()) == made
    assert [prepare.prepared("manifest.json").stat().st_ino] == inodes
    assert list((prepare.folder / "prepared").glob("*.tmp")) == [at_work]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of POSIX")
@pytest.mark.parametrize("name", ["train.de", "dev.en"])
def test_text_from_a_pipe_is_refused_because_it_cannot_be_read_again(prepare: Preparation, name: str) -> None:
    path = prepare.folder / name
    path.unlink()
    os.mkfifo(path)  # which nobody writes to: who opens it waits
    with pytest.raises(DataError) as failure:
        prepare()
    assert str(failure.value) == (
        f"{path} is a pipe or a device, and its text is read more than once. Write it to a file first."
    )
    assert not (prepare.folder / "prepared").exists()


def test_a_full_disk_is_named_and_leaves_nothing(prepare: Preparation, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shards.os, "fsync", full)
    with pytest.raises(DataError, match=r"prepared: cannot be written \(No space left on device\)\. .* Make room"):
        prepare()
    assert not (prepare.folder / "prepared").exists()


def test_a_file_that_goes_wrong_at_its_end_leaves_nothing(prepare: Preparation) -> None:
    with (prepare.folder / "train.de").open("ab") as file:
        file.write(b"\xff\n")
    with pytest.raises(DataError, match=r"train\.de: line 61, byte 1"):
        prepare()
    assert not (prepare.folder / "prepared").exists()


def test_a_tokenizer_may_be_trained_on_a_part_of_the_pairs(prepare: Preparation) -> None:
    whole = prepare()
    assert "Training the tokenizer on 60 pairs ..." in prepare.said
    part = prepare(training_pairs=25)  # every third
    assert "Training the tokenizer on 20 of 60 pairs ..." in prepare.said
    assert whole.tokenizers.fingerprint() != part.tokenizers.fingerprint()
    assert len(part.train) == 60


def test_dev_pairs_with_a_blank_side_are_left_out(prepare: Preparation) -> None:
    write_lines(prepare.folder / "dev.de", ["der Hund", "", "die Katze", "ein Baum", "\u200b"])
    write_lines(prepare.folder / "dev.en", ["the dog", "the cat", " ", "\u200b", "a tree"])
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
    longest = int(np.max(examples(prepare()).source.lengths))
    assert len(prepare(max_length=longest).dev_examples) == 1


def test_a_dev_set_of_nothing_but_endless_lines_is_refused(prepare: Preparation) -> None:
    write_lines(prepare.folder / "dev.de", ["der Hund " * 300])
    write_lines(prepare.folder / "dev.en", ["the dog " * 300])
    with pytest.raises(DataError, match=r"dev\.de, .*dev\.en: none of 1 pair is left .* more than 300 "):
        prepare(max_length=30)


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
