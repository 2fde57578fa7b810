"""The captions of a report, shared by its HTML and its Markdown; what it concludes is in `verdicts.py`."""

from nmt.counted import counted
from nmt.metrics import num_trials
from nmt.metrics.statistics import NUM_RESAMPLES
from nmt.reports import numbers
from nmt.reports.differences import NUM_LISTED
from nmt.reports.pareto import SAME_SPEED, SAME_TIME
from nmt.reports.paths import portable_path
from nmt.reports.report import Report

NO_TEXT = (
    "This report was written without any sentence or word of the corpus: no examples, no words, and no attention heat "
    "maps, whose labels are corpus text. nmt compare without --no-text writes them."
)
RESULTS = (
    "With each score goes its 95 % bootstrap interval. Intervals that overlap do not mean that systems are equal: the "
    "paired tests compare them sentence by sentence and see smaller differences."
)
SEEDS = (
    "Runs of one recipe that differ only in their seed are one system. The interval beside a mean is Student's over "
    "its seeds, 95 %. It covers chance in training (first weights, order of the batches, dropout): of such intervals, "
    "95 in 100 hold the mean over all seeds on this test set. It does not cover which sentences were tested, as the "
    "intervals of single runs do. With two or three seeds it is wide because little is known."
)
CURVES = (
    "BLEU on the dev set by greedy search, against training time and against updates. The time is what the updates "
    "took; validation and checkpoints are not in it. A hollow point marks the checkpoint that was kept."
)
LEVELS = (
    "Training time until a validation first gave at least this BLEU on the dev set; the best is that of all runs here. "
    "Nothing is interpolated, so each time is late by up to one validation interval."
)
FRONTS = (
    "A run is on the front when no other run here has at least its BLEU for at most its cost, and is better in one; "
    f"training times that differ by less than {100 * SAME_TIME:g} %, and speeds by less than {100 * SAME_SPEED:g} %, "
    "count as the same. "
    "Scores count as they are: a run may be beaten by less than chance explains. Hollow points are not on the front."
)
RATIOS = (
    "Test sentences grouped by the length of the reference divided by that of the source, as a share of what this "
    "ratio is for all of them together; no system has a say in who is in which group. Groups of fewer than twenty "
    "sentences are not scored."
)
REPETITION = (
    "Test sentences grouped by how often the most frequent word of the reference stands in it (of text without spaces, "
    "the most frequent character), in any case. Groups of fewer than twenty sentences are not scored."
)
SIGNS = (
    "From lengths and repetitions alone, so they are hints: too short (under-translation) is less than two thirds of "
    "the expected length and at least three words less, too long (over-translation) more than one and a half times "
    "and three words more, both beside the reference and beside the source; repeats itself is a phrase that follows "
    "itself or four words in a row that come twice, and do not in source and reference. Beneath each number is the "
    "mean chrF of those sentences. The length ratio is that of all outputs to all references."
)
LEADS = (
    "For each system the sentences where its chrF is furthest above that of every other system. Words that the "
    "reference does not have in that place are underlined."
)
ATTENTION = (
    "Rows are the pieces of the translation, columns those of the source; the stronger the colour, the more the "
    "decoder looked at that source piece when it wrote that row. \N{LOWER ONE EIGHTH BLOCK} begins a word, </s> ends "
    "the sentence. A Transformer shows the mean over the heads of its last cross-attention. These sentences were "
    "chosen by source length alone; the list by difference has the attention of the first ones in it."
)
DIFFERING = (
    "What the systems looked at in the sentences whose chrF differs most between them, largest difference first."
)
NO_ATTENTION = "No attention to show: this system has none, or the sentence was too long and was split."

_METRICS = {
    "BLEU-moses": "BLEU-moses is of text that is lower-cased and tokenised by Moses, with its hyphens split, as papers "
    "on Multi30k measure it.",
    "BLEU-words": "BLEU-words is of the text as it stands, split at spaces: for text that is tokenised already.",
}


def curves_label(report: Report) -> str:
    """The learning curves in words, for readers who cannot see them."""
    best = [(run.name, run.result.record.best_dev_bleu) for run in report.runs]
    shown = [f"{name} {bleu:.1f}" for name, bleu in best if bleu is not None]
    return f"The best of each run: {numbers.listing(shown)}." if shown else ""


