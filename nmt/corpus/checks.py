"""Text as it is named: whether it is there, the right way round, and of the kind that its reader reads."""

import json
import os
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from nmt.config import RECIPE
from nmt.corpus.languages import Languages, agree, doubt_about_codes, is_two_letter_code
from nmt.corpus.lines import explain_failure
from nmt.corpus.readers import BY_LANGUAGE, Text
from nmt.errors import ConfigError, DataError

_HEADERS = {("source", "target"), ("src", "tgt"), ("src", "trg")}
_FIELDS = {"source", "target", "text", "translation"}


def check_parts(texts: dict[str, Text], languages: Languages, recipe_dir: Path | None, two_sides: bool) -> list[str]:
    """What a new run is to be trained on: the texts of "train", "dev" and "test". Returns doubts, a sentence each.

    `recipe_dir` is where the recipe is, if it is known. Not `two_sides`: the source is of no consequence. Raises
    DataError and ConfigError for what the functions below refuse.
    """
    for part, text in texts.items():
        check_there(text, f"corpus.{part}", recipe_dir, "It may be left out." if part == "test" else "")
    for text in texts.values():
        if two_sides:
            check_sides(text.paths(), languages)
        check_start(text, languages)
    same = [both for both in combinations(texts, 2) if texts[both[0]] == texts[both[1]]]
    doubts = [f"corpus.{second} is the text of corpus.{first}, so scores on it are too good." for first, second in same]
    files = (doubt_about_files(text.paths(), languages) for text in texts.values()) if two_sides else ()
    return [*filter(None, [doubt_about_codes(languages), next(filter(None, files), "")]), *doubts]


def check_there(text: Text, key: str, near: Path | None, remedy: str = "") -> None:
    """Raises DataError for a file that is missing; whose name comes from a `key` of a recipe, and was not typed now.

    Where there is such a file as seen from the folder `near` or one that this is in, that is said, else the remedy.
    """
    for path in text.paths():
        home = _home(path, near) if near else None
        rule = f"It is {key}, and paths are relative to the directory that `nmt` is run in: run it in {home}."
        with explain_failure(path, rule if home else f"It is {key}. {remedy}"):
            path.stat()


def check_there_of_run(text: Text, part: str, run_dir: Path, besides: str = "") -> None:
    """As `check_there`, of text that the recipe in a run directory names; a remedy `besides` begins with "or"."""
    remedy = f"Run `nmt` where the run was trained{besides and ', '}{besides}."
    check_there(text, f"corpus.{part} of {run_dir / RECIPE}", run_dir, remedy)


def _home(path: Path, near: Path) -> Path | None:
    """The folder from which a relative path leads to a file, or into a folder of data/ where it is still to be made."""
    if path.is_absolute():
        return None
    folders = (near.resolve(), *near.resolve().parents)
    to_make = [path.with_name("prepare.py")] if path.parts[0] == "data" else []
    home = next((one for one in folders for name in (path, *to_make) if os.path.exists(one / name)), None)
    return None if home == Path.cwd() else home


def check_sides(paths: Sequence[Path], languages: Languages) -> None:
    """Raises ConfigError where the files of the source and of the target are one, or the other way round."""
    if len(paths) == 2 and all(map(os.path.isfile, paths)) and os.path.samefile(*paths):
        raise ConfigError(f"{paths[0]} is both source and target: that text would be a translation of itself.")
    check_order(paths, languages)


def check_order(paths: Sequence[Path], languages: Languages) -> None:
    """Raises ConfigError where by their names the first file is in the target language, the second in the source's."""
    ends = [ending(path) for path in paths]
    if len(ends) != 2 or all(map(agree, ends, languages)):
        return
    if all(map(agree, ends, reversed(languages))):
        raise ConfigError(
            f"{paths[0]}, {paths[1]}: the names say {ends[0]}, {ends[1]}, the other way round: the source is in "
            f"{languages[0]}, the target in {languages[1]}. Exchange the files, or the languages."
        )


def doubt_about_files(paths: Sequence[Path], languages: Languages) -> str:
    """A sentence where the name of a file ends in another language than its side has; or ''."""
    named = [(path, ending(path), language) for path, language in zip(paths, languages, strict=False)]
    for path, code, language in named if len(paths) == len(languages) else ():
        if is_two_letter_code(code) and language and not agree(code, language):
            return f"{path}: the name says {code}, and that side is in {language}. Is it the right file?"
    return ""


def ending(path: Path) -> str:
    """How a name ends, where that of many a text file has its language."""
    return path.name.removesuffix(".gz").rpartition(".")[2]


def check_start(text: Text, languages: Languages) -> None:
    """Raises DataError where lines of text begin with a header, or with a JSON object that has the text in it."""
    if text.reader in BY_LANGUAGE or not all(path.is_file() for path in text.paths()):
        return
    first = next(text.pairs(), None)
    if first is None:
        return
    fields = first.source.strip().casefold(), first.target.strip().casefold()
    named = languages[0].casefold(), languages[1].casefold()
    if fields in _HEADERS or (all(named) and fields in (named, named[::-1])):
        swapped = " It also says that the sides are the other way round." * (fields == named[::-1])
        raise DataError(
            f"{text.describe()}: line 1 is a header ({first.source}, {first.target}), and would be taken for a pair. "
            f"Remove that line.{swapped}"
        )
    if first.source.startswith("{") and not _FIELDS.union(languages).isdisjoint(_object(first.source)):
        raise DataError(
            f"{text.source}: line 1 is a JSON object, not a sentence. Text of this form needs a name that ends in "
            '.jsonl, and in a recipe corpus.reader = "datasets".'
        )


def _object(line: str) -> dict[str, object]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
