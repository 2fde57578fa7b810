"""A recurrent model as ONNX graphs: the same probabilities, and a runner that finds the same translations."""

import ast
import contextlib
import gzip
import io
import json
import math
import os
import runpy
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import PIPE
from typing import Any

import numpy as np
import pytest
import torch

from nmt.cli.stream_warnings import Oddities
from nmt.config import parse_config
from nmt.errors import ConfigError
from nmt.export.backend import ExportedTranslator
from nmt.export.keys import HONOURED
from nmt.export.onnx import encoder_graph, onnx_files, output_graph, shortlist_graph, step_graph
from nmt.export.onnx_search import OnnxSearch
from nmt.export.write import _runner_files, _shortlist_files
from nmt.models.build import EncoderDecoder, ModelConfig, build_model
from nmt.models.saved import SavedModel
from nmt.search.config import WIDEST, SearchConfig
from nmt.tokenizer.base import BOS_ID, EOS_ID
from nmt.tokenizer.pair import TokenizerPair
from nmt.translation.formats import Record
from nmt.translation.result import Candidate, Translation
from nmt.translation.shortlist import Shortlist
from nmt.translation.translator import Translator
from tests.contracts.architectures import DECODERS, ENCODERS, build, sentences
from tests.export.test_keys import asking
from tests.tiny import VOCAB_SIZE, invented_pairs

pytest.importorskip("onnx", reason="the extra `export` is not installed")
runtime = pytest.importorskip("onnxruntime", reason="the extra `export` is not installed")
SIDES = [[name for name, tree in sides.items() if tree["type"] == "rnn"] for sides in (ENCODERS, DECODERS)]
ARCHITECTURES = [f"{encoder}/{SIDES[1][0]}" for encoder in SIDES[0]] + [f"bi-gru/{decoder}" for decoder in SIDES[1]]
LINES = [pair.source for pair in invented_pairs()][:20]
BEAM, COUNT = 2, 5
MAX_LENGTH = 30
Files = dict[str, bytes]


def disturb(model: EncoderDecoder) -> EncoderDecoder:
    """In float32, with no weight that is zero or one by its initialisation."""
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return model.float().eval()


def start(graph: Any) -> Any:
    return runtime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_next_tokens_and_their_probabilities_are_those_of_the_model(architecture: str) -> None:
    model = disturb(build(architecture))
    encoder, step, output = map(start, (encoder_graph(model), step_graph(model), output_graph(model)))
    source, mask = sentences()
    lengths = mask.sum(dim=1).int().numpy()
    keys, values, *states = encoder.run(None, {"source": source.numpy(), "lengths": lengths})
    given = {f"state_{index}": np.repeat(one, BEAM, axis=0) for index, one in enumerate(states)}
    given["feed"] = np.zeros((len(source) * BEAM, model.output.weight.shape[1]), np.float32)
    fixed = {"mask": mask.numpy(), "keys": keys, "values": values}
    names = {one.name for one in step.get_inputs()}
    tokens = torch.full((len(source) * BEAM,), BOS_ID)
    with torch.inference_mode():
        memory = model.encode(source, mask)
        state = model.start(memory).select(torch.arange(len(source)).repeat_interleave(BEAM))
        for _ in range(4):
            features, state = model.step(tokens, state, memory)
            log_probs = torch.log_softmax(model.logits(features), dim=-1)
            log_probs[:, :3] = float("-inf")
            expected, following = log_probs.topk(COUNT)
            inputs = {"tokens": tokens.numpy(), **fixed, **given}
            found = step.run(None, {name: value for name, value in inputs.items() if name in names})
            answer = dict(zip([one.name for one in step.get_outputs()], found, strict=True))
            answer["next_feed"] = answer["features"]
            log_probs, chosen = output.run(None, {"features": answer["features"], "count": np.array([COUNT])})
            assert log_probs == pytest.approx(expected.numpy(), abs=1e-5)
            assert chosen.tolist() == following.tolist()
            given = {name: answer.get(f"next_{name}", value) for name, value in given.items()}
            tokens = torch.where(torch.arange(len(tokens)) % BEAM == 0, following[:, 0], following[:, 1])


