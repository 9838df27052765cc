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
from schemas.survey import Column, Role, Survey
from tasks.algorithms.labels import is_text
from tasks.algorithms.ordinal import check_levels
from tasks.algorithms.sides import check_type, unlearnt

_UNBOUNDED: Mapping[str, str] = MappingProxyType({})
_DIGITS = 38  # of decimal128; Arrow interpolates no wider ones


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
        _check_names(schema.field(group), "group")
    if split.column is not None:
        _check_parts(schema.field(split.column), split.kind)
    _check_bounds(bounds, schema, config)
    roles = {field.name: _role(field, config) for field in schema}
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


def _role(field: pa.Field, config: BalanceConfig) -> Role | None:
    if field.name == config.target:
        return "target"
    if field.name in config.key:
        _check_names(field, "key")
        return "key"
    unread = pa.types.is_null(field.type) or field.name == unlearnt(config.split)
    if unread or field.name in config.ignore:
        return "ignore"
    if field.name == config.weight:
        return _weight_role(field)
    return _feature_role(field, config)


def _weight_role(field: pa.Field) -> Role:
    if feature_role(field.type) != "numeric":
        raise UserError(
            f"weight column {field.name!r} has type {field.type}; what a row counts "
            "for is a number, so name another column"
        )
    return "weight"


def _feature_role(field: pa.Field, config: BalanceConfig) -> Role | None:
    """Read a column as asked, or else as its type says."""
    if field.name in config.ordinal:
        check_levels(field.name, field.type, config.ordinal[field.name])
        return "ordinal"
    usual = feature_role(field.type)
    if usual and field.name in config.categorical:
        return "categorical"
    if usual and field.name in config.numeric:
        return _numeric_role(field, usual)
    return usual


def _numeric_role(field: pa.Field, usual: Role) -> Role:
    if usual == "categorical" and not pa.types.is_boolean(field.type):
        raise UserError(
            f"column {field.name!r} has type {field.type}, which cannot be numeric; "
            "numbers, moments and booleans can, so convert it in the source"
        )
    return "numeric" if usual == "categorical" else usual


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
    return "categorical" if is_text(kind) or types.is_boolean(kind) else None


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
