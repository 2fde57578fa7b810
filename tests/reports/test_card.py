"""The model card: what the hub reads of it, what people read of it, and that it says what it does not know."""

import dataclasses
import json
import re
import shutil
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from huggingface_hub import ModelCard

from nmt.errors import CheckpointError
from nmt.experiment import Experiment, experiment_bytes
from nmt.metrics import Score
from nmt.reports import evaluations
from nmt.reports.card import card, forget_card, write_card
from nmt.reports.card_metadata import to_yaml
from nmt.reports.evaluations import Evaluation, forget_evaluations, note_evaluation, read_evaluations
from nmt.reports.record import RunRecord
from nmt.search.config import SearchConfig
from nmt.storage.disk import Disk
from nmt.storage.folder import replaced, write_folder
from tests.reports.payloads import PAYLOADS
from tests.reports.synthetic import record
from tests.tiny import make_experiment

SCORES = (Score("BLEU", 38.4321, "case:mixed|tok:13a", 36.8, 40.0), Score("chrF", 62.1, "nc:6", 61.0, 63.2))
ABOUT = {"license": "cc-by-4.0", "corpus": "Invented pairs", "corpus_license": "public domain", "dataset": "me/pairs"}


def evaluation(name: str = "test", scores: tuple[Score, ...] = SCORES, **changes: Any) -> Evaluation:
    fields = {
        "source": f"{name}.de",
        "reference": f"{name}.en",
        "source_sha256": f"{name} source",
        "reference_sha256": f"{name} reference",
        "num_sentences": 1000,
        "search": {"method": "beam", "beam": 5},
        "translate_seconds": 10.5,
        "scores": scores,
    }
    return Evaluation(**(fields | changes))


@pytest.fixture
def experiment(tmp_path: Path) -> Experiment:
    return make_experiment(tmp_path / "text", card=ABOUT, corpus__test={"source": "test.de", "target": "test.en"})


def full_record() -> RunRecord:
    return record("tiny", train_pairs=12345, dev_pairs=60, dev_signature="case:mixed|tok:dev", best_dev_bleu=31.25)


def parsed(text: str) -> ModelCard:
    return ModelCard(text)


def test_the_hub_reads_the_metadata(experiment: Experiment) -> None:
    data = parsed(card(experiment, full_record(), [evaluation()])).data
    assert (data.language, data.license, data.datasets) == (["de", "en"], "cc-by-4.0", ["me/pairs"])
    assert (data.library_name, data.pipeline_tag, data.metrics) == ("nmt", "translation", ["bleu", "chrf"])
    assert data.tags == ["translation", "nmt", "rnn"]
    found = [
        (each.dataset_type, each.dataset_name, each.dataset_split, each.metric_type, each.metric_value)
        for each in data.eval_results
    ]
    assert found == [
        ("me/pairs", "Invented pairs", "test", "bleu", 38.43),
        ("me/pairs", "Invented pairs", "test", "chrf", 62.1),
        ("me/pairs", "Invented pairs", "validation", "bleu", 31.25),
    ]
    signatures = [each.metric_args["signature"] for each in data.eval_results]
    assert signatures == ["case:mixed|tok:13a", "nc:6", "case:mixed|tok:dev"]
    assert data.model_name == "tiny"


@pytest.mark.parametrize(
    ("codes", "languages", "tags"),
    [
        (("en", "pt-BR"), ["en", "pt"], ["pt-BR"]),
        (("deu_Latn", "EN"), ["deu", "en"], ["deu-Latn"]),
        (("english", "Japanese"), ["ja"], None),
        (("yue", "zh-Hant"), ["yue", "zh"], ["zh-Hant"]),
        (("en-GB", "en-US"), ["en"], ["en-GB", "en-US"]),
        (("src", "tgt.words"), ["src"], None),
    ],
)
def test_languages_are_named_as_the_hub_takes_them(
    tmp_path: Path, codes: tuple[str, str], languages: list[str], tags: list[str] | None
) -> None:
    named = {"corpus__source_language": codes[0], "corpus__target_language": codes[1]}
    data = parsed(card(make_experiment(tmp_path / "text", **named), full_record(), [])).data
    assert (data.language, data.to_dict().get("language_bcp47")) == (languages, tags)


@pytest.mark.parametrize(
    ("license", "expected"),
    [
        ("mit", ("mit", None)),
        ("Apache 2.0", ("apache-2.0", None)),
        ("proprietary", ("other", "proprietary")),
        ("CC BY-SA 4.0, mostly", ("other", "cc-by-sa-4.0-mostly")),
        ("!", ("unknown", None)),
    ],
)
def test_a_licence_that_is_no_identifier_is_another_one_by_name(
    tmp_path: Path, license: str, expected: tuple[str, str | None]
) -> None:
    data = parsed(card(make_experiment(tmp_path / "text", card__license=license), full_record(), [])).data
    assert (data.license, data.license_name) == expected


