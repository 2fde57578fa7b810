"""The streaming benchmark: what it feeds and what it prints."""

from itertools import islice

import streaming


def test_fewer_lines_are_the_first_of_more() -> None:
    words = streaming.plain_words(("▁", "<0x41>", "▁der", "hund", "▁Hund", "▁3", "</s>"))
    assert words == ["der", "Hund"]
    lines = list(streaming.invented_lines(words, 50))
    assert list(streaming.invented_lines(words, 20)) == list(islice(lines, 20))
    assert {len(line.split(" ")) for line in lines} == {1, 2, 3, 4, 5, 6}


def test_growth_is_told_beside_the_first_number_of_lines() -> None:
    first = {"lines": 10_000, "peak_bytes": 400_000_000, "seconds": 20.0}
    more = {"lines": 100_000, "peak_bytes": 401_500_000, "seconds": 170.0}
    assert streaming.describe(more, first).strip() == "100,000 lines: 402 MB (+1.5 MB), 170 s with loading"
