"""BLEU as papers on Multi30k measure it: text lower-cased, normalised and tokenised by Moses, hyphens split.

Their models read and write such text. For a figure beside theirs, plain translations and references are put into the
same shape first. The rules are those of sacremoses, a port of the scripts of Moses.
"""

import importlib.metadata
from functools import lru_cache

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.tokenizers.tokenizer_base import BaseTokenizer

from nmt.errors import ConfigError


class MosesTokens(BaseTokenizer):
    """What `normalize-punctuation.perl -l LANGUAGE | tokenizer.perl -a -no-escape -l LANGUAGE` does to a line.

    An unknown language is treated as English, as those scripts do.
    """

    def __init__(self, language: str) -> None:
        try:
            from sacremoses import MosesPunctNormalizer, MosesTokenizer
        except ImportError:
            raise ConfigError("The metric BLEU-moses needs sacremoses: pip install -e '.[moses]'.") from None
        self.language = language or "en"
        self._normalizer, self._tokenizer = MosesPunctNormalizer(self.language), MosesTokenizer(self.language)

    def signature(self) -> str:
        return f"moses-{self.language}-dashes-sacremoses-{importlib.metadata.version('sacremoses')}"

    @lru_cache(maxsize=2**16)  # noqa: B019  (references come again for every system; sacreBLEU's tokenizers do the same)
    def __call__(self, line: str) -> str:
        normal = self._normalizer.normalize(line)
        return str(self._tokenizer.tokenize(normal, aggressive_dash_splits=True, escape=False, return_str=True))


def moses_bleu(language: str) -> BLEU:
    """Lower-cased BLEU of such tokens; the signature says so. Raises ConfigError where sacremoses is not installed."""
    metric = BLEU(tokenize="none", lowercase=True, force=True)
    metric.tokenizer = MosesTokens(language)
    metric.tokenizer_signature = metric.tokenizer.signature()  # which the metric has copied already
    return metric
