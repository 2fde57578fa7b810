"""Translate with an exported recurrent model; needs sentencepiece, onnxruntime and numpy, and nothing else.

    pip install sentencepiece onnxruntime numpy
    python translate.py < new.en > new.de             # a sentence a line; --beam 1 is greedy search
    python translate.py --shortlist < new.en > new.de # only likely words: faster, where the run had a shortlist

From Python, with this file on the path:

    translator = Translator.load(Path("runs/my/export/onnx"))
    print(translator.translate(["Two dogs play in the snow."])[0])

This file stands beside the graphs as translate.py.
"""

import argparse
import io
import os
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from nmt.export.runner import WIDEST, Translator

AT_ONCE = 1024  # lines that are read before they are translated


def read_lines(stream: Iterable[bytes]) -> Iterator[tuple[str, int]]:
    """Lines of UTF-8, each with in how many places it was none; of what can be no text, only a word on stderr."""
    for number, line in enumerate(stream):
        if number == 0 and line[:2] in (b"\x1f\x8b", b"\xff\xfe", b"\xfe\xff"):
            sys.exit("translate.py: the input is packed (gunzip it) or UTF-16 (iconv -f UTF-16 -t UTF-8).")
        if number == 0 and line == b"\xef\xbb\xbf":  # a byte order mark and nothing else is no line
            return
        text = line.decode("utf-8", errors="replace").rstrip("\r\n")
        yield text, text.count("\ufffd") - line.count("\ufffd".encode())


def oddities(replaced: int, cut: list[int], ratio: float) -> Iterator[str]:
    """A sentence for each kind that occurred: places that were no UTF-8, lines that ended at their limit."""
    if replaced:
        remedy = "If the text has another encoding, convert it first: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW"
        yield f"Invalid UTF-8 was replaced in {replaced} place{'s' * (replaced != 1)}. {remedy}"
    if cut:
        more = f" and {len(cut) - 5} more" if len(cut) > 5 else ""
        lines = f"line{'s' * (len(cut) != 1)} {', '.join(map(str, cut[:5]))}{more}"
        remedy = f'Raise it with "max_length_ratio": {2 * ratio:g} in config.json.'
        yield f"Ended at the length limit, so perhaps incomplete: {lines}. {remedy}"


def main() -> None:
    """Translate stdin to stdout."""
    parser = argparse.ArgumentParser(description="Translate lines from stdin to stdout.")
    parser.add_argument("--beam", type=int, help="width of the beam; 1 is greedy search [default: config.json's]")
    parser.add_argument("--shortlist", action="store_true", help="consider only likely words: faster")
    parser.add_argument("--threads", type=int, default=0, help="searches at once [default: one a core]")
    arguments = parser.parse_args()
    if arguments.beam is not None and not 1 <= arguments.beam <= WIDEST:
        parser.error(f"--beam {arguments.beam}: must be at least 1 and at most {WIDEST}.")
    if arguments.threads < 0:
        parser.error(f"--threads {arguments.threads}: must be at least 1, or 0 for one a core.")
    translator = Translator.load(Path(__file__).parent, arguments.threads)
    if arguments.shortlist and translator.listed is None:
        parser.error("--shortlist: this model was exported without one (`nmt shortlist RUN`, then `nmt export`).")
    lines, count, replaced, cut = read_lines(sys.stdin.buffer), 0, 0, []
    try:
        while chunk := list(islice(lines, AT_ONCE)):
            found = translator.translations([text for text, _ in chunk], arguments.beam, arguments.shortlist)
            sys.stdout.buffer.write("".join(f"{text}\n" for text, _ in found).encode())
            sys.stdout.buffer.flush()
            replaced += sum(places for _, places in chunk)
            cut += [count + number for number, (_, ended) in enumerate(found, start=1) if ended]
            count += len(chunk)
        for sentence in oddities(replaced, cut, translator.config.max_length_ratio):
            print(f"translate.py: {sentence}", file=sys.stderr or io.StringIO())  # closed by the caller
    except BrokenPipeError:  # whoever reads has had enough; Python would complain once more when it flushes at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
