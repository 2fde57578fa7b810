"""Recipes: what is accepted, and what is said about the rest."""

import inspect
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from nmt.config import apply_override, dump_config, flat, load_config, parse_config, write_toml
from nmt.errors import ConfigError
from nmt.experiment import Experiment
from nmt.search.config import SearchConfig
from nmt.training.config import TrainingConfig
from tests.tiny import tiny_tree

RECIPE = "recipes/x/rnn.toml"


def tree_with(path: str, value: Any) -> dict[str, Any]:
    """The tiny recipe with one key set."""
    tree = tiny_tree(Path("text"))
    *tables, key = path.split(".")
    node = tree
    for table in tables:
        node = node.setdefault(table, {})
    node[key] = value
    return tree


def complaint(tree: dict[str, Any]) -> str:
    with pytest.raises(ConfigError) as failure:
        parse_config(Experiment, tree, RECIPE)
    return str(failure.value)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("model.decoder.atention", "is not a key. Did you mean 'model.decoder.attention'?"),
        ("model.encoder.direction", "is not a key. Did you mean 'model.encoder.bidirectional'?"),
        ("model.embeding_dim", "is not a key. Did you mean 'model.embedding_dim'?"),
        ("training.learnig_rate", "is not a key. Did you mean 'training.learning_rate'?"),
        ("corpus.test.sorce", "is not a key. Did you mean 'corpus.test.source'?"),
        ("corpus.filters.max_word", "is not a key. Did you mean 'corpus.filters.max_words'?"),
        ("validate_every", "is not a key. Did you mean 'training.validate_every'?"),
        ("decoder", "is not a key. Did you mean 'model.decoder'?"),
        (
            "model.encoder.nonlinearity",
            "is not a key. Known: type, cell, layers, dim, bidirectional, residual, layer_norm.",
        ),
        ("layers", "is not a key. Did you mean 'model.encoder.layers' or 'model.decoder.layers'?"),
        ("serch", "is not a key. Did you mean 'search'?"),
        ("training.dropout", "is not a key. Did you mean 'model.dropout'?"),
        ("corpus.dev.max_length", "is not a key. Did you mean 'corpus.max_length'?"),
        ("training.seed", "is not a key. Did you mean 'seed' or 'search.seed'?"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_known_one(path: str, message: str) -> None:
    tree = tree_with(path, 1)
    if path.startswith("corpus.test"):
        tree["corpus"]["test"] |= {"source": "a", "target": "b"}
    assert complaint(tree) == f"{RECIPE}: {path} {message}"


def test_a_dotted_key_in_quotation_marks_is_called_that() -> None:
    message = '"training.max_updates" is a single key, because of the quotation marks. Leave them out.'
    assert complaint(tiny_tree(Path("text")) | {"training.max_updates": 5}) == f"{RECIPE}: {message}"
    message = '"encoder.heads" is a single key, because of the quotation marks. Leave them out.'
    tree = tiny_tree(Path("text"))
    tree["model"]["encoder.heads"] = 4
    assert complaint(tree) == f"{RECIPE}: {message}"


def test_an_unknown_key_that_is_near_to_nothing_is_answered_with_all_that_are_known() -> None:
    message = complaint(tree_with("corpus.dev.xyzzy", 1))
    assert message == f"{RECIPE}: corpus.dev.xyzzy is not a key. Known: source, target, config, split, revision."


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("training.max_updates", "many", 'training.max_updates = "many": input should be a valid integer.'),
        ("training.max_updates", 2.5, "training.max_updates = 2.5: input should be a valid integer."),
        ("training.max_updates", True, "training.max_updates = true: input should be a valid integer."),
        ("training.max_updates", 0, "training.max_updates = 0: input should be greater than or equal to 1."),
        ("model.dropout", "0.1", 'model.dropout = "0.1": input should be a valid number.'),
        ("model.dropout", 1.0, "model.dropout = 1.0: input should be less than 1."),
        (
            "name",
            7,
            'name = 7: input should be a valid string, as in name = "7" (for --set: \'name="7"\').',
        ),
        ("corpus.train", "x.de", 'corpus.train = "x.de": must be a table, { ... }, with keys of its own.'),
        (
            "training.schedule",
            "linear",
            "training.schedule = \"linear\": input should be 'constant', 'inverse_sqrt' or 'cosine'.",
        ),
        ("training.learning_rate", float("nan"), "training.learning_rate = NaN: input should be a finite number."),
        ("model.encoder", {"type": "cnn"}, "model.encoder.type must be one of 'rnn', 'transformer', 'none'."),
        ("model.encoder", {"dim": 8}, "model.encoder.type must be one of 'rnn', 'transformer', 'none'."),
        ("model.decoder", {"dim": 8}, "model.decoder.type must be one of 'rnn', 'transformer'."),
        ("model.decoder", {"type": "none"}, "model.decoder.type must be one of 'rnn', 'transformer'."),
    ],
)
def test_a_wrong_value_is_refused_with_key_value_and_rule(path: str, value: Any, message: str) -> None:
    assert complaint(tree_with(path, value)) == f"{RECIPE}: {message}"


