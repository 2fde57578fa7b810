"""Write small_parallel_enja, 50,000 pairs of the Tanaka corpus, beside this file: train, dev and test .en and .ja.

    python data/tanaka/prepare.py                # from GitHub, odashi/small_parallel_enja, at a fixed commit
    python data/tanaka/prepare.py --from DIR     # from a folder with train.en, train.ja ..., packed (.gz) or not

The corpus comes as words between spaces. The files train.ja, dev.en ... written here hold natural text (see words.py),
and train.words.ja, dev.words.en ... the words as they came. The number of lines and the SHA-256 of every file are
checked before anything is written; files that are there and right are left alone. git ignores them.
"""

import argparse
import sys
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from known_text import KnownText, PrepareError, read_lines, write_all
from words import english_text, japanese_text

COMMIT = "312408a11c5fbcbc09443bebb18121f7efdcd61e"
ADDRESS = f"https://raw.githubusercontent.com/odashi/small_parallel_enja/{COMMIT}"
NUM_LINES = {"train": 50000, "dev": 500, "test": 500}
TO_TEXT = {"en": english_text, "ja": japanese_text}

# Of the files this script writes: UTF-8, every line ended by LF. Those with `words` are as they came.
SHA256 = {
    "train.en": "f95593bdc1ec83e8d6bd964b0b6f28628059a7fe47cef549f669f63482a0de95",
    "train.words.en": "148b05dcd28638fe20ee84f2b1127001c80982be352007dda241fb759adadc76",
    "train.ja": "4b23b5ead2e58cee052d5388d91f5ff66c19ee809121f74b69aa547ca63f9928",
    "train.words.ja": "fc81a1434349ec98a449d7ae9cd2530057f689637684ecfed3501ea6a8a07ecc",
    "dev.en": "57ee70baa3ec7be975a5fdf859b5335752e8268ccd2ef704a4a056035438783f",
    "dev.words.en": "04a2673449770657fd5e3b963cb856be3130923212b6db8ac7eaeef18f06c041",
    "dev.ja": "fee8573c11851994db4c1d4f5eadf8ab5ca80de3f07bc1195d946f6a153b38eb",
    "dev.words.ja": "cd534f56b8639dc130f86a365e5ec0aa70042000bdd740a622fbbf8b6be4acca",
    "test.en": "bede3c0792e342914db88bfd7e6d60a713bd509f41163d4a89ae8de4940d74d9",
    "test.words.en": "45edb380749ec2b49cca7618fc5a7595fc9f791180672ba466b90c873a4aa8bf",
    "test.ja": "4b085229efa198dc6becc627e377f83b51121cb0554923eee97bfa3edcb3b318",
    "test.words.ja": "d37dc460a81b064e4106c8913eb11fa300da05cf3f58a7a5bbfec7e20947ddef",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="Write small_parallel_enja as natural text, and as its words.")
    parser.add_argument("--from", dest="folder", type=Path, metavar="DIR", help="read the files in DIR, not GitHub's")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", default=Path(__file__).parent, help="default: beside this script"
    )
    parser.add_argument("--no-verify", dest="verify", action="store_false", help="accept text with other checksums")
    options = parser.parse_args(arguments)
    try:
        prepare(options.out, options.folder, options.verify)
    except PrepareError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def prepare(out: Path, folder: Path | None, verify: bool) -> None:
    """Write all files into `out`, from `folder` or from GitHub; none unless all can be."""
    known = KnownText("small_parallel_enja", NUM_LINES, SHA256)
    if all(known.is_ready(out / name, verify) for name in SHA256):
        print(f"small_parallel_enja is ready in {out}.")
        return
    texts = {}
    for split in NUM_LINES:
        for language, to_text in TO_TEXT.items():
            name = f"{split}.{language}"
            lines = read_lines(folder / name) if folder else fetch(name)
            texts[name] = encode([to_text(line.split(" ")) for line in lines])
            texts[f"{split}.words.{language}"] = encode(lines)
    for name, text in texts.items():
        known.check(name, text, verify)
    write_all(out, texts)
    print(f"Wrote small_parallel_enja to {out}: {' '.join(texts)}")


def fetch(name: str) -> list[str]:
    """The lines of a file of the corpus as it is on GitHub."""
    try:
        with urllib.request.urlopen(f"{ADDRESS}/{name}", timeout=60) as answer:
            data: bytes = answer.read()
        return data.decode("utf-8").removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        raise PrepareError(f"{ADDRESS}/{name} is not UTF-8: {error}.") from None
    except (OSError, HTTPException) as error:
        raise PrepareError(
            f"cannot fetch {ADDRESS}/{name} ({error}). Check the network, or give a folder that holds train.en, "
            "train.ja, dev.en ... with --from DIR."
        ) from None


def encode(lines: Sequence[str]) -> bytes:
    """The bytes of a file."""
    return "".join(f"{line}\n" for line in lines).encode("utf-8")


if __name__ == "__main__":
    sys.exit(main())
