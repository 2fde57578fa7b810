"""nmt split"""

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nmt.cli.messages import say

if TYPE_CHECKING:
    from nmt.corpus.readers import Text

SIDES = "source", "target"  # what files are called where no language is known

Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE...",
        help="Two aligned text files, or any number of translation memories (.tmx) or of .tsv, .jsonl, .csv or "
        ".parquet files.",
    ),
]
Out = Annotated[Path, typer.Option(help="Folder for the files this makes: train.en, train.de, dev.en ...")]
SourceLanguage = Annotated[
    str, typer.Option(metavar="CODE", help="Of the source text, such as en. [default: how the first file's name ends]")
]
TargetLanguage = Annotated[
    str, typer.Option(metavar="CODE", help="Of the target text, such as de. [default: how the second file's name ends]")
]
Dev = Annotated[int, typer.Option(min=1, help="Pairs held out to choose the best model by.")]
Test = Annotated[int, typer.Option(min=0, help="Pairs held out to test it on.")]
Seed = Annotated[int, typer.Option(min=0, help="Another seed holds out other pairs.")]


def split(
    files: Files,
    out: Out,
    source_language: SourceLanguage = "",
    target_language: TargetLanguage = "",
    dev: Dev = 1000,
    test: Test = 1000,
    seed: Seed = 1,
) -> None:
    """Cut a text in three: training, dev and test.

    No sentence is in two of them. Prints the [corpus] table that names them in a recipe.
    """
    from nmt.corpus.checks import check_start
    from nmt.corpus.languages import doubt_about_codes
    from nmt.corpus.split import hold_out, write_parts
    from nmt.counted import counted

    names = _names(files, source_language, target_language)
    made = ("train", "dev", "test") if test else ("train", "dev")
    paths = {part: (out / f"{part}.{names[0]}", out / f"{part}.{names[1]}") for part in made}
    if said := doubt_about_codes(names):
        say(said)
    with _folder(out, [path for both in paths.values() for path in both], files):
        texts = _texts(files, say, (source_language, target_language))
        for text in texts:
            check_start(text, names)
        say(f"reading {', '.join(text.describe() for text in texts)} ...")
        held = hold_out(texts, dev, test, seed, say)
        parts = {"train": held.rest(say), "dev": held.dev, "test": held.test}
        counts = write_parts([(both, parts[part]) for part, both in paths.items()])
    say(f"{counted(held.num_pairs, 'pair')}: {counts[0]:,} to train on, {dev:,} for dev, {test:,} for test.")
    if others := held.num_pairs - counts[0] - dev - test:
        say(f"{counted(others, 'pair')} left out for sharing a sentence with one that is held out.")
    if names == SIDES:
        say("the languages are not known, and recipes name them: --source-language and --target-language.")
    languages = dict(zip(("source_language", "target_language"), names, strict=True)) if names != SIDES else {}
    print(_corpus_table(languages, paths))


def _names(files: Sequence[Path], *given: str) -> tuple[str, str]:
    """What the names of the new files end in: the languages, or how two text files end, or which side they are.

    Raises ConfigError for languages that are none, or that contradict the files.
    """
    from nmt.corpus.checks import check_order, ending
    from nmt.corpus.languages import looks_like_a_code
    from nmt.errors import ConfigError

    if any(given) and (given[0] == given[1] or not all(map(_CODE.fullmatch, given))):
        raise ConfigError(
            f"--source-language {given[0] or '?'}, --target-language {given[1] or '?'}: give two, such as en and pt-BR."
        )
    if all(given):
        check_order(files, (given[0], given[1]))
        return given[0], given[1]
    ends = [ending(path) for path in files]
    of_text = len(files) == 2 and {_reader(path) for path in files} == {"parallel"}
    return (ends[0], ends[1]) if of_text and all(map(looks_like_a_code, ends)) and ends[0] != ends[1] else SIDES


_CODE = re.compile(r"[A-Za-z0-9]+([-_][A-Za-z0-9]+)*")


def _reader(path: Path) -> str:
    """Which one of READERS a file is for, by its name."""
    from nmt.corpus.hub import file_format

    suffix = Path(path.name.removesuffix(".gz")).suffix.lower()
    return {".tmx": "tmx", ".tsv": "tsv"}.get(suffix, "datasets" if file_format(path.name) else "parallel")


def _texts(files: Sequence[Path], say: Callable[[str], None], languages: tuple[str, str]) -> "tuple[Text, ...]":
    """What is to be read: of several files, not the memories of other languages. Raises ConfigError where the files do
    not go together.
    """
    from nmt.corpus.readers import BY_LANGUAGE, name_text
    from nmt.corpus.tmx import other_languages
    from nmt.errors import ConfigError

    readers = [_reader(path) for path in files]
    if "parallel" in readers:
        if readers != ["parallel"] * 2:
            raise ConfigError(
                f"{', '.join(map(str, files))}: give two aligned text files, or only files whose names say that they "
                "hold both languages (.tmx, .tsv, .jsonl, .csv, .parquet)."
            )
        return (name_text("train", "parallel", dict(zip(SIDES, map(str, files), strict=True)), ("", "")),)
    if not BY_LANGUAGE.isdisjoint(readers) and not all(languages):
        raise ConfigError(
            f"{files[0]}: give --source-language and --target-language, by which the two texts are found in it."
        )
    texts = [
        name_text("train", reader, {"source": str(path)}, languages)
        for reader, path in zip(readers, files, strict=True)
    ]
    others = [other_languages(Path(text.source), languages) if text.reader == "tmx" else [] for text in texts]
    if all(others):
        return tuple(texts[:1])  # whose reader says what is wrong with it
    for path, found in zip(files, others, strict=True):
        if found:
            both, its = " and ".join(languages), ", ".join(found)
            say(f"{path} is left out: no unit is in both {both}. Its languages are: {its}.")
    return tuple(text for text, found in zip(texts, others, strict=True) if not found)


@contextmanager
def _folder(folder: Path, paths: Sequence[Path], inputs: Sequence[Path]) -> Iterator[None]:
    """Within, there is the folder for these new files. What was made for it goes again where they are not written.

    Raises ConfigError where there is one of the files, which may be one that is to be read, and DataError where the
    folder cannot be made or written to.
    """
    from nmt.errors import ConfigError, DataError

    for path in paths:
        if path.exists():
            is_read = path.resolve() in {one.resolve() for one in inputs}
            remedy = "Name another folder with --out" + (", or delete it" if not is_read else "")
            raise ConfigError(f"{path} is there already. {remedy}.")
    new = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass  # better tried before a long text is read than afterwards
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be made or written to ({error.strerror}). Name another folder with --out."
        ) from None
    try:
        yield
    except BaseException:
        with suppress(OSError):  # somebody else's file is in it by now
            for one in new:
                one.rmdir()
        raise


def _corpus_table(languages: dict[str, str], parts: dict[str, tuple[Path, Path]]) -> str:
    """The [corpus] of a recipe, as recipes write it."""
    from nmt.config import toml_value

    lines = ["[corpus]", *(f"{key} = {toml_value(code)}" for key, code in languages.items())]
    for part, paths in parts.items():
        source, target = (toml_value(str(path)) for path in paths)
        lines.append(f"{part} = {{ source = {source}, target = {target} }}")
    return "\n".join(lines)
