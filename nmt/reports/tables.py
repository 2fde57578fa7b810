"""The tables of a report as values, so that HTML, Markdown and terminal show the same cells."""

from dataclasses import dataclass

from nmt.counted import counted
from nmt.metrics import LOWER_IS_BETTER
from nmt.reports import numbers
from nmt.reports.paths import file_name
from nmt.reports.report import Report, ScoredRun
from nmt.reports.searches import describe_search
from nmt.reports.seeds import differing_keys, seed_of

_ENDS = {"eos": "end of sentence", "length": "the length limit", "blank": "blank lines"}

_FEW = 5  # keys that a cell can name


@dataclass(frozen=True)
class Cell:
    """What a cell shows.

    Attributes:
        text: the main figure or word.
        detail: smaller, beneath it: an interval, another unit.
        sort: what the column is sorted by; None sorts by the text.
        system: index of the system whose colour marks the cell, or None.
        is_target: whether the text is in the target language, and not in that of the report.
    """

    text: str
    detail: str = ""
    sort: float | None = None
    system: int | None = None
    is_target: bool = False


@dataclass(frozen=True)
class Table:
    """Header and rows of equal length. Columns of figures are set flush right."""

    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    figures_from: int = 1

    def is_figure(self, column: int) -> bool:
        return column >= self.figures_from


def results_table(report: Report) -> Table:
    """One row a run: size, cost, quality, speed."""
    header = [
        Cell("Model"),
        Cell("Parameters"),
        Cell("Training", "seconds"),
        Cell("Target tokens/s", "training"),
        *(Cell(name, "less is better" if name in LOWER_IS_BETTER else "") for name in report.metrics),
        Cell("Sentences/s", "translating"),
        Cell("Peak memory", "training"),
    ]
    rows = tuple(_results_row(run, report.system_of(n)) for n, run in enumerate(report.runs))
    return Table(tuple(header), rows)


def _results_row(run: ScoredRun, system: int) -> tuple[Cell, ...]:
    record = run.result.record
    scores = (
        Cell(numbers.fixed(score.value), numbers.interval(score.low, score.high), score.value) for score in run.scores
    )
    return (
        Cell(run.name, system=system),
        Cell(numbers.millions(record.parameters), numbers.count(record.parameters), record.parameters),
        Cell(numbers.count(record.train_seconds), numbers.duration(record.train_seconds), record.train_seconds),
        Cell(numbers.count(record.target_tokens_per_second), sort=record.target_tokens_per_second),
        *scores,
        Cell(numbers.fixed(run.sentences_per_second), sort=run.sentences_per_second),
        Cell(numbers.memory(record.peak_memory_bytes), sort=record.peak_memory_bytes),
    )


def seed_table(report: Report) -> Table:
    """One row a system of several seeds: the mean of each score with its interval over seeds, and each run's BLEU."""
    metrics = tuple(report.seed_scores[0].means)
    header = [Cell("System"), Cell("Seeds")]
    header += [Cell(metric, "less is better" if metric in LOWER_IS_BETTER else "") for metric in metrics]
    header.append(Cell(f"{metrics[0]} of its runs"))
    rows = []
    for scores in report.seed_scores:
        system = report.systems[scores.system]
        cells = [Cell(system.name, system=scores.system), Cell(", ".join(map(str, system.seeds)))]
        for metric in metrics:
            mean = scores.means[metric]
            cells.append(Cell(numbers.fixed(mean.value), numbers.interval(mean.low, mean.high), mean.value))
        cells.append(Cell(", ".join(numbers.fixed(value) for value in scores.values[metrics[0]])))
        rows.append(tuple(cells))
    return Table(tuple(header), tuple(rows))


