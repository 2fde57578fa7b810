"""nmt split"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from nmt.corpus.readers import Pair, Text

Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE...",
        help="Two aligned text files, or any number of translation memories (.tmx) or of .tsv, .jsonl, .csv or "
        ".parquet files.",
    ),
]
Out = Annotated[Path, typer.Option(help="Folder for the files this makes.")]
SourceLanguage = Annotated[
    str, typer.Option(metavar="CODE", help="Such as en: which text of the files, and how files are called.")
]
TargetLanguage = Annotated[str, typer.Option(metavar="CODE", help="Such as de.")]
Dev = Annotated[int, typer.Option(min=1, help="Pairs held out to choose the best model by.")]
Test = Annotated[int, typer.Option(min=0, help="Pairs held out to test it on.")]
Seed = Annotated[int, typer.Option(min=0, help="Another one holds out others.")]


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

    No sentence is in two of them. Prints what names them in a recipe.
    """
    from rich.console import Console

    from nmt.config import write_toml
    from nmt.corpus.split import hold_out

    console = Console(stderr=True)

    def say(message: str) -> None:
        console.print(f"nmt: {message}", highlight=False, markup=False, soft_wrap=True)

    texts = _texts(files, source_language, target_language)
    names = _languages(files, source_language, target_language)
    paths = {part: (out / f"{part}.{names[0]}", out / f"{part}.{names[1]}") for part in ("train", "dev", "test")}
    if not test:
        del paths["test"]
    _check_new([path for both in paths.values() for path in both])
    say(f"reading {', '.join(map(str, files))} ...")
    held = hold_out(texts, dev, test, seed)
    num_trained = _write(paths["train"], held.rest(texts))
    _write(paths["dev"], held.dev)
    if test:
        _write(paths["test"], held.test)
    say(f"{held.num_pairs:,} pairs: {num_trained:,} to train on, {dev:,} for dev, {test:,} for test.")
    if others := held.num_pairs - num_trained - dev - test:
        say(f"{others:,} are left out, as they share a sentence with one that is held out.")
    languages = dict(zip(("source_language", "target_language"), names, strict=True)) if names != SIDES else {}
    tables = {part: {"source": str(both[0]), "target": str(both[1])} for part, both in paths.items()}
    print(write_toml({"corpus": languages | tables}), end="")


SIDES = ("source", "target")


def _texts(files: Sequence[Path], *languages: str) -> "tuple[Text, ...]":
    """What is to be read, by the names of the files. Raises ConfigError where these do not say."""
    from nmt.corpus.hub import file_format
    from nmt.corpus.readers import BY_LANGUAGE, name_text
    from nmt.errors import ConfigError

    def reader(path: Path) -> str:
        suffix = Path(path.name.removesuffix(".gz")).suffix.lower()
        return {".tmx": "tmx", ".tsv": "tsv"}.get(suffix, "datasets" if file_format(path.name) else "parallel")

    readers = [reader(path) for path in files]
    if "parallel" in readers:
        if readers != ["parallel"] * 2:
            raise ConfigError(
                f"{', '.join(map(str, files))}: give two aligned text files, or only files whose names say that they "
                "hold both languages (.tmx, .tsv, .jsonl, .csv, .parquet)."
            )
        return (name_text("train", "parallel", {"source": str(files[0]), "target": str(files[1])}, ("", "")),)
    if not BY_LANGUAGE.isdisjoint(readers) and not all(languages):
        raise ConfigError(
            f"{files[0]}: give --source-language and --target-language, by which the two texts are found in it."
        )
    source, target = languages
    return tuple(
        name_text("train", kind, {"source": str(path)}, (source, target))
        for kind, path in zip(readers, files, strict=True)
    )


def _languages(files: Sequence[Path], source: str, target: str) -> tuple[str, str]:
    """What the names of the new files end in: the languages, or how the text files end, or which side they are."""
    ends = [path.name.removesuffix(".gz").rpartition(".") for path in files]
    if len(files) == 2 and all(stem and end for stem, _, end in ends) and ends[0][2] != ends[1][2]:
        return source or ends[0][2], target or ends[1][2]
    return source or SIDES[0], target or SIDES[1]


def _check_new(paths: Sequence[Path]) -> None:
    from nmt.errors import ConfigError

    for path in paths:
        if path.exists():
            raise ConfigError(f"{path} is there already. Name another folder with --out, or delete it.")


def _write(paths: "tuple[Path, Path]", pairs: "Iterable[Pair]") -> int:
    """Write pairs into two files; returns how many."""
    from nmt.corpus.lines import one_line
    from nmt.errors import DataError

    number = 0
    try:
        paths[0].parent.mkdir(parents=True, exist_ok=True)
        with (
            open(paths[0], "w", encoding="utf-8", newline="\n") as source,
            open(paths[1], "w", encoding="utf-8", newline="\n") as target,
        ):
            for pair in pairs:
                source.write(one_line(pair.source) + "\n")
                target.write(one_line(pair.target) + "\n")
                number += 1
    except OSError as error:
        raise DataError(f"{error.filename or paths[0]}: cannot be written ({error.strerror}).") from None
    return number
