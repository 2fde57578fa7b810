"""Whether translations depend on their batch: what is compared, and with what."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

import determinism
import nmt
from nmt.search.config import SearchConfig
from nmt.translation.translator import Translator


class Stub:
    """Translates a line into itself, and one line otherwise where it stands first of a batch of two."""

    def translate(self, lines: list[str], config: SearchConfig) -> list[Any]:
        odd = config.batch_sentences == 2
        texts = [f"{line}!" if odd and line == "c" else line for line in lines]
        return [SimpleNamespace(text=text, score=float(len(text)) + 0.5 * (text == "b") * odd) for text in texts]


STUB = cast(Translator, Stub())


def test_translations_of_another_order_are_given_back_in_that_of_the_lines() -> None:
    found = determinism.translate(STUB, ["a", "b", "c"], [2, 0, 1], SearchConfig())
    assert [one.text for one in found] == ["a", "b", "c"]


def test_a_line_differs_where_a_batch_gives_another_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(determinism, "gap", lambda translator, line, found, config: 1e-6 if line == "c" else 1.0)
    figures = determinism.compare(STUB, ["a", "b", "c", "d"], SearchConfig())
    assert (figures["same_text"], figures["same_text_percent"]) == (3, 75.0)
    assert figures["differing"] == [{"line": 3, "gap": 1e-6}]
    assert (figures["same_score_to_the_last_bit"], figures["largest_deviation_of_a_score"]) == (2, 0.5)
    assert (figures["largest_gap"], figures["near_ties"]) == (1e-6, 1)


def test_texts_of_a_line_are_apart_by_their_scores_under_forced_decoding(tiny_run: Path) -> None:
    translator, line = nmt.load(tiny_run), "der Hund mag ein Haus."
    beams = [translator.search.model_copy(update={"beam": beam, "exact": True}) for beam in (1, 5)]
    found = tuple(translator.translate([line], config)[0] for config in beams)
    assert found[0].text != found[1].text
    apart = determinism.gap(translator, line, found, beams[1])
    assert apart == pytest.approx(found[1].score - found[0].score, abs=1e-4)
    assert determinism.gap(translator, line, found[:1], beams[1]) == 0.0
