"""The whole chain of commands on a small phrasebook, as a user types them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECIPES = {
    "rnn": """
encoder = { type = "rnn", cell = "gru", dim = 32 }
decoder = { type = "rnn", cell = "lstm", layers = 2, dim = 64 }
""",
    "transformer": """
encoder = { type = "transformer", layers = 1, dim = 48, heads = 2, feed_forward_dim = 96 }
decoder = { type = "transformer", layers = 1, dim = 48, heads = 2, feed_forward_dim = 96 }
""",
}
RECIPE = """
name = "{name}"
[corpus]
source_language = "de"
target_language = "en"
train = {{ source = "train.de", target = "train.en" }}
dev = {{ source = "dev.de", target = "dev.en" }}
test = {{ source = "test.de", target = "test.en" }}
[tokenizer]
vocab_size = 600
[model]
embedding_dim = 48
{model}
[training]
max_updates = 60
threads = 1
batch_tokens = 600
validate_every = 30
warmup = 10
learning_rate = 5e-3
"""


def nmt(*arguments: str, cwd: Path, stdin: bytes = b"", check: bool = True) -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "160"}
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-m", "nmt", *arguments],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        env=environment,
        timeout=240,
    )
    assert not check or done.returncode == 0, done.stderr.decode()
    return done


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small part of the phrasebook and two trained runs."""
    folder = tmp_path_factory.mktemp("workplace")
    subprocess.run(
        [sys.executable, str(ROOT / "data/phrasebook/prepare.py"), "--out", str(folder)],
        check=True,
        capture_output=True,
    )
    for part, count in (("train", 1500), ("dev", 60), ("test", 60)):
        for language in ("de", "en"):
            path = folder / f"{part}.{language}"
            path.write_text(
                "".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:count]), encoding="utf-8"
            )
    for name, model in RECIPES.items():
        (folder / f"{name}.toml").write_text(RECIPE.format(name=name, model=model), encoding="utf-8")
        done = nmt("train", f"{name}.toml", "--out", f"runs/{name}", cwd=folder)
        assert b"dev BLEU" in done.stderr
        assert done.stdout == b""
    return folder


def test_a_run_directory_holds_what_the_readme_says(workplace: Path) -> None:
    names = {path.name for path in (workplace / "runs/rnn").iterdir()}
    assert {
        "experiment.toml",
        "tokenizer.model",
        "manifest.json",
        "models",
        "state",
        "progress.json",
        "metrics.jsonl",
        "record.json",
    } <= names
    best, *_ = (workplace / "runs/rnn/models").glob("step-*")
    assert {path.name for path in best.iterdir()} == {
        "model.safetensors",
        "model.json",
        "manifest.json",
    }


def test_training_a_finished_run_again_says_so(workplace: Path) -> None:
    done = nmt("train", "rnn.toml", "--out", "runs/rnn", cwd=workplace)
    assert b"is finished (60 updates" in done.stderr


@pytest.mark.parametrize("name", RECIPES)
def test_translate_gives_a_line_for_each_line_whatever_it_holds(workplace: Path, name: str) -> None:
    lines = [
        "Guten Morgen!",
        "",
        "   ",
        "</s> <unk> ▁",
        "a\u0085b\u2028c\x0b\x0c\x00d\ufeff",
        "Wo ist der Bahnhof? " * 60,
        "x" * 3000,
    ]
    stdin = "\n".join(lines).encode() + b"\n\xff\xfe kaputt\r\nohne Ende"
    done = nmt("translate", f"runs/{name}", "--beam", "2", cwd=workplace, stdin=stdin)
    outputs = done.stdout.decode().split("\n")
    assert len(outputs) - 1 == len(lines) + 2
    assert outputs[1] == outputs[2] == ""
    assert not set("".join(outputs)) & set("\r\x0b\x0c\x00\x85\u2028\u2029")
    assert b"Invalid UTF-8 was replaced in" in done.stderr
    assert b"split and joined again: lines 6, 7" in done.stderr


