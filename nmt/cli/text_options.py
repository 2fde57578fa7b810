"""Text that --source and --reference name, in place of what a recipe names."""

from pathlib import Path
from typing import TYPE_CHECKING

from nmt.cli.streams import check_stdin
from nmt.errors import ConfigError

if TYPE_CHECKING:
    from nmt.corpus.readers import Text


def given_text(source: Path | None, reference: Path | None, languages: tuple[str, str]) -> "Text | None":
    """None where neither is given. Raises ConfigError for one alone, and for files that are not the two sides."""
    from nmt.corpus.checks import check_sides
    from nmt.corpus.readers import Text

    if source is None and reference is None:
        return None
    if source is None or reference is None:
        missing = "--reference" if reference is None else "--source"
        raise ConfigError(f"{missing} is missing: sentences and their reference translations are given together.")
    check_stdin([source, reference])
    check_sides([source, reference], languages)
    return Text("parallel", str(source), str(reference))