@pytest.mark.parametrize(
    ("override", "type", "others"),
    [
        ("model.encoder.type=transformer", "transformer", "cell, bidirectional"),
        ("model.encoder.type=none", "none", "cell, dim, bidirectional"),
        ("model.encoder.heads=4", "rnn", "heads"),
    ],
)
def test_keys_of_another_type_of_a_table_are_named_with_how_to_replace_it(
    override: str, type: str, others: str
) -> None:
    tree = tree_with("model.encoder.bidirectional", True)
    apply_override(tree, override)
    assert complaint(tree) == (
        f"{RECIPE}: model.encoder has type = '{type}' and keys that only another type has: {others}. Leave them out, "
        f"or replace the recipe's whole table: --set 'model.encoder={{type=\"{type}\"}}'."
    )
    apply_override(tree, f'model.encoder={{type="{type}"}}')
    assert parse_config(Experiment, tree | {"model": tree["model"] | {"decoder": {"type": "transformer"}}}, RECIPE)


def test_a_key_that_must_be_there_is_asked_for_with_what_it_says() -> None:
    tree = tiny_tree(Path("text"))
    del tree["name"], tree["corpus"]["train"], tree["corpus"]["dev"], tree["model"]["encoder"], tree["model"]["decoder"]
    files = 'usually two files with a sentence a line, as in {0} = {{ source = "{0}.de", target = "{0}.en" }}.'
    assert complaint(tree).split("\n") == [
        f'{RECIPE}: name is missing. It is what reports call the run, as in name = "first".',
        f"{RECIPE}: corpus.train is missing. It names the training text: {files.format('train')}",
        f"{RECIPE}: corpus.dev is missing. It names the text by which the best model is chosen, some hundred to two "
        f"thousand pairs held out of the training text: {files.format('dev')}",
        f'{RECIPE}: model.encoder is missing. It is a table with a type: {{ type = "rnn" }}, "transformer", or "none" '
        "for a language model.",
        f'{RECIPE}: model.decoder is missing. It is a table with a type: {{ type = "rnn" }} or "transformer".',
    ]


def test_whole_numbers_serve_where_any_number_does() -> None:
    experiment = parse_config(Experiment, tree_with("training.learning_rate", 1), RECIPE)
    assert experiment.training.learning_rate == 1.0