def test_of_a_shortlist_the_likeliest_pieces_are_given_with_their_share_of_its_probability() -> None:
    shortlist = start(shortlist_graph(2))
    ids, weight = [0, 1, 2, 3, 7, 9], np.array([[9.0, 9.0], [0, 0], [0, 0], [1, 0], [0, 1], [1, 1]], np.float32)
    features, bias = np.array([[1.0, 2.0], [-1.0, 0.0]], np.float32), np.array([0, 0, 0, 0, 0, 0.5], np.float32)
    given = {"ids": np.array(ids), "weight": weight, "bias": bias, "features": features}
    logits = np.array([[27, 0, 0, 1, 2, 3.5], [-9, 0, 0, -1, 0, -0.5]])  # of each row of features
    expected = (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)))[:, 3:]  # three of them are never written
    log_probs, tokens = shortlist.run(None, {**given, "count": np.array([2])})
    assert tokens.tolist() == [[9, 7], [7, 9]]
    assert log_probs == pytest.approx(np.array([expected[0, [2, 1]], expected[1, [1, 2]]]), abs=1e-5)
    log_probs, tokens = shortlist.run(None, {**given, "count": np.array([50])})  # there are only six
    assert tokens[:, :3].tolist() == [[9, 7, 3], [7, 9, 3]]
    assert np.isneginf(log_probs[:, 3:]).all()
    assert log_probs.shape == (2, 6)


def tiny_model() -> tuple[EncoderDecoder, ModelConfig]:
    tree = {
        "embedding_dim": 16,
        "encoder": {"type": "rnn", "cell": "lstm", "dim": 8},
        "decoder": {"type": "rnn", "dim": 12, "attention": "multihead", "feed": "input"},
    }
    config = parse_config(ModelConfig, tree, "test")
    return disturb(build_model(config, VOCAB_SIZE, VOCAB_SIZE)), config


def runner_files(
    model: EncoderDecoder, config: ModelConfig, asked: SearchConfig, tokenizers: TokenizerPair, max_sentences: int = 0
) -> Files:
    """What an export for the runner holds, of a model that was trained on up to MAX_LENGTH tokens."""
    saved = SavedModel(config, VOCAB_SIZE, VOCAB_SIZE, MAX_LENGTH, max_sentences, {}, ("de", "en"))
    files = onnx_files(model, "float32") | _runner_files(asked, saved)
    return files | {"tokenizer.model": tokenizers.source.model}


@pytest.mark.parametrize("length_penalty", ["none", "average", "gnmt"])
@pytest.mark.parametrize("beam", [1, 4])
def test_the_runner_finds_what_our_search_finds(beam: int, length_penalty: str, tiny_tokenizers: TokenizerPair) -> None:
    from nmt.export.runner import Translator as Runner

    model, config = tiny_model()
    asked = SearchConfig.model_validate({"beam": beam, "length_penalty": length_penalty, "max_length_ratio": 1.0})
    runner = Runner(runner_files(model, config, asked, tiny_tokenizers), threads=1)
    lines = [*LINES, "", " \t\u00a0", "x", "\u200b", "\u00ad \u200e", "\x01\ufeff", "x\u200b"]
    ours = [one.text for one in Translator(model, tiny_tokenizers, asked, MAX_LENGTH).translate(lines)]
    assert runner.translate(lines) == ours
    assert runner.translate([]) == []


def test_the_runner_stops_where_our_search_stops(tiny_tokenizers: TokenizerPair) -> None:
    from nmt.export.runner import Translator as Runner

    model, config = tiny_model()
    with torch.no_grad():
        model.output.bias[EOS_ID] += 0.5  # to end before it must
    found = {}
    for stopping in ("exact", "first"):
        asked = SearchConfig.model_validate({"beam": 4, "stopping": stopping, "length_penalty": "average"})
        runner = Runner(runner_files(model, config, asked, tiny_tokenizers), threads=1)
        found[stopping] = runner.translate(LINES)
        ours = Translator(model, tiny_tokenizers, asked, MAX_LENGTH).translate(LINES)
        assert found[stopping] == [one.text for one in ours]
    assert found["exact"] != found["first"]


