"""Strict, typed, frozen configuration: a TOML file plus `key=value` overrides.

A config class sits beside the thing it configures; its field names are the keys of the recipe and the paths of the
overrides (`training.learning_rate`). Unknown keys are errors that name the nearest key.
"""

import difflib
import json
import re
import tomllib
import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from nmt.errors import ConfigError

RECIPE = "experiment.toml"  # that of a run, in its directory


class Config(BaseModel):
    """Base of every config class: frozen, no unknown keys, no silent conversion of types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    def __init__(self, **keys: Any) -> None:
        """From Python. Raises ConfigError, as for a recipe."""
        try:
            super().__init__(**keys)
        except ValidationError as failure:
            raise _explained(type(self), keys, failure, type(self).__name__) from None

    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]  # or pydantic calls it for each table, too


ConfigType = TypeVar("ConfigType", bound=Config)


def load_config(config_class: type[ConfigType], path: Path, overrides: Sequence[str] = ()) -> ConfigType:
    """Read `path` (TOML), apply `key=value` overrides, check every key and value.

    Raises ConfigError naming the file, the key, the rule and, for an unknown key, the nearest known one.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors write a mark
        tree = tomllib.loads(text)
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: no such recipe. Give the path of a TOML file, such as recipes/phrasebook/rnn.toml."
        ) from None
    except IsADirectoryError:
        raise ConfigError(f"{path} is a folder, not a recipe. Give the path of a TOML file.") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}. Save the recipe as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {_explain_toml(str(error), text)}") from None
    except OSError as error:
        raise ConfigError(f"{path}: {error}") from None
    for override in overrides:
        apply_override(tree, override)
    return parse_config(config_class, tree, str(path))


def parse_config(config_class: type[ConfigType], tree: dict[str, Any], where: str) -> ConfigType:
    """Turn a nested dict into a config; `where` begins every message."""
    try:
        return config_class.model_validate(tree)
    except ValidationError as failure:
        raise _explained(config_class, tree, failure, where) from None


def apply_override(tree: dict[str, Any], override: str) -> None:
    """Set one dotted key of `tree` in place; the value is read as TOML, or as a string where it is not TOML."""
    shown = override.encode(errors="backslashreplace").decode()
    if shown != override:  # a name of other bytes, which Python reads as lone surrogates
        raise ConfigError(
            f"--set {shown}: not UTF-8, as a recipe is. If it is the name of a file, give that another one."
        )
    key, equals, text = override.partition("=")
    names = key.strip().split(".")
    if not equals or not all(names):
        raise ConfigError(f"--set {override}: an override has the form key=value, such as seed=2 or model.dropout=0.2.")
    try:
        value = tomllib.loads(f"value = {text.strip()}")["value"]
    except tomllib.TOMLDecodeError:
        value = text.strip()
    node = tree
    for name in names[:-1]:
        child = node.setdefault(name, {})
        if not isinstance(child, dict):
            raise ConfigError(f"--set {override}: {name} is a value, not a table, so it has no key below it.")
        node = child
    node[names[-1]] = value


def dump_config(config: Config) -> dict[str, Any]:
    """The plain nested dict of a config, without the keys that are None (TOML has no null)."""
    return config.model_dump(mode="json", exclude_none=True)


def flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The keys of nested tables by their paths, as `--set` takes them: {"a": {"b": 1}} -> {"a.b": 1}."""
    keys: dict[str, Any] = {}
    for key, value in tree.items():
        keys |= flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {prefix + key: value}
    return keys


def write_toml(tree: dict[str, Any]) -> str:
    """Write nested dicts of strings, numbers, booleans and lists as TOML (the standard library only reads it)."""
    lines: list[str] = []
    _write_table(tree, (), lines)
    return "\n".join(lines).strip() + "\n"


def toml_value(value: Any) -> str:
    """JSON strings, numbers, booleans and flat lists are also TOML, but for DEL, which TOML wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write_table(table: dict[str, Any], path: tuple[str, ...], lines: list[str]) -> None:
    values = {key: value for key, value in table.items() if not isinstance(value, dict)}
    if path and (values or not table):
        lines.extend(["", f"[{'.'.join(path)}]"])
    for key, value in values.items():
        lines.append(f"{key} = {toml_value(value)}")
    for key, value in table.items():
        if isinstance(value, dict):
            _write_table(value, (*path, key), lines)


def _explain_toml(message: str, text: str) -> str:
    """What tomllib says, and the line; of a table that is there twice, as after pasting one, how to mend it."""
    twice = re.fullmatch(r"Cannot declare \((.*?),?\) twice \((.*)\)", message)
    if not twice:
        place = re.search(r"at line (\d+)", message)
        line = text.split("\n")[int(place[1]) - 1].strip() if place else ""
        remedy = "A line is [table] or key = value, with text in quotation marks."
        return f"{message}: {line}\n{remedy}" if line else f"{message}. {remedy}"
    table = ".".join(name.strip().strip("'\"") for name in twice[1].split(","))
    return f"[{table}] is there a second time {twice[2]}. Keep one of the two, with the keys of both that are needed."


