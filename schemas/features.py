"""What features must be: the part of a Pandera schema that can be told row by row.

Turning failures into rejections, and into rows that are drawn again, lives in
tasks.algorithms.bounds; reading the file, in tasks.bounds_file.
"""

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from schemas.errors import UserError

ELEMENTWISE = (
    *("equal_to", "not_equal_to", "greater_than", "greater_than_or_equal_to"),
    *("less_than", "less_than_or_equal_to", "in_range", "isin", "notin"),
    *("str_matches", "str_contains", "str_startswith", "str_endswith", "str_length"),
)
"""The checks of Pandera that look at one value alone."""

_TOLD = {"name", "title", "description", "dtype", "report_duplicates"}
_TABLE = {"schema_type", "version", "api", "dataframe_library", "columns", *_TOLD}
_COLUMN = {"nullable", "required", "checks", *_TOLD, *ELEMENTWISE}
_OPTIONS = {"groupby", "groups", "raise_warning"}
_WHY = {
    "unique": "compares rows with one another",
    "unique_values_eq": "looks at all values of a column at once",
    "index": "is about an index, which Parquet files have not",
    "coerce": "changes values, and rows are published as they are",
    "default": "changes values, and rows are published as they are",
    "regex": "names columns by a pattern; write one entry for each",
    "raise_warning": "lets a row pass that fails",
}
_GENERAL = "is not about one value alone, and rows are looked at as they stream past"


class Rule(NamedTuple):
    """What the values of one column must be."""

    nullable: bool
    checks: tuple[Any, ...]
    """Of pandera.Check."""


def understood(told: object) -> dict[str, str]:
    """Read what a schema says of each column.

    Args:
        told: A Pandera schema as pandera.io writes it, from YAML.

    Returns:
        For each column its part of the schema as canonical JSON; columns that may be
        absent begin with a question mark.

    Raises:
        UserError: It is no such schema, or asks for more than one value can tell.
    """
    columns = told.get("columns") if isinstance(told, Mapping) else None
    if not isinstance(told, Mapping) or not isinstance(columns, Mapping) or not columns:
        raise UserError(
            "the feature schema says nothing of any column; write it as pandera.io "
            "does: 'columns:', then a column, then checks such as 'in_range'"
        )
    _check_keys(told, _TABLE, "the feature schema")
    return {str(name): _canonical(str(name), part) for name, part in columns.items()}


def _canonical(name: str, part: object) -> str:
    where = f"column {name!r} of the feature schema"
    if not isinstance(part, Mapping):
        raise UserError(
            f"{where} is {part!r}; write checks such as 'in_range' below it"
        )
    _check_keys(part, _COLUMN, where)
    for check, stats in _checks(part):
        if check not in ELEMENTWISE:
            raise UserError(_refusal(check, where))
        for option in _options(stats) & _OPTIONS:
            raise UserError(_refusal(option, where))
    kept = {key: value for key, value in part.items() if key not in _TOLD}
    return json.dumps(kept, sort_keys=True, default=str)


def _check_keys(part: Mapping[Any, Any], known: set[str], where: str) -> None:
    for key, value in part.items():
        if key not in known and (value or str(key) not in _WHY):
            raise UserError(_refusal(str(key), where))


def _refusal(key: str, where: str) -> str:
    near = difflib.get_close_matches(key, ELEMENTWISE, 1)
    if key not in _WHY and near:
        return f"{where} has {key!r}; did you mean {near[0]!r}?"
    return (
        f"{where} has {key!r}, which {_WHY.get(key, _GENERAL)}; take it out. Checks "
        f"are {', '.join(ELEMENTWISE)}"
    )


def _checks(part: Mapping[Any, Any]) -> Iterator[tuple[str, object]]:
    """List checks in each of the three ways that Pandera writes them."""
    listed = part.get("checks") or {}
    if isinstance(listed, Mapping):
        yield from ((str(name), stats) for name, stats in listed.items())
    else:
        for one in listed:
            options = one.get("options", {}) if isinstance(one, Mapping) else {}
            yield str(options.get("check_name")), one
    yield from ((key, part[key]) for key in ELEMENTWISE if key in part)


def _options(stats: object) -> set[str]:
    if not isinstance(stats, Mapping):
        return set()
    inner = stats.get("options")
    told = {**stats, **(inner if isinstance(inner, Mapping) else {})}
    return {str(name) for name, value in told.items() if value}


def is_required(canonical: str) -> bool:
    """Tell whether the source must have the column."""
    return bool(json.loads(canonical).get("required", True))


@lru_cache(maxsize=4096)
def rule(canonical: str, *, moments: bool) -> Rule:
    """Make the checks of a column.

    Args:
        canonical: As of ``understood``.
        moments: The column holds dates or timestamps, and so do its checks.

    Returns:
        What its values must be.

    Raises:
        UserError: A check cannot be made of what it is given.
    """
    from pandera.io.pandas_io import deserialize_schema  # noqa: PLC0415 - slow to import

    part = json.loads(canonical)
    try:
        if moments:
            part = {key: _moments(key, value) for key, value in part.items()}
        read: Any = deserialize_schema  # untyped
        column = read({"columns": {"it": part}}).columns["it"]
    except (TypeError, ValueError, AttributeError, KeyError, re.error) as error:
        raise UserError(
            f"the feature schema has {canonical}, of which no check can be made: "
            f"{error}; write it as pandera.io does"
        ) from error
    return Rule(bool(column.nullable), tuple(column.checks))


def _moments(key: str, value: object) -> object:
    """Read texts as moments, wherever they stand in a check."""
    from pandas import Timestamp  # noqa: PLC0415 - slow to import

    if isinstance(value, str) and key not in {"check_name", "error", "name"}:
        return Timestamp(value)
    if isinstance(value, list):
        return [_moments(key, one) for one in value]
    if isinstance(value, dict):
        return {name: _moments(name, one) for name, one in value.items()}
    return value