@pytest.fixture
def shortlist(tiny_tokenizers: TokenizerPair) -> Shortlist:
    """For each source piece two pieces of its own, and a few for all."""
    size = tiny_tokenizers.source.vocab_size
    translations = np.array([[(piece * 7) % size, (piece * 11 + 4) % size] for piece in range(size)], np.int32)
    return Shortlist(translations, np.array([0, 1, 2, 3, 5, 8], np.int32))


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize(("eagerness", "reason"), [(0.0, "length"), (1.5, "eos")])
def test_the_backend_finds_what_our_search_finds(
    eagerness: float, reason: str, narrow: bool, shortlist: Shortlist, tiny_tokenizers: TokenizerPair
) -> None:
    model, config = tiny_model()
    with torch.no_grad():
        model.output.bias[EOS_ID] += eagerness  # to end before it must
    asked = SearchConfig(beam=3, alpha=0.7, max_length_ratio=1.0, batch_sentences=8)
    files = runner_files(model, config, SearchConfig(), tiny_tokenizers) | _shortlist_files(model, shortlist)
    exported = ExportedTranslator(OnnxSearch(files, narrow), tiny_tokenizers, asked, MAX_LENGTH)
    lines = [*LINES, "", " ".join(LINES)]
    ours = Translator(model, tiny_tokenizers, asked, MAX_LENGTH, shortlist if narrow else None).translate(lines)
    theirs = exported.translate(lines)
    assert [one.text for one in theirs] == [one.text for one in ours]
    assert [one.finish_reason for one in theirs] == [one.finish_reason for one in ours]
    assert {one.finish_reason for one in ours} >= {reason, "blank"}
    assert [one.score for one in theirs] == pytest.approx([one.score for one in ours], abs=1e-4)
    found, expected = (
        [math.fsum(best.token_log_probs) for one in each for best in one.hypotheses] for each in (theirs, ours)
    )
    assert found == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("beam", [4, 200])
def test_the_runner_searches_as_many_sentences_together_as_we_do(beam: int, tiny_tokenizers: TokenizerPair) -> None:
    from nmt.export.runner import Translator as Runner

    asked = SearchConfig(beam=beam, max_length_ratio=1e-9, max_length_extra=1, batch_sentences=8)
    runner = Runner(runner_files(*tiny_model(), asked, tiny_tokenizers), threads=1)
    sizes: list[int] = []
    runner.search = lambda sources, *_: sizes.append(len(sources)) or [(0.0, [])] * len(sources)  # type: ignore
    runner.translate(LINES[:8])
    assert sizes[0] == asked.sentences_at_once


def test_what_was_exported_before_sentences_were_counted_is_translated(tiny_tokenizers: TokenizerPair) -> None:
    from nmt.export.runner import Translator as Runner

    files = runner_files(*tiny_model(), SearchConfig(beam=2, max_length_ratio=1.0), tiny_tokenizers)
    earlier = json.loads(files["config.json"])
    del earlier["max_sentences"]
    runner = Runner(files | {"config.json": json.dumps(earlier).encode()}, threads=1)
    assert runner.translate(LINES[:2]) == Runner(files, threads=1).translate(LINES[:2])