def test_every_mistake_is_listed_at_once() -> None:
    tree = tree_with("training.max_updates", "many")
    del tree["model"]
    tree["seed"] = -1
    assert complaint(tree).split("\n") == [
        f"{RECIPE}: seed = -1: input should be greater than or equal to 0.",
        f"{RECIPE}: model is missing. It is a table of the architecture: encoder and decoder.",
        f'{RECIPE}: training.max_updates = "many": input should be a valid integer.',
    ]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            "model.decoder",
            {"type": "transformer", "dim": 10, "heads": 4},
            "model.decoder.dim = 10 must be a multiple of model.decoder.heads = 4.",
        ),
        (
            "model.encoder",
            {"type": "transformer", "dim": 12, "heads": 4, "positions": "rotary"},
            "model.encoder.positions = 'rotary' turns components in pairs: model.encoder.dim / model.encoder.heads = 3 "
            "must be even.",
        ),
        (
            "model.decoder",
            {"type": "rnn", "dim": 10, "heads": 4, "attention": "multihead"},
            "model.decoder.dim = 10 must be a multiple of model.decoder.heads = 4.",
        ),
        (
            "model.decoder",
            {"type": "rnn", "dim": 10, "heads": 2, "attention": "dot"},
            "model.decoder.heads has no effect without model.decoder.attention = 'multihead'.",
        ),
        (
            "model.encoder",
            {"type": "transformer", "max_positions": 100},
            "model.encoder.max_positions has no effect without model.encoder.positions = 'learned'.",
        ),
        (
            "tokenizer",
            {"kind": "bpe", "sampling": 0.1},
            "tokenizer.sampling needs tokenizer.kind = 'unigram': only it can list other segmentations.",
        ),
        (
            "tokenizer.joint",
            False,
            "model.share_embeddings = 'all' needs tokenizer.joint = true; use 'target' with two tokenizers.",
        ),
        ("search", {"beam": 2, "n_best": 3}, "search.n_best = 3 needs a beam at least as wide; search.beam = 2."),
        ("training.betas", [0.9, 1.0], "training.betas = [0.9, 1.0] must be at least 0 and below 1."),
        ("training.betas", [0.9], "training.betas = [0.9] must be two numbers, as in [0.9, 0.98]."),
        ("training.betas", 0.9, "training.betas = 0.9 must be two numbers, as in [0.9, 0.98]."),
        ("training.betas", [0.9, "x"], "training.betas = [0.9, 'x'] must be two numbers, as in [0.9, 0.98]."),
        (
            "corpus.dev",
            {"source": "dev.de"},
            "With corpus.reader = 'parallel', corpus.dev needs a source and a target.",
        ),
        (
            "corpus.reader",
            "tsv",
            "With corpus.reader = 'tsv', corpus.train is one file, its source: leave out the target.",
        ),
        (
            "corpus.reader",
            "datasets",
            "With corpus.reader = 'datasets', corpus.train is one data set or file, its source: leave out the target.",
        ),
        (
            "corpus.reader",
            "tmx",
            "With corpus.reader = 'tmx', corpus.train is one file, its source: leave out the target.",
        ),
        (
            "corpus.dev",
            {"source": "a.de", "target": "a.en", "split": "x"},
            "corpus.dev.split is for a data set of the Hugging Face hub (corpus.reader = 'datasets'); a.de is a file.",
        ),
    ],
)
def test_what_cannot_go_together_is_refused_in_one_sentence(path: str, value: Any, message: str) -> None:
    assert complaint(tree_with(path, value)) == f"{RECIPE}: {message}"


def test_how_text_is_sampled_may_be_said_where_none_is() -> None:
    """A run's own recipe says every value, and a recipe may be tried without."""
    tree = tree_with("tokenizer", {"sampling": 0.5, "sampling_candidates": 8, "sampling_smoothing": 0.5})
    apply_override(tree, "tokenizer.sampling=0")
    assert parse_config(Experiment, tree, RECIPE).tokenizer.sampling_candidates == 8


def data_sets(**changes: Any) -> dict[str, Any]:
    """A recipe that names data sets."""
    tree = tiny_tree(Path("text"))
    tree["corpus"] |= {"reader": "datasets", "train": {"source": "a/b", "split": "part"}, "dev": {"source": "a/b"}}
    tree["corpus"] |= changes
    return tree


