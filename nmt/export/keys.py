"""Which keys of [search] another engine honours."""

from nmt.search.config import SearchConfig

_BEAM = frozenset({"beam", "length_penalty", "alpha", "max_length_ratio", "max_length_extra", "batch_sentences"})
HONOURED = {"ctranslate2": _BEAM | {"n_best", "no_repeat_ngram"}, "onnx": _BEAM | {"stopping"}}


def asked_besides(config: SearchConfig, format: str) -> list[str]:
    """The keys that ask for what it does not do."""
    fields = SearchConfig.model_fields
    return [key for key in fields if key not in HONOURED[format] and getattr(config, key) != fields[key].default]


def honoured(config: SearchConfig, format: str) -> SearchConfig:
    """The same search with what it does not do left out."""
    fields = SearchConfig.model_fields
    return config.model_copy(update={key: fields[key].default for key in fields if key not in HONOURED[format]})
