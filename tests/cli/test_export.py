"""nmt export, and nmt translate --backend"""

import json
import math
import re
import runpy
import shutil
from collections.abc import Callable, Sequence
from copy import deepcopy as copy_of
from pathlib import Path

import numpy as np
import pytest
import torch
import typer
from typer.testing import CliRunner, Result

import nmt
from nmt.cli import export as command
from nmt.cli import shortlist, translate
from nmt.corpus.batching import pad
from nmt.corpus.readers import Pair
from nmt.errors import CheckpointError, ConfigError, DataError, ExportError
from nmt.experiment import Experiment
from nmt.export import verify, write
from nmt.export.ctranslate2 import ctranslate2_files
from nmt.export.write import _shortlist_files
from nmt.models.build import EncoderDecoder
from nmt.run.verify import problems
from nmt.search.config import SearchConfig
from nmt.search.run import search
from nmt.storage.disk import Disk
from nmt.storage.folder import read_folder, replaced, sha256, write_folder
from nmt.tokenizer.base import BOS_ID, EOS_ID
from nmt.translation.load import load_member
from nmt.translation.shortlist import Shortlist
from tests.tiny import invented_pairs, run

pytest.importorskip("ctranslate2", reason="the extra `export` is not installed")
pytest.importorskip("onnx", reason="the extra `export` is not installed")
pytest.importorskip("onnxruntime", reason="the extra `export` is not installed")

STACK = {"type": "transformer", "dim": 16, "heads": 2, "layers": 1, "feed_forward_dim": 24}
# An untrained model seldom stops by itself, and finds many hypotheses about as good as the best.
SEARCH = {"search__beam": 1, "search__max_length_ratio": 1.0, "search__max_length_extra": 2}


def invoke(function: Callable[..., None], *arguments: object, text: str = "") -> Result:
    app = typer.Typer()
    app.command()(function)
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=text)