def comparison_table(report: Report) -> Table:
    """One row a pair and metric: difference, interval, both p, and the interval over seeds where there is any."""
    with_seeds = any(pairing.over_seeds for pairing in report.pairings)
    header = ["Systems", "Metric", "Difference", "95 % interval", "p, bootstrap", "p, randomisation"]
    header += ["95 % interval over seeds"] if with_seeds else []
    rows = []
    for pairing in report.pairings:
        test, seeds = pairing.comparison, pairing.over_seeds
        cells = [
            Cell(f"{pairing.system} \N{MINUS SIGN} {pairing.baseline}"),
            Cell(test.metric, "less is better" if test.metric in LOWER_IS_BETTER else ""),
            Cell(numbers.signed(test.difference), sort=test.difference),
            _interval(test.low, test.high),
            _probability(test.p_value),
            _probability(test.randomization_p),
        ]
        if with_seeds:
            cells.append(_interval(seeds.low, seeds.high) if seeds else Cell("one seed"))
        rows.append((*cells, Cell("yes" if pairing.more_than_chance else "no")))
    return Table(tuple(Cell(name) for name in (*header, "More than chance")), tuple(rows), figures_from=2)


def _interval(low: float | None, high: float | None) -> Cell:
    if low is None or high is None:
        return Cell("")
    return Cell(f"{numbers.signed(low)} to {numbers.signed(high)}", sort=low)


def _probability(p_value: float) -> Cell:
    return Cell(numbers.probability(p_value).removeprefix("p ").removeprefix("= "), sort=p_value)


def training_table(report: Report) -> Table:
    """One row a fact about the runs, one column a run."""
    first = report.runs[0]
    difference = f"Differs from {first.name} in"
    facts = [{**_facts(run), difference: _difference(first, run)} for run in report.runs]
    rows = tuple(
        (Cell(name), *(Cell(fact[name]) for fact in facts)) for name in facts[0] if any(f[name] for f in facts)
    )
    return Table((Cell(""), *run_header(report)), rows, figures_from=len(report.runs) + 1)


def _difference(first: ScoredRun, run: ScoredRun) -> str:
    """How its recipe, text and search differ from those of the first run; a number where they differ in many keys."""
    if first is run:
        return ""
    keys = differing_keys(first.result, run.result)
    if len(keys) > _FEW:
        return f"{len(keys)} keys of the recipe"
    seed = ["the seed"] if seed_of(first.result) != seed_of(run.result) else []
    return numbers.listing([*seed, *keys]) or "nothing"


def _facts(run: ScoredRun) -> dict[str, str]:
    record = run.result.record
    best = "not validated" if record.best_dev_bleu is None else f"{record.best_dev_bleu:.1f} (greedy search)"
    reasons = sorted(run.result.finish_reasons.items())
    return {
        "Architecture": record.architecture,
        "Seed": "unknown" if (seed := seed_of(run.result)) is None else str(seed),
        "Begun with": file_name(str(record.experiment.get("init_from", ""))),
        "Vocabulary": f"{numbers.count(record.vocab_size)} pieces",
        "Updates": f"{numbers.count(record.updates)}, {numbers.fixed(record.epochs)} epochs",
        "Gradient clipped": f"in {counted(record.clipped_updates, 'update')}",
        "Target tokens trained on": numbers.count(record.target_tokens),
        "Training time": numbers.duration(record.train_seconds),
        "Wall-clock time": numbers.duration(record.wall_seconds),
        "Stopped by": record.finish_reason.replace("_", " "),
        "Best dev BLEU": best,
        "Best checkpoint": f"update {numbers.count(record.best_update)}"
        + (", what it began with" if record.is_as_begun else ""),
        "Precision": record.precision,
        "Threads": str(record.threads),
        "Hardware": ", ".join(f"{name} {value}" for name, value in record.hardware.items()),
        "Versions": ", ".join(f"{name} {value}" for name, value in record.versions.items()),
        "Conditions changed": "; ".join(record.changes),
        "Commit": record.commit or "unknown",
        "Search": describe_search(run.result.search),
        "Translations ended": ", ".join(f"{numbers.count(n)} at {_ENDS.get(reason, reason)}" for reason, n in reasons),
    }


def run_header(report: Report) -> tuple[Cell, ...]:
    """A cell for each run."""
    return tuple(Cell(run.name, system=report.system_of(n)) for n, run in enumerate(report.runs))
