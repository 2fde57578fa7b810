"""How commands speak: on stderr, so that stdout has nothing but results, and in whole lines, whatever is in them."""

from rich.console import Console


def say(message: str, style: str | None = None) -> None:
    """A sentence, just as it is: brackets and colons in the name of a file mean nothing."""
    console = Console(stderr=True)
    console.print(f"nmt: {message}", style=style, highlight=False, markup=False, emoji=False, soft_wrap=True)


def warn(message: str) -> None:
    """A sentence about what may not be as it should."""
    say(message, "yellow")
