"""The arithmetic of the benchmarks: what is counted, what is timed, and what becomes of it."""

import argparse
import json
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

import corpus
import decode_speed
import machine
import quality
import time_to_quality
import train_speed
from corpus import Counts
from flops import RNNShape, TransformerShape, training_flop_per_target_token
from nmt.config import parse_config
from nmt.experiment import load_experiment
from nmt.metrics.scores import score
from nmt.models.build import ModelConfig, build_model
from peers import NMT, PEERS, clock
from summary import Spread, earlier_rounds, ratios, table, write_each
from tests.tiny import VOCAB_SIZE, write_corpus

SOURCE, TARGET, SENTENCES = 5, 4, 3  # tokens with end-of-sentence
COUNTS = corpus.count([(SOURCE - 1, TARGET - 1)] * SENTENCES)


def counted(tree: dict[str, Any]) -> int:
    """FLOP of one forward pass as torch counts them; in float64, where no layer is one opaque library call.

    It does not count products that are added to what is there, as input feeding does in training, so that is left out.
    """
    model = build_model(parse_config(ModelConfig, tree, "test"), 30, 30).double()
    ids = torch.ones(SENTENCES, SOURCE, dtype=torch.int64)
    step_by_step = patch("nmt.models.rnn.decoder.DotAttention", ())
    with sdpa_kernel(SDPBackend.MATH), step_by_step, FlopCounterMode(display=False) as counter:
        model.logits(model(ids, ids > 0, torch.ones(SENTENCES, TARGET, dtype=torch.int64)))
    return counter.get_total_flops()


def test_tokens_are_counted_with_end_of_sentence() -> None:
    assert corpus.count([(2, 1), (4, 6)]) == Counts(2, 3 + 5, 2 + 7, 9 + 25, 4 + 49, 3 * 2 + 5 * 7)


@pytest.mark.parametrize("feed", ["output", "input"])
def test_the_recurrent_model_needs_the_flop_that_torch_counts(feed: str) -> None:
    tree = {
        "embedding_dim": 8,
        "encoder": {"type": "rnn", "cell": "gru", "dim": 6},
        "decoder": {"type": "rnn", "layers": 1, "dim": 10, "attention": "general", "feed": feed},
    }
    shape = RNNShape(8, 6, 2, "gru", 10, readout=8, input_feeding=feed == "input", vocabulary=30)
    assert shape.forward(COUNTS) == counted(tree)


def test_the_transformer_needs_the_flop_that_torch_counts() -> None:
    stack = {"type": "transformer", "layers": 2, "dim": 8, "heads": 2, "feed_forward_dim": 12}
    tree = {"embedding_dim": 8, "encoder": stack, "decoder": stack}
    assert TransformerShape(layers=2, dim=8, feed_forward=12, vocabulary=30).forward(COUNTS) == counted(tree)


def test_a_bottleneck_replaces_the_readout_before_the_vocabulary() -> None:
    wide, narrow = RNNShape(readout=512), RNNShape(readout=512, bottleneck=256)
    saved = 512 * 8000 - (512 * 256 + 256 * 8000)
    assert wide.forward(COUNTS) - narrow.forward(COUNTS) == 2 * COUNTS.target_tokens * saved


def test_training_takes_three_forward_passes() -> None:
    shape = TransformerShape()
    expected = 3 * shape.forward(COUNTS) / (SENTENCES * TARGET)
    assert training_flop_per_target_token(shape, COUNTS) == pytest.approx(expected)


@pytest.mark.parametrize("model", ["rnn", "transformer"])
def test_the_recipes_have_the_shapes_whose_flop_are_counted(model: str) -> None:
    shapes = load_experiment(train_speed.corpus.BENCH / "shapes" / f"{model}.toml")
    built = build_model(shapes.model, 8000, 8000)
    matrices = sum(one.numel() for name, one in built.named_parameters() if one.dim() == 2 and "embedding" not in name)
    counts = Counts(1, 1, 1, 0, 0, 0)  # each matrix once, and the vocabulary's, which is the embeddings'
    shape = train_speed.shape_of(NMT, model, feeding=False)
    assert shape.forward(counts) == 2 * (matrices + 256 * 8000)


