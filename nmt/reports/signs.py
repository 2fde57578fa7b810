"""Signs that a translation leaves something out or says something twice, from lengths and repetitions alone."""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from nmt.corpus.languages import has_spaces
from nmt.corpus.lines import is_blank
from nmt.reports.evaluation_set import EvaluationSet
from nmt.translation.words import longest_repetition

EMPTY, SHORT, LONG, REPEATS = "empty", "too short", "too long", "repeats itself"
SIGNS = (EMPTY, SHORT, LONG, REPEATS)

_SHORTEST, _LONGEST = 2 / 3, 3 / 2  # of the length that was to be expected
_SLACK = 3  # and so many words less or more: a word too few in a sentence of two means nothing


@dataclass(frozen=True)
class RunSigns:
    """What is conspicuous in the outputs of a run.

    Attributes:
        length_ratio: words (or characters) of all outputs to those of all references.
        found: for each test sentence its signs, in the order of SIGNS.
        chrf: for each of SIGNS the mean sentence chrF of the outputs that have it; None where there are none.
    """

    length_ratio: float
    found: tuple[tuple[str, ...], ...]
    chrf: tuple[float | None, ...]

    def count(self, sign: str) -> int:
        return sum(sign in found for found in self.found)


def find_signs(outputs: Sequence[str], test: EvaluationSet, sentence_chrf: Sequence[float]) -> RunSigns:
    """Look through the outputs of one run.

    An output is too short or too long when it is so beside its reference and beside its source as well, taking the
    lengths that all references and sources have to each other: a free reference alone is no sign.
    It repeats itself when a phrase follows itself, or four words in a row come twice (without spaces between words:
    eight characters, or four times the same), and neither in the reference nor in the source.
    """
    spaced, spaced_source = has_spaces(test.reference), has_spaces(test.source)
    sources = [tokens(line, spaced_source) for line in test.source]
    references = [tokens(line, spaced) for line in test.reference]
    translations = [tokens(line, spaced) for line in outputs]
    usual = _total(references) / max(1, _total(sources))
    found: list[tuple[str, ...]] = []
    for output, translation, reference, source in zip(outputs, translations, references, sources, strict=True):
        if is_blank(output) and reference:
            found.append((EMPTY,))
            continue
        expected = (len(reference), usual * len(source))
        checks = {
            SHORT: all(len(translation) < _SHORTEST * e and len(translation) <= e - _SLACK for e in expected),
            LONG: all(len(translation) > _LONGEST * e and len(translation) >= e + _SLACK for e in expected),
            REPEATS: _repeats(translation, spaced)
            and not _repeats(reference, spaced)
            and not _repeats(source, spaced_source),
        }
        found.append(tuple(sign for sign, holds in checks.items() if holds))
    chrf: list[float | None] = []
    for sign in SIGNS:
        scores = [score for score, signs in zip(sentence_chrf, found, strict=True) if sign in signs]
        chrf.append(sum(scores) / len(scores) if scores else None)
    return RunSigns(_total(translations) / max(1, _total(references)), tuple(found), tuple(chrf))


def tokens(text: str, spaced: bool) -> list[str]:
    """Words in one case without punctuation; characters where there are no spaces between words."""
    return re.findall(r"\w+" if spaced else r"\w", text.casefold())


def _repeats(words: Sequence[Hashable], spaced: bool) -> bool:
    size, times = (4, 2) if spaced else (8, 4)
    if longest_repetition(words) >= times:
        return True
    runs = [tuple(words[start : start + size]) for start in range(len(words) - size + 1)]
    return len(set(runs)) < len(runs)


def _total(lines: Sequence[Sequence[str]]) -> int:
    return sum(len(line) for line in lines)
