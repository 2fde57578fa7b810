"""One training run: what it leaves, when it goes on, and what it refuses."""

import dataclasses
import hashlib
import importlib.metadata
import json
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

import nmt
from nmt.config import dump_config
from nmt.corpus import readers
from nmt.corpus.prepare import prepare_corpus
from nmt.corpus.readers import Pair
from nmt.errors import CheckpointError, ConfigError, DataError
from nmt.experiment import Experiment, experiment_bytes, load_experiment
from nmt.metrics import Score
from nmt.models.build import build_model, count_parameters
from nmt.publish import published_files
from nmt.reports.evaluations import Evaluation, note_evaluation
from nmt.reports.record import RunRecord
from nmt.run import train as run_module
from nmt.run.assemble import sources_of
from nmt.run.files import ENDED
from nmt.run.finish import describe_scores
from nmt.run.train import train_run
from nmt.search.hypothesis import SearchConfig
from nmt.storage.disk import Disk
from nmt.storage.folder import build_manifest, read_folder, write_folder
from nmt.storage.seal import check_sealed, seal
from nmt.storage.steps import follow, point
from nmt.storage.verify import problems
from nmt.training.checkpoint import Checkpoints
from nmt.training.distributed import Workers
from nmt.training.lock import only_trainer
from nmt.training.progress import Progress
from nmt.training.updater import Updater
from nmt.training.validate import Validation
from tests.tiny import invented_pairs, make_experiment, quiet_console, run, write_lines


@pytest.fixture
def begun(tiny_run: Path, tmp_path: Path) -> Path:
    """A copy of a finished run that may be changed."""
    return Path(shutil.copytree(tiny_run, tmp_path / "runs" / "tiny"))


def same(begun: Path, **changes: Any) -> Experiment:
    """The experiment of the fixture's run with some changes (on the very text it was trained on)."""
    experiment = load_experiment(begun / "experiment.toml")
    text = Path(experiment.corpus.train.source).parent
    return make_experiment(text, **changes)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refusal(kind: type[nmt.NMTError], experiment: Experiment, directory: Path) -> str:
    """What is said when this does not train; nothing in the directory may change."""
    before = content(directory) if directory.exists() else None
    with pytest.raises(kind) as failure:
        run(experiment, directory)
    assert (content(directory) if directory.exists() else None) == before
    return str(failure.value)


def test_a_run_directory_holds_everything_and_its_record_says_what_was_done(tiny_run: Path) -> None:
    names = {path.name for path in tiny_run.iterdir()} - {"tensorboard", ".lock"}
    expected = {"experiment.toml", "tokenizer.model", "models", "state", "metrics.jsonl"}
    assert names == expected | {"record.json", "manifest.json", "README.md"}
    assert {path.name for path in (tiny_run / "models").iterdir()} == {"step-2", "best", "last"}
    model_files = {path.name for path in (tiny_run / "models" / "step-2").iterdir()}
    assert model_files == {"model.safetensors", "model.json", "manifest.json"}
    record, experiment = RunRecord.load(tiny_run / "record.json"), load_experiment(tiny_run / "experiment.toml")
    model = build_model(experiment.model, record.vocab_size, record.vocab_size)
    assert record.parameters == count_parameters(model)
    assert (record.updates, record.finish_reason, record.precision, record.threads) == (2, "max_updates", "fp32", 1)
    progress = Progress.from_json(read_folder(tiny_run / "state" / "step-2").files["progress.json"])
    assert record.target_tokens == progress.target_tokens
    assert record.target_tokens_per_second == pytest.approx(record.target_tokens / record.train_seconds)
    assert 0 < record.epochs < 1
    assert nmt.load(tiny_run).max_length == experiment.corpus.max_length


