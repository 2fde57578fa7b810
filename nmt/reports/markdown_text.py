"""Text within Markdown; apart from the report, so that writing a model card loads no figures."""

import re

from nmt.corpus.lines import one_line


def escape(text: str) -> str:
    """Text that Markdown, and the HTML in it, show unchanged, on one line."""
    shown = re.sub(r"([\\`*_{}\[\]<>#|~&$^])", r"\\\1", one_line(text))
    return re.sub(r"^(\s*\d*)([-+=.)])", r"\1\\\2", shown)  # would begin a list or underline a heading
