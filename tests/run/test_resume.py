"""A run that goes on: what it goes on from, and what it refuses."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import nmt
from nmt.errors import CheckpointError, ConfigError
from nmt.experiment import experiment_bytes, load_experiment
from nmt.reports.record import RunRecord
from nmt.run.verify import problems
from nmt.storage.disk import Disk
from nmt.storage.folder import build_manifest, read_folder, write_folder
from nmt.storage.seal import seal
from nmt.storage.steps import follow, point
from nmt.training.validate import Validation
from tests.run.begun import content, refusal, same
from tests.tiny import make_experiment, run, write_lines


def validate_as(monkeypatch: pytest.MonkeyPatch, *bleu: float) -> None:
    """Have the validations that come give these scores."""
    scores = iter(bleu)
    monkeypatch.setattr("nmt.training.loop.validate", lambda *_: Validation(1.0, next(scores)))


@pytest.mark.parametrize("damage", ["deleted", "changed", "no manifest"])
def test_a_run_that_goes_on_without_its_best_model_has_the_best_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    validate_as(monkeypatch, 9.0, 5.0, 4.0)
    directory, changes = tmp_path / "runs" / "tiny", {"training__validate_every": 1}
    run(make_experiment(tmp_path / "text", **changes), directory)
    best = directory / "models" / "step-1"
    if damage == "deleted":
        shutil.rmtree(best)
    elif damage == "changed":
        (best / "model.safetensors").write_bytes(b"changed")
    else:
        (best / "manifest.json").unlink()
    said = run(make_experiment(tmp_path / "text", **changes, training__max_updates=3), directory)[1]
    assert (f"{best}" in said, best.with_name("step-1.damaged").exists()) == (damage != "deleted",) * 2
    assert "The best model, that of update 1, is gone. Now it is that of update 2." in said
    assert "the best model is that of update 2, with 5.00 BLEU on the dev set" in said
    record = RunRecord.load(directory / "record.json")
    assert (record.best_update, record.best_dev_bleu, follow(directory / "models", "best")) == (2, 5.0, 2)
    assert problems(directory) == []


@pytest.mark.parametrize("updates", [3, 2], ids=["going on", "lost record"])
@pytest.mark.parametrize("damage", ["deleted", "no manifest"])
def test_a_lost_best_model_that_the_newest_state_holds_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str, updates: int
) -> None:
    validate_as(monkeypatch, 5.0, 9.0, 4.0)
    directory, changes = tmp_path / "runs" / "tiny", {"training__validate_every": 1}
    run(make_experiment(tmp_path / "text", **changes), directory)
    best = directory / "models" / "step-2"
    before = content(best)
    shutil.rmtree(best) if damage == "deleted" else (best / "manifest.json").unlink()
    (directory / "record.json").unlink()
    said = run(make_experiment(tmp_path / "text", **changes, training__max_updates=updates), directory)[1]
    assert "The best model, that of update 2, is written again from the state." in said
    assert (content(best), RunRecord.load(directory / "record.json").best_update) == (before, 2)
    assert (follow(directory / "models", "best"), problems(directory)) == (2, [])


def test_a_run_that_has_lost_all_its_models_is_validated_before_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    validate_as(monkeypatch, 9.0, 5.0, 6.0)
    directory, changes = tmp_path / "runs" / "tiny", {"training__validate_every": 1}
    run(make_experiment(tmp_path / "text", **changes), directory)
    for lost in ("models/step-1", "models/step-2"):
        shutil.rmtree(directory / lost)
    (directory / "record.json").unlink()
    said = run(make_experiment(tmp_path / "text", **changes), directory)[1]
    assert "The best model, that of update 1, is gone. No other is left." in said
    assert RunRecord.load(directory / "record.json").best_dev_bleu == 6.0
    assert nmt.load(directory).max_length == 30


def test_a_finished_run_goes_on_when_its_limit_is_raised(begun: Path) -> None:
    reason, said = run(same(begun, training__max_updates=3), begun)
    assert reason == "max_updates"
    assert f"Going on from update 2 in {begun}." in said
    assert RunRecord.load(begun / "record.json").updates == 3


def test_a_finished_run_whose_model_was_damaged_says_what_helps(begun: Path) -> None:
    weights = begun / "models" / "step-2" / "model.safetensors"
    content = weights.read_bytes()
    weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    said = refusal(CheckpointError, same(begun), begun)
    assert said.startswith(f"{weights} was changed after it was written: its checksum differs. The run is finished")
    assert said.endswith(f"copy it again, or delete {begun} to train again.")
    (begun / "models" / "best").rename(begun / "models" / "old")
    assert refusal(CheckpointError, same(begun), begun).endswith(f"or delete {begun} to train again.")
    (begun / "models" / "old").rename(begun / "models" / "best")
    shutil.copytree(begun / "models" / "step-2", begun / "models" / "step-1")
    (begun / "models" / "step-1" / "model.safetensors").write_bytes(content)
    assert "`--checkpoint step-1` of `nmt translate` is whole." in refusal(CheckpointError, same(begun), begun)
    for pointer in ("best", "last"):  # the other one is whole
        point(begun / "models", pointer, 1, Disk())
        assert "step-2/model.safetensors was changed" in refusal(CheckpointError, same(begun), begun)
        point(begun / "models", pointer, 2, Disk())


def test_the_name_and_the_search_of_a_run_may_change(begun: Path) -> None:
    changed = same(begun, name="other", search={"beam": 2}, training__max_updates=3, training__validate_every=7)
    assert run(changed, begun)[0] == "max_updates"
    assert load_experiment(begun / "experiment.toml").search.beam == 2


def test_a_begun_run_needs_its_test_set_no_more(begun: Path, tmp_path: Path) -> None:
    gone = {"source": str(tmp_path / "gone.de"), "target": str(tmp_path / "gone.en")}
    reason, said = run(same(begun, corpus__test=gone, training__max_updates=3), begun)
    assert (reason, "Going on from update 2" in said) == ("max_updates", True)
    assert RunRecord.load(begun / "record.json").text_sha256["test"] == []
    over = same(begun, corpus__test=gone | {"source": "other.de"}, training__max_updates=3)
    message = refusal(ConfigError, over, begun)  # which reports would be on
    assert message.startswith(f"{begun} was begun with corpus.test.source = '{tmp_path / 'gone.de'}', and the recipe")


@pytest.mark.parametrize("kind", ["another program's", "an export's"])
def test_a_folder_with_a_manifest_of_something_else_is_not_trained_in(tmp_path: Path, kind: str) -> None:
    manifest = {"name": "app"} if kind == "another program's" else json.loads(build_manifest({"a.onnx": b"x"}, {}))
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (tmp_path / "public" / "README.md").write_text("Mine.", encoding="utf-8")
    message = refusal(ConfigError, make_experiment(tmp_path / "text"), tmp_path / "public")
    assert message.startswith(f"{tmp_path / 'public'} is no run, and holds README.md.")


def test_a_folder_with_somebodys_own_recipe_is_no_run(tmp_path: Path) -> None:
    experiment, mine = make_experiment(tmp_path / "text"), tmp_path / "exp1"
    (mine / "scores").mkdir(parents=True)
    for name in ("README.md", "record.json", "scores/notes.txt"):
        (mine / name).write_text("Mine.", encoding="utf-8")
    (mine / "experiment.toml").write_bytes(b"# why I chose this\n" + experiment_bytes(experiment))
    assert refusal(ConfigError, experiment, mine).startswith(f"{mine} is no run, and holds README.md.")
    for name in ("README.md", "record.json", "scores/notes.txt"):
        (mine / name).unlink()
    (mine / "scores").rmdir()
    message = refusal(ConfigError, experiment, mine)
    assert message == f"{mine} is no run, and holds experiment.toml. Name a new folder with --out, such as runs/my."


def test_a_run_is_not_called_as_the_folder_of_prepared_text(tmp_path: Path) -> None:
    message = refusal(ConfigError, make_experiment(tmp_path / "text"), tmp_path / "prepared")
    assert message.startswith(f"{tmp_path / 'prepared'}: prepared text is kept under that name.")


def test_a_begun_run_whose_recipe_was_deleted_goes_on_without_its_test_set(begun: Path, tmp_path: Path) -> None:
    test = {"source": str(tmp_path / "t.de"), "target": str(tmp_path / "t.en")}
    for path in test.values():
        write_lines(Path(path), ["x"])
    run(same(begun, corpus__test=test, training__max_updates=3), begun)
    again = same(begun, corpus__test=test, training__max_updates=4)
    Path(test["source"]).unlink()
    (begun / "experiment.toml").unlink()
    assert run(again, begun)[0] == "max_updates"


@pytest.mark.parametrize(
    ("change", "message", "can_begin_with"),
    [
        ({"training__learning_rate": 0.5}, "training.learning_rate = 0.001, and the recipe has 0.5.", True),
        ({"model__decoder__dim": 16}, "model.decoder.dim = 12, and the recipe has 16.", False),
        (
            {"model__decoder": {"type": "transformer", "dim": 12, "heads": 2}},
            "model.decoder.type = 'rnn', and the recipe has 'transformer'.",
            False,
        ),
        ({"corpus__filters": {"max_words": 7}}, "corpus.filters.max_words = 200, and the recipe has 7.", True),
        ({"seed": 2}, "seed = 1, and the recipe has 2.", False),
    ],
)
def test_a_begun_run_refuses_another_recipe_and_names_the_key(
    begun: Path, change: Any, message: str, can_begin_with: bool
) -> None:
    ways = f", where init_from = '{begun}' begins with the weights of this run" * can_begin_with
    remedy = f"Use another --out{ways}, or delete {begun} to begin again."
    assert refusal(ConfigError, same(begun, **change), begun) == f"{begun} was begun with {message} {remedy}"


@pytest.mark.parametrize("updates", [2, 3], ids=["finished", "going on"])
@pytest.mark.parametrize("what", ["edited", "deleted"])
def test_what_cannot_change_within_a_run_cannot_whatever_became_of_its_recipe(
    begun: Path, what: str, updates: int
) -> None:
    recipe = begun / "experiment.toml"
    text = recipe.read_text(encoding="utf-8").replace("max_updates = 2", f"max_updates = {updates}")
    recipe.write_text(text.replace("label_smoothing = 0.1", "label_smoothing = 0.3"), encoding="utf-8")
    changed = load_experiment(recipe)
    if what == "deleted":
        recipe.unlink()
    message = refusal(ConfigError, changed, begun)
    assert message.startswith(f"{begun} was begun with training.label_smoothing = 0.1, and the recipe has 0.3.")


@pytest.mark.parametrize("damaged", [False, True])
def test_a_state_that_does_not_say_the_recipe_is_gone_on_from_as_the_recipe_in_the_run_says(
    begun: Path, damaged: bool
) -> None:
    """States of earlier versions: nothing is left to compare with where the recipe was damaged, too."""
    state = read_folder(begun / "state" / "step-2")
    about = {name: value for name, value in state.about.items() if name != "recipe"}
    write_folder(begun / "state" / "step-2", state.files, about, Disk())
    point(begun / "state", "latest", 2, Disk())
    other = same(begun, training__max_updates=3, seed=2)
    if damaged:
        (begun / "experiment.toml").write_text("", encoding="utf-8")
        assert run(other, begun)[0] == "max_updates"
    else:
        assert "was begun with seed = 1" in refusal(ConfigError, other, begun)


def test_a_state_whose_recipe_has_a_key_of_another_version_is_refused_with_what_helps(begun: Path) -> None:
    state = read_folder(begun / "state" / "step-2")
    about = state.about | {"recipe": state.about["recipe"] | {"colour": "red"}}
    write_folder(begun / "state" / "step-2", state.files, about, Disk())
    message = refusal(CheckpointError, same(begun, training__max_updates=3), begun)
    assert message.startswith(f"{begun}/state: colour is not a key.")
    assert message.endswith("Use the version of nmt that began this run, or another --out.")


def test_a_begun_run_refuses_other_text_even_where_it_gives_the_same_tokenizer(tmp_path: Path) -> None:
    experiment = make_experiment(tmp_path / "text")
    run(experiment, tmp_path / "runs" / "tiny")
    target = tmp_path / "text" / "train.en"
    lines = target.read_text(encoding="utf-8").split("\n")[:-1]
    write_lines(target, [*lines[1:], lines[0]])  # every source now has the translation of the next one
    longer = make_experiment(tmp_path / "text", training__max_updates=3)
    message = refusal(CheckpointError, longer, tmp_path / "runs" / "tiny")
    assert message.startswith(f"{tmp_path / 'runs' / 'tiny'} was begun with other training or dev text")


def test_a_tokenizer_that_is_not_of_this_text_is_refused(begun: Path) -> None:
    (begun / "tokenizer.model").write_bytes(b"something else")
    seal(begun, ["experiment.toml", "tokenizer.model"], Disk())  # as it was when the run began
    message = refusal(CheckpointError, same(begun, training__max_updates=3), begun)
    assert message.startswith(f"{begun / 'tokenizer.model'} is not the tokenizer of this recipe and text")


def test_a_run_whose_only_state_is_damaged_is_refused_by_name(begun: Path) -> None:
    path = begun / "state" / "step-2" / "progress.json"
    path.write_text("{", encoding="utf-8")
    assert refusal(CheckpointError, same(begun, training__max_updates=3), begun).startswith(
        f"{path} has 1 byte instead of"
    )


def test_a_damaged_state_falls_back_to_the_one_before_with_a_message(begun: Path, tmp_path: Path) -> None:
    run(same(begun, training__max_updates=4, training__schedule="constant"), tmp_path / "whole")
    for updates in (3, 4):
        run(same(begun, training__max_updates=updates, training__schedule="constant"), tmp_path / "damaged")
    states = tmp_path / "damaged" / "state"
    (states / "step-4" / "optimizer.safetensors").unlink()
    _, said = run(same(begun, training__max_updates=5, training__schedule="constant"), tmp_path / "damaged")
    assert "step-4/optimizer.safetensors is missing" in said
    assert f"Going on from update 3 in {tmp_path / 'damaged'}." in said
    run(same(begun, training__max_updates=5, training__schedule="constant"), tmp_path / "whole")
    for name in ("weights.safetensors", "optimizer.safetensors", "random-0.safetensors"):
        one, other = ((tmp_path / which / "state" / "step-5" / name).read_bytes() for which in ("whole", "damaged"))
        assert one == other


def test_a_run_without_its_state_is_not_begun_again_over_its_models(begun: Path) -> None:
    shutil.rmtree(begun / "state")
    for changes in ({}, {"training__max_updates": 3}):
        message = refusal(CheckpointError, same(begun, **changes), begun)
        assert message.startswith(f"{begun} has models/last but no state to go on from. Put state/ back")


def test_a_changed_dev_set_is_refused(tmp_path: Path) -> None:
    run(make_experiment(tmp_path / "text"), tmp_path / "runs" / "tiny")
    lines = (tmp_path / "text" / "dev.en").read_text(encoding="utf-8").split("\n")[:-1]
    write_lines(tmp_path / "text" / "dev.en", [*lines[1:], lines[0]])
    longer = make_experiment(tmp_path / "text", training__max_updates=3)
    assert "was begun with other training or dev text" in refusal(CheckpointError, longer, tmp_path / "runs" / "tiny")


def test_a_begun_run_goes_on_whatever_its_files_are_called(begun: Path) -> None:
    text = Path(load_experiment(begun / "experiment.toml").corpus.train.source).parent
    swapped = {"source": str(text / "dev.en"), "target": str(text / "dev.de")}
    assert run(same(begun, training__max_updates=3, corpus__test=swapped), begun)[0] == "max_updates"


@pytest.mark.parametrize(
    "left", ["state/latest", "state/step-2.damaged/manifest.json", "state/step-2.gone.tmp/manifest.json", "models/best"]
)
def test_a_directory_that_has_more_than_a_first_save_begun_is_not_trained_in_from_the_start(
    tmp_path: Path, left: str
) -> None:
    path = tmp_path / "runs" / "tiny" / left
    path.parent.mkdir(parents=True)
    path.write_text("?")
    (tmp_path / "runs" / "tiny" / ".lock").touch()
    message = refusal(CheckpointError, make_experiment(tmp_path / "text"), tmp_path / "runs" / "tiny")
    assert message.startswith(f"{tmp_path / 'runs' / 'tiny'} has {'/'.join(left.split('/')[:2])} but no state")


def test_what_a_kill_amid_the_first_save_leaves_is_begun_again(begun: Path) -> None:
    (begun / "state" / "step-2").rename(begun / "state" / "step-2.tmp")
    for path in (
        begun / "state" / "latest",
        begun / "models" / "last",
        begun / "models" / "best",
        begun / "record.json",
    ):
        path.unlink()
    before = content(begun / "models" / "step-2")
    _, said = run(same(begun), begun)
    assert "Going on" not in said
    assert content(begun / "models" / "step-2") == before


def test_a_state_that_a_kill_caught_between_two_names_is_gone_on_from(begun: Path) -> None:
    state = begun / "state" / "step-2"
    shutil.copytree(state, state.with_name("step-2.tmp"))
    state.rename(state.with_name("step-2.gone.tmp"))
    _, said = run(same(begun, training__max_updates=3), begun)
    assert f"Going on from update 2 in {begun}." in said