def test_starting_a_finished_run_again_says_so_and_changes_nothing(begun: Path) -> None:
    before = content(begun)
    os.utime(begun / "record.json", (1, 1))
    reason, said = run(same(begun), begun)
    assert (begun / "record.json").stat().st_mtime == 1  # by which a script may tell whether it was trained since
    assert reason == "max_updates"
    assert said.startswith(f"{begun} is finished (2 updates in ")
    assert said.endswith(" BLEU on the dev set). Raise training.max_updates to go on, or use another --out.\n")
    assert content(begun) == before


def test_a_lost_record_is_written_again(begun: Path) -> None:
    before = RunRecord.load(begun / "record.json")
    (begun / "record.json").unlink()
    run(same(begun), begun)
    after = RunRecord.load(begun / "record.json")
    same_keys = ("updates", "target_tokens", "train_seconds", "best_update", "best_dev_bleu", "clipped_updates")
    assert [getattr(after, key) for key in same_keys] == [getattr(before, key) for key in same_keys]
    assert after.finish_reason == before.finish_reason
    check_sealed(begun)


def test_a_finished_run_whose_record_was_damaged_says_that_it_is_written_again_once_it_is_deleted(begun: Path) -> None:
    before = RunRecord.load(begun / "record.json")
    (begun / "record.json").write_text("{", encoding="utf-8")
    said = refusal(CheckpointError, same(begun), begun)
    assert said.endswith("Put back the one of this run. Without one, delete it: the same command writes it again.")
    (begun / "manifest.json").unlink()
    said = refusal(CheckpointError, same(begun), begun)
    assert said.endswith(
        "Put back the one of this run, or delete it: then its own `nmt train` command writes it again."
    )
    (begun / "record.json").unlink()
    run(same(begun), begun)
    assert RunRecord.load(begun / "record.json").target_tokens == before.target_tokens
    assert problems(begun) == []


def test_a_run_of_an_earlier_version_goes_on_without_the_progress_that_was_kept_beside_its_record(
    begun: Path,
) -> None:
    (begun / "progress.json").write_text(Progress(update=2).to_json(), encoding="utf-8")
    seal(begun, [*ENDED, "progress.json"], Disk())
    assert problems(begun) == []
    assert "progress.json" not in published_files(begun)
    (begun / "progress.json").write_text("damaged", encoding="utf-8")
    assert len(problems(begun)) == 1
    assert run(same(begun, training__max_updates=3), begun)[0] == "max_updates"
    assert not (begun / "progress.json").exists()
    assert problems(begun) == []


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


def test_the_versions_in_a_record_are_those_that_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train, version = run_module.train, importlib.metadata.version

    def upgraded(*arguments: Any) -> Progress:
        monkeypatch.setattr(importlib.metadata, "version", lambda name: f"{version(name)}.new")
        return train(*arguments)

    monkeypatch.setattr(run_module, "train", upgraded)
    run(make_experiment(tmp_path / "text"), tmp_path / "runs" / "tiny")
    assert RunRecord.load(tmp_path / "runs" / "tiny" / "record.json").versions["numpy"] == version("numpy")


def test_a_run_whose_working_directory_is_gone_when_it_ends_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_experiment(tmp_path / "text")
    here = Path(shutil.copytree(tmp_path / "text", tmp_path / "here" / "data")).parent
    files = {"source": "data/dev.de", "target": "data/dev.en"}
    train = run_module.train

    def removed(*arguments: Any) -> Progress:
        progress = train(*arguments)
        shutil.rmtree(here)
        return progress

    monkeypatch.setattr(run_module, "train", removed)
    monkeypatch.chdir(here)
    run(make_experiment(tmp_path / "text", corpus__test=files), tmp_path / "runs" / "tiny")
    hashes = RunRecord.load(tmp_path / "runs" / "tiny" / "record.json").text_sha256
    assert hashes is not None
    assert hashes["test"] == []


def test_a_finished_run_goes_on_when_its_limit_is_raised(begun: Path) -> None:
    reason, said = run(same(begun, training__max_updates=3), begun)
    assert reason == "max_updates"
    assert f"Going on from update 2 in {begun}." in said
    assert RunRecord.load(begun / "record.json").updates == 3


