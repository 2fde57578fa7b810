"""A peer beside our runs: the text it is given, and what is said of its scores."""

import argparse
from pathlib import Path
from typing import Any

import pytest

import corpus
import peer_quality
import quality
from nmt.corpus.readers import Pair
from nmt.metrics.scores import score, segment_statistics
from nmt.search.config import SearchConfig
from nmt.translation.result import Translation
from nmt.translation.translator import Translator
from peers import PEERS, System
from tests.tiny import VOCAB_SIZE, invented_pairs, make_experiment, write_corpus
from tests.tiny import run as train

RECIPE = """
name = "small"
[corpus]
source_language = "de"
target_language = "en"
train = {{ source = "{folder}/train.de", target = "{folder}/train.en" }}
dev = {{ source = "{folder}/dev.de", target = "{folder}/dev.en" }}
max_length = 30
[tokenizer]
vocab_size = {vocab_size}
joint = true
[model]
encoder = {{ type = "transformer" }}
decoder = {{ type = "transformer" }}
"""


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of 62 pairs, one of them too long and one empty; the benchmark works in a folder of its own."""
    write_corpus(tmp_path)
    for language in ("de", "en"):
        with (tmp_path / f"train.{language}").open("a", encoding="utf-8") as file:
            file.write("x y z " * 20 + "\n \n")
    path = tmp_path / "little" / "recipe.toml"
    path.parent.mkdir()
    path.write_text(RECIPE.format(folder=tmp_path, vocab_size=VOCAB_SIZE), encoding="utf-8")
    monkeypatch.setattr(corpus, "WORK", tmp_path / "work")
    return path


def test_the_peers_read_the_pairs_that_the_recipe_trains_on(recipe: Path, tmp_path: Path) -> None:
    text = corpus.prepare(recipe)
    assert text.folder.parent == tmp_path / "work" / "little-recipe"
    sides = [(text.folder / f"train.{side}").read_text(encoding="utf-8").splitlines() for side in ("source", "target")]
    pairs = [Pair(*map(corpus.join, lines)) for lines in zip(*sides, strict=True)]
    assert pairs == invented_pairs()
    tokens = sum(len(line.split(" ")) + 1 for line in sides[1])
    assert (text.counts.pairs, text.counts.target_tokens) == (60, tokens)
    assert len((text.folder / "vocab.txt").read_text(encoding="utf-8").splitlines()) == VOCAB_SIZE - 4
    again = corpus.prepare(recipe)
    assert (again.folder, again.counts) == (text.folder, text.counts)


def test_text_that_changed_is_made_anew(recipe: Path, tmp_path: Path) -> None:
    before = corpus.prepare(recipe)
    for language in ("de", "en"):
        with (tmp_path / f"train.{language}").open("a", encoding="utf-8") as file:
            file.write("ein Haus\n")
    after = corpus.prepare(recipe)
    assert after.folder != before.folder
    assert (before.counts.pairs, after.counts.pairs) == (60, 61)


def test_a_tokenizer_a_side_is_refused(recipe: Path) -> None:
    text = recipe.read_text(encoding="utf-8").replace("joint = true", "joint = false")
    recipe.write_text(text.replace("[model]", '[model]\nshare_embeddings = "none"'), encoding="utf-8")
    with pytest.raises(SystemExit, match="one vocabulary for both"):
        corpus.prepare(recipe)


def test_a_peer_is_scored_on_the_test_set_beside_a_run(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The peer, which copies its source here, and a run of two updates; both names are in the figures."""
    with recipe.open("r+", encoding="utf-8") as file:
        text = file.read()
        test = f'test = {{ source = "{tmp_path}/train.de", target = "{tmp_path}/train.en" }}'
        file.seek(0)
        file.write(text.replace("max_length", f"{test}\nmax_length", 1))
    experiment = make_experiment(tmp_path)
    for name in ("a/rnn", "b/rnn"):
        train(experiment, tmp_path / name)
    asked: list[dict[str, Any]] = []
    searched: list[int] = []
    translate = Translator.translate

    def listen(translator: Translator, lines: list[str], config: SearchConfig) -> list[Translation]:
        searched.append(config.beam)
        return translate(translator, lines, config)

    monkeypatch.setattr(Translator, "translate", listen)

    def stand_in(system: System, action: str, task: dict[str, Any], work: Path) -> dict[str, Any]:
        asked.append(task)
        work.mkdir(parents=True, exist_ok=True)
        if action == "train":
            return {"saved": [{"seconds": 61.0, "updates": 9, "model": "model"}]}
        lines = Path(task["source"]).read_text(encoding="utf-8").splitlines()
        return {"results": [{"outputs": lines}]}

    for module in (peer_quality, quality):
        monkeypatch.setattr(module, "run", stand_in)
    monkeypatch.setattr(peer_quality, "set_up", lambda peer: None)
    command = [
        str(recipe),
        "--peer",
        "eole",
        "--precision",
        "bf16",
        "--minutes",
        "1",
        "--run",
        str(tmp_path / "a/rnn"),
        str(tmp_path / "b/rnn"),
        "--beam",
        "3",
    ]
    monkeypatch.setattr("sys.argv", ["peer_quality.py", *command])
    (figures,) = peer_quality.measure(peer_quality.parse_arguments())
    assert list(figures["scores"]) == ["a/rnn", "b/rnn", "eole"]
    assert figures["seconds"]["eole"] == 61.0
    assert (asked[0]["precision"], figures["precision"]) == ("bf16", {"eole": "bf16"})
    sources, references = (corpus.lines(tmp_path / f"train.{code}") for code in ("de", "en"))
    (copied,) = score(["chrF"], sources, references, target_language="en")
    assert figures["scores"]["eole"][1]["value"] == copied.value
    assert [task.get("seconds") for task in asked] == [60.0, None]
    assert asked[1]["settings"] == [{"beam": 3, "batch": 100, "lines": 62}]
    assert (searched, figures["beam"]) == ([3, 3], 3)


