"""nmt translate"""

import gzip
import io
import json
import math
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner, Result

import nmt
from nmt.cli import streams
from nmt.cli import translate as command
from nmt.errors import CheckpointError, ConfigError, DataError, DiskError
from nmt.search.config import SearchConfig
from nmt.training.device import KEPT_TO_TRANSLATE, KERNEL_CACHES
from nmt.translation import stream
from nmt.translation.scoring import score_pairs
from tests.tiny import invented_pairs, make_experiment, run

LINES = [pair.source for pair in invented_pairs()[:5]]
SHORT = ["--set", "max_length_ratio=1.0", "--set", "max_length_extra=2"]  # an untrained model seldom stops by itself
SEARCH = SearchConfig(max_length_ratio=1.0, max_length_extra=2)

NO_SUCH_FILE = "no such file. Check the path."

app = typer.Typer()
app.command()(command.translate)


def invoke(*arguments: object, text: str | bytes = "") -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=text)


def expected(run: Path, lines: list[str], search: SearchConfig = SEARCH) -> list[str]:
    return [translation.text for translation in nmt.load(run).translate(lines, search)]


def test_lines_from_stdin_go_to_stdout_as_many_and_in_order(tiny_run: Path) -> None:
    lines = [*LINES, "", LINES[0]]
    done = invoke(tiny_run, *SHORT, text="".join(f"{line}\n" for line in lines))
    assert done.exit_code == 0
    assert done.stdout.split("\n") == [*expected(tiny_run, lines), ""]