def test_an_interrupted_run_that_has_reached_its_limit_is_validated_before_it_is_finished(
    begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    update, experiment, directory = Updater.update, same(begun), tmp_path / "runs" / "again"

    def interrupted(self: Any, progress: Progress, batches: list[Any]) -> Any:
        if progress.update == 1:
            os.kill(os.getpid(), signal.SIGTERM)
        return update(self, progress, batches)

    monkeypatch.setattr(Updater, "update", interrupted)
    assert run(experiment, directory)[0] == "interrupted"
    assert not (directory / "models").exists()
    assert run(experiment, directory)[0] == "max_updates"
    assert RunRecord.load(directory / "record.json").finish_reason == "max_updates"
    assert nmt.load(directory).translate(["der Hund"], SearchConfig(max_length_ratio=1.0))


def test_a_run_stopped_in_its_last_validation_is_finished_by_the_same_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, directory = Checkpoints.save_state, tmp_path / "runs" / "again"

    def interrupted(self: Any, *arguments: Any) -> None:
        save(self, *arguments)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(Checkpoints, "save_state", interrupted)
    experiment = make_experiment(tmp_path / "text", training__validate_every=1)
    assert run(experiment, directory)[0] == "interrupted"  # after update 1 of 2
    monkeypatch.undo()
    lowered = make_experiment(tmp_path / "text", training__validate_every=1, training__max_updates=1)
    reason, said = run(lowered, directory)
    assert reason == "max_updates"  # lowered to where it stands
    assert "1 update in" in said
    assert RunRecord.load(directory / "record.json").finish_reason == "max_updates"
    assert "is finished" in run(lowered, directory)[1]


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


def test_a_finished_run_keeps_the_recipe_that_it_was_trained_by(begun: Path) -> None:
    changed = same(begun, search={"beam": 3}, training__max_updates=1, training__keep_last=9)
    said = run(changed, begun)[1]
    assert "is finished (2 updates" in said
    assert "Its name, [search] and [card] are now those of this recipe. Raise training.max_updates" in said
    kept = load_experiment(begun / "experiment.toml")
    assert (kept.training, kept.search.beam) == (same(begun).training, 3)
    record = RunRecord.load(begun / "record.json")
    assert (record.name, record.experiment) == (kept.name, dump_config(kept))
    check_sealed(begun)


def test_a_language_model_is_not_said_to_translate(tmp_path: Path) -> None:
    model = {"encoder": {"type": "none"}, "decoder": {"type": "rnn", "dim": 8, "attention": "none"}}
    directory = tmp_path / "runs" / "it's"
    said = run(
        make_experiment(tmp_path / "text", model__encoder=model["encoder"], model__decoder=model["decoder"]), directory
    )[1]
    assert said.endswith(f". Score text with: nmt translate '{tmp_path}/runs/it'\"'\"'s' --score FILE < FILE\n")
    card = (directory / "README.md").read_text(encoding="utf-8")
    assert "A language model of en" in card
    assert "--score FILE" in card
    assert 'pipeline_tag: "text-generation"' in card
    assert "ranslat" not in card.replace("nmt translate", "").replace("nmt train` and `nmt evaluate", "")


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


def test_text_is_kept_beside_a_run_also_where_that_is_the_folder_one_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "run").mkdir()
    monkeypatch.chdir(tmp_path / "run")
    assert run(make_experiment(tmp_path / "text"), Path("."))[0] == "max_updates"
    assert list((tmp_path / "prepared").glob("*/manifest.json"))
    assert not (tmp_path / "run" / "prepared").exists()


class PowerCut(BaseException):
    """Nothing catches it."""