def test_people_read_data_scores_training_limits_and_how_to_use_it(experiment: Experiment) -> None:
    text = card(experiment, full_record(), [evaluation()])
    shown = text.replace("\\", "")
    assert [line for line in text.split("\n") if line.startswith("#")] == [
        "# tiny",
        *(f"## {title}" for title in ("How to use it", "Data", "Scores", "Training", "Limits")),
    ]
    for row in (
        "| corpus | Invented pairs |",
        "| licence of the corpus | public domain |",
        "| training text | train.de, train.en: 12,345 pairs |",
        "| dev: dev.de, dev.en | 60 | greedy | BLEU | 31.25 | unknown | case:mixed|tok:dev |",
        "| test.de, test.en | 1,000 | beam 5 | BLEU | 38.43 | 36.80 to 40.00 | case:mixed|tok:13a |",
        "    nmt translate RUN < FILE",
    ):
        assert row in shown
    run = full_record()
    for value in run.hardware.values():
        assert str(value) in shown
    assert "No test set was scored" not in text


@pytest.mark.parametrize("hashes", [{"train": ["train source", "t"], "dev": ["dev source", "d"]}, None])
@pytest.mark.parametrize(("part", "split"), [("dev", "validation"), ("train", "train")])
def test_a_score_on_the_dev_or_training_text_is_not_called_a_test(
    experiment: Experiment, hashes: Any, part: str, split: str
) -> None:
    run = dataclasses.replace(full_record(), best_dev_bleu=None, text_sha256=hashes)
    scored = evaluation(part) if hashes is None else evaluation("renamed", source_sha256=f"{part} source")
    text = card(experiment, run, [scored])
    assert {each.dataset_split for each in parsed(text).data.eval_results} == {split}
    assert "No test set was scored" in text
    assert "in choosing the model is unknown" in text
    assert ("it is a little too good" in text) == (part == "dev")
    assert ("measures memorisation" in text) == (part == "train")
    name = {"dev": "dev: ", "train": "training text: "}[part]
    assert f"| {name}{scored.source}, {scored.reference} | 1,000 |" in text.replace("\\", "")
    both = card(experiment, run, [scored, evaluation()])
    assert {each.dataset_split for each in parsed(both).data.eval_results} == {split, "test"}
    assert "No test set was scored" not in both
    assert "in choosing the model is unknown" not in both


def test_a_score_on_another_text_is_not_said_to_be_of_the_corpus(experiment: Experiment) -> None:
    """Known by its checksum, not by its name, which may be the same."""
    hashes = {"train": ["a"], "dev": ["b"], "test": ["test source", "test reference"]}
    run = dataclasses.replace(full_record(), best_dev_bleu=None, text_sha256=hashes)
    own, other = evaluation(), evaluation("test", source_sha256="other source", reference_sha256="other reference")
    first, second = (
        [(each.dataset_name, each.dataset_split) for each in parsed(card(experiment, run, [one])).data.eval_results]
        for one in (own, other)
    )
    assert set(first) == {(ABOUT["corpus"], "test")}
    assert set(second) == {("test.de", None)}
    assert "No test set was scored" not in card(experiment, run, [other])


def test_other_texts_and_searches_stay_apart_where_the_hub_writes_the_card_again(experiment: Experiment) -> None:
    hashes = {"train": ["a"], "dev": ["b"], "test": ["test source", "test reference"]}
    run = dataclasses.replace(full_record(), best_dev_bleu=None, text_sha256=hashes)
    bleu = SCORES[:1]
    scored = [evaluation(name, bleu) for name in ("test", "news", "legal")]
    scored.append(evaluation("test", bleu, search={"method": "beam", "beam": 1}))
    results = parsed(card(experiment, run, scored)).data.to_dict()["model-index"][0]["results"]
    found = [
        (one["dataset"]["name"], [(metric["type"], metric["args"]["search"]) for metric in one["metrics"]])
        for one in results
    ]
    assert found == [
        (ABOUT["corpus"], [("bleu", "beam 5"), ("bleu", "greedy")]),
        ("news.de", [("bleu", "beam 5")]),
        ("legal.de", [("bleu", "beam 5")]),
    ]


