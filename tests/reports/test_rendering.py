"""The files of a report: complete, self-contained, escaped, and silent about text where they must be."""

import dataclasses
import errno
import json
import re
import xml.etree.ElementTree as ET
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import matplotlib
import pytest

from nmt.errors import ConfigError
from nmt.reports.comparison import compare_systems, differing_indices
from nmt.reports.drawing import STYLE, label, legend, make_axes, to_svg
from nmt.reports.figures import draw
from nmt.reports.heatmap import heat_map
from nmt.reports.html import to_html
from nmt.reports.markdown import plot_files, to_markdown
from nmt.reports.markdown_text import escape
from nmt.reports.palette import MARKERS, dashes, light
from nmt.reports.run_results import Alignment, Sample
from nmt.reports.tables import results_table
from nmt.reports.text_width import text_width
from nmt.reports.write import make_folder, write_report
from tests.reports.synthetic import evaluation_set, pair_of_systems, system

HOSTILE = "<script>alert(1)</script> & \x00\u2028\ud800 $x^2$ | `*_[a](b) </s>"


class Page(HTMLParser):
    """Collects the text, the tags and every address a page would fetch."""

    VOID = frozenset({"meta", "br", "input"})

    def __init__(self, html):
        super().__init__()
        self.text, self.tags, self.addresses, self.open = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.addresses += [value for name, value in attributes if name in ("src", "href") and not value.startswith("#")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def hostile_report():
    """A report in which every text that is not ours tries to break out."""
    test = dataclasses.replace(evaluation_set(4), source=(HOSTILE,) * 4, reference=(HOSTILE, "b", "c", "d"))
    pieces = (HOSTILE, "▁模型", "</s>")
    alignment = Alignment(pieces, pieces, ((0.2, 0.3, 0.5),) * 3)
    systems = [
        dataclasses.replace(
            system(name, test, 0.3, seed, validations, architecture=HOSTILE),
            outputs=(HOSTILE, "x", "y", HOSTILE),
            samples=(Sample(HOSTILE, alignment), Sample(HOSTILE, None)),
        )
        for seed, (name, validations) in enumerate(((HOSTILE, pair_of_systems(test)[0].validations), ("模型 $a$", ())))
    ]
    return compare_systems(systems, test, created="2026-01-31", sample_indices=(0, 3))


def test_the_page_is_well_formed_and_fetches_nothing(report, figures):
    html = to_html(report, figures)
    page = Page(html)
    assert page.open == []
    assert page.addresses == []
    assert page.tags.count("script") == 1
    assert not re.search(r"url\((?!#)|@import|<link|<img|<iframe", html)
    assert "default-src 'none'" in unescape(html)


def test_the_page_shows_every_cell_of_the_results(report, figures):
    text = "".join(Page(to_html(report, figures)).text)
    for row in results_table(report).rows:
        for cell in row:
            assert cell.text in text
            assert cell.detail in text


def test_page_and_markdown_are_twins(report, figures):
    html, markdown = to_html(report, figures), to_markdown(report, figures)
    headings = [re.sub(r"<[^>]+>", "", found) for found in re.findall(r"<h[123]>(.*?)</h[123]>", html)]
    assert headings == [line.lstrip("# ").replace("\\", "") for line in markdown.split("\n") if line.startswith("#")]
    assert html.count("<svg") == markdown.count("](plots/") == 10  # curves, fronts, lengths, samples


def test_attention_is_drawn_where_the_systems_differ_most():
    test = evaluation_set(60)
    plain = pair_of_systems(test)
    differing = differing_indices(plain, test, 3)
    systems = pair_of_systems(test, (7, *differing))
    report = compare_systems(systems, test, created="", sample_indices=(7,), differing_indices=differing)
    assert [example.line - 1 for example in report.sentences[:3]] == list(differing)
    figures = draw(report)
    html, markdown = to_html(report, figures), to_markdown(report, figures)
    items = re.findall(r"<li data-line.*?</li>", html, re.DOTALL)
    assert [item.count("<svg") for item in items[:4]] == [2, 2, 2, 0]
    for index, item in zip(differing, items, strict=False):
        assert f"Attention of rnn translating line {index + 1}<" in item
    assert html.count("<svg") == markdown.count("](plots/") == 6 + 2 * (1 + 3)
    assert len(plot_files(figures)) == html.count("<svg")
    assert Page(html).open == []
    assert differing_indices(plain[:1], test, 3) == ()


def test_text_of_others_cannot_become_markup(tmp_path):
    report = hostile_report()
    figures = draw(report)
    html = to_html(report, figures)
    assert Page(html).tags.count("script") == 1
    assert "<script>alert" not in html
    assert not re.search(r"[\x00\u2028\ud800]", html)
    markdown = to_markdown(report, figures)
    assert "<script>" not in markdown.replace("\\<", "")
    assert not re.search(r"[\x00\u2028\ud800]", markdown)
    for sample in figures.samples:
        for each in sample.maps:
            if each.svg is not None:
                ET.fromstring(each.svg)
    for svg in (figures.time, figures.updates, figures.lengths, *figures.fronts):
        ET.fromstring(svg)
    write_report(report, tmp_path)
    assert json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["runs"][0]["name"] == HOSTILE
    assert len((tmp_path / "translations").joinpath("2-a.txt").read_bytes().split(b"\n")) == 5


def test_markdown_is_escaped_to_show_as_it_is():
    assert escape("a|b *c* <d>\u2028e (f-g)") == r"a\|b \*c\* \<d\> e (f-g)"
    assert escape("- no list") == r"\- no list"
    assert escape("3. no list, 4. neither") == r"3\. no list, 4. neither"


def test_ids_of_the_figures_in_a_page_do_not_meet(report, figures):
    ids = re.findall(r'\bid="([^"]+)"', to_html(report, figures))
    assert len(ids) == len(set(ids))


def test_the_same_report_is_drawn_the_same(report, figures):
    assert draw(report) == figures


def test_a_report_of_runs_that_were_never_validated_has_no_curves():
    test = evaluation_set(5)
    report = compare_systems([system("a", test, 0.1, 1)], test, created="")
    figures = draw(report)
    assert figures.time is None
    assert "Quality during training" not in to_html(report, figures) + to_markdown(report, figures)


def test_darkness_of_a_cell_is_its_weight():
    alignment = Alignment(("a", "b"), ("x", "y"), ((0.25, 0.75), (1.0, 0.0)))
    root = ET.fromstring(heat_map(alignment, "#123456", "title"))
    cells = [e for e in root.iter("{http://www.w3.org/2000/svg}rect") if e.get("fill") == "#123456"]
    assert [float(cell.get("fill-opacity")) for cell in cells] == [0.25, 0.75, 1.0]
    x = [float(cell.get("x")) for cell in cells]
    y = [float(cell.get("y")) for cell in cells]
    assert x[0] == x[2] < x[1]
    assert y[0] == y[1] < y[2]


def test_results_hold_every_figure_asked_for(report, tmp_path):
    write_report(report, tmp_path)
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    [first, second] = results["runs"]
    assert (first["name"], first["parameters"], first["train_seconds"]) == ("rnn", 10_612_345, 1134.2)
    assert first["target_tokens_per_second"] == 5475.6
    assert set(first["scores"][0]) == {"name", "value", "low", "high", "signature"}
    assert second["translated_sentences_per_second"] == pytest.approx(40)
    assert set(results["comparisons"][0]) == {
        "baseline", "system", "metric", "difference", "low", "high", "p_value", "randomization_p", "over_seeds",
        "more_than_chance",
    }  # fmt: skip
    assert results["test"]["num_sentences"] == 60
    assert results["test"]["source_sha256"] == report.evaluation_set.source_sha256
    assert "experiment" not in first


def test_a_report_is_three_files_and_what_they_link_to(report, tmp_path):
    assert write_report(report, tmp_path / "new" / "report") == tmp_path / "new" / "report" / "report.html"
    folder = tmp_path / "new" / "report"
    assert {path.name for path in folder.iterdir()} == {
        "report.html", "report.md", "results.json", "plots", "translations"
    }  # fmt: skip
    for link in re.findall(r"\]\(([^)]+)\)", (folder / "report.md").read_text(encoding="utf-8")):
        assert (folder / link).is_file()
    lines = (folder / "translations" / "1-rnn.txt").read_text(encoding="utf-8").split("\n")
    assert lines[:-1] == list(report.runs[0].result.outputs)


def test_without_text_no_file_holds_a_sentence(report, textless_report, tmp_path):
    write_report(report, tmp_path)
    (tmp_path / "plots" / "mine.svg").write_text("mine", encoding="utf-8")
    write_report(textless_report, tmp_path)  # over one with text
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {
        "report.html", "report.md", "results.json", "dev-bleu-time.svg", "dev-bleu-updates.svg", "lengths.svg",
        "front-1.svg", "front-2.svg", "front-3.svg", "mine.svg",
    }  # fmt: skip
    everything = "".join(path.read_text(encoding="utf-8").replace("\\", "") for path in files)
    test = report.evaluation_set
    texts = {*test.source, *test.reference, *(o for each in report.runs for o in each.result.outputs if len(o) > 12)}
    assert not [text for text in texts if text in everything]
    words = ("umbrella", "Schirm", "museum", "Vienna", "Cologne", "Kapitän", "colleague", "Kollegin", "forget")
    assert not [word for word in words if word in everything]
    assert "written without any sentence or word" in everything


def test_a_report_that_was_cut_short_is_known_and_its_sentences_go(report, textless_report, tmp_path, monkeypatch):
    def full(self, data, write=Path.write_bytes):
        if self.name == "report.md":
            raise OSError(errno.ENOSPC, "No space left on device", str(self))
        return write(self, data)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(ConfigError, match="No space left on device"):
            write_report(report, tmp_path)
    assert list((tmp_path / "translations").iterdir())
    (tmp_path / "results.json.tmp").touch()
    make_folder(tmp_path)  # it is a report's
    write_report(textless_report, tmp_path)
    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    plots = ("dev-bleu-time", "dev-bleu-updates", "lengths", "front-1", "front-2", "front-3")
    assert files == {"report.html", "report.md", "results.json", *(f"plots/{name}.svg" for name in plots)}


def test_languages_of_sentences_are_said_where_the_recipe_names_them_by_code(report, figures):
    def of(source, target):
        corpus = {"corpus": {"source_language": source, "target_language": target}}
        first = report.runs[0]
        record = dataclasses.replace(first.result.record, experiment=corpus)
        run = dataclasses.replace(first, result=dataclasses.replace(first.result, record=record))
        return to_html(dataclasses.replace(report, runs=(run, *report.runs[1:])), figures)

    page = of("ja", "zh-Hant")
    assert '<dd dir="auto" lang="ja">' in page
    assert '<dd dir="auto" lang="zh-Hant">' in page
    assert page.count('lang="') == 1 + page.count('lang="ja"') + page.count('lang="zh-Hant"')
    assert of("column 1", '"><script>').count('lang="') == 1  # the page's own


def test_a_table_that_is_wider_than_the_screen_can_be_moved_by_the_keyboard(report, figures):
    page = to_html(report, figures)
    tables = re.findall(r"<div class=\"scroll\"[^>]*>", page)
    assert len(tables) > 5
    assert all('tabindex="0" role="region" aria-label="Table: ' in one for one in tables)
    assert len(set(tables)) == len(tables)  # each by a name of its own


def test_words_of_the_references_say_what_language_they_are_in(report, figures):
    first = report.runs[0]
    record = dataclasses.replace(first.result.record, experiment={"corpus": {"target_language": "ja"}})
    run = dataclasses.replace(first, result=dataclasses.replace(first.result, record=record))
    page = to_html(dataclasses.replace(report, runs=(run, *report.runs[1:])), figures)
    for word in report.words[0].words:
        assert f'<th scope="row" dir="auto" lang="ja">{word.word}</th>' in page
    assert '<th scope="row">' in page  # the others are in the language of the page


def test_long_names_break_instead_of_running_over_what_is_beside_them(report, figures):
    page = to_html(report, figures)
    for selector in ("body", "dl.lines dt"):
        rules = re.findall(rf"^{re.escape(selector)} {{(.*?)}}", page, re.MULTILINE | re.DOTALL)
        assert "overflow-wrap" in rules[0]


def test_names_in_a_legend_do_not_meet_in_a_browser_that_has_their_characters():
    """matplotlib, which has them not, plans for six tenths of what they take."""
    for names in (
        ["基準となるモデル", "改良されたモデル", "三番目"],
        ["a_very_long_name_of_a_run" * 3, "b"],
        ["模型" * 40],
    ):
        with matplotlib.rc_context(STYLE):
            figure, axes = make_axes()
            for name in names:
                axes.plot([0, 1], [0, 1], label=label(name))
            legend(figure, axes)
            root = ET.fromstring(to_svg(figure))
        shown = [label(name) for name in names]
        rows = {}
        for text in root.iter("{http://www.w3.org/2000/svg}text"):
            if text.text in shown:
                rows.setdefault(text.get("y"), []).append((float(text.get("x")), text.text))
        assert sum(map(len, rows.values())) == len(names)
        for row in rows.values():
            assert max(text_width(name, 9) for _, name in row) <= 216
            for (x, name), (other, _) in pairwise(sorted(row)):
                assert x + text_width(name, 9) < other


def test_no_two_of_thirty_systems_look_the_same():
    looks = [(light(number), MARKERS[number % len(MARKERS)]) for number in range(30)]
    assert len(set(looks)) == 30
    assert [dashes(number) for number in (0, 5, 6)] == ["-", "-", "--"]


def test_a_folder_that_cannot_be_written_is_named(report, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"--out .*file"):
        write_report(report, tmp_path / "file" / "report")
