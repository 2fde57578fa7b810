"""Text as a recipe or a command names it."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from nmt.corpus.checks import check_order, check_parts, check_sides, check_start, check_there, doubt_about_files
from nmt.corpus.readers import Text
from nmt.errors import ConfigError, DataError, NMTError

REMEDY = "Give another one."


def text_of(folder: Path, name: str, *lines: str) -> Text:
    """A TSV file."""
    (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return Text("tsv", str(folder / name))


def refusal(check: Callable[..., None], *given: object) -> str:
    """What a check says against it; empty where it takes it."""
    try:
        check(*given)
    except NMTError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("names", "languages"),
    [
        (("dev.de", "dev.en"), ("en", "de")),
        (("a/x.de.gz", "b/y.EN"), ("en-GB", "de_AT")),
        (("dev.zh", "dev.pt-BR"), ("pt", "zh-Hans")),
        (("dev.en-US", "dev.en-GB"), ("en-GB", "en-US")),
    ],
)
def test_names_that_say_the_other_language_on_both_sides_are_refused(
    names: tuple[str, str], languages: tuple[str, str]
) -> None:
    paths = [Path(name) for name in names]
    with pytest.raises(ConfigError, match="the other way round"):
        check_order(paths, languages)
    assert refusal(check_order, paths[::-1], languages) == ""


@pytest.mark.parametrize(
    ("names", "languages"),
    [
        (("dev.de", "dev.de"), ("en", "de")),
        (("dev.de", "dev.txt"), ("en", "de")),
        (("de.txt", "en.txt"), ("en", "de")),
        (("dev.en", "dev.en"), ("en-GB", "en-US")),
        (("dev.de", "dev.en"), ("", "")),
        (("dev.de", "dev.en"), ("", "de")),
        (("dev.tsv",), ("en", "de")),
    ],
)
def test_names_that_leave_it_open_are_taken(names: tuple[str, ...], languages: tuple[str, str]) -> None:
    assert refusal(check_order, [Path(name) for name in names], languages) == ""


def test_one_file_is_not_both_sides_under_whatever_name(tmp_path: Path) -> None:
    path, other = tmp_path / "a.de", tmp_path / "a.en"
    path.write_text("Hund\n", encoding="utf-8")
    other.symlink_to(path)
    for paths in ([path, path], [path, other]):
        with pytest.raises(ConfigError, match="is both source and target"):
            check_sides(paths, ("", ""))
    for other in (tmp_path / "missing", Path("a" * 300)):  # whose reader says so
        check_sides([path, other], ("", ""))


@pytest.mark.parametrize("made", [True, False])
def test_a_missing_file_that_is_near_the_recipe_is_found_there(
    tmp_path: Path, made: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    for folder in (home / "data" / "my", home / "recipes" / "my", elsewhere):
        folder.mkdir(parents=True)
    (home / "data" / "my" / ("train.tsv" if made else "prepare.py")).touch()  # which makes it
    text, near = Text("tsv", "data/my/train.tsv"), home / "recipes" / "my"
    monkeypatch.chdir(elsewhere)
    with pytest.raises(DataError) as failure:
        check_there(text, "corpus.train", near, REMEDY)
    assert str(failure.value).endswith(
        f"It is corpus.train, and paths are relative to the directory that `nmt` is run in: run it in {home}."
    )
    monkeypatch.chdir(home)
    if made:
        check_there(text, "corpus.train", near, REMEDY)
    else:
        with pytest.raises(DataError, match=rf"data/my/prepare\.py\. It is corpus\.train\. {REMEDY}$"):
            check_there(text, "corpus.train", near, REMEDY)


def test_a_script_of_that_name_elsewhere_makes_nothing(tmp_path: Path) -> None:
    (tmp_path / "prepare.py").touch()
    (tmp_path / "recipes").mkdir()
    with pytest.raises(DataError, match=rf"^train\.tsv: no such file\. It is corpus\.train\. {REMEDY}$"):
        check_there(Text("tsv", "train.tsv"), "corpus.train", tmp_path / "recipes", REMEDY)


@pytest.mark.parametrize("near", [None, Path("recipes")])
def test_a_file_that_is_nowhere_is_missing_by_its_key(tmp_path: Path, near: Path | None) -> None:
    for path in ("no-such.tsv", str(tmp_path / "none.tsv")):
        with pytest.raises(DataError) as failure:
            check_there(Text("tsv", path), "corpus.dev", near, REMEDY)
        assert str(failure.value) == f"{path}: no such file. It is corpus.dev. {REMEDY}"


@pytest.mark.parametrize(
    ("line", "languages"),
    [
        ("source\ttarget", ("", "")),
        ("Source\tTARGET", ("en", "de")),
        ("src\ttrg", ("en", "de")),
        ("EN\tde", ("en", "de")),
        ("German\tEnglish", ("german", "english")),
    ],
)
def test_a_header_is_no_pair(tmp_path: Path, line: str, languages: tuple[str, str]) -> None:
    with pytest.raises(DataError, match=r"a\.tsv: line 1 is a header \(.*\), and would be taken for a pair") as failure:
        check_start(text_of(tmp_path, "a.tsv", line, "Hund\tdog"), languages)
    assert "other way round" not in str(failure.value)


def test_a_header_that_names_the_other_language_first_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the sides are the other way round"):
        check_start(text_of(tmp_path, "a.tsv", "de\ten", "Hund\tdog"), ("en", "de"))


@pytest.mark.parametrize(
    "line", ["it\tes", "Hund\tdog", "source\tQuelle", "\t", '{"key": "Hund"}\t{"key": "dog"}', "{\t}"]
)
def test_a_first_pair_that_is_one_is_taken(tmp_path: Path, line: str) -> None:
    for text in (text_of(tmp_path, "a.tsv", line), text_of(tmp_path, "empty.tsv")):
        assert refusal(check_start, text, ("en", "de")) == ""


@pytest.mark.parametrize("line", ['{"de": "Hund", "en": "dog"}', '{"translation": {"de": "Hund", "en": "dog"}}'])
def test_lines_of_json_are_not_taken_for_sentences(tmp_path: Path, line: str) -> None:
    for name in ("a.txt", "b.txt.gz"):
        path, data = tmp_path / name, f"{line}\n".encode()
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        with pytest.raises(DataError, match=r'line 1 is a JSON object.*\.jsonl.*corpus\.reader = "datasets"'):
            check_start(Text("parallel", str(path), str(path)), ("de", "en"))


def test_text_that_a_recipe_names_twice_is_doubted(tmp_path: Path) -> None:
    one, other = text_of(tmp_path, "a.tsv", "Hund\tdog"), text_of(tmp_path, "b.tsv", "Katze\tcat")
    texts = {"train": one, "dev": other, "test": other}
    doubt = "corpus.test is the text of corpus.dev, so scores on it are too good."
    assert check_parts(texts, ("de", "en"), None, two_sides=True) == [doubt]
    assert check_parts({"train": one, "dev": other}, ("de", "en"), None, two_sides=True) == []


def test_a_file_that_is_named_after_another_language_is_doubted(tmp_path: Path) -> None:
    for name in ("train.en", "train.de", "dev.txt", "dev.de.gz"):
        (tmp_path / name).write_text("Hund\n")
    text = Text("parallel", str(tmp_path / "train.en"), str(tmp_path / "train.de"))
    doubt = f"{tmp_path}/train.de: the name says de, and that side is in fr. Is it the right file?"
    assert doubt_about_files(text.paths(), ("en", "fr")) == doubt
    assert check_parts({"train": text}, ("en", "fr"), None, two_sides=True) == [doubt]
    assert check_parts({"train": text}, ("", "fr"), None, two_sides=False) == []
    for languages in (("en", "de"), ("en-GB", "de-AT"), ("", "de"), ("", "")):
        assert doubt_about_files(text.paths(), languages) == ""
    assert doubt_about_files([tmp_path / "dev.txt", tmp_path / "dev.de.gz"], ("en", "de")) == ""