@pytest.mark.parametrize("updates", [2, 3], ids=["finished", "going on"])
@pytest.mark.parametrize("before", [True, False])
def test_whenever_the_power_goes_while_a_run_starts_again_it_still_translates(
    begun: Path, monkeypatch: pytest.MonkeyPatch, updates: int, before: bool
) -> None:
    changed = same(begun, search={"beam": 2}, training__max_updates=updates)
    replace, left, beams = os.replace, 0, []

    def cut(source: Path, target: Path) -> None:
        nonlocal left
        left -= 1
        if left or not before:
            replace(source, target)
        if not left:
            raise PowerCut

    def begin(*_: Any) -> None:
        raise ConfigError("it has begun")

    monkeypatch.setattr(run_module, "train", begin)
    monkeypatch.setattr(os, "replace", cut)
    original = shutil.copytree(begun, begun.with_name("original"))
    while not left:
        shutil.rmtree(begun)
        shutil.copytree(original, begun)
        left = len(beams) + 1
        with suppress(PowerCut, ConfigError):
            run(changed, begun)
        beams.append(nmt.load(begun).search.beam)
    assert len(beams) >= 4  # the manifest, the recipe, the manifest; and one in which the power stayed
    assert (beams[0], beams[-1]) == (5, 2)


@pytest.mark.parametrize("before", [True, False])
def test_whenever_the_power_goes_while_a_run_begins_the_same_command_begins_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    experiment, directory = make_experiment(tmp_path / "text"), tmp_path / "runs" / "tiny"
    replace, left, found = os.replace, 0, list[set[str]]()

    def cut(source: Path, target: Path) -> None:
        nonlocal left
        left -= 1
        if left or not before:
            replace(source, target)
        if not left:
            raise PowerCut

    def begin(*_: Any) -> None:
        raise ConfigError("it has begun")

    monkeypatch.setattr(run_module, "make_job", begin)
    with pytest.raises(ConfigError, match="it has begun"):
        run(experiment, directory)  # the text is prepared
    while not left:
        shutil.rmtree(directory)
        left = len(found) + 1
        with monkeypatch.context() as patch, suppress(PowerCut, ConfigError):
            patch.setattr(os, "replace", cut)
            run(experiment, directory)
        found.append({path.name for path in directory.glob("*.*")})
        with pytest.raises(ConfigError, match="it has begun"):
            run(experiment, directory)
    assert any("experiment.toml" in names and "tokenizer.model" not in names for names in found)


def test_a_run_has_a_card_and_that_of_a_finished_one_follows_its_recipe(begun: Path) -> None:
    before = (begun / "README.md").read_text(encoding="utf-8")
    assert "| corpus | unknown |" in before
    record = RunRecord.load(begun / "record.json")
    assert (record.train_pairs, record.dev_pairs) == (60, 6)
    assert record.dev_signature is not None
    text = Path(load_experiment(begun / "experiment.toml").corpus.train.source).parent
    assert record.text_sha256 == {
        part: [hashlib.sha256((text / f"{part}.{code}").read_bytes()).hexdigest() for code in ("de", "en")]
        for part in ("train", "dev")
    }
    assert f"| {record.dev_signature} |" in before.replace("\\", "")
    run(same(begun, card={"corpus": "Invented pairs"}), begun)
    after = (begun / "README.md").read_text(encoding="utf-8")
    assert "| corpus | Invented pairs |" in after


def test_scores_of_an_earlier_model_are_gone_once_training_goes_on(begun: Path) -> None:
    scores = (Score("BLEU", 12.5, "tok:13a", 10.0, 15.0),)
    note_evaluation(begun, Evaluation("t.de", "t.en", "a", "b", 6, {"method": "beam", "beam": 5}, 1.0, scores))
    run(same(begun), begun)
    assert "12\\.50" in (begun / "README.md").read_text(encoding="utf-8")
    said = run(same(begun, training__max_updates=3), begun)[1]
    again = f"`nmt evaluate {begun}` will measure the new one on the recipe's test set;"
    assert f"Its scores on t.de are dropped, as its model changes. {again}" in said
    assert "12\\.50" not in (begun / "README.md").read_text(encoding="utf-8")
    assert not (begun / "scores").exists()
    assert "scores on" not in run(same(begun, training__max_updates=4), begun)[1]