def test_a_peer_without_bf16_trains_in_fp32(recipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def stand_in(system: System, action: str, task: dict[str, Any], work: Path) -> dict[str, Any]:
        asked.append(task)
        return {"saved": [{"seconds": 61.0, "model": "model"}]}

    monkeypatch.setattr(peer_quality, "run", stand_in)
    monkeypatch.setattr(peer_quality, "translate", lambda *_: [])
    text = corpus.prepare(recipe)
    arguments = argparse.Namespace(precision="bf16", minutes=1, batch_tokens=1024, threads=2, seed=1, beam=5)
    for name in ("opennmt", "eole"):
        peer_quality.peer_texts(PEERS[name], text, "rnn", [], arguments)
    assert [task["precision"] for task in asked] == ["fp32", "bf16"]


def test_a_run_that_is_missing_ends_the_program_with_a_sentence(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = [str(recipe), "--peer", "opennmt", "--minutes", "1", "--run", str(tmp_path / "none")]
    monkeypatch.setattr("sys.argv", ["", *arguments])
    with pytest.raises(SystemExit, match="no such run directory"):
        list(peer_quality.measure(peer_quality.parse_arguments()))


def test_runs_of_different_models_have_no_mean(recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = []
    for attention in ("dot", "general"):
        folders.append(str(tmp_path / attention))
        train(
            make_experiment(tmp_path, model__decoder__attention=attention, training__max_updates=1), Path(folders[-1])
        )
    monkeypatch.setattr("sys.argv", ["", str(recipe), "--peer", "opennmt", "--minutes", "1", "--run", *folders])
    with pytest.raises(
        SystemExit, match=r"of seeds of one recipe, and these are .*dot attention.*; .*general attention"
    ):
        list(peer_quality.measure(peer_quality.parse_arguments()))


def test_the_difference_is_that_of_our_mean_to_the_peer() -> None:
    references = ["a b c d e", "f g h i j", "k l m n o"]
    worse = ["a b c d x", "f g h i j", "k l m y z"]
    best, other, peer = (
        [segment_statistics("BLEU", texts, references, "en")]
        for texts in (references, worse, ["a b c d e", "x x x x x", "k l m n o"])
    )
    (found,) = peer_quality.differences([best, other], peer)
    assert found.difference == pytest.approx((best[0].score() + other[0].score()) / 2 - peer[0].score())


def test_the_table_has_a_row_a_system_and_a_line_a_difference() -> None:
    score = {"name": "BLEU", "value": 30.04, "low": 28.0, "high": 32.0}
    difference = {
        "metric": "BLEU",
        "difference": 1.5,
        "low": -0.25,
        "high": 3.0,
        "p_value": 0.03125,
        "randomization_p": 0.0625,
    }
    figures = {
        "recipe": "tanaka/ja-en-rnn.toml",
        "machine": {"cpu": "a processor"},
        "beam": 5,
        "seconds": {"opennmt": 1800.4, "rnn-1": 1799.6},
        "scores": {"opennmt": [score], "rnn-1": [score | {"value": 31.54}]},
        "differences": {"opennmt": [difference]},
    }
    text = peer_quality.describe(figures)
    assert "| opennmt | 1,800 | 30.0 (28.0 to 32.0) |\n| rnn-1 | 1,800 | 31.5 (28.0 to 32.0) |" in text
    assert "- BLEU, mean of ours less opennmt: +1.5 (-0.2 to +3.0), p = 0.062" in text
