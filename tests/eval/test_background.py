"""The measurements behind eval/reports/background: each against arithmetic, small."""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import count, islice
from math import exp, log
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

import by_length
import explosion
import gradients
import language
import learning
import measure
import page
import recall
from networks import READERS, WRITERS, build, language_model
from nmt.corpus.batching import Batch
from nmt.tokenizer.base import EOS_ID

REPORT = Path(__file__).resolve().parents[2] / "eval" / "reports" / "background"


def test_without_recurrent_weights_no_gradient_gets_past_the_last_word() -> None:
    relative = gradients.measure_scaled("tanh RNN", 1, scale=0.0)["relative"]
    assert relative == [1.0] + [0.0] * (gradients.LENGTH - 1)


def test_a_gradient_that_grows_can_be_measured() -> None:
    relative = gradients.measure_scaled("ReLU RNN", 1, scale=2.0)["relative"]
    assert 1 < relative[10] < relative[50] < relative[100] < float("inf")


def test_a_gradient_comes_from_the_end_in_a_simple_network_and_from_anywhere_with_attention() -> None:
    far = {name: gradients.measure(name, 1)["relative"][50] for name in ("tanh RNN", "LSTM", "Transformer")}
    assert far["tanh RNN"] < 1e-6 < far["LSTM"] < 1e-2 < far["Transformer"]


def test_the_bias_of_the_gate_that_keeps_the_state_decides_how_much_arrives() -> None:
    names = "LSTM, forget bias 0", "GRU", "GRU, update bias 1", "LSTM"
    closed, gru, opened, lstm = (gradients.measure(name, 1)["relative"][50] for name in names)
    assert 1000 * max(closed, gru) < min(opened, lstm)
    model = build(*READERS["GRU"], gradients.VOCAB, gradients.WIDTH, 1)  # whose second gate is the one that keeps
    state, layer = torch.ones(1, gradients.WIDTH), model.encoder.forwards[0]
    with torch.no_grad():
        layer.rnn.bias_ih_l0[gradients.WIDTH : 2 * gradients.WIDTH] = 50.0
    torch.testing.assert_close(layer.step(torch.randn(1, gradients.WIDTH), (state,))[0], state)


def test_the_gradient_of_a_word_is_the_mean_over_the_rows_of_its_norm(monkeypatch: pytest.MonkeyPatch) -> None:
    def known(features: torch.Tensor, embedded: torch.Tensor) -> tuple[torch.Tensor]:
        norms = torch.arange(gradients.ROWS, dtype=torch.double).unsqueeze(1).repeat(1, gradients.LENGTH)
        norms[:, -1] = 1.0
        gradient = torch.zeros_like(embedded)
        gradient[..., 0], gradient[..., 1] = 0.6 * norms, 0.8 * norms
        return (gradient,)

    monkeypatch.setattr(torch.autograd, "grad", known)
    relative = gradients.measure("tanh RNN", 1)["relative"]
    assert relative == pytest.approx([1.0] + [(gradients.ROWS - 1) / 2] * (gradients.LENGTH - 1))


def test_a_story_has_one_name_as_far_from_both_ends_and_asks_for_it() -> None:
    batch = recall.stories(5, 100, torch.Generator().manual_seed(1))
    assert batch.source.shape == (100, 12)
    is_name = (batch.source >= recall.SPECIAL) & (batch.source < recall.SPECIAL + recall.NAMES)
    assert is_name.nonzero()[:, 1].tolist() == [5] * 100
    assert torch.equal(batch.target_out[:, 0], batch.source[:, 5])
    assert batch.target_out[:, 1].tolist() == [EOS_ID] * 100
    assert len(set(batch.target_out[:, 0].tolist())) == recall.NAMES


