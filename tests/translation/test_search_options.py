"""The search that a command line asks for."""

from pathlib import Path
from typing import Any

import pytest

from nmt.errors import ConfigError
from nmt.search.config import SearchConfig
from nmt.translation.search_options import search_with_overrides


def test_a_search_key_may_be_given_with_or_without_its_table(tiny_run: Path) -> None:
    config = search_with_overrides(tiny_run, None, 1, ["search.alpha=0.5", "stopping=first"])
    assert (config.alpha, config.stopping, config.beam) == (0.5, "first", 5)


def test_keys_of_the_recipe_for_a_search_that_is_replaced_do_not_count(
    tiny_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = SearchConfig(beam=8, diversity=0.5, alpha=0.6)
    monkeypatch.setattr("nmt.translation.search_options.recipe_search", lambda run: recipe)
    config = search_with_overrides(tiny_run, None, None, ["method=sample", "length_penalty=average"])
    assert config == SearchConfig(method="sample", length_penalty="average")
    with pytest.raises(ConfigError, match=r"search\.beam has no effect without search\.method = 'beam'"):
        search_with_overrides(tiny_run, None, None, ["method=sample", "beam=4"])


@pytest.mark.parametrize("override", ["terms_elsewhere=true", "search.term_placement=3"])
def test_keys_for_terms_need_a_glossary_on_a_command_line_but_not_in_a_recipe(
    tiny_run: Path, monkeypatch: pytest.MonkeyPatch, override: str
) -> None:
    key = override.removeprefix("search.").split("=")[0]
    with pytest.raises(ConfigError) as failure:
        search_with_overrides(tiny_run, overrides=[override])
    assert str(failure.value) == f"--set {key} has no effect without a glossary."
    recipe = search_with_overrides(tiny_run, overrides=[override], glossary=True)
    assert getattr(recipe, key) != getattr(SearchConfig(), key)
    monkeypatch.setattr("nmt.translation.search_options.recipe_search", lambda run: recipe)
    assert search_with_overrides(tiny_run, beam=3).beam == 3


@pytest.mark.parametrize(
    ("option", "override"), [("beam", "beam=8"), ("n_best", "search.n_best=2"), ("exact", "exact=false")]
)
def test_what_an_option_says_is_not_set_besides(tiny_run: Path, option: str, override: str) -> None:
    given: dict[str, Any] = {option: True if option == "exact" else 1}
    with pytest.raises(ConfigError) as failure:
        search_with_overrides(tiny_run, overrides=[override], **given)
    named = option.replace("_", "-")
    assert str(failure.value) == f"--{named} and --set {option} say the same, or contradict each other. Leave out one."
    assert getattr(search_with_overrides(tiny_run, **given), option) == 1


def test_only_the_width_itself_keeps_the_n_best_from_widening_it(tiny_run: Path) -> None:
    assert search_with_overrides(tiny_run, None, 9, ["method=beam"]).beam == 9
    with pytest.raises(ConfigError, match="needs a beam at least as wide"):
        search_with_overrides(tiny_run, None, 9, ["search.beam=4"])
