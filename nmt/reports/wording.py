"""The sentences of a report, shared by its HTML and its Markdown."""

from nmt.metrics import LOWER_IS_BETTER
from nmt.metrics.statistics import NUM_RESAMPLES
from nmt.reports import numbers
from nmt.reports.comparison import COMPARED, Pairing, Report

NO_TEXT = (
    "This report was written without any sentence of the corpus: no examples and no attention heat maps, whose "
    "labels are corpus text. nmt compare without --no-text writes them."
)
RESULTS = (
    "With each score goes its 95 % bootstrap interval. Intervals that overlap do not mean that systems are equal: the "
    "paired test compares them sentence by sentence and sees smaller differences."
)
CURVES = (
    "BLEU on the dev set by greedy search, against training time and against updates. The time is what the updates "
    "took; validation and checkpoints are not in it. A hollow point marks the checkpoint that was kept."
)
LEVELS = (
    "Training time until a validation first gave at least this BLEU on the dev set. Nothing is interpolated, so each "
    "time is late by up to one validation interval."
)
LEADS = (
    "For each system the sentences where its chrF is furthest above that of every other system. Words that the "
    "reference does not have in that place are underlined."
)
ATTENTION = (
    "Rows are the pieces of the translation, columns those of the source; the stronger the colour, the more the "
    "decoder looked at that source piece when it wrote that row. \N{LOWER ONE EIGHTH BLOCK} begins a word, </s> ends "
    "the sentence. A Transformer shows the mean over the heads of its last cross-attention. The sentences were chosen "
    "by source length alone."
)
NO_ATTENTION = "No attention to show: this system has none, or the sentence was too long and was split."


def title(report: Report) -> str:
    return _listing([system.name for system in report.systems])


def subtitle(report: Report) -> str:
    test = report.evaluation_set
    sentences = "sentence" if len(test) == 1 else "sentences"
    return (
        f"Translating {test.source_path.name}, {numbers.count(len(test))} {sentences}, "
        f"scored against {test.reference_path.name}. {report.created}."
    )


def verdicts(report: Report) -> list[str]:
    """For each pair, a sentence for each metric; BLEU first."""
    return [verdict(pairing) for pairing in report.pairings]


def headline(report: Report) -> list[str]:
    """What to know if one reads nothing else: quality by BLEU, cost, and time to quality."""
    if len(report.systems) == 1:
        bleu = report.systems[0].score("BLEU")
        sentences = [
            f"{report.systems[0].name} scores {numbers.fixed(bleu.value)} BLEU "
            f"(95 % interval {numbers.interval(bleu.low, bleu.high)})."
        ]
    else:
        sentences = [verdict(pairing) for pairing in report.pairings if pairing.comparison.metric == COMPARED[0]]
    times = [f"{numbers.duration(system.result.record.train_seconds)} for {system.name}" for system in report.systems]
    sentences.append(f"Training took {_listing(times)}.")
    reached = [level for level in report.levels if None not in level.seconds]
    if reached and len(report.systems) > 1:
        times = [
            f"{system.name} after {numbers.duration(seconds)}"
            for system, seconds in zip(report.systems, reached[-1].seconds, strict=True)
            if seconds is not None
        ]
        sentences.append(f"{reached[-1].bleu:g} BLEU on the dev set was reached by {_listing(times)}.")
    return sentences


def verdict(pairing: Pairing) -> str:
    """The outcome of one paired bootstrap in one sentence."""
    test, baseline, system = pairing.comparison, pairing.baseline, pairing.system
    chance = numbers.probability(test.p_value)
    if test.difference == 0.0:
        return f"{baseline} and {system} have the same {test.metric}."
    ahead = (test.difference > 0) != (test.metric in LOWER_IS_BETTER)
    better, worse = (system, baseline) if ahead else (baseline, system)
    low, high = (test.low, test.high) if test.difference > 0 else (-test.high, -test.low)
    size = f"{numbers.fixed(abs(test.difference), 2)} {test.metric}"
    if not test.significant:
        return (
            f"{baseline} and {system} cannot be told apart by {test.metric}: {better} is ahead by {size}, but chance "
            f"explains that (95 % interval {numbers.interval(low, high, 2)}, {chance})."
        )
    return (
        f"{better} is better than {worse} by {size} (95 % interval {numbers.interval(low, high, 2)}, {chance}), more "
        "than chance explains."
    )


def significance_caption(report: Report) -> str:
    text = (
        f"Paired bootstrap over the test sentences, {NUM_RESAMPLES:,} resamples, two-sided. A difference counts as "
        "more than chance when p is below 0.05 and the interval leaves out zero. It says nothing about chance in "
        "training: another seed gives another model."
    )
    if len(report.systems) > 2:
        text += " p is not corrected for the number of comparisons."
    return text


def length_caption(report: Report) -> str:
    return (
        f"BLEU of the test sentences grouped by number of {report.length_unit} in the source, with 95 % bootstrap "
        "intervals. BLEU of different groups of sentences is comparable between systems, less so between groups."
    )


def notes(report: Report) -> list[str]:
    """What makes the figures less comparable or less complete than they look."""
    records = [system.result.record for system in report.systems]
    found = []
    for name, values in (
        ("hardware", [tuple(sorted(record.hardware.items())) for record in records]),
        ("precision", [record.precision for record in records]),
        ("numbers of threads", [record.threads for record in records]),
    ):
        if any(value != values[0] for value in values):
            found.append(f"The runs used different {name}: their training times and speeds are not comparable.")
    for system in report.systems:
        result = system.result
        if result.record.finish_reason == "interrupted":
            found.append(f"{system.name} was interrupted before its training ended; these are its figures so far.")
        if result.num_split:
            found.append(
                f"{system.name} split {numbers.count(result.num_split)} source sentences longer than it was trained on "
                "and joined the translations."
            )
    return found


def definitions(report: Report) -> list[str]:
    """What each figure of the results table means."""
    return [
        "BLEU, chrF and TER are sacreBLEU's on detokenised, cased text, with 95 % bootstrap intervals "
        f"({NUM_RESAMPLES:,} resamples). BLEU-lc is lower-cased tokenised BLEU, to set beside papers that report it.",
        "Training seconds are those spent in updates, data included; validation, checkpoints and start-up are not in "
        "them. They add up over restarts. Wall-clock time has everything in it.",
        "Target tokens per second are subword pieces including the end of sentence, divided by training seconds.",
        "Sentences per second are those of translating this test set on the machine that wrote the report, without "
        "loading the model.",
        "Peak memory is the most the training process held at once; on a GPU, the most it allocated there.",
    ]


def signatures(report: Report) -> list[tuple[str, str]]:
    """Metric and sacreBLEU signature; the same for every system."""
    return [(score.name, score.signature) for score in report.systems[0].scores]


def _listing(items: list[str]) -> str:
    return f"{', '.join(items[:-1])} and {items[-1]}" if len(items) > 1 else "".join(items)
