"""Cells that need a decision."""

import pytest

from nmt.reports.searches import describe_search
from nmt.search.config import SearchConfig


def test_of_the_search_only_what_is_usual_or_unusual_is_shown():
    plain = SearchConfig(beam=5, n_best=1)
    assert describe_search(plain.model_dump()) == "beam 5, length penalty gnmt, alpha 1.0"
    other = SearchConfig(beam=4, alpha=0.6, max_length_ratio=1.5, no_repeat_ngram=3)
    assert (
        describe_search(other.model_dump())
        == "beam 4, length penalty gnmt, alpha 0.6, max length ratio 1.5, no repeat ngram 3"
    )


@pytest.mark.parametrize(
    ("search", "shown"),
    [
        ({"method": "sample"}, "method sample"),
        ({"method": "sample", "temperature": 0.7, "coverage": 0.2}, "method sample, temperature 0.7"),
        (
            {"method": "sample", "samples": 8, "top_p": 0.9},
            "method sample, samples 8, length penalty gnmt, alpha 1.0, top p 0.9",
        ),
        ({"method": "sample", "samples": 8, "mbr": "chrf"}, "method sample, samples 8, mbr chrf"),
        ({"beam": 1, "coverage": 0.2, "stopping": "first", "no_repeat_ngram": 3}, "greedy, no repeat ngram 3"),
        ({"length_penalty": "average"}, "beam 5, length penalty average"),
        ({"terms_elsewhere": True, "term_placement": 1.0, "alpha": 0.5}, "beam 5, length penalty gnmt, alpha 0.5"),
    ],
)
def test_of_the_search_only_what_had_a_part_in_the_translations_is_shown(search, shown):
    assert describe_search(SearchConfig(**search).model_dump()) == shown
