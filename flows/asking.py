"""Command-line options and a YAML file → BalanceConfig. Meaning lives in schemas."""

import argparse
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from flows.suggesting import suggestion
from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.splits import SplitKind

_PLAIN = (
    *("source", "target", "name", "key", "ignore", "holdout"),
    *("categorical", "features", "output", "seed", "publish"),
)
_BOOL = "tag:yaml.org,2002:bool"
_OF_YAML = {
    "a valid tuple": "a list",
    "^tuple": "list",
    "^extra inputs are not permitted": "there is no such field",
    r"a valid dictionary( or instance of \w+)?": "a mapping",
}
"""What pydantic calls what a config file has."""
_NESTED = {
    "strategy": ("strategy", "kind"),
    "ratio": ("strategy", "ratio"),
    "k_neighbors": ("strategy", "k_neighbors"),
    "weight_column": ("strategy", "weight_column"),
    "evaluator": ("evaluation", "evaluator"),
    "metric": ("evaluation", "metric"),
    "strategies": ("tournament", "approaches"),
    "ratios": ("tournament", "ratios"),
    "learner": ("tournament", "learners"),
    "folds": ("tournament", "folds"),
    "repeats": ("tournament", "repeats"),
    "group": ("tournament", "group"),
    "max_rows": ("tournament", "max_rows"),
    "cost_fp": ("tournament", "cost_fp"),
    "cost_fn": ("tournament", "cost_fn"),
    "sentinel": ("tournament", "sentinel"),
}


def balance_config(asked: argparse.Namespace) -> BalanceConfig:
    """Read the file, let the options override it, and validate both as one.

    Args:
        asked: The options; None where one was not given.

    Returns:
        The config of one dataset.

    Raises:
        UserError: The file cannot be read, or a field is wrong; names each field.
    """
    values = contents(asked)
    if isinstance(values, dict) and "datasets" not in values:
        return validated(overridden(values, asked))
    raise UserError(
        f"config file {asked.config!r} lists several datasets, which is for 'evenkeel "
        "run' alone; write one into a file of its own, as lines such as 'target: y'"
    )


def overridden(values: Mapping[str, Any], asked: argparse.Namespace) -> dict[str, Any]:
    """Let the options override what a file says of a dataset.

    Args:
        values: As read; not validated.
        asked: The options; None where one was not given.
    """
    made = dict(values)
    for field in _PLAIN:
        if (value := getattr(asked, field, None)) is not None:
            made[field] = value
    if (value := getattr(asked, "split", None)) is not None:
        made["split"] = _split(value)
    for option, (model, field) in _NESTED.items():
        if (value := getattr(asked, option, None)) is not None:
            made[model] = _with(made.get(model), field, value)
    return made


def _split(text: str) -> dict[str, Any]:
    """Read KIND, KIND:COLUMN or column:COLUMN=VALUE,VALUE; a column may hold colons."""
    kind, named, column = text.partition(":")
    found: dict[str, Any] = {"kind": kind, **({"column": column} if named else {})}
    if kind == SplitKind.COLUMN and "=" in column:
        name, _, values = column.rpartition("=")
        found |= {"column": name, "values": values.split(",")}
    return found


def _with(given: object, field: str, value: object) -> object:
    """Set a field of what should be a mapping; what is none is told when validated."""
    if given is None or isinstance(given, dict):
        return {**(given or {}), field: value}
    return given


def validated(values: Mapping[str, Any]) -> BalanceConfig:
    """Validate a config, with messages for the person who wrote it.

    Raises:
        UserError: Names each wrong field, what is wrong with it and what was given.
    """
    try:
        return BalanceConfig.model_validate(values)
    except ValidationError as error:
        raise UserError("; ".join(map(explain, innermost(error)))) from error


def innermost(error: ValidationError) -> list[Mapping[str, Any]]:
    """Leave out what only follows: a list is too short where its items are wrong."""
    found: list[Mapping[str, Any]] = [*error.errors()]
    places = [one["loc"] for one in found]
    return [
        one
        for one in found
        if not any(
            len(place) > len(one["loc"]) and place[: len(one["loc"])] == one["loc"]
            for place in places
        )
    ]


def explain(error: Mapping[str, Any]) -> str:
    """Say what is wrong with a field, and what was given.

    Args:
        error: One of pydantic's.
    """
    field = ".".join(map(str, error["loc"])) or "config"
    if error["type"] == "missing":
        option = "SOURCE" if field == "source" else f"--{field}"
        return f"{field} is missing: give {option}, or {field}: in the config file"
    message = error["msg"].removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    for theirs, ours in _OF_YAML.items():
        message = re.sub(theirs, ours, message)
    if error["type"] == "extra_forbidden" and (meant := suggestion(field)):
        return f"{field}: {message}; did you mean {meant}?"
    given = error["input"]
    shown = f" (given: {given!r})" if isinstance(given, str | int | float) else ""
    return f"{field}: {message}{shown}"


def contents(asked: argparse.Namespace) -> dict[str, Any] | list[Any]:
    """Read the config file that is asked for, once: it may be a pipe.

    Raises:
        UserError: It cannot be read, or holds neither a mapping nor a list.
    """
    if not hasattr(asked, "contents"):
        asked.contents = read(asked.config) if asked.config else {}
    found: dict[str, Any] | list[Any] = asked.contents
    return found


def read(path: str) -> dict[str, Any] | list[Any]:
    """Read a YAML file.

    Raises:
        UserError: It cannot be read, or holds neither a mapping nor a list.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        values = yaml.load(text, _loader())  # noqa: S506 - a SafeLoader, see there
    # A bad !!int is an IndexError, lists nested deep a RecursionError.
    except Exception as error:
        said = str(error) or type(error).__name__
        said = " ".join(said.split())  # YAML's own are lines with a drawing
        raise UserError(f"config file {path!r} cannot be read: {said}") from error
    if not isinstance(values, dict | list):
        raise UserError(
            f"config file {path!r} holds no mapping; write lines such as 'target: y'"
        )
    return values


def _loader() -> type[yaml.SafeLoader]:
    """Read yes and no as text, as YAML 1.2 does: they are common names of classes."""
    resolvers = {
        first: [(tag, pattern) for tag, pattern in pairs if tag != _BOOL]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    members = {"yaml_implicit_resolvers": resolvers}
    loader: type[yaml.SafeLoader] = type("Loader", (yaml.SafeLoader,), members)
    loader.add_implicit_resolver(
        _BOOL, re.compile("^(true|True|TRUE|false|False|FALSE)$"), list("tTfF")
    )
    return loader