def test_translation_does_not_depend_on_what_else_is_in_the_file(workplace: Path) -> None:
    lines = (workplace / "test.de").read_text(encoding="utf-8").strip().split("\n")[:20]
    together = nmt("translate", "runs/transformer", cwd=workplace, stdin="\n".join(lines).encode()).stdout
    turned = nmt("translate", "runs/transformer", cwd=workplace, stdin="\n".join(lines[::-1]).encode()).stdout
    assert together.decode().strip("\n").split("\n") == turned.decode().strip("\n").split("\n")[::-1]


def test_n_best_and_jsonl(workplace: Path) -> None:
    done = nmt("translate", "runs/rnn", "--n-best", "3", cwd=workplace, stdin=b"Guten Morgen!\n\n")
    fields = [line.split(" ||| ") for line in done.stdout.decode().strip("\n").split("\n")]
    assert [field[0] for field in fields] == ["0", "0", "0", "1"]
    scores = [float(field[2]) for field in fields[:3]]
    assert scores == sorted(scores, reverse=True)
    record = json.dumps({"id": 7, "source": "Guten Morgen!"}).encode()
    answer = json.loads(nmt("translate", "runs/rnn", "--format", "jsonl", cwd=workplace, stdin=record).stdout)
    assert answer["id"] == 7
    assert answer["finish_reason"] in ("eos", "length")
    assert isinstance(answer["translation"], str)


def test_evaluate_scores_a_run_and_a_file_alike(workplace: Path) -> None:
    nmt("translate", "runs/rnn", "-i", "test.de", "-o", "test.out", cwd=workplace)
    nmt("evaluate", "runs/rnn", "--source", "test.de", "--reference", "test.en", "--json", "run.json", cwd=workplace)
    nmt("evaluate", "--hypotheses", "test.out", "--reference", "test.en", "--json", "file.json", cwd=workplace)
    by_run, by_file = (json.loads((workplace / name).read_text()) for name in ("run.json", "file.json"))
    assert [score["value"] for score in by_run["scores"]] == [score["value"] for score in by_file["scores"]]
    assert all(score["signature"] for score in by_run["scores"])


def test_compare_writes_three_reports_that_agree(workplace: Path) -> None:
    done = nmt("compare", "runs/rnn", "runs/transformer", "--out", "report", cwd=workplace)
    assert b"report.html" in done.stdout
    results = json.loads((workplace / "report/results.json").read_text(encoding="utf-8"))
    page, markdown = (
        (workplace / "report" / name).read_text(encoding="utf-8") for name in ("report.html", "report.md")
    )
    assert [run["name"] for run in results["runs"]] == ["rnn", "transformer"]
    for run in results["runs"]:
        assert {"parameters", "train_seconds", "target_tokens_per_second", "scores"} <= run.keys()
        bleu = next(score for score in run["scores"] if score["name"] == "BLEU")
        assert bleu["low"] <= bleu["value"] <= bleu["high"]
        assert bleu["signature"].startswith("nrefs:1|")
        assert f"{bleu['value']:.1f}" in page
        assert f"{bleu['value']:.1f}" in markdown
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "<script src" not in page


def test_a_report_without_text_holds_no_sentence(workplace: Path) -> None:
    nmt("compare", "runs/rnn", "runs/transformer", "--out", "bare", "--no-text", cwd=workplace)
    written = "".join(path.read_text(encoding="utf-8") for path in (workplace / "bare").rglob("*") if path.is_file())
    for language in ("de", "en"):
        for line in (workplace / f"test.{language}").read_text(encoding="utf-8").strip().split("\n"):
            assert line not in written


