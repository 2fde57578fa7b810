"""How wide text is set, as far as that is known without the reader's font."""

_WIDE = "\N{LOWER ONE EIGHTH BLOCK}mwMW@%"
_USUAL = 0.6  # of the size of the font; matplotlib's own font has as much for a character that it lacks


def text_width(text: str, size: float) -> float:
    """About how wide it is; East Asian characters fill a whole square."""
    return sum(size if _is_square(character) or character in _WIDE else _USUAL * size for character in text)


def missing_width(text: str, size: float) -> float:
    """How much wider a browser sets it than matplotlib plans for, whose own font has no East Asian characters."""
    return (1 - _USUAL) * size * sum(map(_is_square, text))


def shortened(text: str, width: float, size: float) -> str:
    """The text, or as much of its beginning as fits, with an ellipsis."""
    if text_width(text, size) <= width:
        return text
    end = "\N{HORIZONTAL ELLIPSIS}"
    while text and text_width(text + end, size) > width:
        text = text[:-1]
    return text + end


def _is_square(character: str) -> bool:
    return ord(character) >= 0x2E80
