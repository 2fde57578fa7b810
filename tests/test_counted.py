"""Numbers with their nouns."""

from nmt.counted import counted


def test_one_is_said_in_the_singular_and_all_others_in_the_plural() -> None:
    assert counted(1, "pair") == "1 pair"
    assert [counted(number, "pair") for number in (0, 2)] == ["0 pairs", "2 pairs"]
    assert counted(12345, "pair") == "12,345 pairs"
