"""One training run: what it leaves, what it says, and what it refuses to begin."""

import dataclasses
import importlib.metadata
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import nmt
from nmt.corpus import readers
from nmt.corpus.prepare import prepare_corpus
from nmt.corpus.readers import Pair
from nmt.errors import CheckpointError, ConfigError, DataError, DiskError
from nmt.experiment import load_experiment
from nmt.models.build import build_model, count_parameters
from nmt.reports.record import RunRecord
from nmt.run import train as run_module
from nmt.run.assemble import sources_of
from nmt.run.train import only_trainer, train_run
from nmt.storage.folder import read_folder
from nmt.training.distributed import Workers
from nmt.training.progress import Progress
from tests.run.begun import refusal, same
from tests.tiny import invented_pairs, make_experiment, quiet_console, run, write_lines


def test_a_run_directory_holds_everything_and_its_record_says_what_was_done(tiny_run: Path) -> None:
    names = {path.name for path in tiny_run.iterdir()} - {"tensorboard", ".lock"}
    expected = {"experiment.toml", "tokenizer.model", "models", "state", "metrics.jsonl"}
    assert names == expected | {"record.json", "manifest.json", "README.md"}
    assert {path.name for path in (tiny_run / "models").iterdir()} == {"step-2", "best", "last"}
    model_files = {path.name for path in (tiny_run / "models" / "step-2").iterdir()}
    assert model_files == {"model.safetensors", "model.json", "manifest.json"}
    record, experiment = RunRecord.load(tiny_run / "record.json"), load_experiment(tiny_run / "experiment.toml")
    model = build_model(experiment.model, record.vocab_size, record.vocab_size)
    assert record.parameters == count_parameters(model)
    assert (record.updates, record.finish_reason, record.precision, record.threads) == (2, "max_updates", "fp32", 1)
    progress = Progress.from_json(read_folder(tiny_run / "state" / "step-2").files["progress.json"])
    assert record.target_tokens == progress.target_tokens
    assert record.target_tokens_per_second == pytest.approx(record.target_tokens / record.train_seconds)
    assert 0 < record.epochs < 1
    assert nmt.load(tiny_run).max_length == experiment.corpus.max_length


def test_the_versions_in_a_record_are_those_that_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train, version = run_module.train, importlib.metadata.version

    def upgraded(*arguments: Any) -> Progress:
        monkeypatch.setattr(importlib.metadata, "version", lambda name: f"{version(name)}.new")
        return train(*arguments)

    monkeypatch.setattr(run_module, "train", upgraded)
    run(make_experiment(tmp_path / "text"), tmp_path / "runs" / "tiny")
    assert RunRecord.load(tmp_path / "runs" / "tiny" / "record.json").versions["numpy"] == version("numpy")


def test_a_run_whose_working_directory_is_gone_when_it_ends_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_experiment(tmp_path / "text")
    here = Path(shutil.copytree(tmp_path / "text", tmp_path / "here" / "data")).parent
    files = {"source": "data/dev.de", "target": "data/dev.en"}
    train = run_module.train

    def removed(*arguments: Any) -> Progress:
        progress = train(*arguments)
        shutil.rmtree(here)
        return progress

    monkeypatch.setattr(run_module, "train", removed)
    monkeypatch.chdir(here)
    run(make_experiment(tmp_path / "text", corpus__test=files), tmp_path / "runs" / "tiny")
    hashes = RunRecord.load(tmp_path / "runs" / "tiny" / "record.json").text_sha256
    assert hashes is not None
    assert hashes["test"] == []


def test_a_language_model_is_not_said_to_translate(tmp_path: Path) -> None:
    model = {"encoder": {"type": "none"}, "decoder": {"type": "rnn", "dim": 8, "attention": "none"}}
    directory = tmp_path / "runs" / "it's"
    said = run(
        make_experiment(tmp_path / "text", model__encoder=model["encoder"], model__decoder=model["decoder"]), directory
    )[1]
    assert said.endswith(f". Score text with: nmt translate '{tmp_path}/runs/it'\"'\"'s' --score FILE < FILE\n")
    card = (directory / "README.md").read_text(encoding="utf-8")
    assert "A language model of en" in card
    assert "--score FILE" in card
    assert 'pipeline_tag: "text-generation"' in card
    assert "ranslat" not in card.replace("nmt translate", "").replace("nmt train` and `nmt evaluate", "")


def test_text_is_kept_beside_a_run_also_where_that_is_the_folder_one_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "run").mkdir()
    monkeypatch.chdir(tmp_path / "run")
    assert run(make_experiment(tmp_path / "text"), Path("."))[0] == "max_updates"
    assert list((tmp_path / "prepared").glob("*/manifest.json"))
    assert not (tmp_path / "run" / "prepared").exists()