@pytest.fixture(scope="module")
def transformer(tiny_experiment: Callable[..., Experiment], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a Transformer. Read only."""
    folder = tmp_path_factory.mktemp("transformer")
    run(tiny_experiment(folder / "text", model__encoder=STACK, model__decoder=STACK, **SEARCH), folder / "run")
    return folder / "run"


@pytest.fixture
def copy(transformer: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(transformer, tmp_path / "run"))


@pytest.fixture
def any_translation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a test is not about what is translated: an untrained model in 8 bits may write anything."""
    for kind in ("float32", "int8"):
        monkeypatch.setitem(verify.RULES, kind, verify.Rule(0.0, 100.0))


def clear(folder: Path, pairs: Sequence[Pair], margins: Sequence[float], number: int) -> list[str]:
    """Options that have an export verified on the `number` pairs whose translation is decided most clearly.

    What an untrained model prefers by less than 0.0001 may be otherwise on another processor.
    """
    order = sorted(range(len(pairs)), key=lambda index: -margins[index])[:number]
    assert margins[order[-1]] > 1e-4
    for name, side in (("a", "source"), ("b", "target")):
        text = "".join(f"{getattr(pairs[index], side)}\n" for index in order)
        (folder / name).write_text(text, encoding="utf-8")
    return ["--source", str(folder / "a"), "--reference", str(folder / "b")]


def greedy_margins(run_dir: Path, lines: Sequence[str]) -> list[float]:
    """By how much the best token of each step is ahead of the next one, at least."""
    translator = nmt.load(run_dir)
    found = []
    for line in lines:
        batch = pad([[*translator.tokenizers.source.encode(line), EOS_ID]])
        ((best,),) = search(translator.model, *batch, translator.search)
        with torch.no_grad():
            features = translator.model(*batch, torch.tensor([[BOS_ID, *best.tokens[:-1]]]))
            logits = translator.model.logits(features)[0]
        logits[:, :3] = -math.inf  # padding, unknown and begin-of-sentence are impossible there
        first, second = logits.topk(2).values.unbind(dim=1)
        found.append(float((first - second).min()))
    return found


def test_an_exported_transformer_translates_as_the_run_does(copy: Path, tmp_path: Path) -> None:
    pairs = invented_pairs()
    given = clear(tmp_path, pairs, greedy_margins(copy, [pair.source for pair in pairs]), 6)
    done = invoke(command.export, copy, "--format", "ctranslate2", *given)
    assert done.exit_code == 0, done.exception
    first, second, *_ = done.stderr.split("\n")
    assert first == "nmt: Translating 6 sentences with both engines ..."
    assert "6 of 6 sentences have the same text, BLEU" in second
    assert "nmt: only 6 sentences could be compared" in done.stderr
    assert problems(copy) == []
    lines = (tmp_path / "a").read_text(encoding="utf-8").split("\n")[:5]
    text = "".join(f"{line}\n" for line in [*lines, "", lines[0]])
    ours, theirs = (
        invoke(translate.translate, copy, "--backend", backend, text=text).stdout for backend in ("nmt", "ctranslate2")
    )
    assert ours == theirs
    assert len(ours.split("\n")) == 8
    n_best = invoke(translate.translate, copy, "--backend", "ctranslate2", "--n-best", 3, text=text).stdout
    assert [line.split(" ||| ")[0] for line in n_best.split("\n")[:6]] == ["0", "0", "0", "1", "1", "1"]


@pytest.mark.usefixtures("any_translation")
def test_weights_of_8_bits_take_less_room_in_either_format(transformer: Path, run_copy: Path, tmp_path: Path) -> None:
    assert invoke(shortlist.shortlist, run_copy).exit_code == 0
    for model, format, file in ((transformer, "ctranslate2", "model.bin"), (run_copy, "onnx", "step.onnx")):
        sizes = []
        for kind in ("float32", "int8"):
            out = tmp_path / f"{format}-{kind}"
            assert invoke(command.export, model, "--format", format, "--quantization", kind, "-o", out).exit_code == 0
            assert read_folder(out).about["quantization"] == kind
            sizes.append((out / file).stat().st_size)
        assert sizes[1] < sizes[0]
    with np.load(tmp_path / "onnx-int8" / "shortlist.npz") as tables:
        assert tables["weight"].dtype == np.float32  # the output of a shortlist stays as it is


@pytest.mark.usefixtures("any_translation")
def test_an_export_that_takes_the_place_of_another_one_says_so(copy: Path) -> None:
    given = [copy, "--format", "ctranslate2"]
    said = [
        invoke(command.export, *given, "--quantization", kind).stderr for kind in ("float32", "float32", "int8", "int8")
    ]
    assert [text.count(" was replaced") for text in said] == [0, 0, 1, 0]
    assert (
        f"nmt: The export that was in {copy / 'export' / 'ctranslate2'} (ctranslate2, float32, checkpoint best) was "
        "replaced; --output keeps one elsewhere.\n"
    ) in said[2]


@pytest.mark.usefixtures("any_translation")
def test_a_changed_byte_of_an_exported_model_is_found(copy: Path) -> None:
    invoke(command.export, copy, "--format", "ctranslate2", "--quantization", "int8")
    path = copy / "export" / "ctranslate2" / "model.bin"
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 4]))
    again = f"Make it again: `nmt export {copy} --format ctranslate2 --quantization int8`."
    (problem,) = problems(copy)
    assert problem.startswith(f"{path} was changed")
    assert problem.endswith(again)
    failure = invoke(translate.translate, copy, "--backend", "ctranslate2").exception
    assert isinstance(failure, CheckpointError)
    assert str(failure) == problem