@pytest.mark.parametrize("max_sentences", [1, 2])
def test_the_runner_splits_a_line_of_more_sentences_than_in_training(
    max_sentences: int, tiny_tokenizers: TokenizerPair
) -> None:
    from nmt.export.runner import Translator as Runner

    asked = SearchConfig(beam=2, max_length_ratio=1.0)
    model, config = tiny_model()
    runner = Runner(runner_files(model, config, asked, tiny_tokenizers, max_sentences), threads=1)
    sentences = ["Der Hund.", "Die Katze!", "Mr. Haus?", "Ein Hund.", "Eine Katze."]
    lines = [" ".join(sentences[:number]) for number in range(1, 6)]
    groups = [
        [" ".join(sentences[start : min(start + max_sentences, number)]) for start in range(0, number, max_sentences)]
        for number in range(1, 6)
    ]
    assert runner.translate(lines) == [" ".join(runner.translate(group)) for group in groups]
    assert max(max(map(len, runner._parts(line))) for line in lines) <= MAX_LENGTH
    assert [len(runner._parts(line)) for line in lines] == [-(-number // max_sentences) for number in range(1, 6)]


def test_a_shortlist_changes_what_is_found(shortlist: Shortlist, tiny_tokenizers: TokenizerPair) -> None:
    model, config = tiny_model()
    files = runner_files(model, config, SearchConfig(), tiny_tokenizers) | _shortlist_files(model, shortlist)
    from nmt.export.runner import Translator as Runner

    runner, whole = Runner(files, threads=1), runner_files(model, config, SearchConfig(), tiny_tokenizers)
    assert runner.translate(LINES) == Runner(whole, threads=1).translate(LINES) != runner.translate(LINES, None, True)


def test_without_a_shortlist_none_can_be_asked_for(
    tiny_tokenizers: TokenizerPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from nmt.export.runner import Translator as Runner

    files = runner_files(*tiny_model(), SearchConfig(), tiny_tokenizers)
    with pytest.raises(ValueError, match=r"^This model was exported without a shortlist"):
        Runner(files, threads=1).translate(LINES[:1], shortlist=True)
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.setattr(sys, "argv", ["translate.py", "--shortlist"])
    with pytest.raises(SystemExit, match=r"^2$"):
        runpy.run_path(str(tmp_path / "translate.py"), run_name="__main__")
    assert "error: --shortlist: this model was exported without one" in capsys.readouterr().err


def test_batches_are_searched_at_once_by_as_many_threads_as_torch_has(tiny_tokenizers: TokenizerPair) -> None:
    from nmt.export.runner import Translator as Runner

    model, config = tiny_model()
    files = runner_files(model, config, SearchConfig(), tiny_tokenizers)
    asked = SearchConfig(beam=2, max_length_ratio=1.0, batch_sentences=2)
    before, texts = torch.get_num_threads(), []
    try:
        for threads in (1, 3):
            torch.set_num_threads(threads)
            engine = OnnxSearch(files, shortlist=False)
            assert engine.threads == threads
            translator = ExportedTranslator(engine, tiny_tokenizers, asked, MAX_LENGTH)
            texts.append([one.text for one in translator.translate(LINES)])
    finally:
        torch.set_num_threads(before)
    assert texts[0] == texts[1]
    assert Runner(files, threads=3).translate(LINES) == Runner(files, threads=1).translate(LINES)


@pytest.mark.parametrize("key", sorted(SearchConfig.model_fields.keys() - HONOURED["onnx"]))
def test_every_other_key_is_refused(key: str, tiny_tokenizers: TokenizerPair) -> None:
    engine = object.__new__(OnnxSearch)  # checking needs no model
    translator = ExportedTranslator(engine, tiny_tokenizers, asking(key), MAX_LENGTH)
    with pytest.raises(ConfigError, match=rf"^The onnx backend has no .*\bsearch\.{key} = "):
        translator.check()


def test_the_runner_reads_what_the_vocabulary_does_not_have_as_we_do(tiny_tokenizers: TokenizerPair) -> None:
    from nmt.export.runner import Translator as Runner

    runner = Runner(runner_files(*tiny_model(), SearchConfig(beam=1), tiny_tokenizers), threads=1)
    for line in ("der Ｈund．", "der 😀 Hund…", "„der“ Hund"):
        assert runner._parts(line) == [tiny_tokenizers.encode_source(line)], line


def test_the_runner_cuts_a_line_that_is_too_long_between_words(tiny_tokenizers: TokenizerPair) -> None:
    from nmt.export.runner import Translator as Runner
    from nmt.export.runner import join

    runner = Runner(runner_files(*tiny_model(), SearchConfig(beam=1), tiny_tokenizers), threads=1)
    tokenizer = tiny_tokenizers.source
    long = " ".join(LINES[:9])
    parts = runner._parts(long)
    assert len(parts) > 2
    assert [one for part in parts for one in part] == tokenizer.encode(long)
    assert all(len(part) <= MAX_LENGTH for part in parts)
    assert all(tokenizer.pieces(part)[0].startswith("\u2581") for part in parts)
    assert runner.translate([long]) == [join(runner.translate([tokenizer.decode(part) for part in parts]))]
    word = tokenizer.encode("x" * 100)
    assert runner._parts("x" * 100) == [word[at : at + MAX_LENGTH] for at in range(0, len(word), MAX_LENGTH)]


@pytest.mark.parametrize(("options", "beam", "threads"), [([], 4, 0), (["--beam", "1", "--threads", "2"], 1, 2)])
def test_the_runner_translates_standard_input_line_by_line(
    options: list[str],
    beam: int,
    threads: int,
    tiny_tokenizers: TokenizerPair,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from nmt.export.runner import Translator as Runner

    files = runner_files(*tiny_model(), SearchConfig(beam=4, max_length_ratio=1.0), tiny_tokenizers)
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    translator, lines = Runner(files, threads=1), [*LINES[:3], "", "\ufffd", "Hund\u2028Katze", LINES[3]]
    assert translator.translate(lines, beam=1) != translator.translate(lines, beam=4)
    expected = translator.translate(lines, beam)
    asked, workers = [], []
    session = runtime.InferenceSession

    def start(graph: bytes, given: Any, providers: list[str]) -> Any:
        asked.append(given.intra_op_num_threads)
        return session(graph, given, providers=providers)

    def work(threads: int) -> ThreadPoolExecutor:
        workers.append(threads)
        return ThreadPoolExecutor(threads)

    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 4, 5}, raising=False)
    monkeypatch.setattr(runtime, "InferenceSession", start)
    monkeypatch.setattr("concurrent.futures.ThreadPoolExecutor", work)
    read = "\r\n".join(lines).encode().replace("\ufffd".encode(), b"\xff")  # and no end of the last line
    written = io.BytesIO()
    monkeypatch.setattr(sys, "argv", ["translate.py", *options])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(read)))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, write_through=True))
    runpy.run_path(str(tmp_path / "translate.py"), run_name="__main__")
    assert written.getvalue().decode("utf-8").split("\n") == [*expected, ""]
    assert (set(asked), workers) == ({1}, [threads or 3])


