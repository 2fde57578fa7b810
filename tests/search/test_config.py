"""Search settings that contradict each other are refused."""

import re
from pathlib import Path

import pytest

from nmt.config import apply_override
from nmt.search.config import SearchConfig


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"beam": 2, "n_best": 3}, "search.n_best = 3 needs a beam at least as wide; search.beam = 2."),
        ({"method": "sample", "n_best": 3}, "search.n_best = 3 needs as many samples; search.samples = 1."),
        ({"temperature": 0.5}, "search.temperature has no effect without search.method = 'sample'."),
        ({"top_k": 5}, "search.top_k has no effect without search.method = 'sample'."),
        ({"top_p": 0.5}, "search.top_p has no effect without search.method = 'sample'."),
        ({"seed": 5}, "search.seed has no effect without search.method = 'sample'."),
        ({"method": "sample", "stopping": "first"}, "search.stopping has no effect without search.method = 'beam'."),
        ({"method": "sample", "beam": 4}, "search.beam has no effect without search.method = 'beam'."),
        (
            {"length_penalty": "average", "alpha": 0.5},
            "search.alpha has no effect without search.length_penalty = 'gnmt'",
        ),
        ({"samples": 5}, "search.samples has no effect without search.method = 'sample'."),
        ({"method": "sample", "diversity": 0.5}, "search.diversity has no effect without search.method = 'beam'."),
        ({"beam": 1, "diversity": 0.5}, "search.diversity needs a beam of at least 2"),
        (
            {"beam": 2, "mbr": "chrf"},
            r"search.mbr needs at least 3 hypotheses to choose from; there are 2 \(search.beam\)",
        ),
        ({"method": "sample", "mbr": "bleu"}, r"there are 1 \(search.samples\)"),
    ],
)
def test_an_option_without_effect_or_room_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SearchConfig.model_validate(fields)


@pytest.mark.parametrize(("method", "width", "most"), [("beam", "beam", 1_000), ("sample", "samples", 10_000)])
def test_no_more_hypotheses_are_asked_for_than_can_be_searched(method: str, width: str, most: int) -> None:
    fields = {"method": method, "n_best": most}
    assert SearchConfig.model_validate(fields | {width: most}).hypotheses == most
    with pytest.raises(ValueError, match=f"less than or equal to {most}"):
        SearchConfig.model_validate(fields | {width: most + 1})


@pytest.mark.parametrize(
    ("key", "most"), [("min_length_ratio", 100.0), ("max_length_ratio", 100.0), ("max_length_extra", 10_000)]
)
def test_no_length_is_asked_for_that_no_search_would_reach(key: str, most: float) -> None:
    assert getattr(SearchConfig.model_validate({key: most}), key) == most
    with pytest.raises(ValueError, match=f"less than or equal to {most:.0f}"):
        SearchConfig.model_validate({key: most + 1})


def test_the_hypotheses_to_choose_from_are_the_beam_or_the_samples() -> None:
    assert SearchConfig(beam=7).hypotheses == 7
    assert SearchConfig(method="sample", samples=12).hypotheses == 12


def test_the_table_of_the_readme_names_every_key_with_its_default() -> None:
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    table = readme.split("| key | default | meaning |")[1].split("\n\n")[0]
    said: dict[str, object] = {}
    for row in table.split("\n")[2:]:
        _, keys, defaults, *_ = row.split("|")
        for key, default in zip(re.findall(r"`(\w+)`", keys), defaults.split(","), strict=True):
            apply_override(said, f"{key}={default.split()[0].strip('`')}")  # without a remark in brackets
    assert said == {key: field.default for key, field in SearchConfig.model_fields.items()}
