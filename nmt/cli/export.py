"""nmt export"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nmt.cli.messages import say
from nmt.cli.text_options import given_text

if TYPE_CHECKING:
    from nmt.corpus.readers import Pair

Run = Annotated[Path, typer.Argument(metavar="RUN", help="Run directory that `nmt train` made.")]
FormatName = Annotated[str, typer.Option("--format", help="ctranslate2 (a Transformer), or onnx (a recurrent model).")]
Quantization = Annotated[str, typer.Option(help="float32, or int8: weights of 8 bits, smaller and quicker.")]
Checkpoint = Annotated[
    str, typer.Option(help="Weights to use: best, last or step-N; best:K or last:K is the mean of K that were kept.")
]
Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="Folder to make. [default: RUN/export/FORMAT, where --backend looks]"),
]
Source = Annotated[Path | None, typer.Option(help="Sentences to verify with. [default: the recipe's dev set]")]
Reference = Annotated[Path | None, typer.Option(help="Their translations, line by line.")]


def export(
    run: Run,
    format: FormatName,
    quantization: Quantization = "float32",
    checkpoint: Checkpoint = "best",
    output: Output = None,
    source: Source = None,
    reference: Reference = None,
) -> None:
    """Convert a model for CTranslate2 or ONNX Runtime.

    It is kept only if it translates 200 dev sentences as nmt does.
    """
    from nmt.export.write import export_run

    def pairs() -> "Iterable[Pair]":
        return _pairs(run, source, reference)

    folder, agreement = export_run(run, format, quantization, checkpoint, output, pairs, say)
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    say(f"{folder} ({quantization}, {size:.1f} MB): {agreement.describe()}.")
    for remark in agreement.remarks(quantization):
        say(remark)


def _pairs(run: Path, source: Path | None, reference: Path | None) -> "Iterator[Pair]":
    """What to verify with."""
    from nmt.corpus.checks import check_there
    from nmt.errors import DataError
    from nmt.experiment import load_experiment

    recipe = run / "experiment.toml"
    corpus = load_experiment(recipe).corpus
    if given := given_text(source, reference, (corpus.source_language, corpus.target_language)):
        yield from given.pairs()
        return
    try:
        check_there(corpus.text("dev"), f"corpus.dev of {recipe}", run)
        yield from corpus.text("dev").pairs()
    except DataError as error:
        raise DataError(f"{error} Or verify on other text, with --source and --reference.") from None