def test_a_model_that_translates_differently_is_not_exported(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(verify.RULES, "float32", verify.Rule(1.01, 0.1))
    before = sorted(copy.rglob("*"))
    failure = invoke(command.export, copy, "--format", "ctranslate2").exception
    assert isinstance(failure, ExportError)
    assert re.search(r"does not translate as ours does: \d of 6 sentences", str(failure))
    assert sorted(copy.rglob("*")) == before


@pytest.mark.usefixtures("any_translation")
def test_an_export_of_another_checkpoint_than_the_run_has_now_is_not_used(copy: Path) -> None:
    invoke(command.export, copy, "--format", "ctranslate2")
    folder = copy / "export" / "ctranslate2"
    manifest = copy / "models" / "step-2" / "manifest.json"
    manifest.write_bytes(manifest.read_bytes() + b"\n")
    (copy / "models" / "best").unlink()
    (copy / "models" / "best").write_text(f"step-2 {sha256(manifest.read_bytes())}\n", encoding="utf-8")
    failure = invoke(translate.translate, copy, "--backend", "ctranslate2").exception
    assert isinstance(failure, CheckpointError)
    assert str(failure) == (
        f"{folder} was not made from what is now the checkpoint 'best' of {copy}. Make it again: "
        f"`nmt export {copy} --format ctranslate2`."
    )


def test_an_exported_recurrent_model_brings_its_own_program(run_copy: Path, tmp_path: Path) -> None:
    pairs = invented_pairs()
    ranked = nmt.load(run_copy).translate([pair.source for pair in pairs], search=SearchConfig(n_best=2))
    margins = [one.hypotheses[0].score - one.hypotheses[1].score for one in ranked]
    given = clear(tmp_path, pairs, margins, 40)
    done = invoke(command.export, run_copy, "--format", "onnx", "--output", tmp_path / "out", *given)
    assert done.exit_code == 0, done.exception
    assert "40 of 40 sentences have the same text" in done.stderr
    program = runpy.run_path(str(tmp_path / "out" / "translate.py"))
    translator = program["Translator"].load(tmp_path / "out")
    lines = (tmp_path / "a").read_text(encoding="utf-8").split("\n")[:5]
    ours = invoke(translate.translate, run_copy, text="".join(f"{line}\n" for line in lines)).stdout
    assert translator.translate(lines) == ours.split("\n")[:-1]
    assert json.loads((tmp_path / "out" / "config.json").read_text(encoding="utf-8"))["beam"] == 5


def test_the_onnx_backend_translates_as_the_run_does_with_its_shortlist_or_without(
    run_copy: Path, tmp_path: Path
) -> None:
    pairs = invented_pairs()[:20]
    given = clear(tmp_path, pairs, greedy_margins(run_copy, [pair.source for pair in pairs]), 5)
    assert invoke(shortlist.shortlist, run_copy).exit_code == 0
    assert invoke(command.export, run_copy, "--format", "onnx", *given).exit_code == 0
    text = (tmp_path / "a").read_text(encoding="utf-8")

    def translated(*options: object) -> str:
        done = invoke(translate.translate, run_copy, "--beam", 1, *options, text=text)
        assert done.exit_code == 0, done.exception
        return done.stdout

    assert translated("--backend", "onnx") == translated()
    assert translated("--backend", "onnx", "--shortlist") == translated("--shortlist")
    listed, folder = run_copy / "shortlist.safetensors", run_copy / "export" / "onnx"

    def refused(*options: str) -> str:
        failure = invoke(translate.translate, run_copy, "--backend", "onnx", *options).exception
        assert isinstance(failure, CheckpointError)
        return str(failure)

    again = f"`nmt export {run_copy} --format onnx`."
    listed.write_bytes(listed.read_bytes() + b" ")
    assert refused("--shortlist").endswith(f"without the shortlist that it has now. Export it again: {again}")
    listed.unlink()
    assert refused("--shortlist").endswith(f"`nmt shortlist {run_copy}` makes one; then {again}")
    read = read_folder(folder)
    older = {name: content for name, content in read.files.items() if name != "output.onnx"}
    write_folder(folder, older, read.about, Disk())
    assert refused() == f"{folder} is of another format, or an earlier version made it. Make it again: {again}"
    write_folder(folder, read.files, read.about | {"format": "ctranslate2"}, Disk())
    assert refused() == f"{folder} is of another format, or an earlier version made it. Make it again: {again}"
    write_folder(folder, older, read.about | {"quantization": "int8", "checkpoint": "last:2"}, Disk())
    as_it_was = f"`nmt export {run_copy} --format onnx --quantization int8 --checkpoint last:2`."
    assert refused().endswith(f"Make it again: {as_it_was}")


@pytest.mark.usefixtures("any_translation")
def test_a_shortlist_that_cannot_be_read_is_left_out_of_an_export_which_says_so(run_copy: Path) -> None:
    (run_copy / "shortlist.safetensors").write_bytes(b"?")
    done = invoke(command.export, run_copy, "--format", "onnx")
    assert done.exit_code == 0, done.exception
    assert f"nmt: exported without a shortlist: {run_copy / 'shortlist.safetensors'} is damaged" in done.stderr
    assert not list((run_copy / "export" / "onnx").glob("shortlist*"))


def test_what_to_verify_with_is_missing_by_its_key_or_the_other_way_round(run_copy: Path) -> None:
    recipe = run_copy / "experiment.toml"
    recipe.write_text(recipe.read_text(encoding="utf-8").replace("dev.de", "gone.de"), encoding="utf-8")
    with pytest.raises(
        DataError, match=r"gone\.de: no such file\. It is corpus\.dev of .*toml\. Or verify on other text"
    ):
        next(command._pairs(run_copy, None, None))
    with pytest.raises(ConfigError, match="the other way round"):
        next(command._pairs(run_copy, Path("new.en"), Path("new.de")))


def test_a_shortlist_that_translates_differently_is_not_exported(
    run_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = invented_pairs()[:20]
    given = clear(tmp_path, pairs, greedy_margins(run_copy, [pair.source for pair in pairs]), 5)
    assert invoke(shortlist.shortlist, run_copy).exit_code == 0

    def confused(model: EncoderDecoder, listed: Shortlist) -> dict[str, bytes]:
        other = copy_of(model)
        with torch.no_grad():
            other.output.weight.neg_()
        return _shortlist_files(other, listed)

    monkeypatch.setattr(write, "_shortlist_files", confused)
    failure = invoke(command.export, run_copy, "--format", "onnx", *given).exception
    assert isinstance(failure, ExportError)
    assert str(failure).startswith(f"With {run_copy / 'shortlist.safetensors'}: The exported model does not translate")
    assert str(failure).endswith(f"make a new one with `nmt shortlist {run_copy}`, or remove the file.")
    assert not (run_copy / "export").exists()


@pytest.mark.parametrize("backend", ["ctranslate2", "onnx"])
@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["--format", "jsonl"], "--format jsonl"),
        (["--alignment"], "--alignment"),
        (["--glossary", "terms.tsv"], "--glossary"),
        (["--exact"], "--exact"),
        (["--score", "x"], "--score"),
        (["--int8"], "--int8 (give --quantization int8 to `nmt export`)"),
        (["--checkpoint", "last"], "--checkpoint (give it to `nmt export`)"),
    ],
)
def test_an_option_that_another_engine_does_not_have_is_named(
    transformer: Path, backend: str, arguments: list[str], option: str
) -> None:
    failure = invoke(translate.translate, transformer, "--backend", backend, *arguments).exception
    assert isinstance(failure, ConfigError)
    assert str(failure) == f"--backend {backend} does not do {option}. Leave out one of them."


