"""nmt doctor"""

import importlib.metadata
import platform
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

PACKAGES = (
    "sentencepiece",
    "filelock",
    "sacrebleu",
    "datasets",
    "numpy",
    "safetensors",
    "pydantic",
    "typer",
    "rich",
    "jinja2",
    "matplotlib",
)
OPTIONAL = {  # what each is for, and what to install
    "tensorboard": ("training curves in TensorBoard", "tensorboard"),
    "ctranslate2": ("nmt export --format ctranslate2", "ctranslate2"),
    "onnx": ("nmt export --format onnx", "onnx"),
    "onnxruntime": ("nmt export --format onnx, translate --backend onnx", "onnxruntime"),
    "sacremoses": ("the metric BLEU-moses", "sacremoses"),
    "huggingface_hub": ("nmt push", '"huggingface_hub>=0.34"'),
    "mecab-python3": ("BLEU on Japanese words", '"sacrebleu[ja]"'),
    "ipadic": ("BLEU on Japanese words", '"sacrebleu[ja]"'),
}


Runs = Annotated[
    list[Path] | None,
    typer.Argument(metavar="RUN", help="Run directories to verify instead."),
]


def doctor(runs: Runs = None) -> None:
    """Show versions and hardware, or verify runs.

    Says what is missing; with runs, whether every byte of them, but for the model card, is as it was
    written.
    """
    from rich.console import Console

    console = Console(highlight=False)
    if runs:
        raise typer.Exit(_verify(runs, console))
    _show_machine(console)


def _verify(runs: list[Path], console: "Console") -> int:
    """The exit status: 1 where something is missing or was changed."""
    from nmt.cli.run_paths import without_our_own
    from nmt.errors import CheckpointError
    from nmt.run.verify import problems

    damaged, no_runs = 0, []
    for run in without_our_own(runs):
        if not run.is_dir():
            no_runs.append(f"{run}: no such run directory.")
            continue
        if not any((run / name).exists() for name in ("experiment.toml", "manifest.json", "models", "state")):
            no_runs.append(f"{run} is no run directory: it has neither a recipe nor models.")
            continue
        found = problems(run)
        if found:  # twice: a run that is being trained moves on between looking where a file is and reading it
            again = set(problems(run))
            found = [line for line in found if line in again]
        damaged += bool(found)
        for line in found or [f"{run}: every file is as it was written."]:
            console.print(line, markup=False, soft_wrap=True)
    if no_runs:  # at the end: the others have been looked at
        raise CheckpointError(" ".join(no_runs))
    return int(damaged > 0)


def _show_machine(console: "Console") -> None:
    import torch

    from nmt import __version__
    from nmt.counted import counted
    from nmt.training.device import available_cores, cpu_features, cpu_name, has_fast_bf16, keep_freed_memory

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    rows = [
        ("nmt", __version__),
        ("python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
    ]
    rows += [("torch", torch.__version__)]  # says which build it is, too
    rows += [(name, _version(name)) for name in PACKAGES]
    rows += [
        (name, _version(name, f"not installed ({use}): pip install {wanted}"))
        for name, (use, wanted) in OPTIONAL.items()
    ]
    rows += [
        ("processor", f"{cpu_name()}, {counted(available_cores(), 'core')} to use"),
        ("instructions", " ".join(cpu_features()) or "none of those that matter here"),
        ("gpu", torch.cuda.get_device_name() if device.type == "cuda" else "none; everything runs on the CPU"),
        ("precision", _precision(has_fast_bf16(device), device.type)),
        ("allocator", "keeps freed memory (glibc)" if keep_freed_memory() else "the system's default"),
    ]
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        console.print(f"{name:<{width}}  {value}", markup=False, soft_wrap=True)


def _version(name: str, missing: str = "MISSING: install nmt again") -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return missing


def _precision(fast_bf16: bool, device: str) -> str:
    if fast_bf16:
        return f"training.precision = 'auto' chooses bf16: this {device} has instructions for it"
    return f"training.precision = 'auto' chooses fp32: this {device} has no instructions for bf16"