def test_files_are_read_and_written(tiny_run: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_bytes(("\n".join(LINES)).encode())  # the last line does not end in a line feed
    done = invoke(tiny_run, *SHORT, "-i", source, "-o", target)
    assert (done.exit_code, done.stdout) == (0, "")
    assert target.read_bytes().decode("utf-8").split("\n") == [*expected(tiny_run, LINES), ""]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
@pytest.mark.parametrize("options", [[], ["--score", "SOURCE"]])
def test_a_full_disk_is_said_in_a_sentence(
    tiny_run: Path, tmp_path: Path, options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "in.txt"
    source.write_text(f"{LINES[0]}\n", encoding="utf-8")
    given = [tiny_run, "-i", source, *(source if option == "SOURCE" else option for option in options)]
    to_file = invoke(*given, "-o", "/dev/full").exception
    assert isinstance(to_file, DiskError)
    assert str(to_file).startswith("/dev/full: cannot be written (No space left on device)")
    arguments = {"score": source} if options else {}
    with open("/dev/full", "w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(DiskError, match=r"standard output: cannot be written \(No space left on device\)"):
            command.translate([tiny_run], source, **arguments)


def test_packed_files_are_unpacked_and_a_damaged_one_is_named(tiny_run: Path, tmp_path: Path) -> None:
    source, given = tmp_path / "in.gz", tmp_path / "given.gz"
    source.write_bytes(gzip.compress(f"{LINES[0]}\n".encode()))
    given.write_bytes(gzip.compress(b"the dog\n"))
    assert invoke(tiny_run, *SHORT, "-i", source).stdout.split("\n") == [*expected(tiny_run, LINES[:1]), ""]
    (scored,) = score_pairs(nmt.load(tiny_run), LINES[:1], ["the dog"])
    done = invoke(tiny_run, "-i", source, "--score", given)
    assert float(done.stdout) == pytest.approx(scored.log_prob, abs=1e-5)
    given.write_bytes(given.read_bytes()[:-4])
    for options in (["-i", given], ["-i", source, "--score", given]):
        failure = invoke(tiny_run, *options).exception
        assert isinstance(failure, DataError)
        assert str(failure).startswith(f"{given} is not a complete gzip file")


def test_translations_of_the_wrong_side_are_not_scored(tiny_run: Path, tmp_path: Path) -> None:
    source, given = tmp_path / "new.en", tmp_path / "new.de"
    for path in (source, given):
        path.write_text("Hund\n", encoding="utf-8")
    failure = invoke(tiny_run, "-i", source, "--score", given).exception
    assert isinstance(failure, ConfigError)
    assert "the names say en, de, the other way round" in str(failure)
    assert invoke(tiny_run, "-i", given, "--score", source).exit_code == 0


def test_more_lines_than_a_chunk_stay_in_order(tiny_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream.chunks, "__defaults__", (2, None))
    done = invoke(tiny_run, *SHORT, "--beam", 1, text="\n".join(LINES))
    assert done.stdout.split("\n")[:-1] == expected(tiny_run, LINES, SEARCH.model_copy(update={"beam": 1}))


def test_n_best_lists_name_line_text_and_score(tiny_run: Path) -> None:
    done = invoke(tiny_run, *SHORT, "--n-best", 3, text=f"{LINES[0]}\n{LINES[1]}\n")
    fields = [line.split(" ||| ") for line in done.stdout.split("\n")[:-1]]
    assert [int(line[0]) for line in fields] == [0, 0, 0, 1, 1, 1]
    scores = [float(line[-1]) for line in fields]
    assert scores[:3] == sorted(scores[:3], reverse=True)
    assert [fields[0][1], fields[3][1]] == expected(tiny_run, LINES[:2])


def test_n_best_widens_the_beam_but_not_against_an_explicit_one(tiny_run: Path) -> None:
    done = invoke(tiny_run, *SHORT, "--n-best", 9, text=f"{LINES[0]}\n")
    assert len(done.stdout.split("\n")) == 10
    as_a_key = invoke(tiny_run, *SHORT, "--set", "n_best=9", text=f"{LINES[0]}\n")
    assert as_a_key.stdout == done.stdout
    refused = invoke(tiny_run, "--n-best", 3, "--beam", 2)
    assert isinstance(refused.exception, ConfigError)
    assert str(refused.exception) == "search: search.n_best = 3 needs a beam at least as wide; search.beam = 2."


def test_json_lines_keep_their_other_fields(tiny_run: Path) -> None:
    record = {"id": 7, "source": LINES[0]}
    done = invoke(tiny_run, *SHORT, "--format", "jsonl", text=json.dumps(record) + "\n")
    answer = json.loads(done.stdout)
    assert answer["id"] == 7
    assert [answer["translation"]] == expected(tiny_run, LINES[:1])
    (best,) = nmt.load(tiny_run).translate(LINES[:1], SEARCH)[0].hypotheses
    assert (answer["log_prob"], answer["tokens"]) == (pytest.approx(best.log_prob), list(best.pieces))


def test_what_was_out_of_the_ordinary_is_said_on_stderr(tiny_run: Path) -> None:
    text = b"\xff\xfe\n" + b"der Hund sieht den Baum. " * 20 + b"\n"
    done = invoke(tiny_run, *SHORT, text=text)
    assert len(done.stdout.split("\n")) == 3
    assert "nmt: Invalid UTF-8 was replaced in 2 places." in done.stderr
    assert (
        "nmt: Longer than the lines of training, or of more sentences, so split and joined again: line 2."
        in done.stderr
    )
    assert "Raise it with --set max_length_ratio=2." in done.stderr


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (["--format", "xml"], ConfigError, "--format xml: must be one of text, jsonl."),
        (
            ["--checkpoint", "third"],
            ConfigError,
            "checkpoint 'third' must be best, last, step-N, or best:K and last:K for the mean of K models.",
        ),
        (["--set", "beem=3"], ConfigError, "search: beem is not a key. Did you mean 'beam'?"),
        (["--set", "method=greedy"], ConfigError, "search: method = \"greedy\": input should be 'beam' or 'sample'."),
        (["--set", "alpha=1000"], ConfigError, "search: alpha = 1000: input should be less than or equal to 10."),
        (["--beam", "0"], ConfigError, "search: beam = 0: input should be greater than or equal to 1."),
        (["--beam", "100000"], ConfigError, "search: beam = 100000: input should be less than or equal to 1000."),
        (
            ["--n-best", "100000"],
            ConfigError,
            "search: search.n_best = 100000 needs a beam at least as wide; search.beam = 1000.",
        ),
        (["-i", "missing.txt"], DataError, f"missing.txt: {NO_SUCH_FILE}"),
        (["--score", "missing.txt"], DataError, f"missing.txt: {NO_SUCH_FILE}"),
        (["--glossary", "missing.tsv"], DataError, f"missing.tsv: {NO_SUCH_FILE}"),
        (["-o", "missing/out.txt"], DataError, "missing/out.txt: cannot be written (No such file or directory)."),
    ],
)
def test_a_mistake_is_named(tiny_run: Path, arguments: list[str], kind: type[nmt.NMTError], message: str) -> None:
    failure = invoke(tiny_run, *arguments).exception
    assert isinstance(failure, kind)
    assert str(failure) == message


@pytest.mark.parametrize(
    "options",
    [
        ["--beam", "3"],
        ["--n-best", "2"],
        ["--alignment"],
        ["--glossary", "terms.tsv"],
        ["--exact"],
        ["--shortlist"],
        ["--set", "alpha=0.5"],
        ["--alignment", "--exact"],
    ],
    ids=" ".join,
)
def test_scoring_takes_no_option_of_the_search(tiny_run: Path, options: list[str]) -> None:
    failure = invoke(tiny_run, "--score", "x", *options).exception
    assert isinstance(failure, ConfigError)
    named = ", ".join(option for option in options if option.startswith("--"))
    assert str(failure) == f"--score searches for nothing: leave out {named}."


def test_several_runs_translate_together(tiny_run: Path, tmp_path: Path) -> None:
    twin = shutil.copytree(tiny_run, tmp_path / "twin")
    done = invoke(tiny_run, twin, *SHORT, text=f"{LINES[0]}\n")
    assert done.stdout.split("\n")[:-1] == expected(tiny_run, LINES[:1])


def test_a_recurrent_model_and_a_transformer_translate_together_with_the_mean_of_their_probabilities(
    tiny_run: Path, tmp_path: Path
) -> None:
    stack = {"type": "transformer", "dim": 16, "heads": 2, "layers": 1, "feed_forward_dim": 24}
    other = tmp_path / "transformer"
    run(make_experiment(tmp_path / "text", model__encoder=stack, model__decoder=stack), other)
    done = invoke(tiny_run, other, *SHORT, text="".join(f"{line}\n" for line in LINES))
    together = nmt.load([tiny_run, other]).translate(LINES, SEARCH)
    assert done.stdout.split("\n")[:-1] == [one.text for one in together]
    given = tmp_path / "given"
    given.write_text("the dog sees the tree.", encoding="utf-8")

    def probabilities(*runs: Path) -> list[float]:
        record = json.dumps({"source": LINES[0]})
        answer = json.loads(invoke(*runs, "--score", given, "--format", "jsonl", text=record).stdout)
        return [math.exp(value) for value in answer["token_log_probs"]]

    means = [(one + two) / 2 for one, two in zip(probabilities(tiny_run), probabilities(other), strict=True)]
    assert probabilities(tiny_run, other) == pytest.approx(means, rel=1e-4)
    assert probabilities(tiny_run) != pytest.approx(probabilities(other), rel=1e-2)


def test_an_alignment_follows_the_translation(tiny_run: Path) -> None:
    done = invoke(tiny_run, *SHORT, "--alignment", text=f"{LINES[0]}\n")
    text, links = done.stdout.rstrip("\n").split(" ||| ")
    assert [text] == expected(tiny_run, LINES[:1])
    assert [int(link.split("-")[1]) for link in links.split()] == list(range(len(links.split())))
    assert {int(link.split("-")[0]) for link in links.split()} <= set(range(len(LINES[0].split())))


def test_a_prefix_of_a_json_line_is_written_first(tiny_run: Path) -> None:
    line = json.dumps({"source": LINES[0], "prefix": "the bird"})
    done = invoke(tiny_run, *SHORT, "--format", "jsonl", text=line + "\n")
    assert json.loads(done.stdout)["translation"].startswith("the bird")


def test_samples_are_the_same_for_the_same_seed(tiny_run: Path) -> None:
    def sample(seed: int) -> str:
        options = ["--set", "method=sample", "--set", f"seed={seed}", "--n-best", 2]
        return invoke(tiny_run, *SHORT, *options, text=f"{LINES[0]}\n").stdout

    assert sample(1).count("\n") == 2
    assert sample(1) == sample(1) != sample(2)


def test_how_many_kernels_are_kept_is_said_before_the_first_product(
    tiny_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in KERNEL_CACHES:
        monkeypatch.delenv(name, raising=False)
    seen = []
    monkeypatch.setattr(
        "nmt.translation.load.pack", lambda model: seen.append(os.environ.get(KERNEL_CACHES[0])) or model
    )
    invoke(tiny_run, *SHORT, text=f"{LINES[0]}\n")
    assert seen == [str(KEPT_TO_TRANSLATE)]


def test_given_translations_are_scored(tiny_run: Path, tmp_path: Path) -> None:
    (tmp_path / "given").write_text("the dog\n\nthe cat\n", encoding="utf-8")
    text = f"{LINES[0]}\n{LINES[1]}\n{LINES[2]}\n"
    done = invoke(tiny_run, "--score", tmp_path / "given", text=text)
    scores = score_pairs(nmt.load(tiny_run), LINES[:3], ["the dog", "", "the cat"])
    assert [float(line) for line in done.stdout.split()] == pytest.approx([one.log_prob for one in scores], abs=1e-5)
    (tmp_path / "given").write_text("the dog", encoding="utf-8")
    record = json.dumps({"id": 5, "source": LINES[0]})
    record = invoke(tiny_run, *SHORT, "--format", "jsonl", "--n-best", "2", "--alignment", text=record).stdout
    done = invoke(tiny_run, "--score", tmp_path / "given", "--format", "jsonl", text=record)
    answer = json.loads(done.stdout)
    expected = {"id", "source", "translation", "target", "score", "log_prob", "tokens", "token_log_probs"}
    assert set(answer) == expected  # nothing that is said of the translation and would be taken for the target's
    assert (answer["id"], answer["target"]) == (5, "the dog")
    assert sum(answer["token_log_probs"]) == pytest.approx(answer["log_prob"]) == pytest.approx(scores[0].log_prob)
    assert len(answer["tokens"]) == len(answer["token_log_probs"])
    assert answer["score"] == pytest.approx(answer["log_prob"] / ((5 + len(answer["tokens"])) / 6))  # gnmt, alpha 1


@pytest.mark.parametrize(
    ("source", "given", "message"),
    [
        ("a\nb\n", "x\n", "The --score file ends before line 2: both need the same number of lines."),
        ("a\n", "x\ny\n", "The source ends before line 2: both need the same number of lines."),
    ],
)
def test_a_file_to_score_must_have_as_many_lines(
    tiny_run: Path, tmp_path: Path, source: str, given: str, message: str
) -> None:
    (tmp_path / "given").write_text(given, encoding="utf-8")
    done = invoke(tiny_run, "--score", tmp_path / "given", text=source)
    assert isinstance(done.exception, DataError)
    assert str(done.exception) == message
    assert done.stdout.count("\n") == 1


def test_lines_before_a_bad_one_are_scored(tiny_run: Path, tmp_path: Path) -> None:
    (tmp_path / "given").write_text("the dog\nthe cat\nthe bird\n", encoding="utf-8")
    text = "".join(json.dumps({"source": line}) + "\n" for line in LINES[:2]) + "no JSON\n"
    done = invoke(tiny_run, "--score", tmp_path / "given", "--format", "jsonl", text=text)
    assert str(done.exception).startswith("Input line 3 is not valid JSON")
    assert [json.loads(line)["target"] for line in done.stdout.split("\n")[:-1]] == ["the dog", "the cat"]


def test_what_is_no_run_is_refused(run_copy: Path, tmp_path: Path) -> None:
    missing = invoke(tmp_path / "missing").exception
    assert isinstance(missing, CheckpointError)
    assert "no such run directory" in str(missing)
    (run_copy / "experiment.toml").unlink()
    incomplete = invoke(run_copy).exception
    assert isinstance(incomplete, CheckpointError)
    assert str(incomplete).startswith(f"{run_copy} has no experiment.toml")


def test_what_is_scored_may_come_from_standard_input(tiny_run: Path, tmp_path: Path) -> None:
    (tmp_path / "source").write_text(f"{LINES[0]}\n", encoding="utf-8")
    named = invoke(tiny_run, "--score", tmp_path / "source", text=f"{LINES[0]}\n").stdout
    assert invoke(tiny_run, "-i", tmp_path / "source", "--score", "-", text=f"{LINES[0]}\n").stdout == named
    for options in ([], ["-i", "-"]):
        failure = invoke(tiny_run, *options, "--score", "-", text=f"{LINES[0]}\n").exception
        assert str(failure) == "Only one text can come from standard input. Name a file for the other."


def test_who_writes_slowly_is_answered_before_the_end(tiny_run: Path) -> None:
    command = [sys.executable, "-m", "nmt", "translate", str(tiny_run), "--beam", "1", *SHORT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in LINES[:2]:
            process.stdin.write(f"{line}\n".encode())
            process.stdin.flush()
            assert process.stdout.readline().endswith(b"\n")  # while the input is still open
        process.stdin.close()
        assert process.wait(timeout=60) == 0


@pytest.fixture
def pipes_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """At the end; the command leaves pipes open, as closing one waits for the thread that reads it."""
    opened: list[BinaryIO] = []
    open_input = streams.open_input

    def remembered(path: Path) -> BinaryIO:
        opened.append(open_input(path))
        return opened[-1]

    monkeypatch.setattr(streams, "open_input", remembered)
    yield
    for one in opened:
        one.close()


@pytest.mark.parametrize("slow", ["source", "given"])
@pytest.mark.usefixtures("pipes_closed")
def test_who_writes_slowly_what_is_to_be_scored_is_answered_before_the_end(
    tiny_run: Path, tmp_path: Path, slow: str
) -> None:
    (tmp_path / ({"source", "given"} - {slow}).pop()).write_text("".join(f"{line}\n" for line in LINES[:2]))
    os.mkfifo(tmp_path / slow)
    output, answered = tmp_path / "out", list[int]()

    def write() -> None:
        with open(tmp_path / slow, "wb", buffering=0) as pipe:
            for number, line in enumerate(LINES[:2], start=1):
                pipe.write(f"{line}\n".encode())
                until = time.monotonic() + 30
                while time.monotonic() < until and not (output.exists() and output.read_bytes().count(b"\n") == number):
                    time.sleep(0.01)
                answered.append(output.read_bytes().count(b"\n"))

    writer = threading.Thread(target=write)
    writer.start()
    done = invoke(tiny_run, "-i", tmp_path / "source", "--score", tmp_path / "given", "-o", output)
    writer.join()
    assert (done.exit_code, answered) == (0, [1, 2])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
@pytest.mark.usefixtures("pipes_closed")
def test_scoring_that_fails_does_not_wait_for_the_rest_of_a_pipe(tiny_run: Path, tmp_path: Path) -> None:
    (tmp_path / "source").write_text(f"{LINES[0]}\n" * 2, encoding="utf-8")
    os.mkfifo(tmp_path / "given")
    failed, seen = threading.Event(), list[bool]()

    def write() -> None:
        with open(tmp_path / "given", "wb", buffering=0) as pipe:
            pipe.write(b"the dog\n")
            seen.append(failed.wait(timeout=30))

    writer = threading.Thread(target=write)
    writer.start()
    done = invoke(tiny_run, "-i", tmp_path / "source", "--score", tmp_path / "given", "-o", "/dev/full")
    failed.set()
    writer.join()
    assert isinstance(done.exception, DiskError)
    assert seen == [True]


@pytest.mark.parametrize("named", [False, True])
def test_a_reader_that_leaves_ends_it_although_the_input_is_open(tiny_run: Path, tmp_path: Path, named: bool) -> None:
    """The input is a pipe, given as standard input or by its name."""
    command = [sys.executable, "-m", "nmt", "translate", str(tiny_run), "--beam", "1", *SHORT]
    if named:
        os.mkfifo(tmp_path / "pipe")
        command += ["-i", str(tmp_path / "pipe")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as process:  # type: ignore[call-overload]
        try:
            with open(tmp_path / "pipe", "wb", buffering=0) if named else process.stdin as source:
                source.write(f"{LINES[0]}\n".encode())
                source.flush()
                assert process.stdout.readline()
                process.stdout.close()
                source.write(f"{LINES[0]}\n".encode())
                source.flush()
                assert process.wait(timeout=60) == 0
            assert process.stderr.read() == b""
        finally:
            process.kill()


def test_samples_take_no_beam(tiny_run: Path) -> None:
    failure = invoke(tiny_run, "--set", "method=sample", "--beam", 3).exception
    assert isinstance(failure, ConfigError)
    assert str(failure) == "--beam has no effect with search.method = 'sample'; use --set samples=N."


def test_a_loop_is_said_on_stderr(tiny_run: Path) -> None:
    line = json.dumps({"source": LINES[0], "prefix": "the dog " * 6})
    done = invoke(tiny_run, *SHORT, "--format", "jsonl", text=line + "\n")
    assert json.loads(done.stdout)["repeats"] is True
    assert "nmt: Says the same again and again: line 1. Try --set no_repeat_ngram=4." in done.stderr


def test_a_closed_standard_input_is_an_empty_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert streams.open_input(Path("-")).read() == b""


def test_terms_of_a_glossary_are_kept_to_and_counted(tiny_run: Path, tmp_path: Path) -> None:
    (tmp_path / "terms.tsv").write_text("# German\tEnglish\nhund\tdog\nsieht\tsees\nvogel\tbird\n", encoding="utf-8")
    text = "".join(json.dumps({"source": line, "terms": "old"}) + "\n" for line in ["der Hund sieht", "die Katze"])
    done = invoke(tiny_run, *SHORT, "--glossary", tmp_path / "terms.tsv", "--format", "jsonl", text=text)
    first, second = [json.loads(line) for line in done.stdout.split("\n")[:-1]]
    assert first["terms"] == [
        {"source": "hund", "target": "dog", "met": True},
        {"source": "sieht", "target": "sees", "met": True},
    ]
    assert {"dog", "sees"} <= set(re.findall(r"\w+", first["translation"]))
    assert "terms" not in second  # none applies
    assert not {"dog", "sees", "bird"} & set(re.findall(r"\w+", second["translation"]))
    assert "nmt: glossary: 2 terms in 1 line, 2 met." in done.stderr


def test_terms_that_cannot_be_met_are_named(tiny_run: Path, tmp_path: Path) -> None:
    long = "hund" + " hund" * 40  # more than the model takes, so that the line is cut within it
    (tmp_path / "terms.tsv").write_text(f"{long}\twow wow\nkatze\tcat\n", encoding="utf-8")
    done = invoke(tiny_run, *SHORT, "--glossary", tmp_path / "terms.tsv", text=f"eine Katze\n{long}\n")
    assert done.stdout.count("\n") == 2
    assert f'nmt: glossary: 2 terms in 2 lines, 1 met, 1 not: line 2 "{long}" -> "wow wow".' in done.stderr


def test_terms_with_characters_that_the_vocabulary_does_not_have_are_named_before_anything_is_translated(
    tiny_run: Path, tmp_path: Path
) -> None:
    odd = [f"<{number}>" for number in range(7)]
    lines = ["hund\tdog", *(f"x{number}\t{target}" for number, target in enumerate(odd))]
    (tmp_path / "terms.tsv").write_text("\n".join(lines), encoding="utf-8")
    done = invoke(tiny_run, "--glossary", tmp_path / "terms.tsv")
    assert done.stderr.startswith(
        "nmt: Terms of the glossary with characters that the vocabulary does not have, beside which the translation is "
        'perhaps wrong: "<0>", "<1>", "<2>", "<3>", "<4>" and 2 more.'
    )
    (tmp_path / "terms.tsv").write_text("hund\tdog\n", encoding="utf-8")
    assert "vocabulary" not in invoke(tiny_run, "--glossary", tmp_path / "terms.tsv").stderr


def test_a_glossary_is_for_beam_search_only(tiny_run: Path, tmp_path: Path) -> None:
    (tmp_path / "terms.tsv").write_text("hund\tdog\n", encoding="utf-8")
    done = invoke(tiny_run, "--glossary", tmp_path / "terms.tsv", "--set", "method=sample", text="der Hund\n")
    assert isinstance(done.exception, ConfigError)
    assert "A glossary needs beam search" in str(done.exception)


@pytest.mark.parametrize("option", ["--glossary", "--score", "-i"])
def test_the_output_may_not_be_a_file_that_is_read(tiny_run: Path, tmp_path: Path, option: str) -> None:
    (tmp_path / "read").write_text("hund\tdog\n", encoding="utf-8")
    again = f"{tmp_path}/../{tmp_path.name}/read"
    failure = invoke(tiny_run, option, tmp_path / "read", "-o", again, text="der Hund\n").exception
    assert isinstance(failure, ConfigError)
    assert str(failure).startswith(f"--output {again} is the input: it would be emptied before it is read.")
    assert (tmp_path / "read").read_text(encoding="utf-8") == "hund\tdog\n"


@pytest.mark.parametrize("named", [False, True])
def test_a_file_is_not_translated_into_itself_through_standard_output(
    tiny_run: Path, tmp_path: Path, named: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without end, as each line that is written would be read again."""
    text = tmp_path / "new"
    text.write_text(f"{LINES[0]}\n", encoding="utf-8")
    with (
        text.open(encoding="utf-8") as source,
        text.open("a", encoding="utf-8") as sink,
        monkeypatch.context() as patch,
    ):
        patch.setattr(sys, "stdin", io.StringIO() if named else source)
        patch.setattr(sys, "stdout", sink)
        with pytest.raises(ConfigError, match=r"^Standard output goes to a file that is read"):
            command.translate([tiny_run], input=text if named else None)
    assert text.read_text(encoding="utf-8") == f"{LINES[0]}\n"


def test_the_output_may_not_be_what_is_read_under_another_name_or_from_standard_input(
    tiny_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, link = tmp_path / "read", tmp_path / "link"
    read.write_text("der Hund\n", encoding="utf-8")
    link.hardlink_to(read)
    assert isinstance(invoke(tiny_run, "-i", read, "-o", link).exception, ConfigError)
    with read.open(encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert streams.is_read(link, [None])
        assert not streams.is_read(tmp_path / "new", [None])
    (tmp_path / "other").write_text("", encoding="utf-8")
    assert not streams.is_read(tmp_path / "other", [read, None])
    assert read.read_text(encoding="utf-8") == "der Hund\n"


@pytest.mark.parametrize("options", [[], ["--int8"], ["TWIN", "--glossary", "TERMS"]], ids=" ".join)
def test_exact_search_gives_the_same_scores_in_any_order(tiny_run: Path, tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "terms.tsv").write_text("hund\tdog\nbaum\ttree\n", encoding="utf-8")
    given = [{"TERMS": tmp_path / "terms.tsv", "TWIN": tiny_run}.get(option, option) for option in options]

    def scores(lines: list[str]) -> dict[str, str]:
        done = invoke(tiny_run, *given, *SHORT, "--exact", "--format", "jsonl", text="".join(lines))
        return {json.loads(line)["source"]: line for line in done.stdout.split("\n")[:-1]}

    sources = ["Hund", *LINES[:3], f"{LINES[0]} {LINES[1]}"]  # of different length
    lines = [json.dumps({"source": line}) + "\n" for line in sources]
    together = scores(lines)
    assert len(together) == len(lines)
    assert together == scores(lines[::-1]) == {**scores(lines[:2]), **scores(lines[2:])}


@pytest.mark.parametrize(("terminal", "wanted"), [(True, True), (True, False), (False, True)])
def test_a_terminal_sees_how_far_a_translation_into_a_file_is(terminal: bool, wanted: bool) -> None:
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=terminal, width=200)
    with command._counting(console, wanted) as tick:
        assert (tick is not None) == (terminal and wanted)
        if tick:
            tick(2_000)
            tick(3)
    assert ("Translating: 2,003 sentences, " in shown.getvalue()) == (terminal and wanted)


def test_what_is_translated_is_counted_unless_somebody_types_it(
    tiny_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    counting = command._counting

    @contextmanager
    def terminal(console: Console, wanted: bool) -> Iterator[Any]:
        asked.append(wanted)
        with counting(Console(file=io.StringIO(), force_terminal=True), wanted) as tick:
            yield (lambda number: told.append(number) or tick(number)) if tick else None

    told: list[int] = []
    monkeypatch.setattr(command, "_counting", terminal)
    (tmp_path / "in").write_text("".join(f"{line}\n" for line in LINES), encoding="utf-8")
    assert invoke(tiny_run, *SHORT, "-i", tmp_path / "in", "-o", tmp_path / "out").exit_code == 0
    assert (asked, sum(told)) == ([True], len(LINES))
    assert invoke(tiny_run, *SHORT, "-i", tmp_path / "in").exit_code == 0
    monkeypatch.setattr("nmt.cli.translate.sys.stdin", Typed(b"der Hund\n"))
    command.translate([tiny_run], output=tmp_path / "out", beam=1)
    assert asked == [True, False, False]


class Typed(io.TextIOWrapper):
    """A terminal at which somebody types."""

    def __init__(self, content: bytes) -> None:
        super().__init__(io.BytesIO(content))

    def isatty(self) -> bool:
        return True
