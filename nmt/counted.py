"""Numbers with their nouns, as messages say them."""


def counted(number: int, noun: str) -> str:
    """1 and "pair" -> "1 pair"; 2000 and "pair" -> "2,000 pairs"."""
    return f"{number:,} {noun}{'s' * (number != 1)}"
