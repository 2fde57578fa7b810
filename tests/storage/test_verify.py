"""Every checksum of a run, looked at."""

import shutil
from pathlib import Path

import pytest

from nmt.metrics import Score
from nmt.reports.evaluations import Evaluation, note_evaluation
from nmt.storage.disk import Disk
from nmt.storage.folder import write_folder
from nmt.storage.verify import problems


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
