"""Readers: parallel and tab-separated files, and what is said of files that do not fit."""

import gzip
from pathlib import Path

import pytest

from nmt.corpus.readers import Pair, Text, name_text, read_parallel, read_tsv
from nmt.errors import DataError


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode("utf-8"))
    return path


def fingerprint(text: Text) -> str:
    return text.fingerprint(text.hashes())


def test_parallel_lines_are_paired_in_order(tmp_path: Path) -> None:
    source = write(tmp_path, "a.de", "eins\n\nzwei\u2028halb\n")
    target = write(tmp_path, "a.en", "one\nnothing\ntwo and a half")
    assert list(Text("parallel", str(source), str(target)).pairs()) == [
        Pair("eins", "one"),
        Pair("", "nothing"),
        Pair("zwei\u2028halb", "two and a half"),
    ]


def test_parallel_files_of_different_length_are_named_with_both_counts(tmp_path: Path) -> None:
    source = write(tmp_path, "train.de", "x\n" * 29000)
    target = write(tmp_path, "train.en", "x\n" * 29001)
    with pytest.raises(DataError) as failure:
        list(read_parallel([source, target]))
    assert str(failure.value) == (
        f"{source} has 29,000 lines but train.en has 29,001. Parallel files must have equal length."
    )


def test_files_in_two_folders_are_both_named_in_full(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    source = write(tmp_path, "train", "x\n")
    target = write(tmp_path / "other", "train", "x\nx\n")
    with pytest.raises(DataError, match="has 1 line but ") as failure:
        list(read_parallel([source, target]))
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
        list(read_parallel([source, target]))
    with pytest.raises(DataError, match="equal length"):
        list(read_parallel([target, source]))


def test_pairs_come_before_the_rest_of_the_files_is_read(tmp_path: Path) -> None:
    source, target = write(tmp_path, "s", "a\nb\nc\n"), write(tmp_path, "t", "A\nB\n")
    pairs = read_parallel([source, target])
    assert [next(pairs), next(pairs)] == [Pair("a", "A"), Pair("b", "B")]
    with pytest.raises(DataError, match=r"s has 3 lines but t has 2\."):
        next(pairs)


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
    assert list(Text("tsv", str(path)).pairs()) == [Pair("eins", "one"), Pair("zwei\u2028", "two"), Pair("", "nothing")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("zwei", r"no tab\. Each line must be source TAB target\."),
        ("", r"no tab\. Each line must be source TAB target\."),
        (
            "zwei\ttwo\tCC-BY",
            r"3 tab-separated fields\. Each line must be source TAB target; cut -f1,2 keeps the first two columns of a "
            r"wider file\.",
        ),
    ],
)
def test_a_tsv_line_with_other_than_two_fields_is_named(tmp_path: Path, line: str, said: str) -> None:
    path = write(tmp_path, "a.tsv", f"eins\tone\n{line}\ndrei\tthree\n")
    with pytest.raises(DataError, match=rf"a\.tsv: line 2 has {said}$"):
        list(read_tsv([path]))


@pytest.mark.parametrize(
    "line", ['"He said ""hi"""\tEr sagte', 'He said\t"Er sagte ""hallo"" zu mir"', '""""\tx', '"""a"" b"\tx']
)
def test_a_tsv_that_is_quoted_as_csv_is_named_with_who_reads_it(tmp_path: Path, line: str) -> None:
    path = write(tmp_path, "a.tsv", f"eins\tone\n{line}\n")
    with pytest.raises(DataError, match=r'a\.tsv: line 2 is quoted as CSV is.* in \.csv .*corpus\.reader = "datasets"'):
        list(read_tsv([path]))
    csv = write(tmp_path, "a.csv", f"de\ten\n{line}\n")
    assert '""' not in str(list(name_text("train", "datasets", {"source": str(csv)}, ("de", "en")).pairs()))


@pytest.mark.parametrize("field", ['"Ja!"', '""', '"Ja," sagte er, "gern."', 'ein 5"" Rohr', '""Ja""', '"a""b', '"'])
def test_quotation_marks_in_a_tsv_are_text(tmp_path: Path, field: str) -> None:
    path = write(tmp_path, "a.tsv", f"{field}\tone\n")
    assert list(read_tsv([path])) == [Pair(field, "one")]


def test_the_number_of_files_is_checked(tmp_path: Path) -> None:
    path = write(tmp_path, "a", "eins\tone\n")
    with pytest.raises(DataError, match="two files"):
        list(read_parallel([path]))
    with pytest.raises(DataError, match="no file: tab-separated text is one file"):
        list(read_tsv([]))


def test_a_missing_partner_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="missing: no such file"):
        list(read_parallel([write(tmp_path, "a", "eins\n"), tmp_path / "missing"]))


def test_a_text_is_known_by_the_bytes_of_its_files_and_not_by_their_names(tmp_path: Path) -> None:
    source, target, same = (write(tmp_path, name, text) for name, text in (("a", "x\n"), ("b", "y\n"), ("c", "x\n")))
    text = Text("parallel", str(source), str(target))
    assert fingerprint(Text("parallel", str(same), str(target))) == fingerprint(text)
    assert fingerprint(Text("parallel", str(target), str(source))) != fingerprint(text)
    (tmp_path / "d.gz").write_bytes(gzip.compress(b"x\n"))
    assert fingerprint(Text("parallel", str(tmp_path / "d.gz"), str(target))) != fingerprint(text)
    with pytest.raises(DataError, match="missing: no such file"):
        Text("tsv", str(tmp_path / "missing")).hashes()


def test_a_data_set_of_the_hub_is_known_by_everything_that_names_it() -> None:
    languages = ("en", "de")
    texts = [
        name_text("train", "datasets", {"source": "a/b"}, languages),
        name_text("dev", "datasets", {"source": "a/b"}, languages),
        name_text("train", "datasets", {"source": "a/c"}, languages),
        name_text("train", "datasets", {"source": "a/b", "config": "x"}, languages),
        name_text("train", "datasets", {"source": "a/b", "revision": "x"}, languages),
        name_text("train", "datasets", {"source": "a/b"}, ("de", "en")),
    ]
    assert len({fingerprint(text) for text in texts}) == len(texts)
    assert texts[0].paths() == []


@pytest.mark.parametrize(("part", "split"), [("train", "train"), ("dev", "validation"), ("test", "test")])
def test_the_parts_of_a_data_set_of_the_hub_have_usual_names(part: str, split: str) -> None:
    assert name_text(part, "datasets", {"source": "a/b"}, ("en", "de")).split == split
    assert name_text(part, "datasets", {"source": "a/b", "split": "x"}, ("en", "de")).split == "x"
    assert name_text(part, "datasets", {"source": "a/b.jsonl"}, ("en", "de")).split is None
    assert name_text(part, "tsv", {"source": "a/b"}, ("en", "de")).split is None


def test_the_same_files_are_the_same_text_however_their_paths_are_written() -> None:
    files = [{"source": "./a//b", "target": "c"}, {"source": "a/b", "target": "./c"}]
    assert name_text("test", "parallel", files[0], ("", "")) == name_text("test", "parallel", files[1], ("en", "de"))


def test_a_text_is_named_with_what_was_chosen_of_it() -> None:
    assert Text("parallel", "a", "b").describe() == "a, b"
    text = name_text("test", "datasets", {"source": "wmt/wmt14", "config": "de-en"}, ("de", "en"))
    assert text.describe() == "wmt/wmt14 (de, en, de-en, test)"
