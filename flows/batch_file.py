"""A YAML file that lists several datasets → Batch. One dataset is read in asking."""

import argparse
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from flows.asking import contents, explain, innermost, overridden
from schemas.batch import Batch
from schemas.errors import UserError


def is_batch(asked: argparse.Namespace) -> bool:
    """Tell whether the config file lists datasets.

    Raises:
        UserError: It cannot be read.
    """
    values = contents(asked)
    return isinstance(values, list) or "datasets" in values


def batch(asked: argparse.Namespace) -> Batch:
    """Read the file, let options override what it says of each dataset, and validate.

    Args:
        asked: The options; None where one was not given. The file is a list of
            configs; or a mapping with such a list as ``datasets``, and perhaps
            ``defaults``, fields of configs that have them not, and ``concurrency``.

    Returns:
        What to balance.

    Raises:
        UserError: The file cannot be read, an option fits no several datasets, or an
            entry is wrong; names each wrong entry by its number, counted from 1, with
            the field.
    """
    for option, given in (("SOURCE", asked.source), ("--name", asked.name)):
        if given is not None:
            raise UserError(
                f"{option} is of one dataset, and {asked.config!r} lists several; "
                "leave it out, or write the one you mean into a file of its own"
            )
    values = contents(asked)
    listed = {"datasets": values} if isinstance(values, list) else dict(values)
    defaults = _mapping(listed.pop("defaults", None) or {}, "defaults")
    if isinstance(listed["datasets"], list):
        listed["datasets"] = [
            overridden(_merged(defaults, _mapping(entry, f"entry {number}")), asked)
            for number, entry in enumerate(listed["datasets"], 1)
        ]
    if asked.concurrency is not None:
        listed["concurrency"] = asked.concurrency
    return _validated(listed, asked.config)


def _mapping(value: object, what: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise UserError(f"{what} is no mapping; write lines such as 'target: y' there")


def _merged(defaults: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """Put an entry over the defaults; of a model in it, such as strategy, by field."""
    both = {
        field: {**value, **entry[field]}
        for field, value in defaults.items()
        if isinstance(value, dict) and isinstance(entry.get(field), dict)
    }
    return {**defaults, **entry, **both}


def _validated(values: Mapping[str, Any], path: str) -> Batch:
    try:
        return Batch.model_validate(values)
    except ValidationError as error:
        said = "; ".join(map(_explain, innermost(error)))
        raise UserError(f"config file {path!r}: {said}") from error


def _explain(error: Mapping[str, Any]) -> str:
    match error["loc"]:
        case ("datasets", int(place), *field):
            return f"entry {place + 1}: {explain({**error, 'loc': field})}"
        case _:
            return explain(error)