def _explained(config_class: type[Config], tree: dict[str, Any], failure: ValidationError, where: str) -> ConfigError:
    messages = [f"{where}: {_explain(config_class, tree, error)}" for error in failure.errors()]
    return ConfigError("\n".join(dict.fromkeys(messages)))


def _explain(config_class: type[Config], tree: dict[str, Any], error: ErrorDetails) -> str:
    """One sentence or two for one pydantic error; the same for all keys of a table that are for another type of it."""
    owner, path = _locate(config_class, list(error["loc"]))
    key = ".".join(path) or "the recipe"
    if error["type"] == "extra_forbidden":
        every = _keys(config_class)
        if key in every and _tag(owner):
            return _explain_type(owner, path[:-1], tree, every)
        if key in every:
            return f'"{path[-1]}" is a single key, because of the quotation marks. Leave them out.'
        endings = (f".{key}", f".{path[-1]}")
        elsewhere = next(filter(None, ([one for one in every if f".{one}".endswith(end)] for end in endings)), [])
        similar = difflib.get_close_matches(path[-1], owner.model_fields, n=1, cutoff=0.6)
        nearest = elsewhere or [".".join([*path[:-1], name]) for name in similar]
        known = ", ".join(owner.model_fields)
        hint = "Did you mean '" + "' or '".join(nearest) + "'?" if nearest else f"Known: {known}."
        return f"{key} is not a key. {hint}"
    if error["type"] == "missing":
        return f"{key} is missing. {owner.model_fields[path[-1]].description or ''}".rstrip()
    if error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        tags = ", ".join(f"'{_tag(member)}'" for member in _config_classes(owner.model_fields[path[-1]].annotation))
        return f"{key}.type must be one of {tags}."
    if error["type"] == "value_error":  # raised by a validator of our own: already a sentence that names its keys
        return str(error["msg"]).removeprefix("Value error, ")
    rule = str(error["msg"])
    value = error["input"]
    if error["type"] in ("model_type", "model_attributes_type", "dict_type"):
        rule = "must be a table, { ... }, with keys of its own"
    if error["type"] == "string_type" and not isinstance(value, dict | list):
        rule += f', as in {path[-1]} = "{value}" (for --set: \'{key}="{value}"\')'
    shown = "a table" if isinstance(value, dict) else json.dumps(value, ensure_ascii=False, default=str)
    return f"{key} = {shown}: {rule[0].lower() + rule[1:]}."


def _explain_type(owner: type[Config], path: list[str], tree: dict[str, Any], every: list[str]) -> str:
    """For the keys of the table at `path` that are known, but not where it has this type."""
    table, place = tree, ".".join(path)
    for name in path:
        table = table[name]
    others = [name for name in table if name not in owner.model_fields and f"{place}.{name}" in every]
    return (
        f"{place} has type = '{_tag(owner)}' and keys that only another type has: {', '.join(others)}. Leave them out, "
        f"or replace the recipe's whole table: --set '{place}={{type=\"{_tag(owner)}\"}}'."
    )


def _locate(config_class: type[Config], location: list[int | str]) -> tuple[type[Config], list[str]]:
    """Walk an error's location: the config class that owns the last key, and the path without pydantic's union tags."""
    owner, path, annotation = config_class, [], None
    for part in location:
        members = _config_classes(annotation)
        tagged = [member for member in members if _tag(member) == part] if len(members) > 1 else []
        if tagged:
            owner, annotation = tagged[0], None
            continue
        if len(members) == 1:
            owner = members[0]
        path.append(str(part))
        field = owner.model_fields.get(str(part))
        annotation = field.annotation if field else None
    return owner, path


def _keys(config_class: type[Config], prefix: str = "") -> list[str]:
    """The paths of all keys."""
    found: list[str] = []
    for name, field in config_class.model_fields.items():
        members = _config_classes(field.annotation)
        found += [prefix + name, *(key for member in members for key in _keys(member, f"{prefix}{name}."))]
    return list(dict.fromkeys(found))


def _config_classes(annotation: Any) -> list[type[Config]]:
    """The config classes named in a type annotation, looking through unions and Annotated."""
    if isinstance(annotation, type) and issubclass(annotation, Config):
        return [annotation]
    if get_origin(annotation) in (Union, types.UnionType, Annotated):
        return [found for member in get_args(annotation) for found in _config_classes(member)]
    return []


def _tag(config_class: type[Config]) -> str | None:
    field = config_class.model_fields.get("type")
    return get_args(field.annotation)[0] if field and get_args(field.annotation) else None
