"""The decoding benchmark: whose figures they are, and what a quick way may lose."""

import copy
import json
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

import corpus
import decode_speed
import machine
from nmt.metrics import Comparison, compare_means, segment_statistics
from nmt.storage.disk import Disk
from nmt.storage.folder import sha256, write_folder
from nmt.tokenizer.pair import TokenizerPair
from peers import NMT, PEERS, System
from summary import write_each


def figures(plain: float, quick: float, p_value: float = 0.01, other_p: float = 0.01) -> dict[str, Any]:
    def measured(bleu: float, seconds: float = 2.0) -> dict[str, Any]:
        mode = {
            "seconds": seconds,
            "sentences_per_second": 10 / seconds,
            "tokens_per_second": 100 / seconds,
            "median_latency_seconds": seconds / 10,
            "bleu": bleu,
        }
        return {"load_seconds": 1.0, "others_share": 0.0, **dict.fromkeys(decode_speed.MODES, mode)}

    lost, end = quick - plain, 0.0 if p_value < 0.05 else 1.0  # of an interval that includes zero, or does not
    compared = {"against_plain": asdict(Comparison("BLEU", lost, lost - 1, min(lost / 2, 0.0) + end, p_value, other_p))}
    same = {"tool": "nmt", "model": "runs/a", "sha256": "0"}
    one = {
        "ours": measured(plain),
        "ours, quick": measured(quick) | compared,
        "another": measured(10.0, seconds=5.0),
    }
    return {
        "machine": {"cpu": "a CPU", "threads": 2, "torch": "2", "load_average": 0.1},
        "settings": [{"lines": 10, "batch": 5, "beam": 5}],
        "labels": ["ours", "ours, quick", "another"],
        "entrants": {
            "ours": same | {"how": ""},
            "ours, quick": same | {"how": "int8"},
            "another": {"tool": "ctranslate2", "model": "runs/a", "how": "int8", "sha256": "0"},
        },
        "rounds": [copy.deepcopy(one), one],
    }


def test_bleu_stands_beside_that_of_the_plain_way_of_the_same_tool_and_model() -> None:
    text = decode_speed.describe(figures(38.25, 38.125))
    assert "| 38.25 | 1.0 (1.0 to 1.0) |" in text
    assert "| 38.12 (-0.12) | 1.0 (1.0 to 1.0) |" in text
    assert "| 10.00 | 1.0 (1.0 to 1.0) |" in text  # its plain way takes no part


def test_ratios_are_of_tokens_and_of_latencies_in_milliseconds() -> None:
    text = decode_speed.describe(figures(38.25, 38.25))
    assert "| system | sentences/s | tokens/s | tokens/s / ours |" in text
    assert "| another | 2 (2 to 2) | 20 (20 to 20) | 0.40 (0.40 to 0.40) |" in text
    assert "| median latency, ms | latency / ours |" in text
    assert "| another | 2 (2 to 2) | 20 (20 to 20) | 500.0 (500.0 to 500.0) | 2.50 (2.50 to 2.50) |" in text


def test_ratios_are_taken_within_a_round_and_to_the_system_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The rounds' ratios are 4 and 1; the ratio of the medians, 600 by 300, is another."""
    measured = figures(38.25, 38.25)
    for one, ours, another in zip(measured["rounds"], (800.0, 400.0), (200.0, 400.0), strict=True):
        one["ours"]["beam"]["tokens_per_second"], one["another"]["beam"]["tokens_per_second"] = ours, another
    path = tmp_path / "figures.json"
    path.write_text(json.dumps(measured), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["", "--show", str(path), "--against", "another"])
    decode_speed.main()
    shown = capsys.readouterr().out
    assert "tokens/s / another" in shown
    assert "| 600 (400 to 800) | 2.50 (1.00 to 4.00) |" in shown
    monkeypatch.setattr("sys.argv", ["", "--show", str(path), "--against", "nobody"])
    with pytest.raises(SystemExit, match=r"no such system\. There are 'ours'"):
        decode_speed.main()


def test_of_two_rounds_the_larger_loss_counts() -> None:
    measured = figures(38.25, 38.25)
    for one, lost in zip(measured["rounds"], (0.0, -0.5), strict=True):
        one["ours, quick"]["against_plain"] = asdict(Comparison("BLEU", lost, lost - 0.1, lost + 0.1, 0.01, 0.01))
    (found,) = decode_speed.losses(measured)
    assert found.startswith("ours, quick: 0.50 BLEU below ours")


def test_a_quick_way_may_lose_a_tenth_of_a_point_or_what_is_chance() -> None:
    assert decode_speed.losses(figures(38.25, 38.1875)) == []
    assert decode_speed.losses(figures(38.25, 39.0)) == []
    assert decode_speed.losses(figures(38.25, 37.25, p_value=0.2)) == []
    assert decode_speed.losses(figures(38.25, 37.25, other_p=0.06)) == []
    (lost,) = decode_speed.losses(figures(38.25, 38.125))
    assert lost == "ours, quick: 0.12 BLEU below ours (p = 0.010); at most 0.1 may be lost."