def title(report: Report) -> str:
    return numbers.listing([system.name for system in report.systems])


def subtitle(report: Report) -> str:
    test = report.evaluation_set
    return (
        f"Translating {test.source_path.name}, {counted(len(test), 'sentence')}, "
        f"scored against {test.reference_path.name}. {report.created}."
    )


def significance_caption(report: Report) -> str:
    text = (
        f"Two tests over the test sentences, both two-sided: paired bootstrap ({NUM_RESAMPLES:,} resamples), which "
        f"gives the interval, and approximate randomisation ({num_trials(len(report.evaluation_set)):,} trials). A "
        "difference counts as more than chance when both p are below 0.05 and the interval leaves out zero; sentences "
        "name the larger p. "
    )
    if report.seed_scores:
        text += (
            "They say nothing about chance in training; where both systems have several seeds, Welch's interval over "
            "seeds does."
        )
    else:
        text += "They say nothing about chance in training: another seed gives another model."
    return f"{text} No p is corrected for the number of comparisons ({numbers.count(len(report.pairings))} here)."


def length_caption(report: Report) -> str:
    return (
        f"Test sentences grouped by number of {report.length_unit} in the source, with 95 % bootstrap intervals. "
        "Scores of different groups of sentences are comparable between systems, less so between groups."
    )


def rarity_caption(report: Report) -> str:
    """What the table of rarity shows, or why there is none."""
    if report.rarity_note:
        return report.rarity_note
    return (
        "Test sentences grouped by their rarest source word: how often it stands in the training text, in any case. "
        "Groups of fewer than twenty sentences are not scored."
    )


def words_caption(report: Report) -> str:
    text = "A word counts as right when the reference of the same sentence has it, in any place and in any case."
    return f"{text} The tables have the words on which two systems differ most often." if report.with_text else text


def one_run_note(report: Report) -> str:
    """Which run stands for a system where single sentences are shown; empty where each has one."""
    named = [
        f"{report.runs[system.first].name} for {system.name}" for system in report.systems if len(system.members) > 1
    ]
    return f"Single sentences and words are those of one run of each system: {numbers.listing(named)}." if named else ""


def browse_caption(report: Report) -> str:
    number, whole = len(report.sentences), len(report.evaluation_set)
    which = "All" if number == whole else f"The {numbers.count(NUM_LISTED)} of {numbers.count(whole)}"
    return f"{which} sentences by difference, with a search"


def definitions(report: Report) -> list[str]:
    """What each figure of the results table means."""
    hardware = ", ".join(f"{name} {value}" for name, value in report.hardware.items() if value != "")
    usual = numbers.listing([name for name in ("BLEU", "chrF", "TER") if name in report.metrics])
    return [
        f"{usual} are sacreBLEU's, of the text as the reference has it, in its case, with 95 % bootstrap "
        f"intervals ({NUM_RESAMPLES:,} resamples). BLEU-lc is lower-cased tokenised BLEU, to set beside papers that "
        "report it.",
        *(_METRICS[name] for name in report.metrics if name in _METRICS),
        "Training seconds are those spent in updates, data included; validation, checkpoints and start-up are not in "
        "them. They add up over restarts. Wall-clock time has everything in it.",
        "Target tokens per second are subword pieces including the end of sentence, divided by training seconds.",
        "Sentences per second are those of translating this test set on the machine that wrote the report"
        f"{f' ({hardware})' if hardware else ''}, timed once after a warm-up, without loading the model.",
        "Peak memory is the most the training process held at once; on a GPU, the most it allocated there.",
    ]


def signatures(report: Report) -> list[tuple[str, str]]:
    """Metric and sacreBLEU signature; the same for every system."""
    return [(score.name, score.signature) for score in report.runs[0].scores]


def test_files(report: Report) -> list[tuple[str, str, str]]:
    """Side, path and SHA-256 of the files of the test set."""
    test = report.evaluation_set
    return [
        ("Source", portable_path(test.source_path), test.source_sha256),
        ("Reference", portable_path(test.reference_path), test.reference_sha256),
    ]
