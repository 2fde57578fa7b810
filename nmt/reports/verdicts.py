"""What a report concludes, in sentences: which differences are more than chance, and at what cost."""

from collections.abc import Callable

from nmt.metrics import LOWER_IS_BETTER
from nmt.reports import numbers
from nmt.reports.pairings import Pairing
from nmt.reports.pareto import Front
from nmt.reports.report import Report
from nmt.reports.times import Level
from nmt.reports.word_matches import WordMatches

_FEW = 4  # systems or runs that a sentence can name one by one


def headline(report: Report) -> list[str]:
    """What to know if one reads nothing else: quality by BLEU, cost, and time to quality."""
    if len(report.systems) == 1:
        sentences = [] if report.seed_scores else [_alone(report)]
    elif len(report.systems) <= _FEW:
        sentences = [verdict(pairing) for pairing in report.pairings if pairing.comparison.metric == "BLEU"]
    else:
        sentences = [_against_first(report)]
    sentences += _seed_means(report)
    seconds = [run.result.record.train_seconds for run in report.runs]
    names = [run.name for run in report.runs]
    if len(names) <= _FEW:
        took = [f"{numbers.duration(time)} for {name}" for time, name in zip(seconds, names, strict=True)]
        sentences.append(f"Training took {numbers.listing(took)}.")
    else:
        shortest, longest = numbers.duration(min(seconds)), numbers.duration(max(seconds))
        sentences.append(
            f"Training took {shortest} to {longest}." if shortest != longest else f"Training took {longest} each time."
        )
    reached = [level for level in report.levels if None not in level.seconds]
    if reached and len(names) > 1:
        sentences.append(_reached(reached[-1], names))
    return sentences


def verdicts(report: Report) -> list[str]:
    """For each pair a sentence for each metric, BLEU first; where there are many pairs, only for BLEU."""
    few = len(report.systems) < _FEW
    return [verdict(pairing) for pairing in report.pairings if few or pairing.comparison.metric == "BLEU"]


def verdict(pairing: Pairing) -> str:
    """The outcome of the tests of one difference in one sentence."""
    test, baseline, system = pairing.comparison, pairing.baseline, pairing.system
    if test.difference == 0.0:
        return f"{baseline} and {system} have the same {test.metric}."
    ahead = (test.difference > 0) != (test.metric in LOWER_IS_BETTER)
    better, worse = (system, baseline) if ahead else (baseline, system)
    sign = 1 if test.difference > 0 else -1
    size = f"{numbers.fixed(abs(test.difference), 2)} {test.metric}"
    chance = (
        f"{_seeds(pairing)}95 % interval {_interval(test.low, test.high, sign)}, {numbers.probability(test.largest_p)}"
    )
    seeds, known = pairing.over_seeds, pairing.over_seeds_significant
    over_seeds = f"95 % interval over seeds {_interval(seeds.low, seeds.high, sign)}" if seeds else ""
    if not test.significant:
        more = f"; {over_seeds}" if seeds else ""
        return (
            f"{baseline} and {system}: a difference of {size}; this test set cannot tell them apart "
            f"({better} is ahead, {chance}{more})."
        )
    if known is False:
        return (
            f"{baseline} and {system}: a difference of {size}, more than the choice of test sentences explains "
            f"({better} is ahead, {chance}), but not more than the choice of seeds does ({over_seeds})."
        )
    more = f", and than the choice of seeds does ({over_seeds})" if known else ""
    return (
        f"{better} is better than {worse} by {size} ({chance}), more than the choice of test sentences explains{more}."
    )


def front_sentences(report: Report) -> list[str]:
    """For each cost which runs are on the front."""
    return [_front(front, [run.name for run in report.runs]) for front in report.fronts]


def word_sentence(words: WordMatches) -> str:
    """How the words of the references divide between two systems."""
    parts = [
        f"{numbers.share(words.both, words.total)} in both {words.baseline} and {words.system}",
        f"{numbers.share(words.only_baseline, words.total)} in {words.baseline} alone",
        f"{numbers.share(words.only_system, words.total)} in {words.system} alone",
        f"{numbers.share(words.neither, words.total)} in neither",
    ]
    return f"Of {numbers.count(words.total)} words of the references, {numbers.listing(parts)}."


