"""How a run searched, in words."""

from collections.abc import Mapping
from typing import Any

from nmt.search.config import SearchConfig, without_effect

_USUAL = ("beam", "length_penalty", "alpha")
_BETWEEN_HYPOTHESES = ("length_penalty", "alpha", "coverage", "stopping")
_NOT_WHERE_SCORED = ("n_best", "term_placement", "terms_elsewhere")  # one translation a sentence, and no glossary


def describe_search(search: Mapping[str, Any]) -> str:
    """The usual keys and those that are not the default, as far as they affect the translations."""
    plain = SearchConfig().model_dump()
    full = plain | dict(search)
    sampled = full["method"] == "sample"
    unranked = full["samples"] == 1 or full["mbr"] != "none" if sampled else full["beam"] == 1
    idle = {*_NOT_WHERE_SCORED, *without_effect(full), *(_BETWEEN_HYPOTHESES if unranked else ())}
    shown = [name for name, value in search.items() if name in _USUAL or value != plain.get(name)]
    return ", ".join(_in_words(name, search[name]) for name in shown if name not in idle)


def _in_words(name: str, value: Any) -> str:
    return "greedy" if (name, value) == ("beam", 1) else f"{name.replace('_', ' ')} {value}"
