"""From a run to a verified folder that another engine runs. Nothing is written before all of it has been verified."""

import inspect
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from nmt.corpus import sentences
from nmt.corpus.lines import clean
from nmt.corpus.readers import Pair
from nmt.counted import counted
from nmt.errors import CheckpointError, ConfigError, ExportError
from nmt.export import ctranslate2, onnx
from nmt.export.backend import ExportedTranslator, check_expressible, export_dir, model_sums
from nmt.export.ctranslate2_search import CTranslate2Search
from nmt.export.exported import about_export, made_with
from nmt.export.keys import HONOURED, asked_besides, honoured
from nmt.export.packages import package
from nmt.export.verify import RULES, SENTENCES, Agreement, verify
from nmt.models.build import EncoderDecoder
from nmt.models.saved import SavedModel
from nmt.search import boundaries
from nmt.search.config import SearchConfig
from nmt.storage.disk import Disk
from nmt.storage.folder import recover_folder, sha256, write_folder
from nmt.tokenizer import stand_ins
from nmt.tokenizer.pair import TokenizerPair
from nmt.translation.load import load_member, recipe_search
from nmt.translation.parallel import torch_threads
from nmt.translation.segments import is_taken_whole
from nmt.translation.shortlist import SHORTLIST_FILE, Shortlist
from nmt.translation.translator import Translator

Translate = Callable[[list[str]], list[str]]


def export_run(
    run: Path,
    format: str,
    quantization: str,
    checkpoint: str,
    output: Path | None,
    pairs: Callable[[], Iterable[Pair]],
    say: Callable[[str], None],
) -> tuple[Path, Agreement]:
    """Export a run's model, and verify it on the first of `pairs` that need not be split.

    Where it is now, and how well it agrees.

    Raises ExportError where `format` has no such model or translates differently, ConfigError for a wrong option or a
    package that is missing, CheckpointError and DiskError.
    """
    for option, value, known in (("--format", format, HONOURED), ("--quantization", quantization, RULES)):
        if value not in known:
            raise ConfigError(f"{option} {value}: must be one of {', '.join(known)}.")
    folder = output or export_dir(run, format)
    recover_folder(folder, Disk())
    earlier = _replaceable(folder)
    model, saved, tokenizers = load_member(run, checkpoint)
    chosen = list(islice(_taken_whole(pairs(), saved, tokenizers), SENTENCES))
    lines, references = [pair.source for pair in chosen], [pair.target for pair in chosen]
    search = _honoured_search(run, format, say)
    check_expressible(saved.model, format)
    files = {name: tokenizer.model for name, tokenizer in tokenizers.files().items()}
    limits = {"max_length": saved.max_length, "max_sentences": saved.max_sentences}
    about: dict[str, Any] = {"format": format, "quantization": quantization, **limits}
    shortlist: Shortlist | None = None
    if format == "ctranslate2":
        about["positions"] = ctranslate2.num_positions(saved.max_length)
        files |= ctranslate2.ctranslate2_files(model, tokenizers, saved.model, quantization, about["positions"])
        engine = CTranslate2Search(files, quantization, tokenizers, about["positions"])
        exported = _texts_of(ExportedTranslator(engine, tokenizers, search, **limits))
    else:
        package("onnxruntime", "--format onnx")
        files |= onnx.onnx_files(model, quantization) | _runner_files(search, saved)
        if shortlist := _shortlist(run, saved, say):
            files |= _shortlist_files(model, shortlist)
            about["shortlist"] = sha256((run / SHORTLIST_FILE).read_bytes())
        exported = runner = _runner(files)

    def compare(theirs: Translate, shortlist: Shortlist | None = None) -> Agreement:
        ours = _texts_of(Translator(model, tokenizers, search, saved.max_length, shortlist))
        return verify(ours(lines), theirs(lines), references, saved.languages[1], quantization)

    say(f"Translating {counted(len(lines), 'sentence')} with both engines ...")
    agreement = compare(exported)
    if shortlist:
        try:
            with torch_threads(1):  # as the runner's search here has: what is on the shortlist depends on the batches
                compare(partial(runner, shortlist=True), shortlist)
        except ExportError as error:
            raise ExportError(
                f"With {run / SHORTLIST_FILE}: {error} Without a shortlist it does: make a new one with "
                f"`nmt shortlist {run}`, or remove the file."
            ) from None
    about |= {"checkpoint": checkpoint, "models": model_sums(run, checkpoint), "verified": asdict(agreement)}
    write_folder(folder, files, about, Disk())
    if earlier and made_with(earlier) != made_with(about):
        say(f"The export that was in {folder} ({made_with(earlier)}) was replaced; --output keeps one elsewhere.")
    return folder, agreement