def test_all_texts_whose_scores_are_dropped_are_named_and_damaged_ones_are_dropped_too(begun: Path) -> None:
    for files in (("t.de", "t.en", "a", "b"), ("u.de", "u.en", "c", "d")):
        note_evaluation(begun, Evaluation(*files, 1, {"method": "beam"}, 1.0, (Score("BLEU", 1.0, "s", 0.5, 1.5),)))
    assert "Its scores on t.de and u.de are dropped" in describe_scores(begun)
    (begun / "scores" / "scores.json").write_text("damaged", encoding="utf-8")
    assert describe_scores(begun) == "Its scores are dropped, as its model changes."


def test_a_begun_run_whose_recipe_was_deleted_goes_on_without_its_test_set(begun: Path, tmp_path: Path) -> None:
    test = {"source": str(tmp_path / "t.de"), "target": str(tmp_path / "t.en")}
    for path in test.values():
        write_lines(Path(path), ["x"])
    run(same(begun, corpus__test=test, training__max_updates=3), begun)
    again = same(begun, corpus__test=test, training__max_updates=4)
    Path(test["source"]).unlink()
    (begun / "experiment.toml").unlink()
    assert run(again, begun)[0] == "max_updates"


@pytest.mark.parametrize("place", ["assemble.prepare_corpus", "assemble.build_model", "train.train"])
def test_ctrl_c_before_the_first_update_is_answered_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    directory = tmp_path / "runs" / "tiny"
    with monkeypatch.context() as patch:
        patch.setattr(f"nmt.run.{place}", stop)
        reason, said = run(make_experiment(tmp_path / "text"), directory)
    assert reason == "interrupted"
    assert said.endswith(
        f"Stopped before the first update of {directory}. The same command begins again, with whatever text is "
        "prepared by now.\n"
    )
    assert run(make_experiment(tmp_path / "text"), directory)[0] == "max_updates"
    monkeypatch.setattr(f"nmt.run.{place}", stop)
    said = run(make_experiment(tmp_path / "text", training__max_updates=3), directory)[1]
    assert said.endswith(f"Stopped. {directory} is as it was saved at update 2; the same command goes on from there.\n")


def test_one_thread_is_not_called_threads(tmp_path: Path) -> None:
    assert ", 1 thread; ready in" in run(make_experiment(tmp_path / "text"), tmp_path / "runs" / "tiny")[1]


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


def test_a_finished_run_whose_recipe_was_deleted_gets_the_one_that_it_was_trained_by(begun: Path) -> None:
    recipe, record = (begun / "experiment.toml").read_bytes(), (begun / "record.json").read_bytes()
    lowered = same(begun, training__max_updates=1)
    (begun / "experiment.toml").unlink()
    _, said = run(lowered, begun)
    assert f"{begun / 'experiment.toml'} is missing. It is written again." in said
    assert (begun / "experiment.toml").read_bytes() == recipe
    assert (begun / "record.json").read_bytes() == record
    check_sealed(begun)


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


def test_a_schedule_that_is_made_longer_says_where_the_learning_rate_goes_back_to(begun: Path) -> None:
    """A cosine: a hundredth of the peak at its end, and 0.01 + 0.99 (1 + cos 2/3 pi) / 2 of it at two thirds."""
    assert "learning rate" not in run(same(begun, training__max_updates=3), begun)[1]  # the third of three is the end
    _, said = run(same(begun, training__max_updates=6), begun)
    assert "The learning rate goes back up to 2.6e-04, where the longer schedule has it. To train on gently," in said
    assert f"init_from = '{begun}'" in said
    assert RunRecord.load(begun / "record.json").changes == [
        "at update 2: training.max_updates 2, now 3",
        "at update 3: training.max_updates 3, now 6",
    ]


