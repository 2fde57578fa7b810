"""Holding out: which pairs are chosen, and that training sees none of their sentences."""

import os
import re
from pathlib import Path

import pytest

from nmt.corpus import split
from nmt.corpus.readers import Pair, Text
from nmt.corpus.split import HeldOut, hold_out, write_parts
from nmt.errors import DataError

NUMBERED = [Pair(f"Satz Nummer {number}.", f"Sentence number {number}.") for number in range(100)]


def texts(folder: Path, *parts: list[Pair]) -> tuple[Text, ...]:
    found = []
    for number, pairs in enumerate(parts):
        path = folder / f"{number}.tsv"
        path.write_text("".join(f"{pair.source}\t{pair.target}\n" for pair in pairs), encoding="utf-8")
        found.append(Text("tsv", str(path)))
    return tuple(found)


def parts(held: HeldOut) -> tuple[list[Pair], list[Pair], list[Pair]]:
    return list(held.rest()), list(held.dev), list(held.test)


def keys(pairs: list[Pair], side: str) -> set[str]:
    """Sentences as anybody would compare them."""
    return {"".join(filter(str.isalnum, getattr(pair, side).lower())) for pair in pairs}


def test_every_pair_is_in_one_part(tmp_path: Path) -> None:
    whole = texts(tmp_path, NUMBERED[:30], NUMBERED[30:])
    held = hold_out(whole, 8, 12, seed=1)
    train, dev, test = parts(held)
    assert (len(train), len(dev), len(test), held.num_pairs) == (80, 8, 12, 100)
    assert sorted(train + dev + test, key=str) == sorted(NUMBERED, key=str)
    assert [pair for pair in NUMBERED if pair in train] == train, "in their order"


def test_the_choice_is_by_lot_and_depends_on_the_seed_alone(tmp_path: Path) -> None:
    whole, backwards = texts(tmp_path, NUMBERED, NUMBERED[::-1])
    first = hold_out((whole,), 10, 10, seed=1)
    assert hold_out((backwards,), 10, 10, seed=1).dev == first.dev
    assert hold_out((backwards,), 10, 10, seed=1).test == first.test
    assert set(hold_out((whole,), 10, 10, seed=2).dev) != set(first.dev)
    indices = sorted(NUMBERED.index(pair) for pair in first.dev + first.test)
    assert indices[0] < 30 < 70 <= indices[-1], "all over the text"


def test_in_any_order_the_same_pairs_are_chosen_also_of_sources_that_have_two_targets(tmp_path: Path) -> None:
    pairs = [*NUMBERED, *(Pair(pair.source, f"Otherwise {n % 60}") for n, pair in enumerate(NUMBERED))]
    one = hold_out(texts(tmp_path, pairs), 10, 10, seed=1)
    other = hold_out(texts(tmp_path, pairs[::-1]), 10, 10, seed=1)
    assert (one.dev, one.test) == (other.dev, other.test)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Satz {} \u2764\ufe0f.", "Satz {} \u2764."),
        ("{}\ufe0f\u20e3 \u0130yi", "{} iyi!"),
        ("Cafe\u0301 {}", "CAF\u00c9 {}"),
    ],
)
def test_signs_and_cases_of_one_sentence_make_no_other(tmp_path: Path, one: str, other: str) -> None:
    sentences = [(form.format(number), f"Sentence {number}.") for form in (one, other) for number in range(50)]
    train, dev, test = parts(hold_out(texts(tmp_path, [Pair(*both) for both in sentences]), 4, 4, seed=1))
    assert (len(train), len(dev), len(test)) == (84, 4, 4)


def test_words_that_differ_in_a_vowel_sign_are_not_one(tmp_path: Path) -> None:
    went = [Pair(f"{word} {number}", f"{word} {number}.") for number in range(50) for word in ("गया", "गयी")]
    train, dev, test = parts(hold_out(texts(tmp_path, went), 8, 8, seed=1))
    assert (len(train), len(dev), len(test)) == (84, 8, 8)


