"""Every checksum of a run, looked at, and of a run that has not ended what is there."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from nmt.metrics import Score
from nmt.reports.evaluations import Evaluation, note_evaluation
from nmt.run.verify import problems
from nmt.storage.disk import Disk
from nmt.storage.folder import write_folder
from nmt.training.checkpoint import Checkpoints
from nmt.training.loop import _Trainer
from tests.tiny import make_experiment
from tests.tiny import run as train


@pytest.fixture
def run(tiny_run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_run, tmp_path / "run", ignore=shutil.ignore_patterns("tensorboard", ".lock")))


def test_a_run_as_it_was_written_has_no_problems_wherever_it_is(run: Path) -> None:
    assert problems(run) == []


def test_every_file_of_a_run_but_its_card_is_vouched_for(run: Path) -> None:
    (run / "README.md").unlink()  # for people alone, who may write in it
    scores = (Score("BLEU", 12.5, "tok:13a", 10.0, 15.0),)
    note_evaluation(run, Evaluation("t.de", "t.en", "a", "b", 6, {"method": "beam", "beam": 5}, 1.0, scores))
    for path in sorted(path for path in run.rglob("*") if path.is_file()):
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 4]))
        assert problems(run) != [], path
        path.unlink()
        assert problems(run) != [], path
        path.write_bytes(content)
    assert problems(run) == []


def test_every_problem_is_named(run: Path) -> None:
    (run / "models" / "step-2" / "model.json").unlink()
    (run / "state" / "latest").write_text(f"step-3 {'0' * 64}\n", encoding="utf-8")
    (run / "record.json").write_text("{}", encoding="utf-8")
    first, second, third = problems(run)
    assert first.startswith(f"{run / 'models' / 'step-2' / 'model.json'} is missing.")
    assert second.startswith(f"{run / 'state' / 'latest'} names step-3, which is missing. Whole are: step-2.")
    assert third.startswith(f"{run / 'record.json'} was changed after it was written")


def test_what_can_be_made_again_alone_is_said_to_be(run: Path) -> None:
    shutil.rmtree(run / "scores", ignore_errors=True)
    for part, name in (("export/onnx", "step.onnx"), ("scores", "scores.json")):
        write_folder(run / part, {name: b"content"}, {}, Disk())
        (run / part / name).write_bytes(b"changed")
    exported, scores = problems(run)
    assert exported.endswith(f"Make it again: `nmt export {run} --format onnx`.")
    named = run / "export" / "small"
    noted = {"format": "onnx", "quantization": "int8", "checkpoint": "last:2"}
    write_folder(named, {"step.onnx": b"content"}, noted, Disk())
    (named / "step.onnx").write_bytes(b"changed")
    asked = f"--format onnx --output {named} --quantization int8 --checkpoint last:2"
    assert problems(run)[1].endswith(f"Make it again: `nmt export {run} {asked}`.")
    assert scores.endswith(f"Delete {run / 'scores'}, and measure again with `nmt evaluate`.")


def test_what_is_no_run_has_no_manifest(tmp_path: Path) -> None:
    assert problems(tmp_path) == [
        f"{tmp_path} has no manifest.json: it is not complete. Copy the whole run directory again, or train again."
    ]


def test_the_log_of_a_run_that_has_not_ended_is_looked_at_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save, directory = Checkpoints.save_state, tmp_path / "runs" / "begun"

    class PowerCut(BaseException):
        pass

    def cut(self: Any, *arguments: Any) -> None:
        save(self, *arguments)
        raise PowerCut

    monkeypatch.setattr(Checkpoints, "save_state", cut)
    with pytest.raises(PowerCut):
        train(make_experiment(tmp_path / "text", training__validate_every=1), directory)
    assert problems(directory) == []
    log = directory / "metrics.jsonl"
    log.write_bytes(log.read_bytes() + b'{"kind": "train"}\n')  # after the state: training takes that away
    assert problems(directory) == []
    log.write_bytes(log.read_bytes().replace(b"train", b"brain"))
    (problem,) = problems(directory)
    assert problem.startswith(f"{log} was changed after it was written, or is missing.")


def test_a_run_that_was_stopped_before_its_first_validation_lacks_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "runs" / "begun"
    monkeypatch.setattr(_Trainer, "_reason_to_stop", lambda self: "interrupted" if self.progress.update else "")
    assert train(make_experiment(tmp_path / "text"), directory)[0] == "interrupted"
    assert (directory / "record.json").exists()
    assert problems(directory) == []
    monkeypatch.undo()
    assert train(make_experiment(tmp_path / "text"), directory)[0] == "max_updates"
    shutil.rmtree(directory / "models")
    assert any(one.startswith(f"{directory / 'models' / 'best'} is missing.") for one in problems(directory))


def test_a_manifest_of_another_format_is_one_problem_of_a_run(run: Path) -> None:
    (run / "manifest.json").write_text('{"format_version": 99}', encoding="utf-8")
    (problem,) = problems(run)
    assert problem.startswith(f"{run} has format 99; this nmt reads format 2.")
