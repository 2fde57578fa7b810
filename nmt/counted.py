"""Numbers with their nouns, as messages say them."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """1 and "pair" -> "1 pair"; 2000 and "pair" -> "2,000 pairs"; `plural` is for other ones than with an s."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
