"""nmt split"""

import errno
import gzip
import tempfile
import tomllib
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from nmt.cli import split as command
from nmt.corpus.config import CorpusConfig
from nmt.errors import ConfigError, DataError

app = typer.Typer()
app.command()(command.split)

GERMAN = [f"Satz Nummer {number}." for number in range(60)]
ENGLISH = [f"Sentence number {number}." for number in range(60)]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


def write(path: Path, lines: list[str]) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def read(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_two_files_become_six_and_the_table_that_names_them(tmp_path: Path) -> None:
    files = [write(tmp_path / "all.de", GERMAN), write(tmp_path / "all.en", ENGLISH)]
    done = run(*files, "--out", tmp_path / "new" / "mine", "--dev", 4, "--test", 6)
    assert done.exit_code == 0, done.output
    assert "60 pairs: 50 to train on, 4 for dev, 6 for test." in done.stderr
    assert "left out" not in done.stderr
    folder = tmp_path / "new" / "mine"
    assert done.stdout.splitlines() == [
        "[corpus]",
        'source_language = "de"',
        'target_language = "en"',
        *(f'{x} = {{ source = "{folder / x}.de", target = "{folder / x}.en" }}' for x in ("train", "dev", "test")),
    ]
    corpus = CorpusConfig.model_validate(tomllib.loads(done.stdout)["corpus"])
    assert (corpus.source_language, corpus.target_language) == ("de", "en")
    lengths = {}
    for part in ("train", "dev", "test"):
        pairs = list(corpus.text(part).pairs())
        lengths[part] = len(pairs)
        assert all(GERMAN.index(pair.source) == ENGLISH.index(pair.target) for pair in pairs)
    assert lengths == {"train": 50, "dev": 4, "test": 6}
    assert sorted(path.name for path in (tmp_path / "new" / "mine").iterdir()) == sorted(
        f"{part}.{language}" for part in lengths for language in ("de", "en")
    )


def test_files_of_any_kind_that_hold_both_languages_are_read_together(tmp_path: Path) -> None:
    units = "".join(
        f'<tu><tuv xml:lang="en-US"><seg>{english}</seg></tuv><tuv xml:lang="de-DE"><seg>{german}</seg></tuv></tu>'
        for german, english in zip(GERMAN[:20], ENGLISH[:20], strict=True)
    )
    (tmp_path / "a.TMX.gz").write_bytes(gzip.compress(f"<tmx><body>{units}</body></tmx>".encode()))
    lines = [f"{german}\t{english}" for german, english in zip(GERMAN, ENGLISH, strict=True)]
    files = [tmp_path / "a.TMX.gz", write(tmp_path / "b.tsv", lines[20:40]), tmp_path / "c.csv"]
    write(
        files[2], ["en,de", *(f"{english},{german}" for german, english in zip(GERMAN[40:], ENGLISH[40:], strict=True))]
    )
    languages = "--source-language", "de", "--target-language", "en"
    done = run(*files, *languages, "--out", tmp_path / "mine", "--dev", 5, "--test", 0)
    assert done.exit_code == 0, done.output
    assert "test" not in tomllib.loads(done.stdout)["corpus"]
    assert sorted(read(tmp_path / "mine" / "train.de") + read(tmp_path / "mine" / "dev.de")) == sorted(GERMAN)
    assert len(read(tmp_path / "mine" / "dev.en")) == 5
    assert not (tmp_path / "mine" / "test.de").exists()


def test_a_thousand_each_are_held_out_unless_it_is_said_how_many(tmp_path: Path) -> None:
    files = [write(tmp_path / f"all.{code}", [f"{code} {number}" for number in range(10_000)]) for code in ("de", "en")]
    done = run(*files, "--out", tmp_path / "new")
    assert "10,000 pairs: 8,000 to train on, 1,000 for dev, 1,000 for test." in done.stderr


def test_memories_of_other_languages_are_left_out_unless_all_are(tmp_path: Path) -> None:
    for name, code in (("a", "de-DE"), ("b", "fr"), ("c", "de")):
        units = "".join(
            f'<tu><tuv xml:lang="en"><seg>{english} {name}</seg></tuv>'
            f'<tuv xml:lang="{code}"><seg>{german} {name}</seg></tuv></tu>'
            for german, english in zip(GERMAN, ENGLISH, strict=True)
        )
        (tmp_path / f"{name}.tmx").write_text(f"<tmx><body>{units}</body></tmx>", encoding="utf-8")
    options = ["--source-language", "de", "--target-language", "en", "--dev", 4, "--test", 4, "--out", tmp_path / "new"]
    done = run(*sorted(tmp_path.glob("*.tmx")), *options)
    assert done.exit_code == 0, done.output
    left_out = f"nmt: {tmp_path / 'b.tmx'} is left out: no unit is in both de and en. Its languages are: en, fr.\n"
    assert left_out in done.stderr
    assert f"reading {tmp_path / 'a.tmx'} (de, en), {tmp_path / 'c.tmx'} (de, en) ..." in done.stderr
    assert "120 pairs: 112 to train on" in done.stderr
    options[-1] = tmp_path / "other"
    for files in (["b"], ["b", "b"]):
        failure = run(*(tmp_path / f"{name}.tmx" for name in files), *options).exception
        assert str(failure).startswith(f"{tmp_path / 'b.tmx'} has no unit in both de and en. Its languages are: en, fr")


def test_files_without_languages_in_their_names_give_sides(tmp_path: Path) -> None:
    lines = [f"{german}\t{english}" for german, english in zip(GERMAN, ENGLISH, strict=True)]
    done = run(write(tmp_path / "all.tsv", lines), "--out", tmp_path / "mine", "--dev", 3, "--test", 3)
    assert done.exit_code == 0, done.output
    corpus = tomllib.loads(done.stdout)["corpus"]
    assert corpus["dev"]["target"] == str(tmp_path / "mine" / "dev.target")
    assert "source_language" not in corpus


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    files = [write(tmp_path / "a.de", GERMAN * 2), write(tmp_path / "a.en", ENGLISH * 2)]
    done = run(*files, "--out", tmp_path / "mine", "--dev", 2, "--test", 1)
    assert "120 pairs: 114 to train on, 2 for dev, 1 for test." in done.stderr
    assert "3 pairs left out for sharing a sentence with one that is held out." in done.stderr


def test_another_seed_holds_out_others(tmp_path: Path) -> None:
    files = [write(tmp_path / "a.de", GERMAN), write(tmp_path / "a.en", ENGLISH)]
    held = []
    for name, seed in (("1", 1), ("2", 2), ("3", 1)):
        run(*files, "--out", tmp_path / name, "--dev", 5, "--test", 5, "--seed", seed)
        held.append(read(tmp_path / name / "dev.de"))
    assert held[0] == held[2] != held[1]


@pytest.mark.parametrize(
    ("files", "codes", "ends"),
    [
        (("all.de", "all.en"), ("deu", "en-GB"), ("deu", "en-GB")),
        (("all.de.gz", "all.pt-BR"), (), ("de", "pt-BR")),
        (("de.txt", "en.txt"), (), ("source", "target")),
        (("de.txt", "en.tmp"), (), ("source", "target")),
        (("german", "english"), ("de", "en"), ("de", "en")),
    ],
)
def test_new_files_are_called_by_their_languages(
    tmp_path: Path, files: tuple[str, str], codes: tuple[str, ...], ends: tuple[str, str]
) -> None:
    for name, lines in zip(files, (GERMAN, ENGLISH), strict=True):
        write(tmp_path / name, lines)
    if files[0].endswith(".gz"):
        (tmp_path / files[0]).write_bytes(gzip.compress((tmp_path / files[0]).read_bytes()))
    languages = [part for pair in zip(("--source-language", "--target-language"), codes, strict=False) for part in pair]
    done = run(*(tmp_path / name for name in files), *languages, "--out", tmp_path / "mine", "--dev", 2, "--test", 2)
    assert done.exit_code == 0, done.output
    assert len(read(tmp_path / "mine" / f"train.{ends[0]}")) == len(read(tmp_path / "mine" / f"dev.{ends[1]}")) + 54
    assert ("source_language" in tomllib.loads(done.stdout)["corpus"]) == (ends != ("source", "target"))


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (("en", "en"), "--source-language en, --target-language en: give two"),
        (("en", ""), "--source-language en, --target-language ?: give two"),
        (("../en", "de"), "--source-language ../en, --target-language de: give two"),
        (("en", "de"), "the names say de, en, the other way round"),
    ],
)
def test_languages_that_cannot_be_are_refused(tmp_path: Path, codes: tuple[str, str], message: str) -> None:
    files = [write(tmp_path / "a.de", GERMAN), write(tmp_path / "a.en", ENGLISH)]
    languages = "--source-language", codes[0], "--target-language", codes[1]
    done = run(*files, *languages, "--out", tmp_path / "mine", "--dev", 4, "--test", 4)
    assert isinstance(done.exception, ConfigError)
    assert message in str(done.exception)


