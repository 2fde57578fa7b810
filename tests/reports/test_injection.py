"""Sixty hostile texts in every place of a report that is not ours: none becomes an element or an attribute."""

import base64
import dataclasses
import hashlib
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from nmt.corpus.lines import one_line
from nmt.reports.comparison import compare_systems
from nmt.reports.figures import draw
from nmt.reports.html import to_html
from nmt.reports.markdown import to_markdown
from nmt.reports.run_results import Alignment, Sample
from nmt.reports.training_text import TrainingText
from nmt.reports.write import write_report
from tests.reports.payloads import PAYLOADS
from tests.reports.synthetic import curve, evaluation_set, sha256, system

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Elements(HTMLParser):
    """Collects elements with the names of their attributes, addresses, scripts and text."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.addresses, self.scripts, self.text, self.policy = set(), [], [], [], ""
        self.in_script = False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.elements.add((tag, frozenset(name for name, _ in attributes)))
        values = dict(attributes)
        self.addresses += [value for name, value in attributes if name in ("src", "href", "xlink:href", "action")]
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"]
        self.in_script = tag == "script"
        if self.in_script:
            self.scripts.append("")

    def handle_endtag(self, tag):
        self.in_script = False

    def handle_data(self, data):
        if self.in_script:
            self.scripts[-1] += data
        else:
            self.text.append(data)


def page_about(texts):
    """The report of two systems on as many sentences as there are texts, which are also every name in it."""
    number = len(texts)
    turned = texts[7:] + texts[:7]
    test = dataclasses.replace(
        evaluation_set(number),
        source_path=Path("data") / texts[3].replace("/", "").replace("\x00", ""),
        source=texts,
        reference=turned,
        source_sha256=sha256(("a",)),
    )
    pieces = (*texts[:4], "</s>")
    alignment = Alignment(pieces, pieces, ((0.2,) * 5,) * 5)
    results = []
    for n, outputs in enumerate((turned[::-1], tuple(f"{text} {text}" for text in texts))):
        result = system(
            f"{texts[n]} {n}",
            test,
            0.1,
            n,
            curve(30.0, 100.0 + n, 1000, 3.0, n),
            architecture=texts[10 + n],
            commit=texts[12 + n],
            hardware={texts[14]: texts[15 + n]},
            versions={texts[17]: texts[18 + n]},
            finish_reason="interrupted",
        )
        results.append(
            dataclasses.replace(
                result,
                outputs=outputs,
                search={texts[20]: texts[21]},
                finish_reasons={texts[22]: number},
                samples=(Sample(texts[23], alignment), Sample(texts[24], None)),
            )
        )
    training = (f"{texts[25]} is not there", TrainingText({}, 3, 5))
    return compare_systems(
        results, test, created=texts[26], sample_indices=(0, 1), target_language="en", training=training
    )


@pytest.fixture(scope="module")
def hostile():
    return page_about(PAYLOADS)


@pytest.fixture(scope="module")
def allowed():
    """The elements of the same report about harmless text."""
    report = page_about(tuple(f"word{n} and word{n + 1}" for n in range(60)))
    return Elements(to_html(report, draw(report))).elements


def test_there_are_sixty_different_texts():
    assert len(set(PAYLOADS)) == 60


def test_no_element_or_attribute_comes_from_a_text(hostile, allowed):
    page = Elements(to_html(hostile, draw(hostile)))
    assert page.elements <= allowed
    assert not [name for _, names in page.elements for name in names if name.startswith("on")]
    assert [address for address in page.addresses if not address.startswith("#")] == []
    assert len(page.scripts) == 1


def test_every_text_can_be_read_on_the_page(hostile):
    shown = "".join(Elements(to_html(hostile, draw(hostile))).text)
    for payload in PAYLOADS:
        assert one_line(payload) in shown


def test_the_policy_allows_the_page_s_own_script_and_no_other(hostile):
    page = Elements(to_html(hostile, draw(hostile)))
    digest = base64.b64encode(hashlib.sha256(page.scripts[0].encode()).digest()).decode()
    rules = dict(rule.strip().split(" ", 1) for rule in page.policy.split(";"))
    assert rules["script-src"] == f"'sha256-{digest}'"
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"


def test_every_figure_is_well_formed(hostile):
    figures = draw(hostile)
    maps = [each.svg for sample in figures.samples for each in sample.maps if each.svg]
    for svg in (figures.time, figures.updates, figures.lengths, *figures.fronts, *maps):
        tags = Counter(element.tag.rpartition("}")[2] for element in ET.fromstring(svg).iter())
        assert not tags.keys() & {"script", "a", "image", "foreignObject", "animate", "iframe"}


def test_markdown_has_no_markup_of_a_text(hostile):
    markdown = to_markdown(hostile, draw(hostile))
    ours = re.sub(r"\\.", "", markdown)  # without what is escaped
    assert set(re.findall(r"<[^>]*>?", ours)) <= {"<br>", "<ins>", "</ins>"}
    assert not re.search(r"\]\((?!plots/)", ours)


def test_without_text_none_of_them_is_there_but_in_names(hostile, tmp_path):
    bare = compare_systems(
        [dataclasses.replace(system("a", hostile.evaluation_set, 0.1, 1), outputs=PAYLOADS)],
        dataclasses.replace(hostile.evaluation_set, source_path=Path("test.de")),
        created="2026-01-31",
        with_text=False,
    )
    write_report(bare, tmp_path)
    everything = "".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("*") if path.is_file())
    assert not [text for text in ("broken", "example.invalid", "alert(1)") if text in everything]


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: the page is read by Python's parser alone")
def test_a_browser_builds_no_element_from_a_text_and_runs_only_our_script(hostile, allowed, tmp_path):
    page = write_report(hostile, tmp_path / "report")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--dump-dom"]
    flags += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    command = [CHROMIUM, *flags, f"--user-data-dir={tmp_path / 'profile'}", page.as_uri()]
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    dom = done.stdout.decode("utf-8")
    built = Elements(dom)
    assert {tag for tag, _ in built.elements} <= {tag for tag, _ in allowed}
    names = {name for _, attributes in allowed for name in attributes}
    assert {name for _, attributes in built.elements for name in attributes} <= names
    assert "<title>broken</title>" not in dom
    assert "60 of 60" in "".join(built.text)  # our script ran: the search counts its sentences