def test_data_sets_of_the_hub_and_files_in_their_formats_may_be_mixed() -> None:
    tree = data_sets(dev={"source": "dev.jsonl"}, test={"source": "a/b", "config": "c", "revision": "d"})
    corpus = parse_config(Experiment, tree, RECIPE).corpus
    texts = [corpus.text(part) for part in ("train", "dev", "test")]
    assert [text.split for text in texts] == ["part", None, "test"]
    assert [text.columns for text in texts] == [("de", "en")] * 3
    assert (texts[2].config, texts[2].revision) == ("c", "d")


@pytest.mark.parametrize("key", ["config", "split", "revision"])
def test_a_file_has_no_splits(key: str) -> None:
    message = (
        f"corpus.dev.{key} is for a data set of the Hugging Face hub (corpus.reader = 'datasets'); a.csv is a file."
    )
    assert complaint(data_sets(dev={"source": "a.csv", key: "x"})) == f"{RECIPE}: {message}"


@pytest.mark.parametrize("language", ["source_language", "target_language"])
@pytest.mark.parametrize("reader", ["datasets", "tmx"])
def test_a_data_set_and_a_translation_memory_need_languages(reader: str, language: str) -> None:
    needed = "corpus.source_language and corpus.target_language: by them it finds the two texts."
    tree = data_sets(reader=reader, train={"source": "a"}, **{language: ""})
    assert complaint(tree) == f"{RECIPE}: corpus.reader = '{reader}' needs {needed}"


def test_heads_bind_no_attention_that_has_none() -> None:
    decoder = {"type": "rnn", "dim": 10, "heads": 4, "attention": "dot"}
    assert parse_config(Experiment, tree_with("model.decoder", decoder), RECIPE).model.decoder.dim == 10


def test_a_config_cannot_be_changed() -> None:
    experiment = parse_config(Experiment, tiny_tree(Path("text")), RECIPE)
    with pytest.raises(ValidationError, match="frozen"):
        experiment.training.max_updates = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("override", "value"),
    [
        ("training.learning_rate=2e-4", 2e-4),
        (" training.learning_rate = 2e-4 ", 2e-4),
        ("training.betas=[0.9, 0.99]", [0.9, 0.99]),
        ("corpus.filters.drop_duplicates=true", True),
        ("name=second try", "second try"),
        ('name="7"', "7"),
        ("name=a=b", "a=b"),
        ("tokenizer.sampling=0.5", 0.5),
    ],
)
def test_an_override_is_read_as_toml_or_else_as_text(override: str, value: Any) -> None:
    tree: dict[str, Any] = {"name": "tiny", "training": {"seed": 1}}
    apply_override(tree, override)
    node: Any = tree
    for key in override.partition("=")[0].strip().split("."):
        node = node[key]
    assert node == value
    assert tree["training"]["seed"] == 1


@pytest.mark.parametrize("override", ["training.seed", "=1", "training..seed=1", "training.=1"])
def test_an_override_without_key_and_value_is_refused_with_an_example(override: str) -> None:
    with pytest.raises(ConfigError) as failure:
        apply_override({}, override)
    message = f"--set {override}: an override has the form key=value, such as seed=2 or model.dropout=0.2."
    assert str(failure.value) == message


def test_an_override_that_is_not_utf8_is_refused_as_a_recipe_that_is_not() -> None:
    with pytest.raises(ConfigError) as failure:
        apply_override({}, "corpus.train.source=Stra\udcdfe.de")  # as Python has a name in WINDOWS-1252
    remedy = "If it is the name of a file, give that another one."
    assert str(failure.value) == f"--set corpus.train.source=Stra\\udcdfe.de: not UTF-8, as a recipe is. {remedy}"


def test_an_override_cannot_go_below_a_value() -> None:
    with pytest.raises(
        ConfigError, match=r"^--set name\.first=1: name is a value, not a table, so it has no key below"
    ):
        apply_override({"name": "tiny"}, "name.first=1")