@pytest.mark.parametrize("what", ["prepared text", "model that init_from names"])
def test_processes_that_do_not_begin_alike_are_refused(
    begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    class Two(Workers):
        """The other process has what this one has, but for one checksum."""

        def gather(self, data: bytes) -> list[bytes]:
            tree = json.loads(data)
            return [data, json.dumps(tree | {what: "other"} if what in tree else tree).encode()]

        def sum(self, *values: float) -> list[float]:
            return list(values)

    @contextmanager
    def join() -> Iterator[Workers]:
        yield Two(0, 2, 2)

    monkeypatch.setattr(run_module, "join_workers", join)
    experiment = same(begun, init_from=str(begun))
    message = refusal(CheckpointError, experiment, tmp_path / "runs" / "child")
    assert message == f"The {what} of process 1 is not what the first process has. Is it on a shared file system?"


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


def test_a_run_that_is_being_trained_refuses_another_trainer(begun: Path) -> None:
    with only_trainer(begun):
        assert "Another `nmt train` is at work" in refusal(nmt.NMTError, same(begun), begun)


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


def test_a_run_that_goes_on_under_other_conditions_says_so(begun: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nmt.training.device.available_cores", lambda: 2)
    assert RunRecord.load(begun / "record.json").changes == []
    at = RunRecord.load(begun / "record.json").updates
    _, said = run(same(begun, training__max_updates=at + 1, training__threads=2), begun)
    assert "It last ran with threads 1, now 2: it goes on, but not with the very bits it would have had." in said
    run(same(begun, training__max_updates=at + 2, training__threads=2), begun)  # as before: nothing to note
    run(same(begun, training__max_updates=at + 3, training__threads=1), begun)
    changes = RunRecord.load(begun / "record.json").changes
    assert [change for change in changes if "threads" in change] == [
        f"at update {at}: threads 1, now 2",
        f"at update {at + 2}: threads 2, now 1",
    ]
    assert f"at update {at}: threads 1, now 2" in (begun / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("part", ["train", "dev", "test"])
@pytest.mark.parametrize("side", ["source", "target"])
def test_a_missing_file_is_named_before_anything_is_written(tmp_path: Path, part: str, side: str) -> None:
    files = {"source": str(tmp_path / "text" / "dev.de"), "target": str(tmp_path / "text" / "dev.en")}
    missing = tmp_path / "text" / "missing.txt"
    experiment = make_experiment(tmp_path / "text", **{f"corpus__{part}": files | {side: str(missing)}})
    assert refusal(DataError, experiment, tmp_path / "run").startswith(f"{missing}: no such file")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("part", ["train", "dev", "test"])
def test_files_the_other_way_round_or_one_for_both_sides_are_refused(tmp_path: Path, part: str) -> None:
    text = tmp_path / "text"
    make_experiment(text)
    for files, reason in ((("dev.en", "dev.de"), "the other way round"), (("dev.de", "dev.de"), "both source and")):
        named = {"source": str(text / files[0]), "target": str(text / files[1])}
        experiment = make_experiment(text, **{f"corpus__{part}": named})
        assert reason in refusal(ConfigError, experiment, tmp_path / "run")


def test_a_begun_run_goes_on_whatever_its_files_are_called(begun: Path) -> None:
    text = Path(load_experiment(begun / "experiment.toml").corpus.train.source).parent
    swapped = {"source": str(text / "dev.en"), "target": str(text / "dev.de")}
    assert run(same(begun, training__max_updates=3, corpus__test=swapped), begun)[0] == "max_updates"


def test_a_language_model_may_name_one_file_for_both_sides(tmp_path: Path) -> None:
    both = {"source": str(tmp_path / "text" / "dev.en"), "target": str(tmp_path / "text" / "dev.en")}
    decoder = {"type": "rnn", "cell": "lstm", "dim": 12, "attention": "none"}
    model = {"model__encoder": {"type": "none"}, "model__decoder": decoder}
    experiment = make_experiment(tmp_path / "text", corpus__dev=both, **model)
    assert run(experiment, tmp_path / "run")[0] == "max_updates"


def test_the_training_text_is_looked_for_before_the_test_set_and_near_the_recipe(tmp_path: Path) -> None:
    make_experiment(tmp_path / "text")
    files = {part: {"source": f"text/{part}.de", "target": f"text/{part}.en"} for part in ("train", "dev", "test")}
    experiment = make_experiment(tmp_path / "text", **{f"corpus__{part}": named for part, named in files.items()})
    with pytest.raises(DataError) as failure:
        train_run(experiment, tmp_path / "run", quiet_console(), tmp_path / "recipes" / "my.toml")
    assert str(failure.value) == (
        "text/train.de: no such file. It is corpus.train, and paths are relative to the directory that `nmt` is run "
        f"in: run it in {tmp_path}."
    )


def test_a_test_set_that_is_the_dev_set_is_said(tmp_path: Path) -> None:
    dev = {"source": str(tmp_path / "text" / "dev.de"), "target": str(tmp_path / "text" / "dev.en")}
    said = run(make_experiment(tmp_path / "text", corpus__test=dev), tmp_path / "run")[1]
    assert "corpus.test is the text of corpus.dev, so scores on it are too good." in said


def test_a_run_on_rows_of_a_data_set_is_the_run_on_the_same_lines(tmp_path: Path) -> None:
    lines = make_experiment(tmp_path / "text")
    parts = {}
    for part, text in (("train", lines.corpus.text("train")), ("dev", lines.corpus.text("dev"))):
        path = tmp_path / f"{part}.jsonl"
        write_lines(path, [json.dumps({"translation": {"de": p.source, "en": p.target}}) for p in text.pairs()])
        parts[f"corpus__{part}"] = {"source": str(path)}
    rows = make_experiment(tmp_path / "text", corpus__reader="datasets", corpus__test=parts["corpus__dev"], **parts)
    run(lines, tmp_path / "runs" / "lines")
    run(rows, tmp_path / "runs" / "rows")
    weights = [
        read_folder(tmp_path / "runs" / name / "models" / "step-2").files["model.safetensors"]
        for name in ("lines", "rows")
    ]
    assert weights[0] == weights[1]


def test_files_of_unequal_length_are_refused_with_both_counts(tmp_path: Path) -> None:
    experiment = make_experiment(tmp_path / "text")
    with (tmp_path / "text" / "train.en").open("a", encoding="utf-8") as file:
        file.write("one more\n")
    message = (
        f"{tmp_path / 'text' / 'train.de'} has 60 lines but train.en has 61. Parallel files must have equal length."
    )
    assert refusal(DataError, experiment, tmp_path / "run") == message


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"corpus__filters": {"max_words": 2}}, "Filters dropped 60 pairs: too_long_words 60."),
        ({"corpus__filters": {"max_characters": 22}}, "Filters dropped 60 pairs: too_long_characters 60."),
        ({"corpus__max_length": 2}, "Filters dropped 60 pairs: longer than 2 tokens 60."),
    ],
)
def test_where_no_pair_passes_the_filters_it_says_which_dropped_how_many_and_trains_nothing(
    tmp_path: Path, change: Any, reason: str
) -> None:
    experiment = make_experiment(tmp_path / "text", **change)
    if "characters" in reason:
        write_lines(tmp_path / "text" / "train.de", ["x" * 23] * 60)
    message = refusal(DataError, experiment, tmp_path / "run")
    assert message == f"{tmp_path / 'text' / 'train.de'}: none of 60 pairs is left to train on. {reason}"
    assert [path.name for path in tmp_path.iterdir()] == ["text"]


