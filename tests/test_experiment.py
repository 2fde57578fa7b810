"""The object a recipe fills."""

import re
import tomllib
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from nmt.config import Config
from nmt.corpus.config import CorpusConfig
from nmt.corpus.filters import FilterConfig
from nmt.errors import ConfigError
from nmt.experiment import CardConfig, Experiment, experiment_bytes, load_experiment
from nmt.models.build import ModelConfig
from nmt.models.rnn.decoder import RNNDecoderConfig
from nmt.models.rnn.encoder import RNNEncoderConfig
from nmt.models.transformer.layers import TransformerConfig
from nmt.search.config import SearchConfig
from nmt.tokenizer.sentencepiece import TokenizerConfig
from nmt.training.config import TrainingConfig
from tests.tiny import make_experiment

TABLES: dict[str, type[Config]] = {
    "The keys of a recipe": Experiment,
    "[corpus]": CorpusConfig,
    "[corpus.filters]": FilterConfig,
    "[tokenizer]": TokenizerConfig,
    "[model]": ModelConfig,
    '[model.encoder] with type "rnn"': RNNEncoderConfig,
    '[model.decoder] with type "rnn"': RNNDecoderConfig,
    '[model.encoder] and [model.decoder] with type "transformer"': TransformerConfig,
    "[training]": TrainingConfig,
    "[search]": SearchConfig,
    "[card]": CardConfig,
}


def test_a_saved_experiment_loads_equal_with_every_default_written_out(tmp_path: Path) -> None:
    experiment = make_experiment(tmp_path, corpus__filters={"drop_duplicates": True}, training__time_limit=90.0)
    (tmp_path / "experiment.toml").write_bytes(experiment_bytes(experiment))
    assert load_experiment(tmp_path / "experiment.toml") == experiment
    text = (tmp_path / "experiment.toml").read_text(encoding="utf-8")
    for section, default in {
        "[search]": "beam = 5",
        "[corpus.filters]": "max_words = 200",
        "[tokenizer]": "joint = true",
    }.items():
        assert section in text
        assert default in text


def test_paths_in_any_script_and_with_quotes_survive(tmp_path: Path) -> None:
    experiment = make_experiment(tmp_path / 'Übung "1"\\数据')
    (tmp_path / "experiment.toml").write_bytes(experiment_bytes(experiment))
    assert load_experiment(tmp_path / "experiment.toml") == experiment


def test_overrides_reach_the_experiment(tmp_path: Path) -> None:
    (tmp_path / "experiment.toml").write_bytes(experiment_bytes(make_experiment(tmp_path)))
    changed = load_experiment(tmp_path / "experiment.toml", ["seed=9", "search.beam=2"])
    assert (changed.seed, changed.search.beam) == (9, 2)


def test_a_tsv_corpus_is_one_file_for_each_part(tmp_path: Path) -> None:
    files = {name: {"source": f"{name}.tsv"} for name in ("train", "dev")}
    experiment = make_experiment(tmp_path, corpus={"reader": "tsv", **files})
    assert experiment.corpus.text("train").paths() == [Path("train.tsv")]


def test_the_test_files_are_checked_like_the_others(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"corpus\.test needs a source and a target"):
        make_experiment(tmp_path, corpus__test={"source": "test.de"})


def test_r_drop_needs_some_dropout(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"training\.r_drop has no effect without dropout"):
        make_experiment(tmp_path, training__r_drop=5.0, model__dropout=0.0)
    make_experiment(tmp_path, training__r_drop=5.0, model__dropout=0.0, model__word_dropout=0.1)


@pytest.mark.parametrize("sharing", ["target", "none"])
def test_two_tokenizers_go_with_tables_of_their_own(tmp_path: Path, sharing: str) -> None:
    experiment: Experiment = make_experiment(tmp_path, tokenizer__joint=False, model__share_embeddings=sharing)
    assert not experiment.tokenizer.joint


@pytest.mark.parametrize(
    "override", ["seed=-1", f"seed={2**32}", "tokenizer.character_coverage=0.97", "tokenizer.character_coverage=1.1"]
)
def test_what_no_library_would_take_is_refused_by_its_key(tmp_path: Path, override: str) -> None:
    (tmp_path / "experiment.toml").write_bytes(experiment_bytes(make_experiment(tmp_path)))
    with pytest.raises(ConfigError, match=override.partition("=")[0]):
        load_experiment(tmp_path / "experiment.toml", [override])


def test_a_column_is_not_translated_into_itself(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"corpus\.source_language and corpus\.target_language are both 'de'"):
        make_experiment(
            tmp_path,
            corpus__reader="datasets",
            corpus__source_language="de",
            corpus__target_language="de",
            corpus__train={"source": "some/where"},
            corpus__dev={"source": "some/where"},
        )


def default_in_toml(text: str) -> object:
    if text in ("required", "none"):
        return PydanticUndefined if text == "required" else None
    value = tomllib.loads(f"value = {text.strip('`')}")["value"]
    return tuple(value) if isinstance(value, list) else value


def test_the_reference_names_every_key_with_its_default() -> None:
    reference = (Path(__file__).resolve().parents[1] / "recipes" / "keys.md").read_text(encoding="utf-8")
    sections = dict(part.split("\n", 1) for part in re.split(r"^#+ ", reference, flags=re.MULTILINE)[1:])
    assert list(sections) == list(TABLES)
    for heading, config in TABLES.items():
        if config is SearchConfig:  # in the README: tests/search/test_hypothesis.py
            continue
        rows = re.findall(r"^\| `(\w+)` \| (.*?) \| .*\|$", sections[heading], re.MULTILINE)
        said = {key: default_in_toml(default) for key, default in rows}
        tables = {key for key, field in config.model_fields.items() if isinstance(field.default, Config)}
        tables |= {"type"} | ({"corpus", "model"} if config is Experiment else set())
        assert said == {key: field.default for key, field in config.model_fields.items() if key not in tables}, heading