def test_no_file_is_written_over(tmp_path: Path) -> None:
    files = [write(tmp_path / "train.de", GERMAN), write(tmp_path / "train.en", ENGLISH)]
    done = run(tmp_path / "all.de", tmp_path / "all.en", "--out", tmp_path, "--dev", 4, "--test", 4)
    assert isinstance(done.exception, ConfigError)
    assert str(done.exception) == f"{files[0]} is there already. Name another folder with --out, or delete it."
    assert read(files[0]) == GERMAN
    assert sorted(tmp_path.iterdir()) == sorted(files)


def test_nobody_is_told_to_delete_what_is_to_be_cut(tmp_path: Path) -> None:
    files = [write(tmp_path / "train.de", GERMAN), write(tmp_path / "train.en", ENGLISH)]
    done = run(tmp_path / "." / "train.de", files[1], "--out", tmp_path, "--dev", 4, "--test", 4)
    assert str(done.exception) == f"{files[0]} is there already. Name another folder with --out."


def test_a_test_set_of_ones_own_may_stand_beside_the_new_files(tmp_path: Path) -> None:
    files = [write(tmp_path / "all.de", GERMAN), write(tmp_path / "all.en", ENGLISH)]
    own = write(tmp_path / "test.de", ["Mein eigener."])
    done = run(*files, "--out", tmp_path, "--dev", 4, "--test", 0)
    assert done.exit_code == 0, done.output
    assert read(own) == ["Mein eigener."]
    assert "test" not in tomllib.loads(done.stdout)["corpus"]


