"""Another engine's output as our Hypothesis."""

from collections.abc import Sequence

from nmt.search.config import SearchConfig
from nmt.search.hypothesis import Hypothesis
from nmt.search.score import score


def hypothesis(tokens: Sequence[int], mean: float, config: SearchConfig) -> Hypothesis:
    """`mean` is the log-probability of a token: an engine does not say what each of them has."""
    log_probs = (mean,) * len(tokens)
    return Hypothesis(tuple(tokens), log_probs, score(config, log_probs, None), None)