@pytest.mark.parametrize("place", ["assemble.prepare_corpus", "assemble.build_model", "train.train"])
def test_ctrl_c_before_the_first_update_is_answered_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    directory = tmp_path / "runs" / "tiny"
    with monkeypatch.context() as patch:
        patch.setattr(f"nmt.run.{place}", stop)
        reason, said = run(make_experiment(tmp_path / "text"), directory)
    assert reason == "interrupted"
    assert said.endswith(
        f"Stopped before the first update of {directory}. The same command begins again, with whatever text is "
        "prepared by now.\n"
    )
    assert run(make_experiment(tmp_path / "text"), directory)[0] == "max_updates"
    monkeypatch.setattr(f"nmt.run.{place}", stop)
    said = run(make_experiment(tmp_path / "text", training__max_updates=3), directory)[1]
    assert said.endswith(f"Stopped. {directory} is as it was saved at update 2; the same command goes on from there.\n")


def test_one_thread_is_not_called_threads(tmp_path: Path) -> None:
    assert ", 1 thread; ready in" in run(make_experiment(tmp_path / "text"), tmp_path / "runs" / "tiny")[1]


@pytest.mark.parametrize("what", ["prepared text", "model that init_from names"])
def test_processes_that_do_not_begin_alike_are_refused(
    begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    class Two(Workers):
        """The other process has what this one has, but for one checksum."""

        def gather(self, value: Any) -> list[Any]:
            return [value, value | {what: "other"} if what in value else value]

        def sum(self, *values: float) -> list[float]:
            return list(values)

    @contextmanager
    def join() -> Iterator[Workers]:
        yield Two(0, 2, 2)

    monkeypatch.setattr(run_module, "join_workers", join)
    experiment = same(begun, init_from=str(begun))
    message = refusal(CheckpointError, experiment, tmp_path / "runs" / "child")
    assert message == f"The {what} of process 1 is not what the first process has. Is it on a shared file system?"


def test_a_run_that_is_being_trained_refuses_another_trainer(begun: Path) -> None:
    with only_trainer(begun):
        assert "Another `nmt train` is at work" in refusal(nmt.NMTError, same(begun), begun)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = r"file: cannot be written \(File exists\)\. Use another --out\."
    with pytest.raises(DiskError, match=said), only_trainer(tmp_path / "file"):
        pass


@pytest.mark.parametrize("part", ["train", "dev", "test"])
@pytest.mark.parametrize("side", ["source", "target"])
def test_a_missing_file_is_named_before_anything_is_written(tmp_path: Path, part: str, side: str) -> None:
    files = {"source": str(tmp_path / "text" / "dev.de"), "target": str(tmp_path / "text" / "dev.en")}
    missing = tmp_path / "text" / "missing.txt"
    experiment = make_experiment(tmp_path / "text", **{f"corpus__{part}": files | {side: str(missing)}})
    assert refusal(DataError, experiment, tmp_path / "run").startswith(f"{missing}: no such file")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("part", ["train", "dev", "test"])
def test_files_the_other_way_round_or_one_for_both_sides_are_refused(tmp_path: Path, part: str) -> None:
    text = tmp_path / "text"
    make_experiment(text)
    for files, reason in ((("dev.en", "dev.de"), "the other way round"), (("dev.de", "dev.de"), "both source and")):
        named = {"source": str(text / files[0]), "target": str(text / files[1])}
        experiment = make_experiment(text, **{f"corpus__{part}": named})
        assert reason in refusal(ConfigError, experiment, tmp_path / "run")


def test_a_language_model_may_name_one_file_for_both_sides(tmp_path: Path) -> None:
    both = {"source": str(tmp_path / "text" / "dev.en"), "target": str(tmp_path / "text" / "dev.en")}
    decoder = {"type": "rnn", "cell": "lstm", "dim": 12, "attention": "none"}
    model = {"model__encoder": {"type": "none"}, "model__decoder": decoder}
    experiment = make_experiment(tmp_path / "text", corpus__dev=both, **model)
    assert run(experiment, tmp_path / "run")[0] == "max_updates"


def test_the_training_text_is_looked_for_before_the_test_set_and_near_the_recipe(tmp_path: Path) -> None:
    make_experiment(tmp_path / "text")
    files = {part: {"source": f"text/{part}.de", "target": f"text/{part}.en"} for part in ("train", "dev", "test")}
    experiment = make_experiment(tmp_path / "text", **{f"corpus__{part}": named for part, named in files.items()})
    with pytest.raises(DataError) as failure:
        train_run(experiment, tmp_path / "run", quiet_console(), tmp_path / "recipes" / "my.toml")
    assert str(failure.value) == (
        "text/train.de: no such file. It is corpus.train, and paths are relative to the directory that `nmt` is run "
        f"in: run it in {tmp_path}."
    )


def test_a_test_set_that_is_the_dev_set_is_said(tmp_path: Path) -> None:
    dev = {"source": str(tmp_path / "text" / "dev.de"), "target": str(tmp_path / "text" / "dev.en")}
    said = run(make_experiment(tmp_path / "text", corpus__test=dev), tmp_path / "run")[1]
    assert "corpus.test is the text of corpus.dev, so scores on it are too good." in said


def test_a_run_on_rows_of_a_data_set_is_the_run_on_the_same_lines(tmp_path: Path) -> None:
    lines = make_experiment(tmp_path / "text")
    parts = {}
    for part, text in (("train", lines.corpus.text("train")), ("dev", lines.corpus.text("dev"))):
        path = tmp_path / f"{part}.jsonl"
        write_lines(path, [json.dumps({"translation": {"de": p.source, "en": p.target}}) for p in text.pairs()])
        parts[f"corpus__{part}"] = {"source": str(path)}
    rows = make_experiment(tmp_path / "text", corpus__reader="datasets", corpus__test=parts["corpus__dev"], **parts)
    run(lines, tmp_path / "runs" / "lines")
    run(rows, tmp_path / "runs" / "rows")
    weights = [
        read_folder(tmp_path / "runs" / name / "models" / "step-2").files["model.safetensors"]
        for name in ("lines", "rows")
    ]
    assert weights[0] == weights[1]


def test_files_of_unequal_length_are_refused_with_both_counts(tmp_path: Path) -> None:
    experiment = make_experiment(tmp_path / "text")
    with (tmp_path / "text" / "train.en").open("a", encoding="utf-8") as file:
        file.write("one more\n")
    message = (
        f"{tmp_path / 'text' / 'train.de'} has 60 lines but train.en has 61. Parallel files must have equal length."
    )
    assert refusal(DataError, experiment, tmp_path / "run") == message


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"corpus__filters": {"max_words": 2}}, "Filters dropped 60 pairs: too_long_words 60."),
        ({"corpus__filters": {"max_characters": 22}}, "Filters dropped 60 pairs: too_long_characters 60."),
        ({"corpus__max_length": 2}, "Filters dropped 60 pairs: longer than 2 tokens 60."),
    ],
)
def test_where_no_pair_passes_the_filters_it_says_which_dropped_how_many_and_trains_nothing(
    tmp_path: Path, change: Any, reason: str
) -> None:
    experiment = make_experiment(tmp_path / "text", **change)
    if "characters" in reason:
        write_lines(tmp_path / "text" / "train.de", ["x" * 23] * 60)
    message = refusal(DataError, experiment, tmp_path / "run")
    assert message == f"{tmp_path / 'text' / 'train.de'}: none of 60 pairs is left to train on. {reason}"
    assert [path.name for path in tmp_path.iterdir()] == ["text"]