def test_of_a_long_text_it_is_said_how_far_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nmt.corpus.split.TOLD_EVERY", 25)
    files = [write(tmp_path / "all.de", GERMAN), write(tmp_path / "all.en", ENGLISH)]
    done = run(*files, "--out", tmp_path / "new", "--dev", 4, "--test", 4)
    said = [line for line in done.stderr.splitlines() if "of three readings" in line]
    assert said == [
        f"nmt: {time} of three readings: {number} pairs ..."
        for time in ("first", "second", "third")
        for number in (25, 50)
    ]


@pytest.mark.parametrize("names", [["a.de"], ["a.de", "a.en", "b.de"], ["a.de", "b.tmx"]])
def test_text_files_come_in_twos(tmp_path: Path, names: list[str]) -> None:
    done = run(*names, "--out", tmp_path / "mine")
    assert isinstance(done.exception, ConfigError)
    assert "give two aligned text files" in str(done.exception)


def test_a_memory_needs_languages(tmp_path: Path) -> None:
    done = run("a.tmx", "--out", tmp_path / "mine")
    assert isinstance(done.exception, ConfigError)
    assert str(done.exception).startswith("a.tmx: give --source-language and --target-language")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    files = [write(tmp_path / "a.de", GERMAN), write(tmp_path / "a.en", ENGLISH)]
    done = run(*files, "--out", files[0] / "mine", "--dev", 4, "--test", 4)
    assert isinstance(done.exception, DataError)
    assert "cannot be made" in str(done.exception)


def test_a_folder_that_cannot_be_written_to_is_named_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**choices: Path) -> None:  # chmod does not stop root, who may run this test
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    done = run(tmp_path / "missing.de", tmp_path / "missing.en", "--out", tmp_path)
    assert isinstance(done.exception, DataError)
    assert str(done.exception).startswith(f"{tmp_path}: cannot be made or written to (Read-only file system).")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((GERMAN, GERMAN), "are the same text. Give one in each language."),
        ((["de", *GERMAN], ["en", *ENGLISH]), "line 1 is a header (de, en)"),
        (([f'{{"de": "{line}"}}' for line in GERMAN], ENGLISH), "line 1 is a JSON object"),
        ((GERMAN, ENGLISH[1:]), "has 60 lines but"),
    ],
)
def test_after_a_refusal_the_folder_that_was_made_is_gone(
    tmp_path: Path, lines: tuple[list[str], list[str]], message: str
) -> None:
    files = [write(tmp_path / f"a.{code}", text) for code, text in zip(("de", "en"), lines, strict=True)]
    done = run(*files, "--out", tmp_path / "new" / "mine", "--dev", 4, "--test", 4)
    assert isinstance(done.exception, DataError)
    assert message in str(done.exception)
    assert sorted(tmp_path.iterdir()) == sorted(files)


def test_a_folder_that_was_there_before_a_refusal_stays(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    run(tmp_path / "none.de", tmp_path / "none.en", "--out", tmp_path / "mine" / "new")
    assert list(tmp_path.iterdir()) == [tmp_path / "mine"]
    assert not list((tmp_path / "mine").iterdir())


def test_a_code_of_no_language_is_said(tmp_path: Path) -> None:
    files = [write(tmp_path / "a.de", GERMAN), write(tmp_path / "a.en", ENGLISH)]
    languages = "--source-language", "ge", "--target-language", "en"
    done = run(*files, *languages, "--out", tmp_path / "mine", "--dev", 4, "--test", 4)
    assert done.exit_code == 0, done.output
    assert "nmt: ge: not among the two-letter codes of languages (ISO 639-1). A typo?" in done.stderr