def test_scores_of_the_recipe_s_search_on_the_test_text_come_first(tmp_path: Path) -> None:
    test = {"source": "test.de", "target": "test.en"}
    experiment = make_experiment(tmp_path / "text", search__beam=3, corpus__test=test)
    hashes = {"train": ["train source"], "dev": ["dev source"], "test": ["test source"]}
    run = dataclasses.replace(full_record(), text_sha256=hashes)
    usual, greedy = ({**experiment.search.model_dump(), "beam": beam} for beam in (3, 1))
    asked = (("train", usual), ("dev", usual), ("news", usual), ("test", greedy), ("test", usual))
    text = card(experiment, run, [evaluation(name, SCORES[:1], search=search) for name, search in asked])
    rows = [line.split(" | ") for line in text.split("\n") if " | BLEU | " in line]
    assert [(row[0].removeprefix("| "), row[2].partition(",")[0]) for row in rows] == [
        ("test.de, test.en", "beam 3"),
        ("test.de, test.en", "greedy"),
        ("news.de, news.en", "beam 3"),
        ("dev: dev.de, dev.en", "beam 3"),
        ("training text: train.de, train.en", "beam 3"),
        ("dev: dev.de, dev.en", "greedy"),
    ]
    (result,) = parsed(text).data.to_dict()["model-index"]
    first, *_ = results = result["results"]  # of one text and split together
    assert [one["dataset"]["args"]["source"] for one in results] == ["test.de", "news.de", "dev.de", "train.de"]
    assert first["metrics"][0]["args"]["search"].startswith("beam 3")


def test_searches_that_differ_are_told_apart(experiment: Experiment) -> None:
    searches = [{"method": "beam", "beam": 5, "alpha": alpha} for alpha in (0.5, 1.0)]
    text = card(experiment, full_record(), [evaluation(search=search) for search in searches])
    assert "| beam 5, alpha 0.5 |" in text
    assert "| beam 5, alpha 1.0 |" in text


def test_less_than_an_epoch_is_a_part_of_the_text(experiment: Experiment) -> None:
    run = full_record()
    assert "It has learned from 12,345 sentence pairs alone" in card(experiment, run, [])
    part = dataclasses.replace(run, epochs=0.4)
    assert "It has learned from a part of 12,345 sentence pairs alone" in card(experiment, part, [])


def test_what_nobody_said_or_measured_is_unknown(tmp_path: Path) -> None:
    experiment = make_experiment(tmp_path / "text", corpus__source_language="", corpus__target_language="")
    old = record("old", train_pairs=None, dev_pairs=None, dev_signature=None, best_dev_bleu=None, commit=None)
    text = card(experiment, old, [])
    data = parsed(text).data
    assert (data.license, data.language, data.eval_results, data.metrics) == ("unknown", None, None, [])
    for row in (
        "| corpus | unknown |",
        "| licence of the model | unknown |",
        "unknown number of pairs",
        "| commit of nmt | unknown |",
        "from unknown to unknown",
        "No test set was scored",
        "in choosing the model is unknown",
    ):
        assert row in text


def test_a_run_that_was_stopped_says_so(experiment: Experiment) -> None:
    text = card(experiment, dataclasses.replace(full_record(), finish_reason="interrupted"), [])
    assert "Training was stopped before its end" in text
    assert "| it ended because | it was stopped before its end |" in text


def test_paths_of_the_machine_are_left_out(experiment: Experiment, tmp_path: Path) -> None:
    assert str(tmp_path) not in card(experiment, full_record(), [evaluation()])


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markup_in_names_is_shown_and_not_obeyed(tmp_path: Path, payload: str) -> None:
    experiment = make_experiment(tmp_path / "text", card=dict.fromkeys(ABOUT, payload))
    text = card(experiment, dataclasses.replace(full_record(), name=payload), [])
    body = text.split("\n---\n", 1)[1].replace("<!-- `nmt train`", "")
    assert not re.search(r"(?<!\\)<(?!\s)[a-z/!]", body, re.IGNORECASE)
    assert parsed(text).data.model_name == " ".join(payload.split("\n")) or parsed(text).data.model_name == payload


@pytest.mark.parametrize(
    "tree",
    [
        {"a": "no", "b": "yes: [x]", "c": "# not a comment", "d": "- dash", "e": "'\"\\"},
        {"a": ["x", "y"], "b": [{"c": 1, "d": [{"e": 1.5}, {"f": "g"}]}], "h": {"i": {"j": "k"}}, "l": []},
        {"odd": "\x00\x07\x1b\x7f\x85\u2028\ufeff\ue000😀\t\n|ü漢"},
    ],
)
def test_yaml_reads_back_as_what_was_written(tree: dict[str, Any]) -> None:
    assert yaml.safe_load(to_yaml(tree)) == tree


def test_an_evaluation_of_the_same_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    better = (Score("BLEU", 50.0, "s", 49.0, 51.0), SCORES[1])
    for each in (evaluation(), evaluation("other"), evaluation(scores=better), evaluation(search={"beam": 1})):
        note_evaluation(tmp_path, each)
    expected = (evaluation(scores=better), evaluation("other"), evaluation(search={"beam": 1}))
    assert read_evaluations(tmp_path) == expected


