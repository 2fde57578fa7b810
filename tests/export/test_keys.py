"""Which search keys an engine honours."""

import re
from pathlib import Path
from typing import Any

import pytest

from nmt.export.keys import HONOURED, asked_besides, honoured
from nmt.search.config import NEEDS, SearchConfig

OTHER: dict[str, Any] = {  # a value that is not the default
    "method": "sample",
    "samples": 2,
    "n_best": 2,
    "coverage": 0.1,
    "stopping": "first",
    "diversity": 0.2,
    "temperature": 0.5,
    "top_k": 5,
    "top_p": 0.9,
    "seed": 1,
    "min_length_ratio": 0.1,
    "no_repeat_ngram": 3,
    "term_placement": 0.0,
    "terms_elsewhere": True,
    "mbr": "chrf",
    "batch_sentences": 8,
    "exact": True,
}


def asking(key: str) -> SearchConfig:
    """A search that asks for something else in this key, and in the one without which it has no effect."""
    return SearchConfig.model_validate(dict([NEEDS[key]] if key in NEEDS else []) | {key: OTHER[key]})


@pytest.mark.parametrize(
    ("format", "key"), [(one, key) for one in HONOURED for key in SearchConfig.model_fields if key not in HONOURED[one]]
)
def test_every_key_that_an_engine_does_not_honour_is_named(format: str, key: str) -> None:
    besides = asked_besides(asking(key), format)
    assert besides == (["method", key] if NEEDS.get(key) == ("method", "sample") else [key])
    assert honoured(asking(key), format) == SearchConfig()


@pytest.mark.parametrize(
    ("format", "besides"),
    [("ctranslate2", ["coverage", "exact"]), ("onnx", ["n_best", "coverage", "exact"])],
)
def test_what_an_engine_does_not_honour_is_named_and_left_out(format: str, besides: list[str]) -> None:
    asked = SearchConfig(beam=3, n_best=2, coverage=0.2, batch_sentences=8, exact=True)
    assert asked_besides(asked, format) == besides
    assert asked_besides(honoured(asked, format), format) == []
    assert honoured(asked, format).beam == 3


@pytest.mark.parametrize("format", sorted(HONOURED))
def test_the_documentation_names_the_keys_that_an_engine_honours(format: str) -> None:
    page = (Path(__file__).resolve().parents[2] / "recipes" / "export.md").read_text(encoding="utf-8")
    (row,) = (line for line in page.split("\n") if line.startswith(f"| `--backend {format}` |"))
    assert set(re.findall(r"`(\w+)`", row.split("|")[2])) == HONOURED[format]
