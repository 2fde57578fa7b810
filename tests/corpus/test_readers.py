"""Readers: parallel and tab-separated files, and what is said of files that do not fit."""

from pathlib import Path

import pytest

from nmt.corpus.readers import READERS, Pair, read_parallel, read_tsv
from nmt.errors import DataError


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode("utf-8"))
    return path


def test_parallel_lines_are_paired_in_order(tmp_path: Path) -> None:
    source = write(tmp_path, "a.de", "eins\n\nzwei\u2028halb\n")
    target = write(tmp_path, "a.en", "one\nnothing\ntwo and a half")
    assert list(READERS["parallel"]([source, target])) == [
        Pair("eins", "one"),
        Pair("", "nothing"),
        Pair("zwei\u2028halb", "two and a half"),
    ]


def test_parallel_files_of_different_length_are_named_with_both_counts(tmp_path: Path) -> None:
    source = write(tmp_path, "train.de", "x\n" * 29000)
    target = write(tmp_path, "train.en", "x\n" * 29001)
    with pytest.raises(DataError) as failure:
        read_parallel([source, target])
    assert str(failure.value) == (
        f"{source} has 29000 lines but train.en has 29001. Parallel files must have equal length."
    )


def test_files_in_two_folders_are_both_named_in_full(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    source = write(tmp_path, "train", "x\n")
    target = write(tmp_path / "other", "train", "x\nx\n")
    with pytest.raises(DataError, match="has 1 lines but ") as failure:
        read_parallel([source, target])
    assert f"but {target} has 2." in str(failure.value)


@pytest.mark.parametrize(
    ("source_text", "target_text"),
    [
        ("a\nb\n", "a\n"),
        ("a\nb\n", "a\nb\n\n"),
        ("a\nb\n", "a\rb\r"),
        ("a\nb\n", "a\u2028b\n"),
        ("", "\n"),
    ],
)
def test_a_mismatch_is_never_silent(tmp_path: Path, source_text: str, target_text: str) -> None:
    source, target = write(tmp_path, "s", source_text), write(tmp_path, "t", target_text)
    with pytest.raises(DataError, match="equal length"):
        read_parallel([source, target])
    with pytest.raises(DataError, match="equal length"):
        read_parallel([target, source])


@pytest.mark.parametrize(
    ("source_text", "target_text"), [("a\nb\n", "a\nb"), ("a\r\nb\r\n", "a\nb\n"), ("\ufeffa\nb\n", "a\nb\n")]
)
def test_line_ends_and_marks_that_mean_the_same_do_not_matter(
    tmp_path: Path, source_text: str, target_text: str
) -> None:
    source, target = write(tmp_path, "s", source_text), write(tmp_path, "t", target_text)
    assert list(read_parallel([source, target])) == [Pair("a", "a"), Pair("b", "b")]


def test_tab_separated_lines_are_pairs(tmp_path: Path) -> None:
    path = write(tmp_path, "a.tsv", "eins\tone\r\nzwei\u2028\ttwo\n\tnothing\n")
    assert list(READERS["tsv"]([path])) == [Pair("eins", "one"), Pair("zwei\u2028", "two"), Pair("", "nothing")]


@pytest.mark.parametrize(("line", "num_fields"), [("zwei", 1), ("zwei\ttwo\tCC-BY", 3), ("", 1)])
def test_a_tsv_line_with_other_than_two_fields_is_named(tmp_path: Path, line: str, num_fields: int) -> None:
    path = write(tmp_path, "a.tsv", f"eins\tone\n{line}\ndrei\tthree\n")
    with pytest.raises(DataError, match=rf"a\.tsv: line 2 has {num_fields} tab-separated field.*cut -f1,2"):
        read_tsv([path])


def test_the_number_of_files_is_checked(tmp_path: Path) -> None:
    path = write(tmp_path, "a", "eins\tone\n")
    with pytest.raises(DataError, match="two files"):
        read_parallel([path])
    with pytest.raises(DataError, match="no file: tab-separated text is one file"):
        read_tsv([])


def test_a_missing_partner_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="missing: no such file"):
        read_parallel([write(tmp_path, "a", "eins\n"), tmp_path / "missing"])
