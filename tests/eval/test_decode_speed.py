"""The decoding benchmark: whose figures they are, and what a quick way may lose."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

import decode_speed
from nmt.storage.disk import Disk
from nmt.storage.folder import sha256, write_folder
from peers import NMT, PEERS


def figures(plain: float, quick: float) -> dict[str, Any]:
    def measured(bleu: float) -> dict[str, Any]:
        mode = {
            "seconds": 2.0,
            "sentences_per_second": 5.0,
            "tokens_per_second": 50.0,
            "median_latency_seconds": 0.1,
            "bleu": bleu,
        }
        return {"load_seconds": 1.0, "others_share": 0.0, **dict.fromkeys(decode_speed.MODES, mode)}

    same = {"tool": "nmt", "model": "runs/a", "sha256": "0"}
    return {
        "machine": {"cpu": "a CPU", "threads": 2, "torch": "2", "load_average": 0.1},
        "settings": [{"lines": 10, "batch": 5, "beam": 5}],
        "labels": ["ours", "ours, quick", "another"],
        "entrants": {
            "ours": same | {"how": ""},
            "ours, quick": same | {"how": "int8"},
            "another": {"tool": "ctranslate2", "model": "runs/a", "how": "int8", "sha256": "0"},
        },
        "rounds": [{"ours": measured(plain), "ours, quick": measured(quick), "another": measured(10.0)}] * 2,
    }


def test_bleu_stands_beside_that_of_the_plain_way_of_the_same_tool_and_model() -> None:
    text = decode_speed.describe(figures(38.25, 38.125))
    assert "| 38.25 | 1.0 (1.0 to 1.0) |" in text
    assert "| 38.12 (-0.12) | 1.0 (1.0 to 1.0) |" in text
    assert "| 10.00 | 1.0 (1.0 to 1.0) |" in text  # its plain way takes no part


def test_a_quick_way_may_lose_a_tenth_of_a_point() -> None:
    assert decode_speed.losses(figures(38.25, 38.1875)) == []
    assert decode_speed.losses(figures(38.25, 39.0)) == []
    lost = decode_speed.losses(figures(38.25, 38.125))
    assert len(lost) == len(decode_speed.MODES)
    assert lost[0] == "ours, quick, beam: 0.12 BLEU below ours; at most 0.1 may be lost."


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
