"""The streaming benchmark: what it feeds and what it prints."""

import json
import os
from itertools import islice
from pathlib import Path

import pytest

import streaming
from peers.clock import peak_bytes


def test_fewer_lines_are_the_first_of_more() -> None:
    words = streaming.plain_words(("▁", "<0x41>", "▁der", "hund", "▁Hund", "▁3", "</s>"))
    assert words == ["der", "Hund"]
    lines = list(streaming.invented_lines(words, 50))
    assert list(streaming.invented_lines(words, 20)) == list(islice(lines, 20))
    assert {len(line.split(" ")) for line in lines} == {1, 2, 3, 4, 5, 6}


def test_growth_is_told_beside_the_first_number_of_lines() -> None:
    first = {"lines": 10_000, "peak_bytes": 400_000_000, "seconds": 20.0}
    more = {"lines": 100_000, "peak_bytes": 401_500_000, "seconds": 170.0}
    assert streaming.describe(more, first).strip() == "100,000 lines: 402 MB (+1.5 MB), 170 s with loading"


def test_the_most_a_process_held_is_at_least_what_it_holds() -> None:
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    held = pages * os.sysconf("SC_PAGE_SIZE")
    assert 0.9 * held < peak_bytes() < 100 * held


def test_the_memory_of_a_stream_is_that_of_the_process_that_translates_it(tiny_run: Path, tmp_path: Path) -> None:
    here = b"x" * 800_000_000  # more than that process needs (611 MB with the CUDA build of torch)
    figures = streaming.measure(tiny_run, ["der", "Hund"], 20, tmp_path)
    assert figures["lines"] == len((tmp_path / "target").read_text(encoding="utf-8").splitlines()) == 20
    assert 50_000_000 < figures["peak_bytes"] < len(here)


def test_the_figures_name_the_machine_and_the_commit(
    tiny_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "measure", lambda run, words, count, folder: {"lines": count} | stream)
    stream = {"peak_bytes": 3_000_000, "seconds": 1.0}
    path = tmp_path / "figures.json"
    monkeypatch.setattr("sys.argv", ["", str(tiny_run), "--lines", "5", "9", "--json", str(path)])
    streaming.main()
    figures = json.loads(path.read_text(encoding="utf-8"))
    assert figures["streams"] == [{"lines": 5} | stream, {"lines": 9} | stream]
    assert figures["machine"].keys() >= {"cpu", "threads", "torch", "python", "commit"}