@pytest.mark.parametrize("name", ["tokenizer.model", "experiment.toml"])
def test_a_loose_file_that_was_damaged_is_written_again(begun: Path, name: str) -> None:
    before, longer = (begun / name).read_bytes(), same(begun, training__max_updates=3)
    (begun / name).write_bytes(before.replace(b"e", b"f", 1))
    _, said = run(longer, begun)
    assert f"{begun / name} was changed after it was written. It is written again" in said
    assert (begun / name).read_bytes() == before.replace(b"max_updates = 2", b"max_updates = 3")
    check_sealed(begun)
    nmt.load(begun)


@pytest.mark.parametrize("name", ["tokenizer.model", "metrics.jsonl", "record.json"])
def test_of_a_finished_run_nothing_that_was_damaged_is_vouched_for(begun: Path, name: str) -> None:
    (begun / name).write_bytes((begun / name).read_bytes().replace(b"e", b"f", 1))
    assert refusal(CheckpointError, same(begun), begun).startswith(f"{begun / name} was changed after it was written")


def test_a_damaged_tokenizer_is_never_vouched_for_whenever_the_power_goes(
    begun: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, replace = begun / "tokenizer.model", os.replace
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])

    def cut(source: Path, target: Path) -> None:
        replace(source, target)
        raise PowerCut

    monkeypatch.setattr(os, "replace", cut)
    with pytest.raises(PowerCut):
        run(same(begun, training__max_updates=3), begun)
    monkeypatch.undo()
    run(same(begun, training__max_updates=3), begun)
    assert path.read_bytes() == whole


