"""The measurements behind eval/reports/background: each against arithmetic, small."""

import json
from collections.abc import Sequence
from functools import partial
from itertools import islice
from math import exp, log
from pathlib import Path
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
from nmt.tokenizer.base import EOS_ID


def test_without_recurrent_weights_no_gradient_gets_past_the_last_word() -> None:
    relative = gradients.measure("tanh RNN", 1, scale=0.0)["relative"]
    assert relative == [1.0] + [0.0] * (gradients.LENGTH - 1)


def test_a_gradient_comes_from_the_end_in_a_simple_network_and_from_anywhere_with_attention() -> None:
    far = {name: gradients.measure(name, 1)["relative"][50] for name in ("tanh RNN", "LSTM", "Transformer")}
    assert far["tanh RNN"] < 1e-6 < far["LSTM"] < 1e-2 < far["Transformer"]


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


def test_clipping_changes_the_step_and_not_the_norm_that_is_reported() -> None:
    clipped, free = (explosion.measure(1.5, clip, 1, updates=2) for clip in (1.0, 0.0))
    assert clipped["first_norm"] == pytest.approx(free["first_norm"])
    assert clipped["first_norm"] > 1.0
    assert clipped["seen"] != free["seen"]


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
    recalled = [{"network": "GRU", "distance": 4, "seed": 1, "accuracy": 1.0, "updates": 75, "seconds": 1.0}]
    recalled += [{"network": "GRU", "distance": 8, "seed": 1, "accuracy": 0.25, "updates": 400, "seconds": 1.0}]
    blown = [{"scale": 1.5, "clip_norm": 0.0, "seed": 1, "largest_norm": 1234.0, "seen": 9.0, "unseen": 9.5}]
    blown += [{"scale": 1.5, "clip_norm": 0.0, "seed": 2, "largest_norm": 7.4, "seen": 0.1, "unseen": 2.0}]
    model = {"network": "GRU", "parameters": 12345, "tokens_per_second": 6789.0, "perplexity": 4.5}
    parts = {
        "gradients": gradient,
        "explosion": blown,
        "recall": recalled,
        "language": [{"network": "how often each piece occurs", "perplexity": 200.0}, model],
        "depth": [{"network": "LSTM", "dropout": 0.3, "train_perplexity": 2.0, "perplexity": 8.0}],
        "length": [{"network": "LSTM", "length": 8, "words_per_second": [1000.0, 3000.0, 2000.0]}],
    }
    machine = {"cpu": "a CPU", "threads": 2, "torch": "2", "commit": "abc"}
    return {name: {"machine": machine, "figures": figures} for name, figures in parts.items()}


def test_the_page_has_every_figure_and_its_plots(tmp_path: Path) -> None:
    page.write(results(), tmp_path)
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "| tanh RNN | 0.5 | 0.031 | 0.00098 | 9.5e-07 | 8.9e-16 | 7.9e-31 |" in text
    assert "| 1.5 | no | 1,234 / 7 | 9.00 / 0.10 | 9.50 / 2.00 |" in text
    assert "| GRU | 75 | *25 %* |  |  |  |  |" in text
    assert "| GRU | 12 k | 6,789 | 4.5 |" in text
    assert "| LSTM | 0.3 | 2.0 | 8.0 |" in text
    assert "| LSTM | 2,000 |" in text
    for name in ("gradients", "recall", "length"):
        assert f"]({name}.svg)" in text
        assert (tmp_path / f"{name}.svg").read_text(encoding="utf-8").startswith("<svg")


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
    assert page.machines(made) == f"gradients, recall, language, depth, length: {here}; explosion: {there}"
