"""Write Multi30k as plain text beside this file: train.en, train.de, dev.en, dev.de, test.en, test.de.

The text comes from the Hugging Face hub (`bentrevett/multi30k`), or from a folder of the files that the authors publish
(`train.en.gz`, `val.de.gz`, `test_2016_flickr.en.gz` ..., packed or not):

    python data/multi30k/prepare.py
    python data/multi30k/prepare.py --from DIR [--languages en de fr cs]

White space at both ends of a line is removed, which is all in which copies in circulation are known to differ. The
number of lines and the SHA-256 of every file are checked before anything is written; files that are there and right
are left alone. git ignores them: no licence to pass them on is known.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from known_text import KnownText, PrepareError, read_lines, write_all

HUB_NAME = "bentrevett/multi30k"
HUB_LANGUAGES = ("en", "de")
LANGUAGES = ("en", "de", "fr", "cs")

NUM_LINES = {"train": 29000, "dev": 1014, "test": 1000}
HUB_SPLITS = {"train": "train", "dev": "validation", "test": "test"}
FILE_STEMS = {"train": "train", "dev": "val", "test": "test_2016_flickr"}

# Of the files this script writes: UTF-8, no white space at the ends of a line, every line ended by LF.
SHA256 = {
    "train.en": "460a15fbd157e34a7a9957ee388c1ca247fe47af3ef25fb50442af6c274e0fc6",
    "train.de": "67aa53ff412b6af1f47c604a623e112e2c28c61519aa7cf8a5348af21722b67a",
    "train.fr": "b47e97734763b5252a979d767955c270f2c93e9e79f8ef063f71088a26e3c5a9",
    "train.cs": "2be68b38c8d586ff4f54eb13cc6e1baaaa053695b3f070d3038303a47f2268da",
    "dev.en": "1f2a23d992769b5b3d209b0a10dd0b77c08cceb1f20dfb97ed0aafa49d107227",
    "dev.de": "660e09eb7e1da2f856ea13ee5ad3cf6d36b3d5b0b733c857e94c5747a3dfc660",
    "dev.fr": "05f2ed05aa5bf06567b3d7ad3121f6346ebd909265383dc79dbe08ef707b7bc2",
    "dev.cs": "d53827e469b0a1ca8d57e9e26b2b64c4bc4b33f5479c7b03ae87ae5c882c3e33",
    "test.en": "399a4382932c1aadd3ceb9bef1008d388a64c76d4ae4e9d4728c6f4301cac182",
    "test.de": "4be6b5b3236b79c25475c6bb829800a7ce559e9ba7a1f6c2394fe4d40be46d16",
    "test.fr": "57a705a12ffb81f3da3539798bdaaaa8f2df5824de3a84e0f4ea378dab959b62",
    "test.cs": "45adb85f688de8407fddcbe1b36dca15d12aab868149b337e2576f2d6d2ff8d8",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    options = parse_arguments(arguments)
    try:
        prepare(options.out, options.languages, options.folder, options.verify)
    except PrepareError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(
        description="Write Multi30k as plain text: train, dev (val) and test (2016, Flickr)."
    )
    parser.add_argument(
        "--from", dest="folder", type=Path, metavar="DIR", help="read the authors' files in DIR, not the hub"
    )
    parser.add_argument("--languages", nargs="+", choices=LANGUAGES, default=["en", "de"], help="default: en de")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", default=Path(__file__).parent, help="default: beside this script"
    )
    parser.add_argument("--no-verify", dest="verify", action="store_false", help="accept text with other checksums")
    return parser.parse_args(arguments)


def prepare(out: Path, languages: Sequence[str], folder: Path | None, verify: bool) -> None:
    """Write the files of `languages` into `out`, from `folder` or the hub; none unless all can be."""
    names = [f"{split}.{language}" for split in NUM_LINES for language in languages]
    known = KnownText("Multi30k", NUM_LINES, SHA256)
    if all(known.is_ready(out / name, verify) for name in names):
        print(f"Multi30k is ready in {out}: {' '.join(names)}")
        return
    texts = read_folder(folder, names) if folder else read_hub(names)
    for name in names:
        known.check(name, texts[name], verify)
    write_all(out, texts)
    print(f"Wrote Multi30k to {out}: {' '.join(f'{name} ({NUM_LINES[split_of(name)]})' for name in names)}")


def read_folder(folder: Path, names: Sequence[str]) -> dict[str, bytes]:
    """Read the authors' files, packed or not; keys are the names of the files to write."""
    texts = {}
    for name in names:
        split, language = name.split(".")
        texts[name] = normalise(read_lines(folder / f"{FILE_STEMS[split]}.{language}"))
    return texts


def read_hub(names: Sequence[str]) -> dict[str, bytes]:
    """Fetch the text from the Hugging Face hub; keys are the names of the files to write."""
    missing = sorted({name.split(".")[1] for name in names} - set(HUB_LANGUAGES))
    if missing:
        raise PrepareError(f"{HUB_NAME} on the hub has no {', '.join(missing)}; give a folder with --from DIR.")
    import datasets  # takes seconds, and is not needed with --from

    try:
        data: Any = datasets.load_dataset(HUB_NAME)
    except Exception as error:  # each of several network libraries raises classes of its own
        raise PrepareError(
            f"cannot fetch {HUB_NAME} from the Hugging Face hub ({type(error).__name__}: {error}). Check the network, "
            "or give a folder that holds train.en.gz, val.en.gz, test_2016_flickr.en.gz ... with --from DIR."
        ) from error
    texts = {}
    for name in names:
        split, language = name.split(".")
        texts[name] = normalise(list(data[HUB_SPLITS[split]][language]))
    return texts


def normalise(lines: Sequence[str]) -> bytes:
    """The bytes of a file: ASCII white space at the ends of each line removed, each line ended by LF."""
    return "".join(line.strip(" \t\n\r\v\f") + "\n" for line in lines).encode("utf-8")


def split_of(name: str) -> str:
    """`train` of `train.en`."""
    return name.partition(".")[0]


if __name__ == "__main__":
    sys.exit(main())
