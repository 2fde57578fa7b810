"""nmt translate"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from nmt.cli import streams
from nmt.cli.messages import say, warn
from nmt.corpus.lines import STANDARD
from nmt.counted import counted

if TYPE_CHECKING:
    from rich.console import Console

    from nmt.translation.formats import Format, Record
    from nmt.translation.glossary import Glossary
    from nmt.translation.translator import Translator

Runs = Annotated[
    list[Path],
    typer.Argument(
        metavar="RUN", help="Run directory that `nmt train` made; several with the same tokenizer are an ensemble."
    ),
]
Input = Annotated[
    Path | None, typer.Option("-i", "--input", help="Text to translate; may be packed (.gz). [default: stdin]")
]
Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="Where to write; packed if its name ends in .gz. [default: stdout]"),
]
Beam = Annotated[int | None, typer.Option(help="Width of the beam; 1 is greedy. [default: the recipe's, or 5]")]
NBest = Annotated[
    int | None,
    typer.Option(
        help="Translations per line; more than 1 gives `line ||| text ||| score`, lines counted from 0. "
        "[default: the recipe's, or 1]"
    ),
]
FormatName = Annotated[
    str,
    typer.Option(
        "--format",
        help="text, or jsonl: a JSON object per line with the sentence in `source`, given back with `translation` and "
        "further fields.",
    ),
]
GlossaryFile = Annotated[
    Path | None,
    typer.Option(
        "--glossary",
        help="Required translations of terms: a TSV file, `source term TAB target term` per line. A target term does "
        "not appear where its source term is not.",
    ),
]
Exact = Annotated[
    bool,
    typer.Option("--exact", help="The same text and scores to the last bit, whatever else is translated; slower."),
]
Checkpoint = Annotated[
    str, typer.Option(help="Weights to use: best, last or step-N; best:K or last:K is the mean of K that were kept.")
]
Alignment = Annotated[
    bool,
    typer.Option(
        "--alignment", help="Also write which source word each word comes from, counted from 0: text ||| 0-0 1-2."
    ),
]
Score = Annotated[
    Path | None,
    typer.Option(
        "--score",
        help="Do not translate: write the log-probability of each line of this file, as the translation of the same "
        "line of the input.",
    ),
]
Int8 = Annotated[
    bool, typer.Option("--int8", help="Weights in 8 bits, on a CPU with AVX-512 VNNI: faster, nearly the same text.")
]
UseShortlist = Annotated[
    bool,
    typer.Option(
        "--shortlist", help="Consider only likely words, which is faster; `nmt shortlist RUN` learns which they are."
    ),
]
Backend = Annotated[
    str,
    typer.Option(
        help="Engine that translates: nmt, or the one that `nmt export` converted RUN for: ctranslate2 (a Transformer) "
        "or onnx (a recurrent model)."
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Override a key of the recipe's [search], such as alpha=0.6; repeatable."
    ),
]

_OF_A_SEARCH = {"--beam", "--n-best", "--alignment", "--glossary", "--exact", "--shortlist", "--set"}
_DONE_BY = {  # options that other backends than our own have, too
    "ctranslate2": {"--beam", "--n-best", "--set"},
    "onnx": {"--beam", "--n-best", "--set", "--shortlist"},
}


def translate(
    runs: Runs,
    input: Input = None,
    output: Output = None,
    beam: Beam = None,
    n_best: NBest = None,
    format: FormatName = "text",
    alignment: Alignment = False,
    glossary: GlossaryFile = None,
    exact: Exact = False,
    score: Score = None,
    checkpoint: Checkpoint = "best",
    int8: Int8 = False,
    shortlist: UseShortlist = False,
    backend: Backend = "nmt",
    set: Set = None,
) -> None:
    """Translate text, line by line.

    N lines in, N lines out (with --n-best more), in order; blank lines stay blank.
    """
    from rich.console import Console

    from nmt.cli.score import score_stream
    from nmt.cli.stream_warnings import replaced, unlearnt
    from nmt.corpus.checks import check_order
    from nmt.errors import ConfigError
    from nmt.export.backend import load_exported
    from nmt.models.int8 import is_quick
    from nmt.training.device import prepare_memory
    from nmt.translation.formats import FORMATS
    from nmt.translation.glossary import Glossary
    from nmt.translation.load import is_language_model, languages_of, load
    from nmt.translation.search_options import search_with_overrides
    from nmt.translation.stream import patience_for

    input, output = input or STANDARD, None if output == STANDARD else output
    if format not in FORMATS:
        raise ConfigError(f"--format {format}: must be one of {', '.join(FORMATS)}.")
    streams.check_apart([input, score, glossary], output)
    given: dict[str, object] = {"more than one RUN": len(runs) > 1, "--format jsonl": format == "jsonl"}
    given |= {"--beam": beam, "--n-best": n_best, "--alignment": alignment, "--glossary": glossary, "--exact": exact}
    given |= {"--score": score, "--shortlist": shortlist, "--set": set}
    given |= {"--int8 (give --quantization int8 to `nmt export`)": int8}
    given |= {"--checkpoint (give it to `nmt export`)": checkpoint != "best"}
    _check_mode(backend, given)
    if score and STANDARD not in (input, score) and not is_language_model(runs[0]):
        check_order([input, score], languages_of(runs[0]))
    prepare_memory()
    console = Console(stderr=True)
    if int8 and not is_quick():
        warn("--int8: this CPU has no AVX-512 VNNI, so the weights stay in fp32, which is quicker here.")
    search = search_with_overrides(runs[0], beam, n_best, set or [], glossary is not None, exact)
    if backend != "nmt":
        translator: Translator = load_exported(runs[0], backend, search, shortlist)
    else:
        translator = load(runs, checkpoint, search, int8, shortlist)
    terms = Glossary.read(glossary, translator.tokenizers.target) if glossary else None
    if not score:
        translator.check(alignment=alignment, glossary=terms)  # before a file is opened, and its content lost
    if terms and terms.unlearnt:
        warn(unlearnt(terms.unlearnt))
    typed = STANDARD in (input, score) and sys.stdin is not None and sys.stdin.isatty()
    if typed:
        say("reading from the terminal, a sentence a line; Ctrl-D ends.")
    with _opened(input, score, output) as (source, targets, sink):
        if score and targets:
            lines, others = streams.lines(source, input), streams.lines(targets, score)
            patience = patience_for(source) or patience_for(targets)
            if count := score_stream(translator, lines, others, sink, FORMATS[format], patience):
                warn(replaced(count))
        else:
            records = FORMATS[format].read(streams.lines(source, input))
            patience = patience_for(source)
            counts = streams.is_file(sink) and not typed  # elsewhere it would be in the way of what is written
            _translate_stream(translator, records, patience, sink, FORMATS[format], alignment, terms, console, counts)


def _check_mode(backend: str, given: dict[str, object]) -> None:
    """Raises ConfigError for what was given and does not go with --score, or with the backend."""
    from nmt.errors import ConfigError

    options = [option for option, value in given.items() if value]
    if "--score" in options and (idle := [option for option in options if option in _OF_A_SEARCH]):
        raise ConfigError(f"--score searches for nothing: leave out {', '.join(idle)}.")
    if backend not in ("nmt", *_DONE_BY):
        raise ConfigError(f"--backend {backend}: must be nmt, ctranslate2 or onnx.")
    if backend != "nmt" and (others := [option for option in options if option not in _DONE_BY[backend]]):
        raise ConfigError(f"--backend {backend} does not do {others[0]}. Leave out one of them.")


@contextmanager
def _opened(
    input: Path, score: Path | None, output: Path | None
) -> Iterator[tuple[BinaryIO, BinaryIO | None, BinaryIO]]:
    """What is read, what is scored, and where to write."""
    with streams.writing_to(output), ExitStack() as files:  # within, what cannot be read is no OSError
        targets = streams.open_input(score) if score else None
        source = streams.open_input(input)
        for stream in (source, targets):
            if stream and streams.is_file(stream):  # closing a pipe would wait for the thread that reads it
                files.enter_context(stream)
        sink = files.enter_context(streams.open_output(output)) if output else streams.stdout()
        yield source, targets, sink


def _translate_stream(
    translator: "Translator",
    records: "Iterator[Record]",
    patience: float | None,
    sink: BinaryIO,
    format: "Format",
    alignment: bool,
    glossary: "Glossary | None",
    console: "Console",
    counts: bool,
) -> None:
    """Translate and write chunk by chunk; afterwards say what was out of the ordinary. `counts`: show how far it is."""
    from nmt.cli.stream_warnings import Oddities
    from nmt.translation.stream import chunks

    oddities = Oddities()
    with _counting(console, counts) as tick:
        for chunk in chunks(records, patience=patience):
            texts, prefixes = [record.text for record in chunk], [record.prefix for record in chunk]
            translations = translator.translate(
                texts, alignment=alignment, prefixes=prefixes, glossary=glossary, tick=tick
            )
            for record, translation in zip(chunk, translations, strict=True):
                format.write(sink, record, translation, translator.search.n_best, alignment)
                oddities.add(record, translation)
            sink.flush()
    ngrams = translator.honours("no_repeat_ngram")
    for sentence in oddities.describe(glossary is not None, translator.search, ngrams):
        warn(sentence)


@contextmanager
def _counting(console: "Console", wanted: bool) -> Iterator[Callable[[int], None] | None]:
    """What is told how many more sentences are done, and shows it where that is wanted and stderr is a terminal."""
    if not wanted or not console.is_terminal:
        yield None
        return
    done, start = 0, time.monotonic()
    with console.status("Translating") as status:

        def tick(number: int) -> None:
            nonlocal done
            done += number
            speed = done / max(time.monotonic() - start, 1e-9)
            status.update(f"Translating: {counted(done, 'sentence')}, {speed:,.1f} a second")

        yield tick
