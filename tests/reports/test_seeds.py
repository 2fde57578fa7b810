"""Which runs form one system, and what it is called."""

import dataclasses

import pytest

from nmt.reports.seeds import differing_keys, find_systems
from tests.reports.synthetic import evaluation_set, seeds, system

TEST = evaluation_set(5)


def systems(results):
    return [(found.name, found.members, found.seeds) for found in find_systems(results)]


def changed(result, **changes):
    """The run with a changed recipe."""
    experiment = {**result.record.experiment, **changes}
    return dataclasses.replace(result, record=dataclasses.replace(result.record, experiment=experiment))


def test_runs_that_differ_only_in_their_seed_are_one_system():
    a, b = seeds("rnn", TEST, 0.1, (1, 2, 5)), seeds("transformer", TEST, 0.1, (1, 2))
    mixed = [a[0], b[0], a[1], b[1], a[2]]
    assert systems(mixed) == [("rnn", (0, 2, 4), (1, 2, 5)), ("transformer", (1, 3), (1, 2))]


def test_the_name_in_the_recipe_may_differ():
    runs = [changed(run, name=f"rnn-seed{n}") for n, run in enumerate(seeds("rnn", TEST, 0.1, (1, 2)), start=1)]
    assert systems(runs) == [("rnn", (0, 1), (1, 2))]


def test_any_other_difference_makes_another_system():
    first, second = seeds("rnn", TEST, 0.1, (1, 2))
    assert len(systems([first, changed(second, model={"kind": "deeper"})])) == 2
    assert len(systems([first, dataclasses.replace(second, search={**second.search, "beam": 1})])) == 2


@pytest.mark.parametrize("part", ["train", "dev"])
def test_another_text_by_the_same_name_makes_another_system(part):
    first, second = seeds("rnn", TEST, 0.1, (1, 2))
    hashes = {"train": ["a"], "dev": ["b"]}
    runs = [
        dataclasses.replace(run, record=dataclasses.replace(run.record, text_sha256=known))
        for run, known in ((first, hashes), (second, {**hashes, part: ["c"]}))
    ]
    assert len(systems(runs)) == 2
    assert (
        len(
            systems(
                [runs[0], dataclasses.replace(second, record=dataclasses.replace(second.record, text_sha256=hashes))]
            )
        )
        == 1
    )


def test_a_run_whose_schedule_was_given_another_end_on_the_way_is_no_seed_of_those_that_ran_in_one_go():
    runs = seeds("rnn", TEST, 0.1, (1, 2, 3, 4))
    for n, changes in enumerate(
        ([], ["at update 2: threads 1, now 2"], *[["at update 4: training.max_updates 4, now 8"]] * 2)
    ):
        runs[n] = dataclasses.replace(runs[n], record=dataclasses.replace(runs[n].record, changes=changes))
    assert [members for _, members, _ in systems(runs)] == [(0, 1), (2, 3)]
    assert differing_keys(runs[0], runs[2]) == [
        "how training went on (in one go, at update 4: training.max_updates 4, now 8)"
    ]


def test_a_run_with_the_same_seed_is_no_other_seed():
    first, second = seeds("rnn", TEST, 0.1, (1, 2))
    again = dataclasses.replace(first, name="again")
    assert systems([first, again, second]) == [("rnn", (0, 2), (1, 2)), ("again", (1,), (1,))]


def test_runs_whose_recipe_tells_no_seed_stand_alone():
    runs = [system("a", TEST, 0.1, 1), system("b", TEST, 0.1, 2)]
    assert systems(runs) == [("a", (0,), ()), ("b", (1,), ())]


def test_systems_of_the_same_recipe_name_are_told_apart():
    small = seeds("rnn", TEST, 0.1, (1, 2))
    large = [
        dataclasses.replace(changed(run, model={"kind": "large"}), name=f"large-{n}") for n, run in enumerate(small)
    ]
    assert [name for name, _, _ in systems([*small, *large])] == ["rnn", "large"]
    assert [name for name, _, _ in systems([*large, *small])] == ["large", "rnn"]


@pytest.mark.parametrize("other", ["rnn", "rnn-1"])
def test_a_system_whose_name_another_run_shares_is_named_with_its_seeds(other):
    first, *more = seeds("rnn", TEST, 0.1, (1, 2, 3))
    runs = [dataclasses.replace(changed(first, training={"max_updates": 9}), name=other), *more]
    assert [name for name, _, _ in systems(runs)] == [other, "rnn (seeds 2 and 3)"]


def test_two_systems_of_one_recipe_name_are_named_with_their_seeds():
    runs = seeds("rnn", TEST, 0.1, (1, 2, 3, 4))
    runs[2:] = [changed(run, training={"max_updates": 9}) for run in runs[2:]]
    assert [name for name, _, _ in systems(runs)] == ["rnn (seeds 1 and 2)", "rnn (seeds 3 and 4)"]


def test_a_system_is_not_named_as_if_it_were_a_part_of_another():
    runs = seeds("rnn", TEST, 0.1, (1, 2, 1, 2))
    names = ("rnn-1", "rnn-2", "rnn-1b", "rnn-2b")
    runs = [dataclasses.replace(run, name=name) for run, name in zip(runs, names, strict=True)]
    runs[2:] = [changed(run, training={"max_updates": 9}) for run in runs[2:]]
    assert [name for name, _, _ in systems(runs)] == ["rnn", "rnn-1b and rnn-2b"]


def test_runs_with_nothing_in_their_names_in_common_are_named_one_by_one():
    runs = seeds("rnn", TEST, 0.1, (1, 2))
    runs = [dataclasses.replace(changed(run, name=name), name=name) for run, name in zip(runs, "ab", strict=True)]
    runs = [dataclasses.replace(run, record=dataclasses.replace(run.record, name=run.name)) for run in runs]
    assert [name for name, _, _ in systems(runs)] == ["a and b"]


def test_the_end_of_a_word_is_no_sign_of_a_seed():
    runs = seeds("rnn", TEST, 0.1, (1, 2))
    names = ["words-1", "words-2"]
    runs = [
        dataclasses.replace(run, name=name, record=dataclasses.replace(run.record, name=name))
        for run, name in zip(runs, names, strict=True)
    ]
    assert [name for name, _, _ in systems(runs)] == ["words"]


def test_keys_that_keep_runs_from_being_seeds_are_named_with_values_but_for_paths_and_checksums():
    first, second = seeds("rnn", TEST, 0.1, (1, 2))
    assert differing_keys(first, second) == []
    other = changed(second, model={"kind": "rnn", "dropout": 0.3}, corpus={"train": {"source": "/a/b.de"}})
    other = dataclasses.replace(other, search={**other.search, "beam": 1})
    other = dataclasses.replace(other, record=dataclasses.replace(other.record, text_sha256={"train": ["c"]}))
    assert differing_keys(first, other) == [
        "corpus.train.source",
        "corpus.train.target",
        "the training text",
        "search.beam (5, 1)",
        "model.dropout (not set, 0.3)",
    ]


def test_names_without_the_seed_name_a_system_whose_recipes_have_different_names():
    runs = [
        dataclasses.replace(run, name=f"big_s{n}", record=dataclasses.replace(run.record, name=f"big_s{n}"))
        for n, run in enumerate(seeds("rnn", TEST, 0.1, (1, 2)), start=1)
    ]
    assert systems(runs)[0][0] == "big"