@pytest.mark.parametrize(
    "content", [gzip.compress(b"der Hund\n"), "der Hund\n".encode("utf-16")], ids=["gzip", "UTF-16"]
)
def test_the_runner_refuses_what_is_no_utf_8_text(content: bytes) -> None:
    from nmt.export import program

    mixed = b"der Hund\r\n\xff\xfe\xef\xbf\xbd\n"  # the last is a replacement character that was there before
    assert list(program.read_lines(io.BytesIO(mixed))) == [("der Hund", 0), ("\ufffd\ufffd\ufffd", 2)]
    with pytest.raises(SystemExit, match="the input is packed"):
        list(program.read_lines(io.BytesIO(content)))


def test_the_runner_answers_as_it_reads_and_ends_quietly_when_nobody_listens(
    tiny_tokenizers: TokenizerPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = runner_files(*tiny_model(), SearchConfig(beam=1, max_length_ratio=1.0), tiny_tokenizers)
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    program = tmp_path / "translate.py"
    program.write_text(program.read_text(encoding="utf-8").replace("AT_ONCE = 1024", "AT_ONCE = 2"), encoding="utf-8")
    command = [sys.executable, str(program), "--threads", "1"]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE) as running:
        assert running.stdin
        assert running.stdout
        assert running.stderr
        running.stdin.write("".join(f"{line}\n" for line in LINES[:2]).encode())
        running.stdin.flush()
        assert len([running.stdout.readline() for _ in range(2)]) == 2  # although there may be more to come
        running.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            running.stdin.write("".join(f"{line}\n" for line in LINES[:6]).encode())
            running.stdin.close()
        assert running.stderr.read() == b""
        assert running.wait() == 0


def test_the_runner_says_at_its_end_what_nmt_translate_would(
    tiny_tokenizers: TokenizerPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ran(lines: list[str], ratio: float) -> str:
        asked = SearchConfig(beam=1, max_length_ratio=ratio, max_length_extra=1)
        model, config = tiny_model()
        with torch.no_grad():
            model.output.bias[EOS_ID] += 9.0 * (ratio - 1.0)
        for name, content in runner_files(model, config, asked, tiny_tokenizers).items():
            (tmp_path / name).write_bytes(content)
        program = tmp_path / "translate.py"
        text = program.read_text(encoding="utf-8").replace("AT_ONCE = 1024", "AT_ONCE = 3")
        program.write_text(text, encoding="utf-8")
        read = "".join(f"{line}\n" for line in lines).encode("latin-1")
        monkeypatch.setattr(sys, "argv", ["translate.py"])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(read)))
        runpy.run_path(str(program), run_name="__main__")
        return capsys.readouterr().err

    oddities = Oddities()
    cut = Candidate("x", -1.0, ("x",), (-1.0,), None, "length")
    for line in (0, 2, 3, 4, 5, 6, 7):
        oddities.add(Record(line, "x", num_replaced=line == 2), Translation("x", -1.0, (cut,), ("x",), "length"))
    ours = [
        sentence.split(" Raise it with")[0] for sentence in oddities.describe(False, SearchConfig(max_length_ratio=1.0))
    ]
    lines = [LINES[0], "", "stra\xdfe", *["der Hund"] * 5]
    assert [line.split(" Raise it with")[0] for line in ran(lines, 1.0).split("\n")] == [
        *(f"translate.py: {sentence}" for sentence in ours),
        "",
    ]
    assert ran(lines[3:5], 1.0).endswith('lines 1, 2. Raise it with "max_length_ratio": 2 in config.json.\n')
    assert ran(lines[3:5], 2.0) == ""