def test_a_text_of_the_hub_that_has_changed_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: list[Pair] = []
    monkeypatch.setitem(readers.READERS, "datasets", lambda text: iter(chosen))
    tree = {"source": "some/where", "config": "de-en"}
    on_hub = make_experiment(tmp_path / "text", corpus__reader="datasets", corpus__train=tree, corpus__dev=tree)
    dev = make_experiment(tmp_path / "text").corpus.text("dev")
    sources = dataclasses.replace(sources_of(on_hub), dev=dev)
    fingerprints = []
    for chosen[:] in (invented_pairs(), invented_pairs(), invented_pairs()[::-1]):
        shutil.rmtree(tmp_path / "prepared", ignore_errors=True)
        corpus = prepare_corpus(sources, on_hub.tokenizer, tmp_path / "prepared", lambda message: None)
        fingerprints.append(corpus.fingerprint)
    assert fingerprints[0] == fingerprints[1] != fingerprints[2]


def test_a_run_on_a_corpus_of_the_hub_goes_on_where_it_cannot_be_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes: dict[str, Any] = {f"corpus__{part}": {"source": "some/where"} for part in ("train", "dev", "test")}
    changes["corpus__reader"] = "datasets"
    monkeypatch.setitem(readers.READERS, "datasets", lambda _: iter(invented_pairs()))
    run(make_experiment(tmp_path / "text", **changes), tmp_path / "runs" / "hub")

    def out_of_reach(_: Any) -> Any:
        raise DataError("no network")

    monkeypatch.setitem(readers.READERS, "datasets", out_of_reach)
    longer = make_experiment(tmp_path / "text", **changes, training__max_updates=3)
    assert run(longer, tmp_path / "runs" / "hub")[0] == "max_updates"
    assert RunRecord.load(tmp_path / "runs" / "hub" / "record.json").updates == 3
