"""From the words of small_parallel_enja to natural text, and from natural text back to such words.

    python data/tanaka/words.py en < TEXT > WORDS
    python data/tanaka/words.py ja < TEXT > WORDS     # learns the words from train.words.ja beside this file

Published scores on this corpus are of words, so a translation has to become words for a figure beside theirs. English
words follow from rules. Japanese ones are those that are most probable under a bigram model of the words in the
training text: the corpus was split by KyTea, whose model is not on the package index.
"""

import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

ENDS_A_WORD = {".", ",", "?", "!", ";", ":", "...", ")"}
KEEP_THEIR_STOP = {"mr.", "mrs.", "ms.", "u.s.", "p.m.", "a.m.", "o.k.", "i.", "t.", "v."}
LATIN = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ]")
CONTRACTED = {"t", "s", "m", "ll", "ve", "d", "re", "clock"}  # after an apostrophe


def english_text(words: Sequence[str]) -> str:
    """Words as a person writes them: punctuation and contractions joined to what they belong to.

    A pair of '' or of ' after punctuation is a quotation, written with " and '; a ' after a word is an apostrophe.
    """
    text, glue, open_quote = "", True, ""
    for number, word in enumerate(words):
        before = words[number - 1] if number else ","
        quotes = word == "''" or (word == "'" and before in ENDS_A_WORD | {"''"})
        shown = '"' if word == "''" else word
        if quotes and open_quote != word:  # opens: joined to what follows
            text, glue, open_quote = f"{text}{'' if glue else ' '}{shown}", True, word
            continue
        joins = quotes or word in ENDS_A_WORD or word.startswith("'")
        text = f"{text}{'' if glue or joins else ' '}{shown}"
        glue = word == "$"
        open_quote = "" if quotes else open_quote
    return text


def english_words(text: str) -> list[str]:
    """The words of natural text, as the corpus has them."""
    words: list[str] = []
    for part in text.lower().split():
        words += _split(part)
    return words


def _split(part: str) -> list[str]:
    """What stands between two spaces, as words: what belongs to its beginning or end is taken from it one by one."""
    before: list[str] = []
    after: list[str] = []  # from the last on
    while len(part) > 1 and part not in KEEP_THEIR_STOP and part not in ENDS_A_WORD:
        rest, apostrophe, ending = part.rpartition("'")
        if apostrophe and ending in CONTRACTED:
            part = rest
            after.append(f"'{ending}")
        elif part[0] in "\"'$(":
            before.append(_quote(part[0]))
            part = part[1:]
        elif part[-1] in ".,?!;:)\"'":
            ends = "..." if part.endswith("...") else part[-1]
            part = part.removesuffix(ends)
            after.append(_quote(ends))
        else:
            break
    return [*before, *([_quote(part)] if part else []), *reversed(after)]


def _quote(mark: str) -> str:
    return "''" if mark == '"' else mark


def japanese_text(words: Sequence[str]) -> str:
    """Words without spaces, but for one between two words in Latin letters."""
    text = ""
    for word in words:
        gap = bool(text) and LATIN.match(text[-1]) and LATIN.match(word)
        text += f" {word}" if gap else word
    return text


class JapaneseWords:
    """Splits text into the words that are most probable under a bigram model, smoothed by one of single words."""

    UNKNOWN_CHARACTER = -8.0  # added to the log-probability of a word seen once
    SINGLE = 0.2  # weight of the model of single words

    def __init__(self, lines: Iterable[Sequence[str]]) -> None:
        self.words, self.pairs, self.firsts = Counter[str](), Counter[tuple[str, str]](), Counter[str]()
        for line in lines:
            self.words.update(line)
            self.firsts.update(["", *line])
            self.pairs.update(pairwise(["", *line, ""]))
        self.total, self.longest = max(self.words.total(), 1), max(map(len, self.words), default=1)

    def split(self, text: str) -> list[str]:
        """Every character that is no space, in order."""
        return [word for part in text.split() for word in self._split(part)]

    def _split(self, text: str) -> list[str]:
        # best[end][word]: the most probable split of text[:end] with `word` last, and the word before it
        best: list[dict[str, tuple[float, str]]] = [{"": (0.0, "")}]
        for end in range(1, len(text) + 1):
            found = {}
            for start in range(max(0, end - self.longest), end):
                word = text[start:end]
                if word in self.words or end - start == 1:
                    found[word] = max((score + self._log(last, word), last) for last, (score, _) in best[start].items())
            best.append(found)
        word, end, words = max(best[-1], key=lambda last: best[-1][last][0] + self._log(last, "")), len(text), []
        while end:
            words.append(word)
            word, end = best[end][word][1], end - len(word)
        return words[::-1]

    def _log(self, first: str, second: str) -> float:
        """log P(second | first); '' is the line's beginning and end."""
        count = self.words[second] if second else self.firsts[""]
        if not count:
            return math.log(self.SINGLE / self.total) + self.UNKNOWN_CHARACTER
        seen = self.pairs[first, second] / self.firsts[first] if self.firsts[first] else 0.0
        return math.log((1 - self.SINGLE) * seen + self.SINGLE * count / self.total)


def main(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit status."""
    dictionary = Path(__file__).with_name("train.words.ja")
    if list(arguments) not in (["en"], ["ja"]) or (arguments[0] == "ja" and not dictionary.exists()):
        print("usage: words.py en|ja < TEXT > WORDS (ja needs train.words.ja: run prepare.py)", file=sys.stderr)
        return 2
    split = english_words
    if arguments[0] == "ja":
        lines = dictionary.read_text(encoding="utf-8").removesuffix("\n").split("\n")
        split = JapaneseWords(line.split(" ") for line in lines).split
    for number, data in enumerate(sys.stdin.buffer, start=1):
        try:
            line = data.decode("utf-8").removesuffix("\n")
        except UnicodeDecodeError:
            print(f"error: line {number} is not UTF-8.", file=sys.stderr)
            return 2
        sys.stdout.buffer.write(f"{' '.join(split(line))}\n".encode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
