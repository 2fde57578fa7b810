"""The whole chain of commands on a small phrasebook, as a user types them."""

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nmt.experiment import experiment_bytes
from tests.tiny import make_experiment, write_corpus, write_lines

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
    """A folder with a small part of the phrasebook and two trained runs. Tests may add files."""
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


def test_translate_gives_a_line_for_each_line_whatever_it_holds(workplace: Path) -> None:
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
    done = nmt("translate", "runs/transformer", "--beam", "2", cwd=workplace, stdin=stdin)
    outputs = done.stdout.decode().split("\n")
    assert len(outputs) - 1 == len(lines) + 2
    assert outputs[1] == outputs[2] == ""
    assert not set("".join(outputs)) & set("\r\x0b\x0c\x00\x85\u2028\u2029")
    assert b"Invalid UTF-8 was replaced in" in done.stderr
    assert b"split and joined again: lines 6, 7" in done.stderr


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


def test_a_mistake_is_told_in_one_sentence_with_status_2_and_no_traceback(tmp_path: Path) -> None:
    done = nmt("translate", "runs/none", cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    said = b"nmt: runs/none: no such run directory. `nmt train RECIPE --out runs/none` makes one.\n"
    assert done.stderr == said


@pytest.mark.parametrize("closed", ["<&-", "<<< Hund >&-"])
def test_a_closed_standard_input_is_empty_and_what_goes_to_a_closed_output_is_lost(tiny_run: Path, closed: str) -> None:
    command = f"{sys.executable} -m nmt translate . --beam 1 {closed}"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", command], capture_output=True, cwd=tiny_run, env=environment, timeout=120)
    assert (done.returncode, done.stdout) == (0, b"")
    assert all(line.startswith(b"nmt: ") for line in done.stderr.splitlines())  # remarks on the text, no traceback


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_ctrl_c_and_a_closed_terminal_save_and_the_same_command_goes_on(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "tiny.toml").write_bytes(
        experiment_bytes(make_experiment(tmp_path / "text", training__max_updates=100_000))
    )
    arguments = ["train", "tiny.toml", "--out", "run"]
    command = [sys.executable, "-m", "nmt", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    inherited = signal.signal(number, signal.SIG_DFL)  # under nohup, these tests ignore SIGHUP, and so would training
    try:
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
    finally:
        signal.signal(number, inherited)
    with process:
        assert process.stderr is not None
        while b" update 1/100000 " not in (line := process.stderr.readline()):
            assert line, "it has ended"
        process.send_signal(number)
        said = process.stderr.read()
        assert process.wait(timeout=60) == 130
    assert b"Traceback" not in said
    saved = json.loads((tmp_path / "run/record.json").read_text(encoding="utf-8"))["updates"]
    assert 1 <= saved < 100_000
    done = nmt(*arguments, "--set", f"training.max_updates={saved + 3}", cwd=tmp_path)
    assert f"Going on from update {saved} in run.".encode() in done.stderr
    assert json.loads((tmp_path / "run/record.json").read_text(encoding="utf-8"))["updates"] == saved + 3


def test_training_goes_on_when_nobody_reads_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_bytes(experiment_bytes(make_experiment(tmp_path / "text", training__max_updates=3)))
    command = f"set -o pipefail; {sys.executable} -m nmt train tiny.toml --out run 2>&1 | true"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    assert subprocess.run(["bash", "-c", command], cwd=tmp_path, env=environment, timeout=120).returncode == 0
    assert json.loads((tmp_path / "run/record.json").read_text(encoding="utf-8"))["updates"] == 3


@pytest.mark.parametrize("out", ["", ".", "mine"])
def test_a_folder_of_something_else_is_not_trained_or_reported_into(tiny_run: Path, tmp_path: Path, out: str) -> None:
    (tmp_path / "tiny.toml").write_bytes(experiment_bytes(make_experiment(tmp_path / "text", training__max_updates=3)))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "README.md").write_text("Mine.", encoding="utf-8")
    (tmp_path / "mine" / "results.json").write_text('{"files": 3}', encoding="utf-8")  # of another program
    first = "README.md" if out == "mine" else "mine"
    done = nmt("train", "tiny.toml", "--out", out, cwd=tmp_path, check=False)
    said = f"nmt: {tmp_path / out} is no run, and holds {first}. Name a new folder with --out, such as runs/my.\n"
    assert (done.returncode, done.stderr.decode()) == (2, said)
    arguments = ["--source", "text/dev.de", "--reference", "text/dev.en", "--out", out]
    done = nmt("compare", str(tiny_run), *arguments, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert f"--out {tmp_path / out} is there and is no report: it holds {first}." in done.stderr.decode()
    assert {path.name for path in tmp_path.iterdir()} == {"mine", "text", "tiny.toml"}
    assert {path.name for path in (tmp_path / "mine").iterdir()} == {"README.md", "results.json"}


def test_what_is_no_run_or_has_no_model_yet_is_told_apart(run_copy: Path, tmp_path: Path) -> None:
    text = tmp_path / "test.de"
    write_lines(text, ["Ich bin."])
    said = nmt("translate", str(text), cwd=tmp_path, check=False).stderr.decode()
    assert said == f"nmt: {text} is a file and no run directory. Text is given with -i FILE, or on standard input.\n"
    said = nmt("translate", "Ich bin.", cwd=tmp_path, check=False).stderr.decode()
    assert said == "nmt: Ich bin. is no run directory. Text is given with -i FILE, or on standard input.\n"
    shutil.rmtree(run_copy / "models")
    said = nmt("translate", run_copy.name, cwd=tmp_path, check=False).stderr.decode()
    assert said.startswith("nmt: run has no model yet: training keeps one at each validation, every ")


def test_packed_text_is_unpacked_and_utf_16_is_refused_on_standard_input_too(tiny_run: Path, tmp_path: Path) -> None:
    write_corpus(tmp_path)
    run, text = str(tiny_run), (tmp_path / "dev.de").read_bytes()
    plain = nmt("translate", run, "-i", "-", "-o", "-", cwd=tmp_path, stdin=text).stdout
    assert nmt("translate", run, cwd=tmp_path, stdin=gzip.compress(text)).stdout == plain
    (tmp_path / "packed.de").write_bytes(gzip.compress(text))
    assert nmt("translate", run, "-i", "packed.de", "-o", "out.en.gz", cwd=tmp_path).stdout == b""
    assert gzip.decompress((tmp_path / "out.en.gz").read_bytes()) == plain
    done = nmt("translate", run, cwd=tmp_path, stdin=text.decode("utf-8").encode("utf-16"), check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"nmt: standard input is UTF-16. Convert it first: iconv -f UTF-16 -t UTF-8 OLD > NEW\n"


def test_help_is_given_for_h_too(tmp_path: Path) -> None:
    for arguments in ([], ["translate"]):
        assert nmt(*arguments, "-h", cwd=tmp_path).stdout == nmt(*arguments, "--help", cwd=tmp_path).stdout


def test_a_report_is_told_where_the_terminal_lacks_its_characters(tiny_run: Path, tmp_path: Path) -> None:
    write_corpus(tmp_path)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "latin-1"}
    arguments = ["--source", "dev.de", "--reference", "dev.en", "--out", "report"]
    command = [sys.executable, "-m", "nmt", "compare", str(tiny_run), *arguments]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert b"Report: " in done.stdout