def test_of_one_text_and_search_each_metric_has_one_score_the_last(tmp_path: Path) -> None:
    again, words = Score("BLEU", 40.0, "s"), Score("BLEU-words", 41.0, "s")
    scored = [SCORES, (words,), (again,)]
    for scores in scored:
        note_evaluation(tmp_path, evaluation(scores=scores))
    assert read_evaluations(tmp_path) == (evaluation(scores=(again, SCORES[1], words)),)
    old = [dataclasses.asdict(evaluation(scores=scores)) for scores in scored]  # as earlier versions kept them
    write_folder(tmp_path / "scores", {"scores.json": json.dumps(old).encode()}, {}, Disk())
    assert read_evaluations(tmp_path) == (evaluation(scores=(again, SCORES[1], words)),)


def test_scores_that_two_processes_note_at_once_are_all_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads, each with a lock of its own as processes have; both have read before the first can have written."""

    def read_and_wait(run: Path) -> tuple[Evaluation, ...]:
        found = read_evaluations(run)
        time.sleep(0.05)
        return found

    def note(name: str) -> None:
        with evaluations.only_noter(tmp_path):
            note_evaluation(tmp_path, evaluation(name))

    monkeypatch.setattr(evaluations, "read_evaluations", read_and_wait)
    threads = [threading.Thread(target=note, args=(name,)) for name in ("one", "other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert {each.source for each in read_evaluations(tmp_path)} == {
        evaluation(name).source for name in ("one", "other")
    }
    assert [path.name for path in tmp_path.iterdir()] == ["scores"]


def test_a_key_that_had_no_part_in_the_translations_makes_no_other_search(tmp_path: Path) -> None:
    sampled = SearchConfig(method="sample").model_dump()
    for search in (sampled, {**sampled, "beam": 4}, {**sampled, "samples": 2}):
        note_evaluation(tmp_path, evaluation(search=search))
    assert [one.search["samples"] for one in read_evaluations(tmp_path)] == [1, 2]


class Crash(Exception):
    """The process is gone."""


class CrashingDisk(Disk):
    """The process is gone before the second of the two renames by which one folder takes the place of another."""

    def rename(self, old: Path, new: Path) -> None:
        if old.name == "scores.tmp" and replaced(new).exists():
            raise Crash
        super().rename(old, new)


def crash_in_second_note(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note_evaluation(run, evaluation("first"))
    monkeypatch.setattr(evaluations, "Disk", CrashingDisk)
    with pytest.raises(Crash):
        note_evaluation(run, evaluation("second"))
    monkeypatch.undo()


def test_scores_noted_before_a_crash_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crash_in_second_note(tmp_path, monkeypatch)
    assert read_evaluations(tmp_path) == (evaluation("first"),)
    note_evaluation(tmp_path, evaluation("third"))
    assert read_evaluations(tmp_path) == (evaluation("first"), evaluation("third"))
    assert [path.name for path in tmp_path.iterdir()] == ["scores"]


def test_no_crash_brings_forgotten_scores_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crash_in_second_note(tmp_path, monkeypatch)
    forget_evaluations(tmp_path)
    assert read_evaluations(tmp_path) == ()
    note_evaluation(tmp_path, evaluation("third"))
    assert read_evaluations(tmp_path) == (evaluation("third"),)
    shutil.copytree(tmp_path / "scores", tmp_path / "scores.gone.tmp")  # a crash came after the second rename
    forget_evaluations(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_scores_that_were_changed_are_refused(tmp_path: Path) -> None:
    note_evaluation(tmp_path, evaluation())
    path = tmp_path / "scores" / "scores.json"
    path.write_bytes(path.read_bytes().replace(b"38.4321", b"48.4321"))
    with pytest.raises(
        CheckpointError, match=r"scores\.json was changed after .* and measure again with `nmt evaluate`\.$"
    ):
        read_evaluations(tmp_path)


def test_card_and_scores_are_of_one_model_and_go_with_it(tmp_path: Path, experiment: Experiment) -> None:
    run = tmp_path / "run"
    run.mkdir()
    forget_card(run)  # of a run that has none
    (run / "experiment.toml").write_bytes(experiment_bytes(experiment))
    full_record().save(run / "record.json")
    note_evaluation(run, evaluation())
    write_card(run)
    assert "38.43" in (run / "README.md").read_text(encoding="utf-8").replace("\\", "")
    forget_card(run)
    assert {path.name for path in run.iterdir()} == {"experiment.toml", "record.json"}
