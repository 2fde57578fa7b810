"""Write the phrasebook corpus: train, dev and test, German and English, one sentence a line.

    python data/phrasebook/prepare.py [--out DIR]

The corpus is made by the grammar in this folder; nothing is downloaded. Files that are already there and unchanged are
left alone. The SHA-256 of every file is checked, so that everybody trains and tests on the same sentences.
"""

import argparse
import hashlib
import sys
from pathlib import Path

from grammar.corpus import build
from grammar.sentence import Sentence
from grammar.split import split

HERE = Path(__file__).resolve().parent
SHA256 = {
    "train.de": "4af61709acb40e94c9ce2113c57eb0182774b084faef7a7021a37a35c287b748",
    "train.en": "3937f90afb22113af50820cd1f7426789915a5ad2d7649f9c1e301447e8f0f34",
    "dev.de": "4deeda1febe4abe22d6e4a896de9b682250f6f73a21f5194a6e9b8a0022c3f77",
    "dev.en": "83c9133140f611be26ae148d630a81576e90060f41fd0a8e739a064d5a82d2b4",
    "test.de": "dd04964e83e4b84a1cff8b412404ef3e3b5a2828e187c7e3c803b75f49f3f4c9",
    "test.en": "836802679138237293b34e722f6e29b1ed2cd8ad9a19f7c7d3d213a56eed7af3",
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
                "grammar, record the new values in prepare.py and README.md; if not, this Python does something unexpected."
            )
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        partial = directory / f"{name}.partial"
        partial.write_bytes(content)
        partial.replace(directory / name)


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
