"""What each column is used for. How a column enters a model is in features, models."""

import difflib
from collections.abc import Sequence

import pyarrow as pa

from schemas.config import BalanceConfig
from schemas.errors import UserError
from schemas.records import Column, Role, Survey
from schemas.splits import SplitKind
from tasks.algorithms.sides import check_type, unlearnt

_DIGITS = 38  # of decimal128; Arrow interpolates no wider ones


def assign(schema: pa.Schema, config: BalanceConfig) -> tuple[Column, ...]:
    """Give each column its role.

    Args:
        schema: Of the source, partition columns included.
        config: Names target, key, ignored columns, and that of the split.

    Returns:
        One record for each column, in order.

    Raises:
        UserError: A named column is absent, or a feature has a type no model takes; or
            the split looks at one that cannot part rows.
    """
    group = config.tournament.group
    split = config.split
    parting = [name for name in (group, split.column) if name is not None]
    for name in (config.target, *config.key, *config.ignore, *parting):
        _check_present(name, schema)
    if group is not None:
        _check_names(schema.field(group), "group")
    if split.column is not None:
        _check_parts(schema.field(split.column), split.kind)
    roles = {field.name: _role(field, config) for field in schema}
    odd = [field for field in schema if roles[field.name] is None]
    if odd:
        raise _unusable(odd)
    return tuple(
        Column(
            name=field.name, type=str(field.type), role=role, nullable=field.nullable
        )
        for field in schema
        if (role := roles[field.name])
    )


def _check_present(name: str, schema: pa.Schema) -> None:
    if name in schema.names:
        return
    lower = {column.lower(): column for column in schema.names}
    near = difflib.get_close_matches(name.lower(), lower, 1, cutoff=0.5)
    hint = f"did you mean {lower[near[0]]!r}? " if near else ""
    shown = ", ".join(map(repr, schema.names[:20]))
    more = ", ..." if len(schema.names) > 20 else ""  # noqa: PLR2004 - a screenful
    raise UserError(f"there is no column {name!r}; {hint}Columns: {shown}{more}")


def _role(field: pa.Field, config: BalanceConfig) -> Role | None:
    if field.name == config.target:
        return "target"
    if field.name in config.key:
        _check_names(field, "key")
        return "key"
    if field.name in config.ignore or field.name == unlearnt(config.split):
        return "ignore"
    return feature_role(field.type)


def _check_parts(field: pa.Field, kind: SplitKind) -> None:
    if kind is SplitKind.GROUP:
        _check_names(field, "group")
    else:
        check_type(field, kind)


def _check_names(field: pa.Field, role: str) -> None:
    if feature_role(field.type) is None:
        what = {"key": "a row", "group": "a group"}[role]
        raise UserError(
            f"{role} column {field.name!r} has type {field.type}, which cannot name "
            f"{what}; use text, numbers, dates or booleans"
        )


def feature_role(kind: pa.DataType) -> Role | None:
    """Tell how a model reads a type; None when it cannot.

    >>> feature_role(pa.decimal128(9, 2)), feature_role(pa.list_(pa.int8()))
    ('numeric', None)
    """
    types = pa.types
    if types.is_dictionary(kind):
        return feature_role(kind.value_type) and "categorical"
    if types.is_decimal(kind):
        return "numeric" if kind.precision <= _DIGITS else None
    if types.is_integer(kind) or types.is_floating(kind):
        return "numeric"
    if types.is_temporal(kind) and not types.is_interval(kind):
        return "temporal"
    if types.is_string(kind) or types.is_large_string(kind) or types.is_boolean(kind):
        return "categorical"
    return None


def numeric(columns: Sequence[Column]) -> list[str]:
    """Name the features that are numbers, or ticks of time."""
    return [c.name for c in columns if c.role in {"numeric", "temporal"}]


def categorical(columns: Sequence[Column]) -> list[str]:
    """Name the features that are categories."""
    return [c.name for c in columns if c.role == "categorical"]


def _unusable(fields: Sequence[pa.Field]) -> UserError:
    shown = ", ".join(f"{field.name!r} ({field.type})" for field in fields)
    names = " ".join(field.name for field in fields)
    return UserError(
        f"no model takes nested or binary columns: {shown}; carry them along unused "
        f"with --ignore {names}, or leave them out of the source"
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