def test_pieces_are_joined_to_text_and_bytes_to_letters() -> None:
    assert corpus.join("▁ein <0xC3> <0x9F> ▁H und .") == "ein\u00df Hund."


def test_spread_and_ratios_are_taken_round_by_round() -> None:
    assert Spread.of([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0)
    assert Spread.of([3000.0, 1000.0, 2000.0]).show(1, 1000) == "2.0 (1.0 to 3.0)"
    assert ratios([4.0, 9.0, 10.0], [2.0, 3.0, 10.0]) == Spread(2.0, 1.0, 3.0)
    with pytest.raises(ValueError, match="argument 2 is longer"):
        ratios([1.0], [1.0, 2.0])


def test_a_table_has_a_line_a_row() -> None:
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"


def test_what_ends_early_leaves_the_figures_that_it_had(tmp_path: Path) -> None:
    path = tmp_path / "new" / "figures.json"

    def measured() -> Iterator[dict[str, Any]]:
        yield {"rounds": 1}
        yield {"rounds": 2}
        raise RuntimeError("a peer failed")

    with pytest.raises(RuntimeError, match="a peer failed"):
        write_each(measured(), path)
    assert json.loads(path.read_text(encoding="utf-8")) == {"rounds": 2}
    assert write_each(iter([{"rounds": 1}, {"rounds": 3}]), None) == {"rounds": 3}


class Watch:
    """A time that the test decides."""

    def __init__(self) -> None:
        self.now = 100.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(clock, "time", watch)
    return watch


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the clock wrote when it ended the process, which it does not do here."""
    written: list[dict[str, Any]] = []
    monkeypatch.setattr(clock, "leave", lambda task, figures: written.append(figures))
    return written


def run_updates(watch: Watch, tick: Callable[[int], None], updates: list[tuple[float, int]]) -> None:
    for seconds, tokens in updates:
        watch.now += seconds
        tick(tokens)


def test_the_clock_leaves_out_the_warm_up(watch: Watch, left: list[dict[str, Any]]) -> None:
    stopwatch = clock.Clock({"warmup": 2, "updates": 3, "epoch_tokens": 0}, system="test")
    run_updates(watch, stopwatch.tick, [(50.0, 1), (9.0, 1), (1.0, 10), (2.0, 20)])
    assert not left
    run_updates(watch, stopwatch.tick, [(3.0, 30)])
    (figures,) = left
    assert (figures["updates"], figures["target_tokens"], figures["seconds"]) == (3, 60, 6.0)
    assert figures["system"] == "test"


def test_the_clock_ends_after_as_many_tokens_as_an_epoch_has(watch: Watch, left: list[dict[str, Any]]) -> None:
    stopwatch = clock.Clock({"warmup": 1, "updates": 0, "epoch_tokens": 25})
    run_updates(watch, stopwatch.tick, [(1.0, 100), (1.0, 10), (1.0, 10)])
    assert not left
    run_updates(watch, stopwatch.tick, [(1.0, 10)])
    assert left[0]["target_tokens"] == 30


def test_the_clock_does_not_count_saving(watch: Watch, left: list[dict[str, Any]], tmp_path: Path) -> None:
    task = {"warmup": 1, "seconds": 10.0, "marks": [4.0, 10.0], "work": str(tmp_path)}
    stopwatch = clock.Clock(task)

    def save(path: str) -> None:
        watch.now += 1000.0

    run_updates(watch, lambda tokens: stopwatch.tick(tokens, save), [(2.0, 1), (3.0, 1), (3.0, 1), (3.0, 1)])
    (figures,) = left
    assert [(one["seconds"], one["updates"]) for one in figures["saved"]] == [(5.0, 2), (11.0, 4)]
    assert figures["seconds"] == 9.0


def test_what_begins_after_the_warm_up_is_not_timed(watch: Watch, left: list[dict[str, Any]]) -> None:
    def begin() -> None:
        watch.now += 500.0

    stopwatch = clock.Clock({"warmup": 1, "updates": 1}, begin, lambda: {"more": 1})
    run_updates(watch, stopwatch.tick, [(1.0, 1), (2.0, 1)])
    assert (left[0]["seconds"], left[0]["more"]) == (2.0, 1)


def test_a_table_of_training_speed_has_the_ratios_of_the_rounds() -> None:
    def measured(speed: float) -> dict[str, Any]:
        known = {"precision": "fp32", "target_tokens": 4000, "updates": 2, "parameters": 5_000_000}
        return known | {"tokens_per_second": speed, "peak_bytes": 1_500_000_000, "others_share": speed / 1e5}

    products = {"product_flops": {"small": 1e11, "large": 2e11}}
    figures = {
        "settings": {"model": "rnn"},
        "machine": {"cpu": "a CPU", "threads": 2, "torch": "2", "load_average": 0.1},
        "flop_per_target_token": {"nmt": 1e7, "peer": 2e7},
        "remarks": {"nmt": "", "peer": "has a wider readout"},
        "rounds": [
            products | {"nmt": measured(4000), "peer": measured(1000)},
            products | {"nmt": measured(6000), "peer": measured(2000)},
        ],
        "alone": {},
    }
    text = train_speed.describe(figures)
    # 5,000 tokens/s of 1e7 FLOP are 50 GFLOP/s, a quarter of the best product's; ratios are 4 and 3.
    assert "| nmt | fp32 | 5,000 (4,000 to 6,000) |  | 2,000 | 5.0 | 50 | 0.25 | 1.50 (1.50 to 1.50) |" in text
    assert "| peer | fp32 | 1,500 (1,000 to 2,000) | 3.50 (3.00 to 4.00) | 2,000 | 5.0 | 30 | 0.15 |" in text
    assert "peer: has a wider readout" in text
    assert "others had at most 6 % of the cores" in text


def test_what_others_take_of_the_cores_is_what_is_stolen_or_not_our_own() -> None:
    before = machine.Use.parse("cpu  100 0 0 900 0 0 0 0 0 0\ncpu0 ...", 100, own=0.0)
    after = machine.Use.parse("cpu  500 100 100 1000 100 50 50 100 0 0\ncpu0 ...", 100, own=5.0)
    # 10 s of cores have passed: 7 were busy, 5 of them with us; 1 was stolen, 2 were idle or waiting.
    assert (after.total - before.total, after.busy - before.busy) == (10.0, 7.0)
    assert before.disturbance(after) == pytest.approx((2 + 1) / 10)


def test_what_others_disturbed_is_measured_again_and_the_least_disturbed_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(shares: list[float], limit: float) -> dict[str, Any]:
        uses = iter(
            [machine.Use(10.0 * at, 10.0 * share, 0.0, 0.0) for one in shares for at, share in [(0, 0), (1, one)]]
        )
        monkeypatch.setattr(machine.Use, "now", classmethod(lambda cls: next(uses)))
        runs = iter(range(1, len(shares) + 1))
        return machine.undisturbed(lambda: {"run": next(runs)}, limit)

    assert measured([0.04], 0.05) == {"run": 1, "others_share": pytest.approx(0.04)}
    assert measured([0.4, 0.3, 0.01], 0.05) == {"run": 3, "others_share": pytest.approx(0.01)}
    assert measured([0.4, 0.2, 0.3], 0.05) == {"run": 2, "others_share": pytest.approx(0.2)}


def test_rounds_are_only_added_to_those_of_the_same_settings(tmp_path: Path) -> None:
    path, same = tmp_path / "figures.json", ("settings", "remarks")
    where = {"cpu": "a CPU", "threads": 2, "torch": "2.13", "commit": "c0ffee", "load_average": 0.1}
    figures = {"settings": {"updates": 8}, "remarks": {"nmt": ""}, "machine": where}
    assert earlier_rounds(path, figures, same) == []
    path.write_text(json.dumps(figures | {"rounds": [{"nmt": {}}]}), encoding="utf-8")
    assert earlier_rounds(path, figures, same) == [{"nmt": {}}]
    assert earlier_rounds(path, figures | {"machine": where | {"load_average": 2.0}}, same) == [{"nmt": {}}]
    others = [{"settings": {"updates": 9}}, {"remarks": {"nmt": "", "peer": ""}}]
    changes = {"cpu": "another", "threads": 1, "torch": "2.15", "commit": "decaf", "numpy": "a version"}
    others += [{"machine": where | {name: value}} for name, value in changes.items()]
    for other in others:
        with pytest.raises(SystemExit, match="Use another --json"):
            earlier_rounds(path, figures | other, same)


def test_the_machine_is_described_with_its_versions_and_the_commit_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "source_commit", lambda: "c0ffee")
    found = machine.describe(threads=3)
    assert (found["threads"], found["torch"], found["commit"]) == (3, version("torch"), "c0ffee")
    assert found.keys() >= {"cpu", "features", "cores", "python", "numpy", "sacrebleu", "nmt", "load_average"}


def test_the_rate_of_a_matrix_product_counts_a_multiplication_and_an_addition(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "time", watch)

    def product(values: torch.Tensor, weight: torch.Tensor) -> None:
        assert (values.shape, weight.shape) == ((3, 5), (7, 5))
        watch.now += 0.25

    monkeypatch.setattr(machine.F, "linear", product)
    assert machine._rate(3, 5, 7, torch.float32) == pytest.approx(2 * 3 * 5 * 7 / 0.25)


def test_a_recipe_of_the_checkout_finds_its_text_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_corpus(tmp_path / "checkout" / "data")
    recipe = tmp_path / "checkout" / "recipe.toml"
    text = (corpus.BENCH / "shapes" / "rnn.toml").read_text(encoding="utf-8")
    for language in ("en", "de"):
        text = text.replace(f"data/multi30k/train.{language}", f"data/train.{language}")
        text = text.replace(f"data/multi30k/dev.{language}", f"data/dev.{language}")
    recipe.write_text(text.replace("vocab_size = 8000", f"vocab_size = {VOCAB_SIZE}"), encoding="utf-8")
    monkeypatch.setattr(corpus, "WORK", tmp_path / "work")
    monkeypatch.setattr(corpus, "ROOT", tmp_path / "checkout")
    monkeypatch.chdir(tmp_path)
    assert corpus.prepare(recipe).counts.pairs == 60
    assert Path.cwd() == tmp_path


@pytest.mark.parametrize(
    ("script", "arguments"),
    [
        (train_speed, "--model rnn --peer opennmt"),
        (time_to_quality, "--model rnn --peer opennmt --minutes 1"),
        (decode_speed, "--system a=opennmt:model"),
    ],
)
def test_missing_text_ends_a_benchmark_with_a_sentence_before_an_environment_is_made(
    script: Any, arguments: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus, "ROOT", tmp_path)
    monkeypatch.setattr(corpus, "WORK", tmp_path)
    monkeypatch.setattr(corpus, "TEST", tmp_path / "data" / "multi30k" / "test")
    (tmp_path / "data" / "multi30k").mkdir(parents=True)
    (tmp_path / "data" / "multi30k" / "prepare.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(script, "set_up", lambda system: pytest.fail("an environment was made"))
    monkeypatch.setattr("sys.argv", ["", *arguments.split()])
    with pytest.raises(SystemExit, match=r"no such file.*data/multi30k/prepare\.py"):
        script.main()


def test_the_time_to_a_quality_is_that_of_the_first_validation_with_it() -> None:
    peer = [{"seconds": 30.0, "updates": 9, "bleu": 5.0}, {"seconds": 60.0, "updates": 20, "bleu": 12.0}]
    own = [{"seconds": second, "updates": 1, "bleu": bleu} for second, bleu in [(5.0, 4.0), (15.0, 12.0), (20.0, 30.0)]]
    figures = {
        "model": "rnn",
        "precision": "fp32",
        "machine": {"cpu": "a CPU", "threads": 2},
        "curves": {"peer": peer, "nmt": own},
    }
    text = time_to_quality.describe(figures)
    assert "| nmt | 20 | 1 | 30.0 | 15 |" in text
    assert "nmt takes 0.250 of the time of peer." in text
    peer.append({"seconds": 90.0, "updates": 30, "bleu": 11.0})  # the last counts, and it had as much after 60 s
    assert "nmt takes 0.250 of the time of peer." in time_to_quality.describe(figures)


def test_a_peer_is_scored_on_the_dev_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dev.de").write_text("ein Hund .\nja !\n", encoding="utf-8")
    (tmp_path / "dev.source").write_text("▁ein ▁Hund .\n▁ja ▁!\n", encoding="utf-8")
    monkeypatch.setattr(corpus, "TEST", tmp_path / "test")

    def copy(system: object, action: str, task: dict[str, Any], work: Path) -> dict[str, Any]:
        assert task["settings"] == [{"beam": 1, "batch": 100, "lines": 2}]
        return {"results": [{"outputs": Path(task["source"]).read_text(encoding="utf-8").splitlines()}]}

    monkeypatch.setattr(quality, "run", copy)
    expected = score(["BLEU"], ["ein Hund.", "ja !"], ["ein Hund .", "ja !"], target_language="de")[0].value
    assert time_to_quality.dev_bleu(PEERS["opennmt"], "model", {"corpus": str(tmp_path)}, tmp_path) == expected


def test_entrants_of_the_decoding_benchmark_are_named_with_tool_and_model() -> None:
    entrant = decode_speed.read_entrant("CTranslate2 int8=ctranslate2:runs/a:int8")
    assert (entrant.label, entrant.system, entrant.model.name) == ("CTranslate2 int8", PEERS["ctranslate2"], "a")
    assert (entrant.how, decode_speed.read_entrant("x=nmt:runs/b").how) == ("int8", "")
    for how in ("int8+shortlist", "int8+shortlist+onnx", "onnx", "first"):
        assert decode_speed.read_entrant(f"x=nmt:runs/b:{how}").how == how
    for wrong in ("runs/a", "x=nmt", "x=nobody:runs/a", "x=nmt:runs/a:int4", "x=opennmt:runs/a:int8"):
        with pytest.raises(argparse.ArgumentTypeError, match=r"LABEL=TOOL:MODEL|knows"):
            decode_speed.read_entrant(wrong)


def test_output_tokens_of_a_peer_include_end_of_sentence() -> None:
    found = {"seconds": 2.0, "latencies": [0.5, 1.5], "outputs": ["▁ein ▁Hund", "▁ja"]}
    figures = decode_speed.evaluate(found, ["ein Hund", "ja"])
    assert figures["tokens_per_second"] == (3 + 2) / 2.0
    assert (figures["sentences_per_second"], figures["median_latency_seconds"]) == (1.0, 1.0)


@pytest.mark.parametrize("peer", PEERS.values(), ids=PEERS)
def test_every_peer_has_what_is_needed_to_run_it(peer: Any) -> None:
    assert (peer.folder / "run.py").exists()
    assert (peer.folder / "requirements.txt").exists()
    assert all(list(peer.folder.glob(f"{model}.*")) for model in peer.models)


def test_every_committed_file_of_figures_names_machine_and_commit_or_the_protocol_says_that_it_does_not() -> None:
    bench = train_speed.corpus.BENCH
    protocol = (bench.parent / "protocol.md").read_text(encoding="utf-8")
    for path in [bench / "large_corpus.json", *(bench / "results").glob("*.json")]:
        figures = json.loads(path.read_text(encoding="utf-8"))
        where = figures.get("machine", {}) if isinstance(figures, dict) else {}
        named = bool(where.get("cpu") and where.get("commit"))
        assert named != (f"{path.relative_to(bench).as_posix()}`" in protocol), path.name
