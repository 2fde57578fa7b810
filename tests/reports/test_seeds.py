"""Which runs form one system, and what it is called."""

import dataclasses

import pytest

from nmt.reports.seeds import group_by_seed
from tests.reports.synthetic import evaluation_set, seeds, system

TEST = evaluation_set(5)


def grouped(results):
    return [(group.name, group.members, group.seeds) for group in group_by_seed(results)]


def changed(result, **changes):
    """The run with a changed recipe."""
    experiment = {**result.record.experiment, **changes}
    return dataclasses.replace(result, record=dataclasses.replace(result.record, experiment=experiment))


def test_runs_that_differ_only_in_their_seed_are_one_system():
    a, b = seeds("rnn", TEST, 0.1, (1, 2, 5)), seeds("transformer", TEST, 0.1, (1, 2))
    mixed = [a[0], b[0], a[1], b[1], a[2]]
    assert grouped(mixed) == [("rnn", (0, 2, 4), (1, 2, 5)), ("transformer", (1, 3), (1, 2))]


def test_the_name_in_the_recipe_may_differ():
    runs = [changed(run, name=f"rnn-seed{n}") for n, run in enumerate(seeds("rnn", TEST, 0.1, (1, 2)), start=1)]
    assert grouped(runs) == [("rnn", (0, 1), (1, 2))]


def test_any_other_difference_makes_another_system():
    first, second = seeds("rnn", TEST, 0.1, (1, 2))
    assert len(grouped([first, changed(second, model={"kind": "deeper"})])) == 2
    assert len(grouped([first, dataclasses.replace(second, search={**second.search, "beam": 1})])) == 2


@pytest.mark.parametrize("part", ["train", "dev"])
def test_another_text_by_the_same_name_makes_another_system(part):
    first, second = seeds("rnn", TEST, 0.1, (1, 2))
    hashes = {"train": ["a"], "dev": ["b"]}
    runs = [
        dataclasses.replace(run, record=dataclasses.replace(run.record, text_sha256=known))
        for run, known in ((first, hashes), (second, {**hashes, part: ["c"]}))
    ]
    assert len(grouped(runs)) == 2
    assert (
        len(
            grouped(
                [runs[0], dataclasses.replace(second, record=dataclasses.replace(second.record, text_sha256=hashes))]
            )
        )
        == 1
    )


def test_a_run_with_the_same_seed_is_no_other_seed():
    first, second = seeds("rnn", TEST, 0.1, (1, 2))
    again = dataclasses.replace(first, name="again")
    assert grouped([first, again, second]) == [("rnn", (0, 2), (1, 2)), ("again", (1,), (1,))]


def test_runs_whose_recipe_tells_no_seed_stand_alone():
    runs = [system("a", TEST, 0.1, 1), system("b", TEST, 0.1, 2)]
    assert grouped(runs) == [("a", (0,), ()), ("b", (1,), ())]


def test_systems_of_the_same_recipe_name_are_told_apart():
    small = seeds("rnn", TEST, 0.1, (1, 2))
    large = [
        dataclasses.replace(changed(run, model={"kind": "large"}), name=f"large-{n}") for n, run in enumerate(small)
    ]
    assert [name for name, _, _ in grouped([*small, *large])] == ["rnn-1 and 1 more", "large-0 and 1 more"]


def test_names_without_the_seed_name_a_system_whose_recipes_have_different_names():
    runs = [
        dataclasses.replace(run, name=f"big_s{n}", record=dataclasses.replace(run.record, name=f"big_s{n}"))
        for n, run in enumerate(seeds("rnn", TEST, 0.1, (1, 2)), start=1)
    ]
    assert grouped(runs)[0][0] == "big"
