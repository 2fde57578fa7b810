"""The loose files of a run: written anew only where what is beside them is vouched for."""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import nmt
from nmt.errors import CheckpointError, ConfigError
from nmt.publish import published_files
from nmt.run import train as run_module
from nmt.run.files import ENDED
from nmt.run.verify import problems
from nmt.storage.disk import Disk
from nmt.storage.seal import check_sealed, seal
from nmt.training.progress import Progress
from tests.run.begun import refusal, same
from tests.tiny import make_experiment, run


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


class PowerCut(BaseException):
    """Nothing catches it."""


class Power:
    """In place of os.replace: the power goes at the renaming number `left`, before that is done or after."""

    def __init__(self, before: bool) -> None:
        self.replace, self.before, self.left = os.replace, before, 0

    def __call__(self, source: Path, target: Path) -> None:
        self.left -= 1
        if self.left or not self.before:
            self.replace(source, target)
        if not self.left:
            raise PowerCut


def begin(*_: Any) -> None:
    raise ConfigError("it has begun")


@pytest.mark.parametrize("updates", [2, 3], ids=["finished", "going on"])
@pytest.mark.parametrize("before", [True, False])
def test_whenever_the_power_goes_while_a_run_starts_again_it_still_translates(
    begun: Path, monkeypatch: pytest.MonkeyPatch, updates: int, before: bool
) -> None:
    changed = same(begun, search={"beam": 2}, training__max_updates=updates)
    power, beams = Power(before), []
    monkeypatch.setattr(run_module, "train", begin)
    monkeypatch.setattr(os, "replace", power)
    original = shutil.copytree(begun, begun.with_name("original"))
    while not power.left:
        shutil.rmtree(begun)
        shutil.copytree(original, begun)
        power.left = len(beams) + 1
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
    power, found = Power(before), list[set[str]]()
    monkeypatch.setattr(run_module, "make_job", begin)
    with pytest.raises(ConfigError, match="it has begun"):
        run(experiment, directory)  # the text is prepared
    while not power.left:
        shutil.rmtree(directory)
        power.left = len(found) + 1
        with monkeypatch.context() as patch, suppress(PowerCut, ConfigError):
            patch.setattr(os, "replace", power)
            run(experiment, directory)
        found.append({path.name for path in directory.glob("*.*")})
        with pytest.raises(ConfigError, match="it has begun"):
            run(experiment, directory)
    assert any("experiment.toml" in names and "tokenizer.model" not in names for names in found)


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
