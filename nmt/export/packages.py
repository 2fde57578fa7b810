"""Packages that only exported models need, imported when they are needed."""

import importlib
from types import ModuleType

from nmt.errors import ConfigError


def package(name: str, option: str) -> ModuleType:
    """The module `name`, which `option` of the command line needs. Raises ConfigError where it is not installed."""
    top = name.partition(".")[0]
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ConfigError(f"{option} needs the package {top} ({error}): pip install {top}") from None
