"""Which target pieces a source needs: worked out by hand, read back, and used in a search."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save

import nmt
from nmt.errors import CheckpointError, ConfigError, DiskError
from nmt.search.config import SearchConfig
from nmt.translation.glossary import Glossary
from nmt.translation.shortlist import SHORTLIST_FILE, Shortlist, even_share, learn
from tests.tiny import invented_pairs

SEARCH = SearchConfig(max_length_ratio=1.0, max_length_extra=2)
HOUSE, BOOK, THE, A = 4, 5, 6, 7  # source: das Haus, das Buch, ein Buch (Brown et al.'s usual example)
HAUS, BUCH, DAS, EIN = 4, 5, 6, 7


def test_expectation_maximisation_pairs_words_that_explain_each_other() -> None:
    pairs = [([THE, HOUSE], [DAS, HAUS]), ([THE, BOOK], [DAS, BUCH]), ([A, BOOK], [EIN, BUCH])]
    found = learn(pairs, 8, 8, each=1, frequent=0)
    assert found.translations[[HOUSE, BOOK, THE, A], 0].tolist() == [HAUS, BUCH, DAS, EIN]
    assert found.translations[0].tolist() == [3]  # never seen: end-of-sentence
    assert found.always.tolist() == [0, 1, 2, 3]


def test_chances_are_those_of_the_formulas_written_as_loops() -> None:
    generator = np.random.default_rng(0)
    pairs = [(generator.integers(4, 9, size=4).tolist(), generator.integers(4, 9, size=3).tolist()) for _ in range(12)]
    chance = {(source, target): 1.0 for source in range(9) for target in range(9)}
    for _ in range(5):
        counts = dict.fromkeys(chance, 0.0)
        for source, target in pairs:
            for written in target:
                total = sum(chance[read, written] for read in source)
                for read in source:
                    counts[read, written] += chance[read, written] / total
        for read in range(9):
            total = sum(counts[read, written] for written in range(9)) or 1.0
            chance |= {(read, written): counts[read, written] / total for written in range(9)}
    found = learn(pairs, 9, 9, each=2, frequent=0)
    for read in range(4, 9):
        best = sorted((chance[read, written] for written in range(9)), reverse=True)[:2]
        assert [chance[read, int(written)] for written in found.translations[read]] == pytest.approx(best)


def test_frequent_pieces_are_always_there_and_a_piece_may_stand_for_itself() -> None:
    pairs = [([5], [6]), ([5], [6]), ([8], [7])]
    found = learn(pairs, 10, 10, each=1, frequent=1, copy=True)
    assert found.ids([[8]]).tolist() == [0, 1, 2, 3, 6, 7, 8]
    assert found.ids([[9]], prefixes=[[4]]).tolist() == [0, 1, 2, 3, 4, 6, 9]


def test_a_shortlist_that_was_changed_or_has_no_checksum_is_refused(tmp_path: Path) -> None:
    made = learn([([4], [5])], 6, 6, each=2, frequent=2)
    made.write(tmp_path, {"tokenizer.model": "abc"})
    path = tmp_path / SHORTLIST_FILE
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        with pytest.raises(CheckpointError, match="`nmt shortlist"):
            Shortlist.read(tmp_path, {"tokenizer.model": "abc"})
    path.write_bytes(save({"translations": made.translations, "always": made.always}, {"tokenizer.model": "abc"}))
    with pytest.raises(CheckpointError, match=r"has no checksum: an earlier version made it\. `nmt shortlist"):
        Shortlist.read(tmp_path, {"tokenizer.model": "abc"})


@pytest.mark.parametrize("num_pairs", [0, 1, 7, 8, 9, 100])
def test_of_a_large_text_every_nth_pair_is_learnt_from(num_pairs: int) -> None:
    encoded = []

    def encode(number: int) -> tuple[list[int], list[int]]:
        encoded.append(number)
        return [4, number], [4]  # two links

    share, read = even_share(range(num_pairs), encode, max_links=16)
    step = min(2**k for k in range(10) if 2 * len(range(0, num_pairs, 2**k)) <= 16)
    assert read == num_pairs
    assert [source[1] for source, _ in share] == list(range(0, num_pairs, step))
    assert len(encoded) <= 8 * 5  # of a hundred: what is not going to be kept is not encoded


def test_a_shortlist_knows_words_of_the_end_of_a_large_text() -> None:
    pairs = [([4 + number % 50], [4 + number % 50]) for number in range(50)] * 21
    ordered = sorted(pairs)  # 21 of each word, in the order of the words
    share, _ = even_share(ordered, lambda pair: pair, max_links=200)
    assert learn(share, 54, 54, each=1, frequent=0).num_translated == 50
    assert learn(ordered[:200], 54, 54, each=1, frequent=0).num_translated == 10


def test_one_pair_is_learnt_from_however_long_it_is() -> None:
    share, read = even_share([([4] * 9, [5] * 9)] * 3, lambda pair: pair, max_links=10)
    assert (len(share), read) == (1, 3)
    assert learn(share, 6, 6).translations[4, 0] == 5


def test_what_was_written_is_read_back_and_another_tokenizer_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="nmt shortlist"):
        Shortlist.read(tmp_path, {})
    made = learn([([4], [5])], 6, 6)
    made.write(tmp_path, {"tokenizer.model": "abc"})
    again = Shortlist.read(tmp_path, {"tokenizer.model": "abc"})
    assert np.array_equal(again.translations, made.translations)
    assert np.array_equal(again.always, made.always)
    with pytest.raises(CheckpointError, match="other tokenizers"):
        Shortlist.read(tmp_path, {"tokenizer.model": "def"})
    (tmp_path / SHORTLIST_FILE).write_bytes(b"damaged")
    with pytest.raises(CheckpointError, match="damaged"):
        Shortlist.read(tmp_path, {"tokenizer.model": "abc"})
    with pytest.raises(DiskError):
        made.write(tmp_path / "missing", {})


def test_with_all_pieces_on_it_nothing_changes_and_with_few_only_those_are_written(tiny_run: Path) -> None:
    search = SEARCH.model_copy(update={"beam": 3})
    lines = [pair.source for pair in invented_pairs()[:4]]
    translator = nmt.load(tiny_run)
    plain = translator.translate(lines, search, prefixes=["the", "", "", ""])
    vocabulary = translator.tokenizers.target.vocab_size
    translator.shortlist = Shortlist(np.full((vocabulary, 1), 3, np.int32), np.arange(vocabulary, dtype=np.int32))
    same = translator.translate(lines, search, prefixes=["the", "", "", ""])
    assert [one.text for one in same] == [one.text for one in plain]
    assert [one.score for one in same] == pytest.approx([one.score for one in plain], abs=1e-4)
    few = [0, 1, 2, 3, 260, 261, 262, 270]
    translator.shortlist = Shortlist(np.full((vocabulary, 1), 3, np.int32), np.array(few, np.int32))
    begins = translator.tokenizers.target.encode("the")
    allowed = set(translator.tokenizers.target.pieces(few + begins))
    found = translator.translate(lines, search, prefixes=["the", "", "", ""])
    assert {piece for one in found for piece in one.hypotheses[0].pieces} <= allowed
    assert found[0].text.startswith("the")


def test_what_a_shortlist_cannot_go_with_is_refused(tiny_run: Path, tmp_path: Path) -> None:
    translator = nmt.load(tiny_run)
    translator.shortlist = learn([([4], [5])], *[translator.tokenizers.source.vocab_size] * 2)
    for asked in ({"exact": True}, {"method": "sample"}):  # sampling promises the same draws in any batch
        with pytest.raises(ConfigError, match="depends on the batch"):
            translator.translate(["der Hund"], SEARCH.model_copy(update=asked))
    (tmp_path / "terms.tsv").write_text("Hund\tdog\n")
    glossary = Glossary.read(tmp_path / "terms.tsv", translator.tokenizers.target)
    with pytest.raises(ConfigError, match="glossary"):
        translator.translate(["der Hund"], SEARCH, glossary=glossary)


def test_ids_are_sorted_whole_numbers_that_torch_can_index_with() -> None:
    ids = learn([([4], [5])], 6, 6).ids([[4], [4]])
    assert ids.dtype == torch.int64
    assert ids.tolist() == sorted(set(ids.tolist()))
