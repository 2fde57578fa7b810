"""Write the phrasebook corpus: train, dev and test, German and English, one sentence a line.

    python data/phrasebook/prepare.py [--out DIR]

The corpus is made by the grammar in this folder; nothing is downloaded. Files that are already there and unchanged are
left alone. The SHA-256 of every file is checked, so that everybody trains and tests on the same sentences.
"""

import argparse
import hashlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from grammar.corpus import build
from grammar.sentence import Sentence
from grammar.split import split
from known_text import PrepareError, write_all

HERE = Path(__file__).resolve().parent
SHA256 = {
    "train.de": "078d60fddb5a3a468d02e3b4920cdd62875223bacfb5ce27177dc692284eabce",
    "train.en": "f839f2f0235faa49bfb93e5936c6eedfb204405733e6b4d788a1e613f36c3e94",
    "dev.de": "7e025a262f0f5345d1921896812c5c6d027dbfd1cb87ef74a068d9d921f7d1b6",
    "dev.en": "a3ac4769568b7a3bec290b3f0eeadea4e019149437d9f03603cd035dba78e75b",
    "test.de": "7b50eacecaefdd3f1dfe592837a693b5e389a976f977e1d141e44c0cc53f3c04",
    "test.en": "6953a3e9396dc2cc1223fa99ce5f1a2ace18c3f26bed60ddfb9f4dc898ad4909",
}


def digest(content: bytes) -> str:
    """The SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def render(parts: dict[str, list[Sentence]]) -> dict[str, bytes]:
    """The content of the six files, by name: UTF-8, a line feed after every sentence."""
    files = {}
    for part, sentences in parts.items():
        files[f"{part}.de"] = "".join(f"{sentence.german}\n" for sentence in sentences).encode()
        files[f"{part}.en"] = "".join(f"{sentence.english}\n" for sentence in sentences).encode()
    return files


def is_current(directory: Path) -> bool:
    """Whether all six files lie there with the recorded content."""
    paths = {directory / name: expected for name, expected in SHA256.items()}
    return all(path.is_file() and digest(path.read_bytes()) == expected for path, expected in paths.items())


def write(directory: Path, files: dict[str, bytes]) -> None:
    """Verify and write the files; SystemExit names the first one that differs from the record."""
    for name, expected in SHA256.items():
        if digest(files[name]) != expected:
            sys.exit(
                f"{name}: the grammar gave SHA-256 {digest(files[name])}, recorded is {expected}. If you changed the "
                "grammar, record the new values in prepare.py and README.md; if not, this Python behaves differently."
            )
    try:
        write_all(directory, files)
    except PrepareError as error:
        sys.exit(str(error))


def main() -> None:
    """Parse the one option, do the work, print the counts."""
    parser = argparse.ArgumentParser(description="Write the phrasebook corpus (German and English).")
    parser.add_argument("--out", type=Path, default=HERE, help="folder for the six files (default: this folder)")
    directory = parser.parse_args().out
    if not is_current(directory):
        write(directory, render(split(build())))
    for part in ("train", "dev", "test"):
        count = (directory / f"{part}.de").read_bytes().count(b"\n")
        print(f"{directory / part}.{{de,en}}: {count:,} pairs")


if __name__ == "__main__":
    main()