def test_labels_that_name_one_folder_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for labels in (("CT2 a", "CT2-a"), ("x", "x")):
        monkeypatch.setattr("sys.argv", ["", *(f"--system={label}=nmt:runs/a" for label in labels), "--system=y=nmt:b"])
        with pytest.raises(SystemExit):
            decode_speed.parse_arguments()
        assert f"the labels {labels[0]!r}, {labels[1]!r} name one folder" in capsys.readouterr().err


REFERENCES = [f"der Hund sieht das Haus Nummer {number} ." for number in range(40)]


@pytest.fixture
def stage(tiny_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """What `measure` does, in order: environments that are made, and tasks, which are all done without being run.

    Ours writes the references in 2 s, its int8 way other words in 1 s, a peer one piece a line in 4 s.
    """
    for suffix, lines in ((".en", ["the dog"] * 40), (".de", REFERENCES)):
        (tmp_path / f"test{suffix}").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    (tmp_path / "checkpoint").write_bytes(b"of a peer")
    text = corpus.Pieces(tmp_path, corpus.count([(1, 1)]), TokenizerPair.load(tiny_run).source)
    done: list[tuple[str, Any]] = []

    def run(system: System, action: str, task: dict[str, Any], work: Path) -> dict[str, Any]:
        done.append((action, task | {"system": system.name}))
        results: list[dict[str, Any]] = []
        for setting in task["settings"]:
            number = min(setting["lines"], 40)
            if system is NMT:
                texts = [line.replace("das Haus", "ein Ding") if task["how"] else line for line in REFERENCES[:number]]
                result = {"texts": texts, "output_tokens": 9 * number, "seconds": 1.0 if task["how"] else 2.0}
            else:
                result = {"outputs": ["\u2581der"] * number, "seconds": 4.0}
            results.append(result | {"latencies": [0.25, 0.5, 0.125]})
        return {"load_seconds": 0.5, "version": "1", "results": results}

    monkeypatch.setattr(corpus, "TEST", tmp_path / "test")
    monkeypatch.setattr(corpus, "WORK", tmp_path / "work")
    monkeypatch.setattr(corpus, "prepare", lambda: text)
    monkeypatch.setattr(decode_speed, "run", run)
    monkeypatch.setattr(decode_speed, "set_up", lambda system: done.append(("set up", system.name)))
    monkeypatch.setattr(machine, "undisturbed", lambda measure, limit: measure() | {"others_share": 0.0})
    monkeypatch.setattr(machine, "source_commit", lambda: "c0ffee")
    monkeypatch.setattr("os.getloadavg", lambda: (0.5, 0.5, 0.5))  # it changes while the test runs
    command = [f"--system=ours=nmt:{tiny_run}", f"--system=quick=nmt:{tiny_run}:int8"]
    command += [f"--system=peer=opennmt:{tmp_path}/checkpoint", "--rounds=1", "--single=10", f"--json={tmp_path}/json"]
    monkeypatch.setattr("sys.argv", ["", *command])
    return done


def measure() -> dict[str, Any]:
    arguments = decode_speed.parse_arguments()
    return write_each(decode_speed.measure(arguments), arguments.json)


def test_each_system_translates_with_the_beam_greedily_and_one_at_a_time(stage: list[tuple[str, Any]]) -> None:
    (one,) = measure()["rounds"]
    assert [what for what, _ in stage] == ["set up"] * 3 + ["translate"] * 3
    tasks = [task for what, task in stage if what == "translate"]
    assert [(task["system"], task["how"], task["threads"]) for task in tasks] == [
        ("nmt", "", 2),
        ("nmt", "int8", 2),
        ("opennmt", "", 2),
    ]
    for task in tasks:
        assert [tuple(setting.values()) for setting in task["settings"]] == [
            ("beam", 5, 100, 1000),
            ("greedy", 1, 100, 1000),
            ("single", 5, 1, 10),
        ]
    texts = [Path(task["source"]).read_text(encoding="utf-8").splitlines() for task in tasks]
    assert (texts[0], texts[1]) == (["the dog"] * 40, ["the dog"] * 40)
    assert {corpus.join(line) for line in texts[2]} == {"the dog"} != set(texts[2])
    assert (one["ours"]["beam"]["sentences_per_second"], one["ours"]["single"]["sentences_per_second"]) == (20.0, 5.0)
    assert (one["ours"]["greedy"]["tokens_per_second"], one["peer"]["greedy"]["tokens_per_second"]) == (180.0, 20.0)
    assert one["quick"]["single"]["median_latency_seconds"] == 0.25
    assert one["ours"]["beam"]["bleu"] == pytest.approx(100)


def test_a_quick_way_is_compared_with_the_plain_one_by_both_tests(stage: list[tuple[str, Any]]) -> None:
    figures = measure()
    worse = [line.replace("das Haus", "ein Ding") for line in REFERENCES]
    expected = compare_means(
        *([segment_statistics("BLEU", outputs, REFERENCES, "de")] for outputs in (REFERENCES, worse))
    )
    (one,) = figures["rounds"]
    assert one["quick"]["against_plain"] == asdict(expected)
    assert [label for label in one if "against_plain" in one[label]] == ["quick"]
    (lost,) = decode_speed.losses(figures)
    assert lost.startswith(f"quick: {-expected.difference:.2f} BLEU below ours")


def test_rounds_are_not_added_to_those_of_another_number_of_threads_or_commit(
    stage: list[tuple[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = measure()
    command = [*decode_speed.sys.argv, "--go-on", "--rounds=2"]
    monkeypatch.setattr("sys.argv", command)
    more = measure()
    assert more["rounds"][:1] == first["rounds"]
    assert len(more["rounds"]) == 2
    assert json.loads((tmp_path / "json").read_text(encoding="utf-8")) == measure()  # which has nothing to add
    monkeypatch.setattr("sys.argv", [*command, "--threads=1"])
    with pytest.raises(SystemExit, match=r"another machine\.threads: 2, now 1"):
        measure()
    monkeypatch.setattr("sys.argv", command)
    monkeypatch.setattr(machine, "source_commit", lambda: "decaf")
    with pytest.raises(SystemExit, match=r"another machine\.commit: c0ffee, now decaf"):
        measure()


def test_another_model_or_shortlist_in_the_same_place_is_another_entrant(
    tiny_run: Path, run_copy: Path, tmp_path: Path
) -> None:
    plain, listed = (decode_speed.Entrant("x", NMT, run_copy, how) for how in ("", "shortlist"))
    (run_copy / "shortlist.safetensors").write_bytes(b"one")
    before = [decode_speed.identity(one)["sha256"] for one in (plain, listed)]
    (run_copy / "shortlist.safetensors").write_bytes(b"two")
    after = [decode_speed.identity(one)["sha256"] for one in (plain, listed)]
    assert (before[0] == after[0], before[1] == after[1]) == (True, False)
    manifest = next((run_copy / "models").glob("step-*/manifest.json"))
    manifest.write_bytes(manifest.read_bytes() + b"\n")
    assert decode_speed.model_sums(run_copy, "step-2") != decode_speed.model_sums(tiny_run, "step-2")
    checkpoint = tmp_path / "mark-1"
    checkpoint.mkdir()
    peer = decode_speed.Entrant("x", PEERS["opennmt"], checkpoint)
    with pytest.raises(SystemExit, match="has no model"):
        decode_speed.identity(peer)
    sums = set()
    for content in (b"one", b"two"):
        (checkpoint / "model.pt").write_bytes(content)
        sums.add(decode_speed.identity(peer)["sha256"])
    assert len(sums) == 2


def test_a_run_or_shortlist_that_is_missing_ends_the_program_with_a_sentence(
    stage: list[tuple[str, Any]], run_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for system, said in (
        (f"a=nmt:{tmp_path / 'none'}", "none"),
        (f"a=nmt:{run_copy}:shortlist", "nmt shortlist"),
    ):
        monkeypatch.setattr("sys.argv", ["", f"--system={system}"])
        with pytest.raises(SystemExit, match=said):
            measure()
    assert stage == []


def test_a_model_is_exported_again_where_it_is_another_or_of_another_kind_or_has_another_shortlist(
    run_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported: list[tuple[str, str]] = []

    def export(command: list[str], **_: Any) -> None:
        exported.append((command[command.index("--format") + 1], command[command.index("--quantization") + 1]))

    monkeypatch.setattr(subprocess, "run", export)
    out = tmp_path / "model"
    transformer = decode_speed.Entrant("x", PEERS["ctranslate2"], run_copy)
    recurrent = decode_speed.Entrant("x", NMT, run_copy, "onnx")

    def again(entrant: decode_speed.Entrant, *asked: str) -> bool:
        before = len(exported)
        assert decode_speed.export(entrant, *asked, out) == out
        return exported[before:] == [asked]

    about = {"models": decode_speed.model_sums(run_copy, "best"), "quantization": "int8"}
    assert again(transformer, "ctranslate2", "int8")
    write_folder(out, {"model.bin": b""}, about, Disk())
    assert not again(transformer, "ctranslate2", "int8")
    assert again(transformer, "ctranslate2", "float32")
    write_folder(out, {"model.bin": b""}, about | {"models": ["of another"]}, Disk())
    assert again(transformer, "ctranslate2", "int8")
    write_folder(out, {"step.onnx": b""}, about, Disk())
    assert not again(recurrent, "onnx", "int8")
    (run_copy / "shortlist.safetensors").write_bytes(b"one")
    assert again(recurrent, "onnx", "int8")
    write_folder(out, {"step.onnx": b""}, about | {"shortlist": sha256(b"one")}, Disk())
    assert not again(recurrent, "onnx", "int8")
    (run_copy / "shortlist.safetensors").write_bytes(b"two")
    assert again(recurrent, "onnx", "int8")
