"""Cells that need a decision."""

from nmt.reports.tables import describe_search
from nmt.search.hypothesis import SearchConfig


def test_of_the_search_only_what_is_usual_or_unusual_is_shown():
    plain = SearchConfig(beam=5, n_best=1)
    assert describe_search(plain.model_dump()) == "beam 5, length penalty gnmt, alpha 1.0"
    other = SearchConfig(method="sample", samples=8, top_p=0.9)
    assert (
        describe_search(other.model_dump())
        == "method sample, beam 5, samples 8, length penalty gnmt, alpha 1.0, top p 0.9"
    )