def test_what_is_found_once_is_held_out_first(tmp_path: Path) -> None:
    twice = [Pair("Danke!", f"Thanks, {number}.") for number in range(40)]
    again = [Pair(f"Ja, {number}.", " YES. ") for number in range(40)]
    whole = texts(tmp_path, [*twice, *NUMBERED, *again])
    held = hold_out(whole, 10, 10, seed=3)
    assert {*held.dev, *held.test} < set(NUMBERED)
    assert len(list(held.rest())) == 160


@pytest.mark.parametrize("side", ["source", "target"])
def test_where_too_few_are_found_once_their_copies_are_not_trained_on(tmp_path: Path, side: str) -> None:
    """A text whose sentences of one side come twice, the second time written a little otherwise."""
    twice = [
        Pair(f"{pair.source.upper()} ", f"Otherwise {number}")
        if side == "source"
        else Pair(f"Anders {number}", f"“{pair.target}”")
        for number, pair in enumerate(NUMBERED)
    ]
    held = hold_out(texts(tmp_path, NUMBERED, twice), 8, 8, seed=1)
    train, dev, test = parts(held)
    assert len(dev) == len(test) == 8
    assert len(train) == 200 - 32
    for each in ("source", "target"):
        assert keys(train, each).isdisjoint(keys(dev + test, each))
        assert keys(dev, each).isdisjoint(keys(test, each))


def test_what_is_found_least_often_is_held_out(tmp_path: Path) -> None:
    often = [Pair(f"Oft {number % 10}.", f"Often {number}") for number in range(100)]
    held = hold_out(texts(tmp_path, often, NUMBERED * 2), 10, 10, seed=1)
    assert {*held.dev, *held.test} < set(NUMBERED)
    assert len(list(held.rest())) == 300 - 40


def test_where_few_are_found_once_dev_and_test_have_their_share_of_them(tmp_path: Path) -> None:
    once, twice = set(NUMBERED[:15]), set(NUMBERED[15:])
    held = hold_out(texts(tmp_path, [*once], [*twice] * 2), 10, 20, seed=1)
    assert once < {*held.dev, *held.test}
    for part in (held.dev, held.test):
        assert once.intersection(part)
        assert twice.intersection(part)


def test_a_text_that_repeats_itself_too_much_is_refused(tmp_path: Path) -> None:
    held = hold_out(texts(tmp_path, NUMBERED * 3), 15, 15, seed=1)
    with pytest.raises(DataError, match="90 of 300 pairs have a sentence of those held out") as no:
        list(held.rest())
    assert str(no.value).endswith("so often are they repeated. Hold out fewer: --dev 10 --test 10.")
    assert len(list(hold_out(texts(tmp_path, NUMBERED * 3), 10, 10, seed=1).rest())) == 240


@pytest.mark.parametrize("fewest", [0, 10_000])
def test_as_many_as_a_refusal_names_can_be_held_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fewest: int
) -> None:
    """Also where targets are repeated, some often, and where fewer candidates are drawn for fewer pairs."""
    monkeypatch.setattr(split, "FEWEST_CANDIDATES", fewest)
    monkeypatch.setattr(split, "CANDIDATES", 3)
    often = [Pair(f"Satz {number}.", f"{min(number % 90, number % 7)}") for number in range(300)]
    whole = texts(tmp_path, often, NUMBERED[:40])
    for asked in ((30, 30), (60, 60), (400, 10)):
        with pytest.raises(DataError) as no:
            list(hold_out(whole, *asked, seed=1).rest())
        dev, test = map(int, re.findall(r"--(?:dev|test) (\d+)", str(no.value)))
        held = hold_out(whole, dev, test, seed=1)
        assert (len(held.dev), len(held.test)) == (dev, test)
        assert len(list(held.rest())) >= 0.8 * 340


