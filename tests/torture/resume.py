"""Stopped at chosen places and resumed, a run ends with the very bits of one that was not."""

from pathlib import Path
from typing import Any

from tests.torture.work import MODELS, differences, in_process, interrupted, uninterrupted

# A place, or two: stopped twice in a row.
PLACES = [["update 5"], ["epoch end"], ["after save"], ["validation"], ["accumulation"], ["update 4", "update 5"]]


def check(folder: Path, model: str, places: list[str]) -> list[str]:
    """What differs after a run was stopped at each of the places in turn."""
    whole, parts = folder / f"whole-{model}", folder / f"{model}-{'-'.join(places).replace(' ', '_')}"
    training: dict[str, Any] = {"save_every": 3}
    if not (whole / "record.json").exists():
        assert in_process(uninterrupted, folder / "text", model, whole, training) == 0
    for place in places:
        code = in_process(interrupted, folder / "text", model, parts, place, training)
        assert code == 0, f"{place}: exit code {code}"
    assert in_process(uninterrupted, folder / "text", model, parts, training) == 0
    return differences(whole, parts)


def run(folder: Path, models: list[str] | None = None) -> dict[str, Any]:
    """Every model at every place."""
    results = {
        f"{model}, {' then '.join(places)}": check(folder, model, places)
        for model in models or list(MODELS)
        for places in PLACES
    }
    return {"trials": len(results), "equal": sum(not found for found in results.values()), "different": results}
