"""The tables of a report that take the results apart: by cost, by time, by kind of sentence, by word."""

from collections.abc import Callable, Sequence

from nmt.metrics import Score
from nmt.reports import numbers, verdicts, wording
from nmt.reports.buckets import Bucket
from nmt.reports.report import Report
from nmt.reports.signs import SIGNS
from nmt.reports.tables import Cell, Table, run_header
from nmt.reports.word_matches import WordMatches

_SHOWN_AXES: dict[str, Callable[[float], str]] = {
    "training time": numbers.duration,
    "parameters": lambda value: numbers.millions(round(value)),
    "speed": numbers.fixed,
}
_AXIS_NAMES = {"speed": "Sentences/s"}


def level_table(report: Report) -> Table:
    """One row a BLEU level: the training time of each run until its dev BLEU first reached it."""
    header = (Cell("Dev BLEU"), *run_header(report))
    rows = tuple(
        (
            Cell(f"{level.bleu:g}", sort=level.bleu)
            if level.share is None
            else Cell(f"{level.bleu:.1f}", verdicts.share_name(level.share), level.bleu),
            *(
                Cell("not reached") if seconds is None else Cell(f"{numbers.count(seconds)} s", sort=seconds)
                for seconds in level.seconds
            ),
        )
        for level in report.levels
    )
    return Table(header, rows)


def front_table(report: Report) -> Table:
    """One row a run: BLEU and each cost, and with which of them it is on the front."""
    header = (
        Cell("Model"),
        Cell("BLEU"),
        *(Cell(_AXIS_NAMES.get(front.axis, front.axis.capitalize())) for front in report.fronts),
    )
    rows = tuple(
        (
            Cell(run.name, system=report.system_of(n)),
            Cell(numbers.fixed(run.score("BLEU").value), sort=run.score("BLEU").value),
            *(
                Cell(
                    _SHOWN_AXES[front.axis](front.values[n]),
                    "on the front" if front.on_front[n] else "",
                    front.values[n],
                )
                for front in report.fronts
            ),
        )
        for n, run in enumerate(report.runs)
    )
    return Table(header, rows)


def breakdowns(report: Report) -> list[tuple[str, Table | None, str]]:
    """For each way to group the sentences a heading, a table and a caption, which says why where there is no table."""
    by_length, by_rarity = wording.length_caption(report), wording.rarity_caption(report)
    groups = [
        ("Quality by length of the source", f"Source {report.length_unit}", report.buckets, by_length),
        ("Quality by rarity of the source words", "Rarest word was seen", report.rarity, by_rarity),
        ("Quality by length ratio", "Share of the usual ratio", report.ratios, wording.RATIOS),
        ("Quality by repetition in the reference", "Most frequent word occurs", report.repetition, wording.REPETITION),
    ]
    return [
        (heading, bucket_table(report, buckets, label) if buckets else None, caption)
        for heading, label, buckets, caption in groups
    ]


def bucket_table(report: Report, buckets: Sequence[Bucket], label: str) -> Table:
    """One row a group of sentences: their number, and BLEU and chrF of each system on them."""
    header = [Cell(label), Cell("Sentences")]
    for number, system in enumerate(report.systems):
        header += [Cell(system.name, metric, system=number) for metric in ("BLEU", "chrF")]
    rows = []
    for n, bucket in enumerate(buckets):
        cells = [Cell(bucket.label, sort=n), Cell(numbers.count(len(bucket.segments)), sort=len(bucket.segments))]
        for number in range(len(report.systems)):
            cells += [_score(scores[number]) if scores else Cell("too few") for scores in (bucket.bleu, bucket.chrf)]
        rows.append(tuple(cells))
    return Table(tuple(header), tuple(rows))


def signs_table(report: Report) -> Table:
    """One row a run: how long its outputs are, and how many of them have which sign."""
    header = (Cell("Model"), Cell("Length ratio"), *(Cell(sign.capitalize()) for sign in SIGNS))
    rows = []
    for n, (run, signs) in enumerate(zip(report.runs, report.signs, strict=True)):
        cells = [Cell(run.name, system=report.system_of(n)), Cell(numbers.fixed(signs.length_ratio, 2))]
        for sign, chrf in zip(SIGNS, signs.chrf, strict=True):
            number = signs.count(sign)
            detail = "" if chrf is None else f"chrF {numbers.fixed(chrf)}"
            share = f" ({numbers.share(number, len(signs.found))})" if number else ""
            cells.append(Cell(f"{numbers.count(number)}{share}", detail, number))
        rows.append(tuple(cells))
    return Table(header, tuple(rows))


def word_table(words: WordMatches) -> Table:
    """One row a word: how often only one of two systems has it."""
    header = ("Word", "In references", f"Only {words.baseline}", f"Only {words.system}")
    rows = tuple(
        (
            Cell(word.word, is_target=True),
            *(
                Cell(numbers.count(number), sort=number)
                for number in (word.in_references, word.only_baseline, word.only_system)
            ),
        )
        for word in words.words
    )
    return Table(tuple(Cell(name) for name in header), rows)


def _score(score: Score) -> Cell:
    return Cell(numbers.fixed(score.value), numbers.interval(score.low, score.high), score.value)