def test_mistakes_are_told_in_one_sentence_with_status_2_and_no_traceback(workplace: Path) -> None:
    for arguments, expected in [
        (("translate", "runs/none"), b"no such run directory"),
        (("train", "rnn.toml", "--set", "model.dropuot=0.1"), b"Did you mean 'dropout'?"),
        (("train", "nothing.toml"), b"no such recipe"),
        (("train", "rnn.toml", "--set", 'corpus.train.source="dev.de"', "--out", "runs/x"), b"has 60 lines but"),
        (("translate", "runs/rnn", "--format", "xml"), b"must be one of text, jsonl"),
    ]:
        done = nmt(*arguments, cwd=workplace, check=False)
        assert done.returncode == 2, arguments
        assert expected in done.stderr
        assert b"Traceback" not in done.stderr


def test_stdout_closed_early_ends_quietly(workplace: Path) -> None:
    command = f"yes 'Guten Morgen!' | head -5000 | {sys.executable} -m nmt translate runs/rnn --beam 1 | head -1"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", command], capture_output=True, cwd=workplace, env=environment, timeout=240)
    assert done.stdout.count(b"\n") == 1
    assert b"Traceback" not in done.stderr
    assert b"Broken" not in done.stderr


def test_stdin_closed_is_an_empty_input(workplace: Path) -> None:
    command = f"{sys.executable} -m nmt translate runs/rnn <&-"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", command], capture_output=True, cwd=workplace, env=environment, timeout=120)
    assert (done.returncode, done.stdout) == (0, b"")


def test_doctor_works(workplace: Path) -> None:
    shown = nmt("doctor", cwd=workplace).stdout.decode()
    assert "torch" in shown
    assert "precision" in shown


def test_python_and_the_command_line_search_alike_and_as_the_recipe_says(workplace: Path) -> None:
    recipe = workplace / "runs/transformer/experiment.toml"
    before = recipe.read_text(encoding="utf-8")
    done = nmt("train", "transformer.toml", "--out", "runs/transformer", "--set", "search.beam=1", cwd=workplace)
    assert b"is finished" in done.stderr
    assert recipe.read_text(encoding="utf-8") == before.replace("beam = 5", "beam = 1")
    script = "import nmt; print(nmt.load('runs/transformer').search.beam)"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    shown = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, cwd=workplace, env=environment, check=True
    )
    assert shown.stdout == b"1\n"
    nmt("train", "transformer.toml", "--out", "runs/transformer", cwd=workplace)
    assert recipe.read_text(encoding="utf-8") == before


def test_n_best_may_be_a_search_key_and_wants_no_wider_beam_to_be_given(workplace: Path) -> None:
    done = nmt("translate", "runs/rnn", "--set", "n_best=7", cwd=workplace, stdin=b"Guten Morgen!\n")
    assert done.stdout.count(b"0 ||| ") == 7


def test_a_lost_record_is_written_again(workplace: Path) -> None:
    path = workplace / "runs/rnn/record.json"
    before = json.loads(path.read_text(encoding="utf-8"))
    path.unlink()
    nmt("train", "rnn.toml", "--out", "runs/rnn", cwd=workplace)
    after = json.loads(path.read_text(encoding="utf-8"))
    same = (
        "updates",
        "target_tokens",
        "train_seconds",
        "best_update",
        "best_dev_bleu",
        "clipped_updates",
        "finish_reason",
    )
    assert [after[key] for key in same] == [before[key] for key in same]


def test_the_input_is_not_overwritten_and_a_closed_stdout_is_quiet(workplace: Path) -> None:
    (workplace / "input.txt").write_text("Guten Morgen!\n", encoding="utf-8")
    done = nmt("translate", "runs/rnn", "-i", "input.txt", "-o", "./input.txt", cwd=workplace, check=False)
    assert (done.returncode, b"is the input" in done.stderr) == (2, True)
    assert (workplace / "input.txt").read_text(encoding="utf-8") == "Guten Morgen!\n"
    command = f"{sys.executable} -m nmt translate runs/rnn -i input.txt >&-"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    closed = subprocess.run(["bash", "-c", command], capture_output=True, cwd=workplace, env=environment, timeout=120)
    assert (closed.returncode, closed.stderr) == (0, b"")