def test_accuracy_is_the_share_of_names_that_are_the_most_probable_answer() -> None:
    batch = recall.stories(2, 8, torch.Generator().manual_seed(1))
    answers = batch.target_out[:, 0].clone()
    answers[:2] = EOS_ID

    class Oracle(torch.nn.Module):
        def forward(self, *_: torch.Tensor) -> torch.Tensor:
            return torch.nn.functional.one_hot(answers, recall.VOCAB).unsqueeze(1)

        def logits(self, features: torch.Tensor) -> torch.Tensor:
            return features

    assert recall.accuracy(Oracle(), batch) == 6 / 8


@pytest.mark.slow
def test_a_gru_learns_to_recall_what_is_near_and_stops_when_it_can() -> None:
    found = recall.measure("GRU", 1, seed=1, updates=300)
    assert found["accuracy"] >= recall.ENOUGH
    assert found["updates"] < 300
    assert found["updates"] % recall.CHECK_EVERY == 0


def test_recall_trains_on_new_stories_each_time_until_those_held_out_are_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trained: list[Batch] = []
    asked: list[Batch] = []
    answered = iter([0.1, 0.5, recall.ENOUGH, 1.0])

    def learn(model: Any, batches: Iterable[Batch], optimizer: Any, clip_norm: float) -> Iterator[None]:
        for batch in batches:
            yield trained.append(batch)

    def accuracy(model: Any, batch: Batch) -> float:
        asked.append(batch)
        return next(answered)

    monkeypatch.setattr(recall, "learn", learn)
    monkeypatch.setattr(recall, "accuracy", accuracy)
    found = recall.measure("GRU", 4, seed=1, updates=400)
    assert (found["accuracy"], found["updates"], len(trained)) == (recall.ENOUGH, *[2 * recall.CHECK_EVERY] * 2)
    texts = [tuple(row.tolist()) for batch in [asked[0], *trained] for row in batch.source]
    assert len(set(texts)) == len(texts)
    assert len({id(batch) for batch in asked}) == 1


def test_recall_ends_with_the_updates_that_were_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recall, "WIDTH", 8)
    assert recall.measure("GRU", 4, seed=1, updates=recall.CHECK_EVERY + 1)["updates"] == recall.CHECK_EVERY + 1


def test_clipping_changes_the_step_and_not_the_norm_that_is_reported() -> None:
    clipped, free = (explosion.measure(1.5, clip, 1, updates=2) for clip in (1.0, 0.0))
    assert clipped["first_norm"] == pytest.approx(free["first_norm"])
    assert clipped["first_norm"] > 1.0
    assert clipped["seen"] != free["seen"]


def test_few_stories_are_learnt_by_heart_and_others_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explosion, "STORIES", 8)
    found = explosion.measure(1.0, 1.0, 1, updates=100)
    assert found["seen"] < 0.3
    assert found["unseen"] > 1.0


def test_the_tokenizer_is_trained_on_the_training_text_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Lengths:
        def __init__(self, texts: list[str], *_: object) -> None:
            assert texts == ["a", "bb"]

        def encode_all(self, texts: list[str]) -> list[list[int]]:
            return [[len(text)] for text in texts]

    (tmp_path / "train.en").write_text("a\nbb\n", encoding="utf-8")
    (tmp_path / "dev.en").write_text("ccc\n", encoding="utf-8")
    monkeypatch.setattr(language, "TEXT", tmp_path)
    monkeypatch.setattr(language, "train_sentencepiece", Lengths)
    assert language.read_sentences() == ([[1], [2]], [[3]])


def test_a_language_model_is_scored_on_what_it_was_trained_on_and_on_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "ROWS", 2)
    monkeypatch.setattr(language, "time", SimpleNamespace(perf_counter=count(step=2).__next__))
    train, dev = [[4, 5, 6], [7, 8, 9]], [[6, 5, 4], [9, 8, 7]]
    model = language_model(WRITERS["GRU"], 10, 16, 1)
    found = language.measure("GRU", model, train, dev, updates=100, seed=1)
    assert found["train_perplexity"] < 2
    assert found["perplexity"] == pytest.approx(exp(learning.mean_loss(model, language.batches(dev))))
    assert found["perplexity"] > 20
    assert found["tokens_per_second"] == 100 * 8 / 2  # both sentences and their ends in each update, on a clock of ours