def _replaceable(folder: Path) -> dict[str, Any]:
    """What is noted of the exported model there; nothing where there is none.

    Raises ConfigError where something else would be replaced.
    """
    if not folder.exists():
        return {}
    about = about_export(folder)
    if about.get("format") not in HONOURED:
        raise ConfigError(
            f"{folder} is there and is no exported model, or none that can be read. Name a new folder with --output, "
            "or delete it if an export is all it was."
        )
    return about


def _taken_whole(pairs: Iterable[Pair], saved: SavedModel, tokenizers: TokenizerPair) -> Iterator[Pair]:
    """Those whose source need not be split: the runner does that in a simpler way than we do."""
    limits, encode = (saved.max_length, saved.max_sentences), tokenizers.encode_source
    return (pair for pair in pairs if is_taken_whole(clean(pair.source), len(encode(pair.source)), *limits))


def _honoured_search(run: Path, format: str, say: Callable[[str], None]) -> SearchConfig:
    """The search of the recipe, as far as the engine does it."""
    asked = recipe_search(run)
    for key in asked_besides(asked, format):
        say(f"search.{key} = {getattr(asked, key)!r} is verified without: {format} does not do that.")
    return honoured(asked, format)


def _texts_of(translator: Translator) -> Translate:
    return lambda lines: [one.text for one in translator.translate(lines)]


def _runner_files(search: SearchConfig, saved: SavedModel) -> dict[str, bytes]:
    from nmt.export import program, runner  # which need onnxruntime

    config = {key: getattr(search, key) for key in sorted(HONOURED["onnx"])}
    config |= {"max_length": saved.max_length, "max_sentences": saved.max_sentences}
    alone = inspect.getsource(program)
    for part in (runner, sentences, boundaries, stand_ins):  # the file stands by itself
        before, _, after = alone.partition(f"from {part.__name__} import ")
        alone = before + inspect.getsource(part) + after.partition("\n")[2]
    return {"config.json": json.dumps(config, indent=1).encode(), "translate.py": alone.encode()}


def _shortlist(run: Path, saved: SavedModel, say: Callable[[str], None]) -> Shortlist | None:
    """That of the run, if it has one that can be used."""
    if not (run / SHORTLIST_FILE).exists():
        return None
    try:
        return Shortlist.read(run, saved.tokenizers)
    except CheckpointError as error:
        say(f"exported without a shortlist: {error}")
        return None


def _shortlist_files(model: EncoderDecoder, shortlist: Shortlist) -> dict[str, bytes]:
    """The tables of the shortlist, and the whole output to take what is on it from, which stays in fp32."""
    tables = io.BytesIO()
    weight, bias = (value.detach().float().cpu().numpy() for value in onnx.output_weights(model))
    np.savez(tables, translations=shortlist.translations, always=shortlist.always, weight=weight, bias=bias)
    graph = onnx.shortlist_graph(model.feature_dim)
    return {"shortlist.npz": tables.getvalue(), "shortlist.onnx": graph.SerializeToString()}


def _runner(files: dict[str, bytes]) -> Callable[..., list[str]]:
    from nmt.export.runner import Translator as Runner

    return Runner(files, threads=1).translate
