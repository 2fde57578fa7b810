"""What an exported model says of itself, and the command that makes it again."""

import shlex
from pathlib import Path
from typing import Any

from nmt.errors import CheckpointError
from nmt.storage.folder import read_manifest

DEFAULTS = {"quantization": "float32", "checkpoint": "best"}  # of `nmt export`


def about_export(folder: Path) -> dict[str, Any]:
    """What its writer noted; nothing where the manifest is not as it was written."""
    try:
        about: dict[str, Any] = read_manifest(folder)["about"]
    except CheckpointError:
        return {}
    return about


def made_with(about: dict[str, Any]) -> str:
    """What tells exports of one run apart."""
    options = [about.get(option, default) for option, default in DEFAULTS.items()]
    return f"{about['format']}, {options[0]}, checkpoint {options[1]}"


def export_command(run: Path, format: str, about: dict[str, Any], output: Path | None = None) -> str:
    """With the options that the model was made with, as far as they are known; `output` where it is not RUN/export."""
    words = ["nmt", "export", str(run), "--format", format, *(["--output", str(output)] if output else [])]
    for option, default in DEFAULTS.items():
        words += [f"--{option}", about[option]] if about.get(option, default) != default else []
    return f"`{shlex.join(words)}`"
