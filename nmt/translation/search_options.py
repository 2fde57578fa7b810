"""The recipe's [search] with the command line's options on top."""

from collections.abc import Sequence
from pathlib import Path

from nmt.config import apply_override, dump_config, parse_config
from nmt.errors import ConfigError
from nmt.search.config import GLOSSARY_KEYS, NEEDS, WIDEST, SearchConfig, without_effect
from nmt.translation.load import recipe_search


def search_with_overrides(
    run: Path,
    beam: int | None = None,
    n_best: int | None = None,
    overrides: Sequence[str] = (),
    glossary: bool = False,
    exact: bool = False,
) -> SearchConfig:
    """The search of the run's recipe with these changes; an override is a key of [search], `alpha=0.6`.

    `glossary`: whether there is one, without which some overrides have no effect.
    Raises CheckpointError where the run has no recipe, and ConfigError for what cannot be asked for.
    """
    tree = dump_config(recipe_search(run))
    for override in overrides:
        apply_override(tree, override.removeprefix("search."))
    given = {override.partition("=")[0].strip().removeprefix("search.") for override in overrides}
    if not glossary and (idle := [key for key in GLOSSARY_KEYS if key in given]):
        raise ConfigError(f"--set {idle[0]} has no effect without a glossary.")
    options = {"beam": beam, "n_best": n_best, "exact": exact or None}
    asked = {key: value for key, value in options.items() if value is not None}
    if twice := [key for key in asked if key in given]:
        option = twice[0].replace("_", "-")
        raise ConfigError(f"--{option} and --set {twice[0]} say the same, or contradict each other. Leave out one.")
    for key in without_effect(tree):  # what the recipe says for the search that the command line replaces
        if NEEDS[key][0] in given and key not in given:
            tree.pop(key, None)
    tree |= asked
    if beam is not None and tree["method"] == "sample":
        raise ConfigError("--beam has no effect with search.method = 'sample'; use --set samples=N.")
    width = "samples" if tree["method"] == "sample" else "beam"
    if beam is None and width not in given and width in tree and isinstance(tree["n_best"], int):
        tree[width] = max(tree[width], min(tree["n_best"], WIDEST[width]))  # a longer list needs more to choose from
    return parse_config(SearchConfig, tree, "search")
