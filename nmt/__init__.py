"""Train your own translator, and use it: raw text in, raw text out.

>>> import nmt
>>> translator = nmt.load("runs/quickstart/rnn")
>>> translator.translate(["Guten Morgen!"])[0].text
>>> translator.translate(["Guten Morgen!"], nmt.SearchConfig(n_best=3), alignment=True)[0].hypotheses
>>> nmt.score_pairs(translator, ["Guten Morgen!"], ["Good morning!"])[0].log_prob
"""

from typing import TYPE_CHECKING, Any

from nmt.errors import (
    CheckpointError,
    ConfigError,
    DamagedError,
    DataError,
    DiskError,
    ExportError,
    NMTError,
    NotFiniteError,
)

if TYPE_CHECKING:
    from nmt.search.config import SearchConfig
    from nmt.translation.glossary import Glossary
    from nmt.translation.load import load
    from nmt.translation.result import Candidate, PairScore, Term, Translation
    from nmt.translation.scoring import score_pairs
    from nmt.translation.translator import Translator

__version__ = "0.1.0"
__all__ = [
    "Candidate",
    "CheckpointError",
    "ConfigError",
    "DamagedError",
    "DataError",
    "DiskError",
    "ExportError",
    "Glossary",
    "NMTError",
    "NotFiniteError",
    "PairScore",
    "SearchConfig",
    "Term",
    "Translation",
    "Translator",
    "__version__",
    "load",
    "score_pairs",
]

# Where names are that need torch, and are imported when first used: `import nmt` and `nmt --help` stay quick.
_NEED_TORCH = {
    "Candidate": "nmt.translation.result",
    "Glossary": "nmt.translation.glossary",
    "PairScore": "nmt.translation.result",
    "SearchConfig": "nmt.search.config",
    "Term": "nmt.translation.result",
    "Translation": "nmt.translation.result",
    "Translator": "nmt.translation.translator",
    "load": "nmt.translation.load",
    "score_pairs": "nmt.translation.scoring",
}


def __getattr__(name: str) -> Any:
    """What is imported when first used."""
    if name in _NEED_TORCH:
        from importlib import import_module

        return getattr(import_module(_NEED_TORCH[name]), name)
    raise AttributeError(f"module 'nmt' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Also what has not been imported yet."""
    return sorted({*globals(), *__all__})
