"""The benchmark of a large corpus: what it is made of, and what is counted."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

import large_corpus
import machine
from nmt.experiment import experiment_bytes, load_experiment
from tests.tiny import make_experiment, write_corpus


def test_a_large_corpus_is_the_small_one_again_and_again_with_a_word_of_each_pair_changed(tmp_path: Path) -> None:
    write_corpus(tmp_path)
    large_corpus.multiply(tmp_path / "train", tmp_path / "large", 150)
    for language in ("de", "en"):
        small = (tmp_path / f"train.{language}").read_text(encoding="utf-8").splitlines()
        large = (tmp_path / f"large.{language}").read_text(encoding="utf-8").splitlines()
        assert (len(large), large[:60]) == (150, small)
        changed = [
            sum(one != other for one, other in zip(line.split(), small[number % 60].split(), strict=True))
            for number, line in enumerate(large)
        ]
        assert max(changed) == 1
        assert sum(changed) > 60


def test_both_corpora_are_prepared_and_trained_on_and_the_machine_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str, int]] = []

    def run_child(phase: str, recipe: Path, out: Path) -> dict[str, Any]:
        experiment = load_experiment(recipe)
        asked.append((phase, Path(experiment.corpus.train.source).stem, experiment.training.max_updates))
        size = {"small": 1, "large": 3}[recipe.stem]
        return {"pairs": 60 * size, "pairs_per_minute": 9000.0 * size, "peak_bytes": 100_000_000 * size}

    monkeypatch.setattr(machine, "source_commit", lambda: "c0ffee")
    monkeypatch.setattr(subprocess, "run", lambda command, **_: write_corpus(Path(command[-1])))
    monkeypatch.setattr(large_corpus, "run_child", run_child)
    figures = large_corpus.measure(tmp_path, num_pairs=180, updates=7, sampling=0.5)
    assert asked == [(phase, text, 7) for text in ("train", "large") for phase in ("prepare", "train")]
    assert figures["train_growth_bytes"] == 200_000_000
    assert (figures["machine"]["threads"], figures["machine"]["commit"]) == (1, "c0ffee")
    assert large_corpus.describe(figures)[1:] == [
        "small             60               9,000           100           100",
        "large            180              27,000           300           300",
        "Training on the large corpus takes 200 MB more.",
    ]


def test_a_corpus_is_prepared_at_so_many_pairs_a_minute_without_the_training_of_its_tokenizer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_setaffinity", lambda process, cores: None)
    (tmp_path / "tiny.toml").write_bytes(experiment_bytes(make_experiment(tmp_path)))
    figures = large_corpus.prepare_child(tmp_path / "tiny.toml", tmp_path / "small" / "run")
    assert figures["pairs"] == 60
    assert 0 < figures["tokenizer_seconds"] < figures["seconds"]
    passed = figures["seconds"] - figures["tokenizer_seconds"]
    assert figures["pairs_per_minute"] == pytest.approx(60 * 60 / passed)
    on_disk = (tmp_path / "small" / "prepared").rglob("*")
    assert figures["bytes_on_disk"] == sum(path.stat().st_size for path in on_disk if path.is_file())
    assert figures["peak_bytes"] > 50_000_000
