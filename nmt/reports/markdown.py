"""A report as Markdown: the same content as the HTML, its figures as files beside it."""

from nmt.reports import breakdown_tables, tables, verdicts, wording
from nmt.reports.figures import Figures, SampleFigure
from nmt.reports.markdown_text import escape
from nmt.reports.report import Report
from nmt.reports.tables import Cell, Table

PLOTS = "plots"  # folder of the figures, beside report.md


def to_markdown(report: Report, figures: Figures) -> str:
    """The text of report.md; the files it links to are those of `plot_files`."""
    parts = [f"# {escape(wording.title(report))}", escape(wording.subtitle(report))]
    parts += [_bullets(verdicts.headline(report))]
    parts += [f"> {escape(warning)}" for warning in report.warnings]
    parts += ["## Results", _table(tables.results_table(report)), _caption(wording.RESULTS)]
    if report.seed_scores:
        parts += ["### Means over seeds", _table(tables.seed_table(report)), _caption(wording.SEEDS)]
    if report.pairings:
        parts += [
            "## Are the differences more than chance?",
            _bullets(verdicts.verdicts(report)),
            _table(tables.comparison_table(report)),
            _caption(wording.significance_caption(report)),
        ]
    parts += _training_curves(report, figures) + _fronts(report) + _breakdowns(report)
    if not report.with_text:
        parts += ["## Sentences", escape(wording.NO_TEXT)]
    parts += _leads(report, figures) + _samples(figures)
    parts += ["## How the systems were trained", _table(tables.training_table(report))]
    parts += ["## What the figures mean", _bullets(wording.definitions(report)), *_provenance(report)]
    return "\n\n".join(parts) + "\n"


def plot_files(figures: Figures) -> dict[str, str]:
    """File name below the folder of plots -> SVG."""
    named = {"dev-bleu-time.svg": figures.time, "dev-bleu-updates.svg": figures.updates, "lengths.svg": figures.lengths}
    named |= {f"front-{n}.svg": front for n, front in enumerate(figures.fronts, start=1)}
    for k, sample in enumerate((*figures.samples, *figures.differing), start=1):
        for n, each in enumerate(sample.maps, start=1):
            named[f"attention-{k}-{n}.svg"] = each.svg
    return {name: f"{svg}\n" for name, svg in named.items() if svg is not None}


def _training_curves(report: Report, figures: Figures) -> list[str]:
    if figures.time is None:
        return []
    parts = [
        "## Quality during training",
        f"![Dev BLEU against training time]({PLOTS}/dev-bleu-time.svg) "
        f"![Dev BLEU against updates]({PLOTS}/dev-bleu-updates.svg)",
        _caption(wording.CURVES),
    ]
    if report.levels:
        table = _table(breakdown_tables.level_table(report))
        parts += ["### Training time to reach a quality", table, _caption(wording.LEVELS)]
    return parts


def _fronts(report: Report) -> list[str]:
    if not report.fronts:
        return []
    images = [f"![BLEU against {front.axis}]({PLOTS}/front-{n}.svg)" for n, front in enumerate(report.fronts, start=1)]
    table = _table(breakdown_tables.front_table(report))
    sentences = _bullets(verdicts.front_sentences(report))
    return ["## Quality against cost", sentences, " ".join(images), table, _caption(wording.FRONTS)]


def _breakdowns(report: Report) -> list[str]:
    """By length, by rarity, by signs, by words."""
    parts = []
    for heading, table, caption in breakdown_tables.breakdowns(report):
        parts += [f"## {heading}", *([_table(table)] if table else []), _caption(caption)]
    parts.insert(1, f"![BLEU by source length]({PLOTS}/lengths.svg)")
    parts += ["## Too short, too long, repeated", _table(breakdown_tables.signs_table(report)), _caption(wording.SIGNS)]
    if report.words:
        parts.append("## Words that one system has right and the other wrong")
        for pair in report.words:
            parts.append(escape(verdicts.word_sentence(pair)))
            parts += [_table(breakdown_tables.word_table(pair))] if pair.words else []
        parts.append(_caption(wording.words_caption(report)))
    return parts


def _leads(report: Report, figures: Figures) -> list[str]:
    if not report.leads:
        return []
    caption = f"{wording.LEADS} {wording.one_run_note(report)}".strip()
    parts = ["## Where the systems differ most", _caption(caption)]
    for lead in report.leads:
        parts.append(f"### Where {escape(lead.system)} is ahead")
        if not lead.examples:
            parts.append("Nowhere in this test set.")
        for example in lead.examples:
            lines = [f"Source, line {example.line}: {escape(example.source)}"]
            lines.append(f"Reference: {escape(example.reference)}")
            for output in example.outputs:
                signs = f" ({', '.join(output.signs)})" if output.signs else ""
                lines.append(f"{escape(output.system)} (chrF {output.chrf:.0f}): {_marked(output.parts)}{signs}")
            parts.append("- " + "<br>\n  ".join(lines))
    if figures.differing:
        parts.append(_caption(wording.DIFFERING))
    for k, sample in enumerate(figures.differing, start=len(figures.samples) + 1):
        parts += [f"**Line {sample.line}**", *_sample(sample, k)]
    return parts


def _marked(parts: tuple[tuple[str, bool], ...]) -> str:
    return "".join(escape(part) if matches else f"<ins>{escape(part)}</ins>" for part, matches in parts)


def _samples(figures: Figures) -> list[str]:
    if not figures.samples:
        return []
    parts = ["## What the systems attend to", _caption(wording.ATTENTION)]
    for k, sample in enumerate(figures.samples, start=1):
        parts += [f"### Line {sample.line}", *_sample(sample, k)]
    return parts


def _sample(sample: SampleFigure, number: int) -> list[str]:
    """A sentence and what each system looked at; `number` is that of its files."""
    parts = [f"- Source: {escape(sample.source)}\n- Reference: {escape(sample.reference)}"]
    for n, each in enumerate(sample.maps, start=1):
        image = f"![Attention]({PLOTS}/attention-{number}-{n}.svg)" if each.svg else escape(wording.NO_ATTENTION)
        parts.append(f"{escape(each.system)}: {escape(each.text)}\n\n{image}")
    return parts


def _provenance(report: Report) -> list[str]:
    signatures = "\n".join(f"- {escape(metric)}: `{signature}`" for metric, signature in wording.signatures(report))
    named = wording.test_files(report)
    files = "\n".join(f"- {side}: {escape(path)}, sha256 `{sha256}`" for side, path, sha256 in named)
    return ["### Signatures of the scores", signatures, "### Test set", files]


def _table(table: Table) -> str:
    rules = ["---:" if table.is_figure(column) else "---" for column in range(len(table.header))]
    rows = [[_cell(cell) for cell in row] for row in (table.header, *table.rows)]
    lines = [rows[0], rules, *rows[1:]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(cell: Cell) -> str:
    return f"{escape(cell.text)} ({escape(cell.detail)})" if cell.detail else escape(cell.text)


def _caption(text: str) -> str:
    return f"_{escape(text)}_"


def _bullets(sentences: list[str]) -> str:
    return "\n".join(f"- {escape(sentence)}" for sentence in sentences)
