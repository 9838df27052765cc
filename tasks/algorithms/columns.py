"""What each column is used for. How a column enters a model is in features, models."""

import difflib
import shlex
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pyarrow as pa

from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.features import is_required
from schemas.splits import SplitKind
from schemas.survey import Column, Survey
from tasks.algorithms.roles import check_names, role_of
from tasks.algorithms.sides import check_type

_UNBOUNDED: Mapping[str, str] = MappingProxyType({})


def assign(
    schema: pa.Schema, config: BalanceConfig, bounds: Mapping[str, str] = _UNBOUNDED
) -> tuple[Column, ...]:
    """Give each column its role.

    Args:
        schema: Of the source, partition columns included.
        config: Names target, key, ignored, categorical and numeric columns, patterns
            spelled out, and that of the split.
        bounds: What the feature schema says of columns, as of schemas.features.

    Returns:
        One record for each column, in order.

    Raises:
        UserError: A named column is absent or cannot have its role, or a feature has a
            type no model takes; or the split looks at one that cannot part rows.
    """
    group = config.tournament.group
    split = config.split
    parting = [name for name in (group, split.column) if name is not None]
    for name in (*_named(config), *parting):
        if name not in schema.names:
            raise absent(name, schema.names)
    if group is not None:
        check_names(schema.field(group), "group")
    if split.column is not None:
        _check_parts(schema.field(split.column), split.kind)
    _check_bounds(bounds, schema, config)
    roles = {field.name: role_of(field, config) for field in schema}
    odd = [field for field in schema if roles[field.name] is None]
    if odd:
        raise _unusable(odd)
    return tuple(
        Column(
            name=field.name,
            type=str(field.type),
            role=role,
            nullable=field.nullable,
            levels=config.ordinal[field.name] if role == "ordinal" else (),
            checks=bounds.get(field.name, ""),
        )
        for field in schema
        if (role := roles[field.name])
    )


def _named(config: BalanceConfig) -> tuple[str, ...]:
    weight = filter(None, [config.weight])
    features = (*config.categorical, *config.numeric, *config.ordinal, *weight)
    unread = {*config.key, *config.ignore}
    several = [n for n in features if n in unread or features.count(n) > 1]
    if several:
        raise UserError(
            f"column {several[0]!r} is named in more than one of key, ignore, "
            "categorical, numeric, ordinal and weight; name it in one of them"
        )
    return (config.target, *config.key, *config.ignore, *features)


def _check_bounds(
    bounds: Mapping[str, str], schema: pa.Schema, config: BalanceConfig
) -> None:
    for name, checks in bounds.items():
        if name == config.target:
            raise UserError(
                f"the feature schema names the target {name!r}; what it must be is "
                "told by contract, so take it out"
            )
        if name not in schema.names and is_required(checks):
            raise absent(name, schema.names)


def absent(name: str, names: Sequence[str]) -> UserError:
    """Make the error about a name, or a pattern, that no column has."""
    lower = {column.lower(): column for column in names}
    sought = name.lower().strip("*?")
    near = difflib.get_close_matches(sought, lower, 1, cutoff=0.5)
    hint = f"did you mean {lower[near[0]]!r}? " if near else ""
    shown = ", ".join(map(repr, names[:20]))
    more = ", ..." if len(names) > 20 else ""  # noqa: PLR2004 - a screenful
    return UserError(f"there is no column {name!r}; {hint}Columns: {shown}{more}")


def _check_parts(field: pa.Field, kind: SplitKind) -> None:
    if kind is SplitKind.GROUP:
        check_names(field, "group")
    else:
        check_type(field, kind)


def numeric(columns: Sequence[Column]) -> list[str]:
    """Name the features that are numbers, ticks of time, or ranks of levels."""
    return [c.name for c in columns if c.role in {"numeric", "temporal", "ordinal"}]


def categorical(columns: Sequence[Column]) -> list[str]:
    """Name the features that are categories."""
    return [c.name for c in columns if c.role == "categorical"]


def _unusable(fields: Sequence[pa.Field]) -> UserError:
    shown = ", ".join(f"{field.name!r} ({field.type})" for field in fields)
    names = shlex.join(field.name for field in fields)
    return UserError(
        f"no model takes columns of such types: {shown}; carry them along unused with "
        f"--ignore {names} (real rows keep them, synthetic ones have null), or leave "
        "them out of the source"
    )


def source_schema(survey: Survey) -> pa.Schema:
    """Read the Arrow schema that a survey carries."""
    return pa.ipc.read_schema(pa.py_buffer(survey.arrow_schema))


def free_name(schema: pa.Schema, name: str) -> str:
    """Give a column name that the schema does not have yet.

    >>> free_name(pa.schema([("reason", pa.string())]), "reason")
    'reason_'
    """
    while name in schema.names:
        name += "_"
    return name
