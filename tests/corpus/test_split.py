"""Holding out: which pairs are chosen, and that training sees none of their sentences."""

from pathlib import Path

import pytest

from nmt.corpus.readers import Pair, Text
from nmt.corpus.split import HeldOut, hold_out
from nmt.errors import DataError

NUMBERED = [Pair(f"Satz Nummer {number}.", f"Sentence number {number}.") for number in range(100)]


def texts(folder: Path, *parts: list[Pair]) -> tuple[Text, ...]:
    found = []
    for number, pairs in enumerate(parts):
        path = folder / f"{number}.tsv"
        path.write_text("".join(f"{pair.source}\t{pair.target}\n" for pair in pairs), encoding="utf-8")
        found.append(Text("tsv", str(path)))
    return tuple(found)


def parts(held: HeldOut, whole: tuple[Text, ...]) -> tuple[list[Pair], list[Pair], list[Pair]]:
    return list(held.rest(whole)), list(held.dev), list(held.test)


def test_every_pair_is_in_one_part(tmp_path: Path) -> None:
    whole = texts(tmp_path, NUMBERED[:30], NUMBERED[30:])
    held = hold_out(whole, 8, 12, seed=1)
    train, dev, test = parts(held, whole)
    assert (len(train), len(dev), len(test), held.num_pairs) == (80, 8, 12, 100)
    assert sorted(train + dev + test, key=str) == sorted(NUMBERED, key=str)
    assert [pair for pair in NUMBERED if pair in train] == train, "in their order"


def test_the_choice_is_by_lot_and_depends_on_the_seed_alone(tmp_path: Path) -> None:
    whole, backwards = texts(tmp_path, NUMBERED, NUMBERED[::-1])
    first = hold_out((whole,), 10, 10, seed=1)
    assert hold_out((backwards,), 10, 10, seed=1) == first
    assert set(hold_out((whole,), 10, 10, seed=2).dev) != set(first.dev)
    indices = sorted(NUMBERED.index(pair) for pair in first.dev + first.test)
    assert indices[0] < 30 < 70 <= indices[-1], "all over the text"


def test_what_is_found_once_is_held_out_first(tmp_path: Path) -> None:
    twice = [Pair("Danke!", f"Thanks, {number}.") for number in range(40)]
    again = [Pair(f"Ja, {number}.", " YES. ") for number in range(40)]
    whole = texts(tmp_path, [*twice, *NUMBERED, *again])
    held = hold_out(whole, 10, 10, seed=3)
    assert {*held.dev, *held.test} < set(NUMBERED)
    assert len(list(held.rest(whole))) == 160


def test_where_too_few_are_found_once_their_copies_are_not_trained_on(tmp_path: Path) -> None:
    copies = [
        Pair(source, pair.target) for pair in NUMBERED[:20] for source in (pair.source, pair.source.upper() + " ")
    ]
    whole = texts(tmp_path, copies, [Pair("ganz anders", "SENTENCE  number 3.")])
    held = hold_out(whole, 4, 4, seed=1)
    train, dev, test = parts(held, whole)

    def keys(pairs: list[Pair]) -> set[str]:
        return {" ".join(side.lower().split()) for pair in pairs for side in (pair.source, pair.target)}

    assert len(dev) == len(test) == 4
    assert keys(train).isdisjoint(keys(dev + test))
    assert keys(dev).isdisjoint(keys(test))
    assert len(train) in (len(copies) + 1 - 16, len(copies) + 1 - 17)


def test_what_training_would_drop_is_not_held_out(tmp_path: Path) -> None:
    odd = [Pair("", "nothing"), Pair("x " * 300, "y " * 300), Pair("kurz", "a very long translation " * 9)]
    whole = texts(tmp_path, [*odd * 20, *NUMBERED])
    held = hold_out(whole, 16, 16, seed=1)
    assert set(odd).isdisjoint(held.dev + held.test)
    assert held.num_pairs == 160
    assert [pair for pair in held.rest(whole) if pair in odd] == odd * 20, "training says what it drops"


def test_more_than_a_fifth_is_refused(tmp_path: Path) -> None:
    whole = texts(tmp_path, NUMBERED)
    assert hold_out(whole, 19, 1, seed=1).num_pairs == 100
    with pytest.raises(DataError, match=r"0\.tsv: 20 pairs for dev and 1 for test are more than a fifth of the 100"):
        hold_out(whole, 20, 1, seed=1)


def test_too_few_different_sentences_are_refused(tmp_path: Path) -> None:
    whole = texts(tmp_path, [Pair(f"Satz {number}", f"The same {number % 3}") for number in range(50)])
    with pytest.raises(DataError, match="5 pairs for dev and 0 for test were asked for, and only 3 have"):
        hold_out(whole, 5, 0, seed=1)