def test_the_unigram_perplexity_is_that_of_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "VOCAB", 6)
    # of 5 training tokens two are 4, one is 5, two end a sentence; each counts one more, so of 11
    expected = exp(-(log(3 / 11) + log(1 / 11) + log(3 / 11)) / 3)
    assert language.unigram([[4, 4], [5]], [[4, 1]]) == pytest.approx(expected)


def test_the_bag_of_words_knows_which_words_came_before_and_not_in_which_order() -> None:
    one, other = torch.tensor([[1, 5, 6, 7]]), torch.tensor([[1, 6, 5, 7]])
    source = torch.tensor([[EOS_ID]])
    for model, same in ((language.BagOfWords(9, 4), True), (language_model(WRITERS["GRU"], 9, 4, 1).eval(), False)):
        last = [model(source, source > 0, words)[:, -1] for words in (one, other)]
        assert torch.allclose(last[0], last[1], atol=1e-6) == same


def test_every_sentence_is_in_an_epoch_once() -> None:
    sentences = [[number] * (number % 5 + 1) for number in range(4, 204)]
    number = -(-len(sentences) // language.ROWS)
    epoch = list(islice(language.endless(sentences, 1), number))
    assert sorted(batch.target_out[row, 0].item() for batch in epoch for row in range(len(batch.indices))) == list(
        range(4, 204)
    )


def test_the_loss_over_batches_is_the_mean_over_their_tokens() -> None:
    model = language_model(WRITERS["tanh RNN"], 12, 4, 1)
    sentences = [[5, 6, 7], [8], [9, 9, 9, 9, 9]]
    together = learning.mean_loss(model, language.batches(sentences))
    apart = learning.mean_loss(model, [batch for one in sentences for batch in language.batches([one])])
    assert together == pytest.approx(apart, rel=1e-5)


def test_a_batch_has_as_many_words_whatever_their_sentences_length() -> None:
    for length in by_length.LENGTHS:
        assert by_length.sentences(length, torch.Generator()).num_target_tokens == by_length.WORDS


def test_speed_is_words_by_the_clock_and_the_first_round_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_length, "LENGTHS", (8,))
    monkeypatch.setattr(by_length, "WIDTH", 8)
    monkeypatch.setattr(by_length, "NETWORKS", {"LSTM": READERS["LSTM"]})
    monkeypatch.setattr(by_length, "time", SimpleNamespace(perf_counter=count(step=2).__next__))
    speeds = [by_length.WORDS / 2] * 3
    (found,) = by_length.measure(rounds=3)
    size = sum(weights.numel() for weights in build(*READERS["LSTM"], by_length.VOCAB, 8, 1).parameters())
    assert found == {"network": "LSTM", "parameters": size, "length": 8, "words_per_second": speeds}


@pytest.mark.parametrize("name", READERS)
def test_every_network_reads_and_writes(name: str) -> None:
    batch = recall.stories(3, 2, torch.Generator().manual_seed(1))
    model = build(*READERS[name], recall.VOCAB, 8, 1)
    assert learning.mean_loss(model, [batch]) > 0