def test_a_shortlist_is_refused_for_ctranslate2(transformer: Path) -> None:
    failure = invoke(translate.translate, transformer, "--backend", "ctranslate2", "--shortlist").exception
    assert isinstance(failure, ConfigError)
    assert str(failure) == "--backend ctranslate2 does not do --shortlist. Leave out one of them."


@pytest.mark.parametrize("backend", ["ctranslate2", "onnx"])
def test_several_runs_are_refused_for_another_engine(transformer: Path, backend: str) -> None:
    failure = invoke(translate.translate, transformer, transformer, "--backend", backend).exception
    assert isinstance(failure, ConfigError)
    assert str(failure) == f"--backend {backend} does not do more than one RUN. Leave out one of them."


@pytest.mark.usefixtures("any_translation")
def test_the_checkpoint_that_is_asked_for_is_exported(
    tiny_experiment: Callable[..., Experiment], tmp_path: Path
) -> None:
    changes = {"training__validate_every": 1, "training__keep_last": 2}
    made = tiny_experiment(tmp_path / "text", model__encoder=STACK, model__decoder=STACK, **SEARCH, **changes)
    run(made, tmp_path / "run")
    done = invoke(command.export, tmp_path / "run", "--format", "ctranslate2", "--checkpoint", "last:2")
    assert done.exit_code == 0, done.exception
    read = read_folder(tmp_path / "run" / "export" / "ctranslate2")

    def weights(checkpoint: str) -> bytes:
        model, about, tokenizers = load_member(tmp_path / "run", checkpoint)
        return ctranslate2_files(model, tokenizers, about.model, "float32", read.about["positions"])["model.bin"]

    assert weights("step-1") != weights("last:2") != weights("step-2")
    assert read.files["model.bin"] == weights("last:2")
    translated = invoke(translate.translate, tmp_path / "run", "--backend", "ctranslate2", text="der Hund\n")
    assert translated.stdout.count("\n") == 1