def test_few_candidates_of_many_are_remembered_and_the_smallest_lots_win(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is chosen does not depend on how many candidates there are, where every sentence is found once."""
    whole = texts(tmp_path, NUMBERED)
    expected = hold_out(whole, 4, 3, seed=1)
    monkeypatch.setattr(split, "FEWEST_CANDIDATES", 0)
    for candidates in (1, 2, 3):
        monkeypatch.setattr(split, "CANDIDATES", candidates)
        assert hold_out(whole, 4, 3, seed=1) == expected


def test_a_sentence_without_letters_is_known_by_all_of_it(tmp_path: Path) -> None:
    signs = [Pair("?", "?!"), Pair("!", "!!"), Pair("...", "…?")]
    held = hold_out(texts(tmp_path, signs, NUMBERED[:27]), 3, 3, seed=4)
    assert len(list(held.rest())) == 24


def test_a_pipe_is_refused_as_text_is_read_more_than_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match="is a pipe or a device"):
        hold_out((Text("tsv", str(tmp_path / "pipe")),), 1, 1, seed=1)


def test_a_text_that_changes_meanwhile_is_refused(tmp_path: Path) -> None:
    whole = texts(tmp_path, NUMBERED)
    held = hold_out(whole, 4, 4, seed=1)
    texts(tmp_path, [*NUMBERED[:99], NUMBERED[0]])
    with pytest.raises(DataError, match="changed while it was read"):
        list(held.rest())


def test_files_are_written_all_or_none(tmp_path: Path) -> None:
    paths = [(tmp_path / f"{part}.de", tmp_path / f"{part}.en") for part in ("train", "dev")]
    assert write_parts([(paths[0], [Pair("a\x0bb", "c\rd")] * 2), (paths[1], [])]) == [2, 0]
    assert paths[0][0].read_bytes() == b"a b\n" * 2
    assert paths[0][1].read_bytes() == b"c d\n" * 2
    before = sorted(tmp_path.iterdir())
    assert before == sorted(path for both in paths for path in both)
    with pytest.raises(DataError, match=r"cannot be written .*\. Nothing is left of it"):
        write_parts([((tmp_path / "new.de", tmp_path / "new.en"), NUMBERED), ((paths[0][0] / "a", tmp_path / "b"), [])])
    assert sorted(tmp_path.iterdir()) == before


def test_what_training_would_drop_is_not_held_out(tmp_path: Path) -> None:
    odd = [Pair("", "nothing"), Pair("x " * 300, "y " * 300), Pair("kurz", "a very long translation " * 9)]
    whole = texts(tmp_path, [*odd * 20, *NUMBERED])
    held = hold_out(whole, 16, 16, seed=1)
    assert set(odd).isdisjoint(held.dev + held.test)
    assert held.num_pairs == 160
    assert [pair for pair in held.rest() if pair in odd] == odd * 20, "training says what it drops"


def test_more_than_a_fifth_is_refused(tmp_path: Path) -> None:
    whole = texts(tmp_path, NUMBERED)
    assert hold_out(whole, 19, 1, seed=1).num_pairs == 100
    with pytest.raises(
        DataError, match=r"0\.tsv: 20 pairs for dev and 1 for test are more than a fifth of the 100"
    ) as no:
        hold_out(whole, 20, 1, seed=1)
    assert str(no.value).endswith("that there are. Hold out fewer: --dev 19 --test 1.")
    assert hold_out(whole, 19, 1, seed=1).num_pairs == 100
    with pytest.raises(DataError, match="Hold out fewer: --dev 10 --test 10"):
        hold_out(whole, 1000, 1000, seed=1)
    with pytest.raises(DataError, match=r"are more than a fifth of the 4 that there are\. Even one is too many"):
        hold_out(texts(tmp_path, NUMBERED[:4]), 1, 0, seed=1)


def test_too_few_different_sentences_are_refused(tmp_path: Path) -> None:
    whole = texts(tmp_path, [Pair(f"Satz {number}", f"The same {number % 3}") for number in range(50)])
    with pytest.raises(
        DataError, match=r"5 pairs for dev and 0 for test were asked for, and only 3 have .* Even one is too many"
    ):
        hold_out(whole, 5, 0, seed=1)