def level_name(level: Level) -> str:
    """Such as "36 BLEU", or "36.5 BLEU (95 % of the best)"."""
    return f"{level.bleu:g} BLEU" if level.share is None else f"{level.bleu:.1f} BLEU ({share_name(level.share)})"


def share_name(share: float) -> str:
    """0.95 -> "95 % of the best"."""
    return f"{100 * share:.0f} % of the best"


def _alone(report: Report) -> str:
    bleu = report.runs[0].score("BLEU")
    interval = numbers.interval(bleu.low, bleu.high)
    return f"{report.runs[0].name} scores {numbers.fixed(bleu.value)} BLEU (95 % interval {interval})."


def _against_first(report: Report) -> str:
    """All systems against the first by BLEU: which are better, worse or not to be told apart."""
    by_bleu = [pairing for pairing in report.pairings if pairing.comparison.metric == "BLEU"]
    kinds: dict[str, Callable[[Pairing], bool]] = {
        "better": lambda pairing: pairing.more_than_chance and pairing.comparison.difference > 0,
        "worse": lambda pairing: pairing.more_than_chance and pairing.comparison.difference < 0,
        "not to be told apart": lambda pairing: not pairing.more_than_chance,
    }
    parts = []
    for kind, holds in kinds.items():
        names = [f"{p.system} ({numbers.signed(p.comparison.difference)})" for p in by_bleu if holds(p)]
        if names:
            parts.append(f"{kind}: {numbers.listing(names)}")
    return f"By BLEU, against {by_bleu[0].baseline}: {'; '.join(parts)}."


def _seed_means(report: Report) -> list[str]:
    if not report.seed_scores:
        return []
    parts = []
    for scores in report.seed_scores:
        system, mean = report.systems[scores.system], scores.means["BLEU"]
        interval = numbers.interval(mean.low, mean.high)
        parts.append(
            f"{system.name} has {numbers.fixed(mean.value)} (95 % interval {interval}, {len(system.members)} seeds)"
        )
    return [f"BLEU as a mean over seeds: {numbers.listing(parts)}."]


def _seeds(pairing: Pairing) -> str:
    """How many runs the scores are means of, where there are several."""
    a, b = pairing.num_seeds
    if max(a, b) == 1:
        return ""
    if a == b:
        return f"means over {a} seeds each, "
    numbers_of_seeds = [
        f"{n} seeds of {name}" if n > 1 else f"one of {name}"
        for n, name in ((a, pairing.baseline), (b, pairing.system))
    ]
    return f"means over {numbers.listing(numbers_of_seeds)}, "


def _interval(low: float | None, high: float | None, sign: int) -> str:
    """The interval of a difference that is given without its sign."""
    if low is None or high is None:
        return ""
    return numbers.interval(*((low, high) if sign > 0 else (-high, -low)), 2)


def _reached(level: Level, names: list[str]) -> str:
    times = sorted((seconds, name) for seconds, name in zip(level.seconds, names, strict=True) if seconds is not None)
    if len(times) > _FEW:
        (first, quickest), (last, slowest) = times[0], times[-1]
        return (
            f"{level_name(level)} on the dev set was reached by all: first by {quickest} after "
            f"{numbers.duration(first)}, last by {slowest} after {numbers.duration(last)}."
        )
    listed = [
        f"{name} after {numbers.duration(seconds)}"
        for name, seconds in zip(names, level.seconds, strict=True)
        if seconds is not None
    ]
    return f"{level_name(level)} on the dev set was reached by {numbers.listing(listed)}."


def _front(front: Front, names: list[str]) -> str:
    on = [name for name, is_on in zip(names, front.on_front, strict=True) if is_on]
    off = [name for name, is_on in zip(names, front.on_front, strict=True) if not is_on]
    verb = "is" if len(on) == 1 else "are"
    text = f"BLEU against {front.axis}: {numbers.listing(on)} {verb} on the front"
    if not off:
        return f"{text}, so none is beaten on both."
    worse = "more" if front.less_is_better else "less"
    return f"{text}; for {numbers.listing(off)} there is another run with no less BLEU and no {worse} {front.axis}."