def test_the_program_finds_no_line_in_a_byte_order_mark() -> None:
    from nmt.export.program import read_lines

    assert list(read_lines(io.BytesIO(b"\xef\xbb\xbf"))) == []
    assert len(list(read_lines(io.BytesIO(b"\xef\xbb\xbf\n\xef\xbb\xbf")))) == 2


def test_weights_of_8_bits_take_less_room_and_still_translate(tiny_tokenizers: TokenizerPair) -> None:
    model, _ = tiny_model()
    small, whole = (onnx_files(model, kind) for kind in ("int8", "float32"))
    assert len(small["step.onnx"]) < len(whole["step.onnx"]) * 0.6
    session = runtime.InferenceSession(small["encoder.onnx"], providers=["CPUExecutionProvider"])
    keys = [
        runtime.InferenceSession(files["encoder.onnx"], providers=["CPUExecutionProvider"]).run(
            ["keys"], {"source": np.array([[5, 9, 3]]), "lengths": np.array([3], np.int32)}
        )[0]
        for files in (small, whole)
    ]
    assert session.get_outputs()[0].name == "keys"
    assert keys[0] == pytest.approx(keys[1], abs=0.05 * float(np.abs(keys[1]).max()))


def test_the_runner_joins_parts_as_our_own_translations_are() -> None:
    from nmt.export.runner import join

    assert [join(texts) for texts in ([], ["", "a"], ["a", "", "b"], ["雨。", "「晴"])] == ["", "a", "a b", "雨。「晴"]


@pytest.mark.parametrize("given", ["--beam 0", "--beam -1", "--beam 1001", "--threads -1"])
def test_the_runner_refuses_a_beam_or_threads_of_nothing_and_a_beam_without_end(
    given: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from nmt.export import program

    monkeypatch.setattr("sys.argv", ["translate.py", given.replace(" ", "=")])
    with pytest.raises(SystemExit) as ended:
        program.main()
    assert ended.value.code == 2
    assert WIDEST["beam"] == program.WIDEST
    assert f"error: {given}: must be at least 1" in capsys.readouterr().err


def test_the_runner_stands_by_itself(tiny_tokenizers: TokenizerPair) -> None:
    imported = set()
    for node in ast.walk(ast.parse(runner_files(*tiny_model(), SearchConfig(), tiny_tokenizers)["translate.py"])):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            imported.add(str(node.module))
    needed = {"numpy", "onnxruntime", "sentencepiece"}
    library = {
        "argparse",
        "collections",
        "collections.abc",
        "concurrent.futures",
        "io",
        "json",
        "os",
        "re",
        "sys",
        "unicodedata",
        "dataclasses",
        "itertools",
        "pathlib",
        "typing",
    }
    assert imported - needed == library


@pytest.mark.parametrize(
    ("flags", "exactly"), [("fpu avx512_vnni", False), ("fpu avx_vnni", False), ("fpu avx2", True), (None, True)]
)
def test_only_where_the_cpu_would_saturate_sums_of_8_bit_products_is_a_slower_way_asked_for(
    flags: str | None, exactly: bool, tiny_tokenizers: TokenizerPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nmt.export import runner

    if flags is not None:
        (tmp_path / "cpuinfo").write_text(f"flags : {flags}", encoding="ascii")
    entries: list[tuple[str, str]] = []

    class Options(runtime.SessionOptions):
        def add_session_config_entry(self, key: str, value: str) -> None:
            entries.append((key, value))

    monkeypatch.setattr(runner, "CPU", tmp_path / "cpuinfo")
    monkeypatch.setattr(runtime, "SessionOptions", Options)
    runner.Translator(runner_files(*tiny_model(), SearchConfig(), tiny_tokenizers), threads=1)
    assert entries == [("session.x64quantprecision", "1")] * exactly