def results() -> dict[str, Any]:
    """What the parts give, made up."""
    gradient = [
        {"network": name, "seed": 1, "scale": scale, "relative": [2.0**-k for k in range(101)]}
        for name in ("tanh RNN", "ReLU RNN")
        for scale in gradients.SCALES
    ]
    changed = {"network": "GRU, update bias 1", "seed": 1, "relative": [3.0**-k for k in range(101)]}
    recalled = [
        {"network": "GRU", "distance": distance, "seed": seed, "accuracy": right, "updates": updates}
        for distance, seeds in {4: ((1.0, 75), (0.995, 50), (0.5, 400)), 8: ((0.25, 400), (0.0, 400), (1, 350))}.items()
        for seed, (right, updates) in enumerate(seeds, start=1)
    ]
    keys = ("scale", "clip_norm", "seed", "first_norm", "largest_norm", "seen", "unseen")
    runs = [(1.5, 0.0, 1, 5.0, 1234.0, 9.0, 9.5), (1.5, 0.0, 2, 7.4, 7.4, 0.1, 2.0), (1.5, 0.5, 1, 3.0, 4.0, 0.2, 1.0)]
    blown = [dict(zip(keys, run, strict=True)) for run in runs]
    model = {"network": "GRU", "parameters": 12345, "tokens_per_second": 6789.0, "perplexity": 4.5}
    parts = {
        "gradients": [*(one for one in gradient if one["scale"] == 1.0), changed],
        "scales": gradient,
        "explosion": blown,
        "recall": recalled,
        "language": [{"network": "how often each piece occurs", "perplexity": 200.0}, model],
        "depth": [
            {"network": "LSTM", "dropout": 0.3, "seed": seed, "train_perplexity": 2.0, "perplexity": 7.0 + seed}
            for seed in (1, 2)
        ],
        "length": [
            {"network": "LSTM", "parameters": 1572584, "length": 8, "words_per_second": [1000.0, 3000.0, 2000.0]}
        ],
    }
    machine = {"cpu": "a CPU", "threads": 2, "torch": "2", "commit": "abc"}
    return {name: {"machine": machine, "figures": figures} for name, figures in parts.items()}


def test_the_page_has_every_figure_and_its_plots(tmp_path: Path) -> None:
    page.write(results(), tmp_path)
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "| tanh RNN | 0.5 | 0.031 | 0.00098 | 9.5e-07 | 8.9e-16 | 7.9e-31 |" in text
    before, after = text.split("| GRU, update bias 1 | 0.33 | 0.0041 |")
    assert "| tanh RNN | 0.5" in before
    assert "| tanh RNN | 0.5" not in after
    assert "| 1.5 | no | 5 / 7 | 1,234 / 7 | 9.00 / 0.10 | 9.50 / 2.00 |" in text
    assert "| 1.5 | 0.5 | 3 | 4 | 0.20 | 1.00 |" in text
    assert "| GRU | 75 | *25 %* |  |  |  |  |" in text
    assert "| GRU | 12 k | 6,789 | 4.5 |" in text
    assert "| LSTM | 0.3 | 2.0 / 2.0 | 8.0 / 9.0 |" in text
    assert "| LSTM | 1,573 k | 2,000 |" in text
    for name in ("gradients", "recall", "length"):
        assert f"]({name}.svg)" in text
        assert (tmp_path / f"{name}.svg").read_text(encoding="utf-8").startswith("<svg")


def test_the_recall_plot_has_the_median_of_the_seeds() -> None:
    assert page.recall_curves(results()["recall"]["figures"]) == {"GRU": [(4, 0.995), (8, 0.25)]}


def test_the_page_names_the_seeds_and_sizes_that_were_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_up = results()
    for one in made_up["explosion"]["figures"]:
        one["seed"] += 5
    monkeypatch.setattr(explosion, "STORIES", 77)
    monkeypatch.setattr(recall, "NAMES", 20)
    page.write(made_up, tmp_path)
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    for said in (
        "Seeds 1, 2, 3, 6 and 7, medians",
        "either side, 77",
        f"{log(20) / 2:.2f}, half of ln 20",
        "One of 20",
    ):
        assert said in text
    assert page.listed([4]) == "4"


def test_the_committed_page_is_that_of_its_figures(tmp_path: Path) -> None:
    page.write(json.loads((REPORT / "results.json").read_text(encoding="utf-8")), tmp_path)
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == (REPORT / "README.md").read_text(encoding="utf-8")