@pytest.mark.usefixtures("any_translation")
def test_a_search_key_that_ctranslate2_does_not_have_is_named_before_the_output_is_opened(copy: Path) -> None:
    assert invoke(command.export, copy, "--format", "ctranslate2").exit_code == 0
    (copy / "out").write_text("as it was", encoding="utf-8")
    options = ["--backend", "ctranslate2", "--set", "coverage=0.2", "-o", copy / "out"]
    failure = invoke(translate.translate, copy, *options).exception
    assert isinstance(failure, ConfigError)
    assert str(failure).startswith("The ctranslate2 backend has no search.coverage = 0.2. Give --set coverage=0.0")
    options[-3] = "max_length_extra=10_000"
    failure = invoke(translate.translate, copy, *options).exception
    assert isinstance(failure, ConfigError)
    assert "positions. Lower them." in str(failure)
    assert (copy / "out").read_text(encoding="utf-8") == "as it was"


def test_an_export_that_a_crash_left_under_another_name_is_there_again_whatever_comes_of_the_new_one(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "export" / "onnx"
    write_folder(replaced(folder), {"step.onnx": b"graph"}, {"format": "onnx"}, Disk())
    assert isinstance(invoke(command.export, tmp_path, "--format", "onnx").exception, CheckpointError)  # no model
    assert read_folder(folder).files == {"step.onnx": b"graph"}


def test_mistakes_are_named(transformer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def message(function: Callable[..., None], *arguments: object) -> str:
        failure = invoke(function, *arguments).exception
        assert isinstance(failure, (ConfigError, CheckpointError, DataError, ExportError)), failure
        return str(failure)

    missing = transformer / "export" / "ctranslate2"
    assert message(translate.translate, transformer, "--backend", "ctranslate2") == (
        f"{missing} is missing: `nmt export {transformer} --format ctranslate2` makes it."
    )
    assert message(translate.translate, transformer, "--backend", "onnx").endswith(
        "only recurrent models are exported to ONNX. Export a Transformer with --format ctranslate2."
    )
    assert message(translate.translate, transformer, "--backend", "x") == (
        "--backend x: must be nmt, ctranslate2 or onnx."
    )
    assert message(command.export, transformer, "--format", "x") == "--format x: must be one of ctranslate2, onnx."
    assert message(command.export, transformer, "--format", "onnx", "--quantization", "int4") == (
        "--quantization int4: must be one of float32, int8."
    )
    assert message(command.export, transformer, "--format", "onnx").startswith("model.encoder.type = 'transformer':")
    assert message(command.export, transformer, "--format", "onnx", "--source", "x").startswith(
        "--reference is missing"
    )
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").touch()
    assert message(command.export, transformer, "--format", "ctranslate2", "--output", tmp_path / "full") == (
        f"{tmp_path / 'full'} is there and is no exported model, or none that can be read. Name a new folder with "
        "--output, or delete it if an export is all it was."
    )
    absent = ["--source", tmp_path / "no", "--reference", tmp_path / "no"]
    assert message(command.export, transformer, "--format", "ctranslate2", *absent).startswith(f"{tmp_path / 'no'}: no")
