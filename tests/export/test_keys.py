"""Which search keys an engine honours."""

import pytest

from nmt.export.keys import asked_besides, honoured
from nmt.search.hypothesis import SearchConfig


@pytest.mark.parametrize(
    ("format", "besides"),
    [("ctranslate2", ["coverage", "exact"]), ("onnx", ["n_best", "coverage", "batch_sentences", "exact"])],
)
def test_what_an_engine_does_not_honour_is_named_and_left_out(format: str, besides: list[str]) -> None:
    asked = SearchConfig(beam=3, n_best=2, coverage=0.2, batch_sentences=8, exact=True)
    assert asked_besides(asked, format) == besides
    assert asked_besides(honoured(asked, format), format) == []
    assert honoured(asked, format).beam == 3