def test_a_record_goes_only_after_the_manifest_that_has_it(begun: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remove = Disk.remove

    def cut(disk: Disk, path: Path) -> None:
        remove(disk, path)
        if path.name == "record.json":
            raise PowerCut

    monkeypatch.setattr(Disk, "remove", cut)
    with pytest.raises(PowerCut):
        run(same(begun, training__max_updates=3), begun)
    assert not (begun / "record.json").exists()
    check_sealed(begun)


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


def test_a_text_of_the_hub_that_has_changed_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: list[Pair] = []
    monkeypatch.setitem(readers.READERS, "datasets", lambda text: iter(chosen))
    tree = {"source": "some/where", "config": "de-en"}
    on_hub = make_experiment(tmp_path / "text", corpus__reader="datasets", corpus__train=tree, corpus__dev=tree)
    dev = make_experiment(tmp_path / "text").corpus.text("dev")
    sources = dataclasses.replace(sources_of(on_hub), dev=dev)
    fingerprints = []
    for chosen[:] in (invented_pairs(), invented_pairs(), invented_pairs()[::-1]):
        shutil.rmtree(tmp_path / "prepared", ignore_errors=True)
        corpus = prepare_corpus(sources, on_hub.tokenizer, tmp_path / "prepared", lambda message: None)
        fingerprints.append(corpus.fingerprint)
    assert fingerprints[0] == fingerprints[1] != fingerprints[2]


def test_a_run_on_a_corpus_of_the_hub_goes_on_where_it_cannot_be_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes: dict[str, Any] = {f"corpus__{part}": {"source": "some/where"} for part in ("train", "dev", "test")}
    changes["corpus__reader"] = "datasets"
    monkeypatch.setitem(readers.READERS, "datasets", lambda _: iter(invented_pairs()))
    run(make_experiment(tmp_path / "text", **changes), tmp_path / "runs" / "hub")

    def out_of_reach(_: Any) -> Any:
        raise DataError("no network")

    monkeypatch.setitem(readers.READERS, "datasets", out_of_reach)
    longer = make_experiment(tmp_path / "text", **changes, training__max_updates=3)
    assert run(longer, tmp_path / "runs" / "hub")[0] == "max_updates"
    assert RunRecord.load(tmp_path / "runs" / "hub" / "record.json").updates == 3