def test_overrides_are_checked_as_the_recipe_is(tmp_path: Path) -> None:
    path = tmp_path / "tiny.toml"
    path.write_text(write_toml(tiny_tree(tmp_path)), encoding="utf-8")
    changed = load_config(Experiment, path, ["training.max_updates=7", "model.decoder.attention=additive"])
    assert (changed.training.max_updates, dump_config(changed)["model"]["decoder"]["attention"]) == (7, "additive")
    with pytest.raises(ConfigError) as failure:
        load_config(Experiment, path, ["training.max_update=7"])
    known = "is not a key. Did you mean 'training.max_updates'?"
    assert str(failure.value) == f"{path}: training.max_update {known}"


def test_a_recipe_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path) -> None:
    def reason(path: Path, content: bytes | None = None) -> str:
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ConfigError) as failure:
            load_config(Experiment, path)
        return str(failure.value)

    missing, recipe = tmp_path / "missing.toml", tmp_path / "recipe.toml"
    assert reason(missing).startswith(f"{missing}: no such recipe. Give the path of a TOML file")
    assert reason(tmp_path) == f"{tmp_path} is a folder, not a recipe. Give the path of a TOML file."
    assert reason(recipe, b'name = "\xff"') == f"{recipe}: not UTF-8 at byte 8. Save the recipe as UTF-8."
    assert reason(recipe, b"seed = 1\r\nname = first\r\n") == (
        f"{recipe}: Invalid value (at line 2, column 8): name = first\n"
        "A line is [table] or key = value, with text in quotation marks."
    )
    assert reason(recipe, b"seed = [1,").startswith(f"{recipe}: Invalid value (at end of document). A line is")


def test_what_is_built_in_python_is_refused_as_in_a_recipe() -> None:
    with pytest.raises(ConfigError) as failure:
        SearchConfig(bem=3)  # type: ignore[call-arg]
    assert str(failure.value) == "SearchConfig: bem is not a key. Did you mean 'beam'?"
    with pytest.raises(ConfigError, match=r"^SearchConfig: beam = 0: input should be greater than or equal to 1\.$"):
        SearchConfig(beam=0)
    assert "beam" in inspect.signature(SearchConfig).parameters
    assert complaint(tree_with("search.bem", 3)) == f"{RECIPE}: search.bem is not a key. Did you mean 'search.beam'?"


@pytest.mark.parametrize("table", ["corpus", "model.encoder"])
def test_a_table_that_was_pasted_beside_another_is_named(tmp_path: Path, table: str) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(f"[{table}]\n[training]\n[{table}]\n", encoding="utf-8")
    with pytest.raises(ConfigError) as failure:
        load_config(Experiment, path)
    said = (
        rf"{re.escape(str(path))}: \[{table}\] is there a second time at line 3, column \d+\. Keep one of the two, .*"
    )
    assert re.fullmatch(said, str(failure.value))


def test_a_byte_order_mark_before_a_recipe_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "tiny.toml"
    path.write_text("\ufeff" + write_toml({"beam": 3}), encoding="utf-8")
    assert load_config(SearchConfig, path).beam == 3


def test_a_written_config_reads_back_equal() -> None:
    experiment = parse_config(Experiment, tiny_tree(Path("text")), RECIPE)
    text = write_toml(dump_config(experiment))
    assert parse_config(Experiment, tomllib.loads(text), "again") == experiment
    assert "time_limit" not in text  # None has no TOML
    assert TrainingConfig().time_limit is None


def test_keys_of_nested_tables_are_their_paths() -> None:
    assert flat({"a": 1, "b": {"c": [2], "d": {"e": "f"}}, "g": {}}) == {"a": 1, "b.c": [2], "b.d.e": "f"}


KEYS = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=6)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
FLAT = TEXT | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans()
LEAVES = FLAT | st.lists(FLAT, max_size=3)
TABLES = st.dictionaries(KEYS, LEAVES, max_size=3)
TREES = st.dictionaries(KEYS, LEAVES | TABLES | st.dictionaries(KEYS, TABLES, max_size=2), max_size=4)


@given(TREES)
def test_any_nested_tables_survive_writing_as_toml(tree: dict[str, Any]) -> None:
    assert tomllib.loads(write_toml(tree)) == tree
