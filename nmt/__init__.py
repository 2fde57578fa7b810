"""Train your own translator, and use it: raw text in, raw text out.

>>> import nmt
>>> translator = nmt.load("runs/quickstart/rnn")
>>> translator.translate(["Guten Morgen!"])[0].text
"""

from typing import TYPE_CHECKING, Any

from nmt.errors import CheckpointError, ConfigError, DataError, NMTError

if TYPE_CHECKING:
    from nmt.translation.glossary import Glossary
    from nmt.translation.load import load
    from nmt.translation.result import Translation
    from nmt.translation.translator import Translator

__version__ = "0.1.0"
__all__ = [
    "CheckpointError",
    "ConfigError",
    "DataError",
    "Glossary",
    "NMTError",
    "Translation",
    "Translator",
    "__version__",
    "load",
]


def __getattr__(name: str) -> Any:
    """Names that need torch are imported when first used: `import nmt` and `nmt --help` stay quick."""
    if name in ("Glossary", "Translation", "Translator", "load"):
        from nmt.translation import glossary, load, result, translator

        modules = {"Glossary": glossary, "Translation": result, "Translator": translator, "load": load}
        return getattr(modules[name], name)
    raise AttributeError(f"module 'nmt' has no attribute {name!r}")