def test_what_the_page_says_of_speed_and_depth_is_in_its_figures() -> None:
    """As the test below."""
    results = json.loads((REPORT / "results.json").read_text(encoding="utf-8"))
    speeds = {name: dict(points) for name, points in page.speed_curves(results["length"]["figures"]).items()}
    lstm, transformer = speeds["LSTM with attention"], speeds["Transformer, as large"]
    assert all(lstm[length] > transformer[length] for length in by_length.LENGTHS)
    kept = {name: speed[512] / speed[8] for name, speed in speeds.items()}
    assert kept["LSTM with attention"] == pytest.approx(5 / 6, abs=0.03)
    assert kept["Transformer, as large"] == pytest.approx(2 / 3, abs=0.03)
    assert kept["LSTM with attention and input feeding"] == pytest.approx(1 / 5, abs=0.03)
    scores = {(one["network"], one["dropout"], one["seed"]): one["perplexity"] for one in results["depth"]["figures"]}
    for seed in (1, 2, 3):
        assert scores["LSTM, 3 layers", 0.3, seed] < scores["LSTM", 0.3, seed] < scores["LSTM", 0.0, seed] / 3
        assert scores["LSTM, 3 layers", 0.0, seed] == pytest.approx(scores["LSTM", 0.0, seed], rel=0.05)


def test_what_the_page_says_of_explosions_is_in_its_figures() -> None:
    """After a new measurement that fails this, the text below the table and in the main README must be new, too."""
    figures = json.loads((REPORT / "results.json").read_text(encoding="utf-8"))["explosion"]["figures"]
    free, clipped = ([one for one in figures if bool(one["clip_norm"]) == clip] for clip in (False, True))
    nothing = log(recall.NAMES) / 2
    thrown = [one for one in free if min(one["seen"], one["unseen"]) > 6 * nothing]
    others = [one for one in free if one not in thrown]
    assert [one["scale"] for one in thrown] == [1.0, *[1.5] * 3, *[2.0] * 3]
    assert all(abs(one[kind] - nothing) < 0.3 for one in others for kind in ("seen", "unseen"))
    assert min(one["largest_norm"] for one in thrown) > 11 > max(one["largest_norm"] for one in others)
    assert sum(one["largest_norm"] == one["first_norm"] for one in free if one["scale"] > 1) == 4
    learnt = [one for one in clipped if one["seen"] < 0.2]
    assert [one["scale"] for one in learnt] == [1.0] * 3 + [1.5]
    assert [one["unseen"] > 1.7 for one in learnt] == [True] * 3 + [False]
    assert all(nothing < one["seen"] < 3 for one in clipped if one not in learnt)


def test_parts_are_kept_as_they_come_and_the_page_comes_with_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made_up = results()

    def part(name: str, seeds: Sequence[int]) -> Any:
        return made_up[name]["figures"]

    monkeypatch.setattr(measure, "PARTS", {name: partial(part, name) for name in made_up})
    first, *others = made_up
    measure.main(["--out", str(tmp_path), "--only", first])
    assert list(json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))) == [first]
    assert not (tmp_path / "README.md").exists()
    assert ", ".join(sorted(others)) in capsys.readouterr().err
    measure.main(["--out", str(tmp_path), "--only", *others])
    assert (tmp_path / "README.md").exists()


def test_parts_that_were_measured_elsewhere_are_said_to_be() -> None:
    made = results()
    assert page.machines(made) == "a CPU, torch 2, commit abc"
    made["explosion"]["machine"] = made["explosion"]["machine"] | {"cpu": "another"}
    here, there = (f"{cpu}, torch 2, commit abc" for cpu in ("a CPU", "another"))
    assert page.machines(made) == f"gradients, scales, recall, language, depth, length: {here}; explosion: {there}"
